"""What holds of every case and promise, whatever happens in whatever order."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.collections.assess import arm_of
from plimsoll.collections.case import BROKEN, CANCELLED, CHALLENGER, CHAMPION, HOLDOUT, KEPT, PARTIAL, STATE_OPEN, cases_of
from plimsoll.collections.case_policy import PPM, promise_policy
from plimsoll.collections.priority import priority_of, slot_value
from plimsoll.collections.promise import Given, expected_keeping
from plimsoll.loan.book import Decision
from plimsoll.loan.facts import KINDS
from plimsoll.loan.filing import of_kind
from plimsoll.risk.parameters import figures
from tests.counter import RULES, Counter, opened

FIRST = date(2026, 2, 16)
ON = date(2026, 11, 1)
PEOPLE = ("li", "chen")
ENDINGS = (KEPT, PARTIAL, BROKEN, CANCELLED)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "open_case",
                "close_case",
                "move_case",
                "claim_case",
                "release_case",
                "follow_up",
                "make_promise",
                "settle_promise",
                "cancel_promise",
                "repay",
            ]
        ),
        st.integers(0, 4),  # days later
        st.integers(1, 1_500),  # yuan
        st.integers(0, 1),  # who
    ),
    min_size=6,
    max_size=22,
)


def live(steps: list[tuple[str, int, int, int]]) -> Counter:
    """A customer in arrears to whom these things happen, each refused or done, with what must hold checked after each."""
    counter = opened()
    counter.run("draw", "2026-01-15", loan_id=11, currency="CNY", amount="4000.00", rate="0.0005", instalments=12)
    day = FIRST
    for number, (name, wait, yuan, who) in enumerate(steps):
        day += timedelta(days=wait)
        counter.actor, counter.now = PEOPLE[who], datetime(day.year, day.month, day.day, 4, number % 60, tzinfo=UTC)
        made = len(of_kind(counter.sheet.filed, "promise.made"))
        fields: dict[str, dict[str, object]] = {
            "follow_up": {"due_on": (day + timedelta(days=wait)).isoformat(), "reason": "again"},
            "make_promise": {
                "currency": "CNY",
                "amount": f"{yuan}.00",
                "due_on": (day + timedelta(days=wait)).isoformat(),
                "channel": "call",
            },
            "settle_promise": {"promise_id": f"promise-{made}"},
            "cancel_promise": {"promise_id": f"promise-{made}", "reason": "other"},
            "repay": {"currency": "CNY", "amount": f"{yuan}.00"},
        }
        before = {case.held_by(counter.now) for case in cases_of(counter.sheet.filed).values()} - {""}
        done = counter.run(name, day.isoformat(), **fields.get(name, {}))
        check(counter, before, is_claim=name == "claim_case" and isinstance(done, Decision))
    return counter


def check(counter: Counter, before: set[str], *, is_claim: bool) -> None:
    """Assert that there is one open case, one open promise and one holder at most, and that nobody lost a case to a mere claim."""
    cases = list(cases_of(counter.sheet.filed).values())
    assert sum(case.state == STATE_OPEN for case in cases) <= 1
    assert [case.case_id for case in cases] == [f"case-{n}" for n in range(1, len(cases) + 1)]
    holders = {case.held_by(counter.now) for case in cases} - {""}
    assert len(holders) <= 1
    if is_claim:
        assert holders == {counter.actor}
        assert before in (set(), {counter.actor}), "without a reason nobody takes over a case that is held"
    for case in cases:
        assert sum(one.state == STATE_OPEN for one in case.promises) <= (case.state == STATE_OPEN)
    promises = [one for case in cases for one in case.promises]
    for one in promises:
        ends = [kind for kind in ENDINGS if of_kind(counter.sheet.filed, f"promise.{kind}", one.promise_id)]
        assert ends == ([] if one.state == STATE_OPEN else [one.state]), "a promise ends once, as one thing"
    paid = sum(fact.amount_minor for facts in counter.sheet.recorded.values() for fact in facts if fact.kind == KINDS["repaid"])
    assert sum(one.paid_minor for one in promises) <= paid, "no payment keeps two promises"


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_case_and_its_promises_hold_together_whatever_happens(steps):
    live([("open_case", 0, 1, 0), *steps])


@settings(max_examples=200, deadline=None)
@given(
    amount=st.integers(1, 10**7),
    room=st.integers(-1, 10**7),
    wait=st.integers(0, 30),
    kept=st.integers(0, 5),
    broken=st.integers(0, 2),
    payday=st.booleans(),
    machine=st.booleans(),
)
def test_a_heavier_promise_is_less_likely_kept(amount, room, wait, kept, broken, payday, machine):
    weights = figures(RULES, "POLICY.PROMISE.KEEPING", ON)
    one = Given(amount, room, wait, payday, kept, broken, machine)
    chance = expected_keeping(one, weights)
    assert 0 < chance < PPM
    assert expected_keeping(one._replace(amount_minor=amount * 2), weights) <= chance
    assert expected_keeping(one._replace(wait=wait + 1), weights) < chance
    assert expected_keeping(one._replace(broken=broken + 1), weights) < chance
    assert expected_keeping(one._replace(kept=kept + 1), weights) >= chance
    assert expected_keeping(one._replace(is_after_payday=True), weights) >= chance


def test_a_promise_of_what_nobody_can_carry_is_hardly_kept():
    weights = figures(RULES, "POLICY.PROMISE.KEEPING", ON)
    usual = Given(50_000, 100_000, 0, False, 0, 0, False)
    assert expected_keeping(usual, weights) == 620_000, "the base, where nothing speaks for or against"
    assert expected_keeping(usual._replace(amount_minor=300_000), weights) == 212_411, "odds of 0.62 less 0.9 for each room above one"
    assert expected_keeping(usual._replace(room_minor=-1, amount_minor=10**9), weights) == 620_000, "not known is not too much"


def test_arms_are_drawn_in_the_shares_of_the_policy_for_good():
    count = 4_000
    drawn = {customer: arm_of(customer, RULES, ON) for customer in range(1, count + 1)}
    assert all(arm_of(customer, RULES, ON) == drawn[customer] for customer in (1, 17, count))
    for name, ppm in ((HOLDOUT, 50_000), (CHALLENGER, 190_000), (CHAMPION, 760_000)):
        arms = [one for one in drawn.values() if one.name == name]
        assert {one.propensity_ppm for one in arms} == {ppm}
        expected, spread = count * ppm / PPM, (count * ppm / PPM * (1 - ppm / PPM)) ** 0.5
        assert abs(len(arms) - expected) < 4 * spread, f"{name}: {len(arms)}"
    assert sum(ppm for ppm in {one.propensity_ppm for one in drawn.values()}) == PPM


def test_what_a_contact_is_worth():
    assert slot_value(1_000_000, 60_000, 250) == 59_750, "6 % of 10,000.00 less 2.50"
    assert slot_value(1_000_000, 60_000, 250, 2) == 29_875
    assert slot_value(1_000, 8_000, 250) == -242
    assert priority_of(-242) == 0
    assert promise_policy(RULES, ON) == (950_000, 100_000, 1, 30, 2)
