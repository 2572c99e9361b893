"""What holds of every plan, whatever was owed and proposed: it fits, it asks what was told, and broken it leaves the contract as it was."""

import json
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.loan.book import Decision
from plimsoll.loan.burden import burden_of
from plimsoll.loan.facts import COMPONENTS
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import REPAID, RESCHEDULED, REVERSED, WAIVED
from plimsoll.loan.state import read_state
from plimsoll.risk.plan.progress import BROKEN, KEPT, MISSED, Tolerance, progress
from plimsoll.risk.plan.record import PERFORMING, plans_of
from plimsoll.units.refusal import Refused
from tests.counter import Counter, opened
from tests.examples import draws

ASKED = date(2026, 4, 20)
TOLERANCE = Tolerance(2, 30)


def under_a_plan(amount: int, income: int, rate: str, terms: int, others: int) -> tuple[Counter, dict] | Refused:
    """Loan 11 in arrears, loan 12 beside it, and a plan for loan 11 agreed to by two people; or why there is none."""
    counter = opened()
    for loan_id, minor in ((11, amount), (12, others)):
        drawn = counter.run("draw", "2026-01-15", loan_id=loan_id, currency="CNY", amount=f"{minor}.00", rate="0.0005", instalments=12)
        assert isinstance(drawn, Decision), drawn
    told = {"hardship_id": "h1", "currency": "CNY", "income": f"{income}.00", "city_tier": "tier3"}
    assert isinstance(counter.run("open_hardship", ASKED.isoformat(), **told), Decision)
    said = {"hardship_id": "h1", "currency": "CNY", "outcome": "accept", "known": "verified"}
    assert isinstance(counter.run("decide_hardship", ASKED.isoformat(), **said), Decision)
    plan = {"plan_id": "p1", "loan_id": 11}
    proposed = counter.run("propose_plan", ASKED.isoformat(), currency="CNY", rate=rate, instalments=terms, signed="v", **plan)
    if isinstance(proposed, Refused):
        return proposed
    agreed = counter.run("agree_plan", ASKED.isoformat(), **plan)
    if isinstance(agreed, Refused):
        assert agreed.code == "maker_cannot_check", agreed.text()
        counter.actor = "other"
        agreed = counter.run("agree_plan", ASKED.isoformat(), **plan)
    assert isinstance(agreed, Decision), agreed
    return counter, json.loads(agreed.answer)


@draws(10, new=25)
@given(
    amount=st.integers(1_000, 20_000),
    income=st.integers(2_500, 12_000),
    rate=st.sampled_from(["0", "0.06", "0.12"]),
    terms=st.integers(6, 60),
    others=st.integers(500, 3_000),
    paid=st.integers(0, 3),
    wait=st.integers(0, 50),
)
def test_a_plan_fits_the_room_and_leaves_the_contract_when_it_breaks(amount, income, rate, terms, others, paid, wait):
    found = under_a_plan(amount, income, rate, terms, others)
    if isinstance(found, Refused):
        assert found.code == "plan_not_affordable", found.text()
        return
    counter, started = found
    asked = burden_of(counter.sheet.loans.values(), ASKED.toordinal())
    assert max(asked.months.values()) <= counter.sheet.load_line.room_minor, "above the load line"
    (plan,) = plans_of(counter.sheet.filed).values()
    for due in plan.dues[:paid]:
        counter.run("repay", date.fromordinal(due).isoformat(), loan_id=11, currency="CNY", amount=started["highest"])
    last = date.fromordinal(plan.dues[paid]) + timedelta(days=30 + wait)
    broken = counter.run("break_plan", last.isoformat(), plan_id="p1", loan_id=11)
    assert isinstance(broken, Decision), broken
    held = counter.held(11)
    without = [fact for fact in counter.facts(held) if fact.kind not in (RESCHEDULED, REVERSED)]
    contract = read_state(held.terms, fold(held.terms, without, last.toordinal()))
    now = counter.state(11)
    assert now == contract, "as if there had been no plan, payments and waivers kept"
    assert now.past_due_days == (last - date(2026, 2, 15)).days or paid, "nothing paid: late since the first due day"
    assert now.penalty <= plan.penalty_minor, "penalty of the time of the plan is waived"
    waived = sum(fact.amount_minor for fact in without if fact.kind == WAIVED and fact.a == COMPONENTS["penalty"])
    assert waived > 0 or paid
    assert sum(fact.kind == REPAID for fact in without) == paid


def test_how_a_plan_goes_is_read_off_the_loan():
    counter, started = under_a_plan(9_000, 9_000, "0", 12, 500)
    held = counter.held(11)

    def state_on(day: str) -> tuple[str, int, int]:
        found = progress(fold(held.terms, counter.facts(held), date.fromisoformat(day).toordinal()), TOLERANCE)
        return found.state, found.missed, found.late_days

    assert started["first_due_on"] == "2026-05-20"
    assert state_on("2026-05-20") == (PERFORMING, 0, 0), "the day itself is in time"
    assert state_on("2026-05-21") == (MISSED, 1, 1)
    assert state_on("2026-06-18") == (MISSED, 1, 29)
    assert state_on("2026-06-19") == (BROKEN, 1, 30)
    counter.run("repay", "2026-06-10", loan_id=11, currency="CNY", amount=started["highest"])
    assert state_on("2026-06-19") == (PERFORMING, 0, 0), "a miss that is made good is none"
    counter.run("settle", "2026-06-20", loan_id=11)
    assert state_on("2026-06-21") == (KEPT, 0, 0)
