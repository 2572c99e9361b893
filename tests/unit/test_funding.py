"""Shares to the minor unit, routing by price and law, the ladder, triggers, and the cliff of a trigger that is crossed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.throttle import ladder_on
from plimsoll.rulebook.rules import load
from plimsoll.treasury.funded import WHOLLY
from plimsoll.treasury.ladder import BUCKETS, Behaviour, Flow, behaved, by_day, first_short, rungs
from plimsoll.treasury.ratio import leverage_ratio, liquidity_ratio
from plimsoll.treasury.route import GUARANTEED, LENDER, PARTNER, Draw, Funder, House, route
from plimsoll.treasury.settle import KINDS, Loan, Owed, Sums, Turn, settle, total
from plimsoll.treasury.share import WHOLE, Share, split, split_flow
from plimsoll.treasury.strike import Stood, strike
from plimsoll.treasury.survive import Balance, Course, Stress, horizons, survive
from plimsoll.treasury.trigger import BREACHED, CLEAR, DOWN, NEAR, UP, Trigger, place
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused
from tests.refusing import refuses

RULES = load()
ON = date(2026, 6, 1)
HOUSE = House(cash_minor=10**9, loans_minor=10**9, guaranteed_minor=0, licence="cfc")
DRAW = Draw("cash-line", "CNY", 1_000_00, 6, "B", ON)
PARTS = st.lists(st.integers(1, 400), min_size=1, max_size=6)


def funder(name: str = "bank", **said: object) -> Funder:
    usual = {
        "kind": PARTNER, "currency": "CNY", "committed_minor": 10**9, "lent_minor": 0, "price": Rate(4, 100),
        "least_ppm": 0, "most_ppm": 700_000,
    }  # fmt: skip
    return Funder(name, **usual | said)  # type: ignore[arg-type]


def shares_of(parts: list[int]) -> list[Share]:
    """Give shares that make a whole, the lender's last."""
    ppm = [part * WHOLE // (2 * sum(parts)) for part in parts]
    return [*(Share(f"f{n}", one) for n, one in enumerate(ppm)), Share(LENDER, WHOLE - sum(ppm))]


@given(PARTS, st.lists(st.integers(-(10**6), 10**9), min_size=1, max_size=20))
def test_no_flow_loses_or_makes_a_cent(parts, flows):
    shares, stands, total = shares_of(parts), {}, 0
    for flow in flows:
        if total + flow < 0:
            continue
        total += flow
        got = split_flow(stands, total, shares, LENDER)
        assert sum(got.values()) == flow
        stands = {name: stands.get(name, 0) + minor for name, minor in got.items()}
    assert stands == (split(total, shares, LENDER) if stands else {})
    for share in shares[:-1]:
        assert 0 <= total * share.ppm / WHOLE - stands.get(share.funder, 0) < 1 or not stands


@given(PARTS, st.lists(st.integers(0, 10**9), min_size=6, max_size=6), st.lists(st.integers(0, 10**6), min_size=12, max_size=12))
def test_who_joins_shares_what_flows_from_then_on_and_the_parts_add_up(parts, before, more):
    """Between the last settlement and joining all is the lender's; from then on every kind of flow is shared, whatever came before."""
    shares = tuple(shares_of(parts))
    early = Sums(*before)
    joined = Sums(*(minor + grown for minor, grown in zip(early, more[:6], strict=True)))
    late = Sums(*(minor + grown for minor, grown in zip(joined, more[6:], strict=True)))
    lines = settle([Loan(1, 2, "CNY", WHOLLY, early, late, (Turn(shares, joined),))])
    got = {name: total(held) for name, held in lines.items()}
    for at in range(len(KINDS)):
        assert sum(sums[at] for sums in got.values()) == late[at] - early[at]
        for share in shares[:-1]:
            own = got[share.funder][at] if share.funder in got else 0
            assert abs(own - (late[at] - joined[at]) * share.ppm / WHOLE) < 1


@given(
    PARTS,
    st.lists(st.integers(0, 1000), min_size=6, max_size=6),
    st.lists(st.integers(0, 10**9), min_size=18, max_size=18),
    st.lists(st.integers(0, 10**9), min_size=4, max_size=4),
)
def test_parts_that_are_struck_anew_change_hands_at_what_is_owed_and_add_up(parts, less, flows, owed):
    """Who has less from an evening on gets that much of what was owed then; before it shares as before, and after it by the new parts."""
    shares = tuple(shares_of(parts))
    cut = [Share(one.funder, one.ppm * (1000 - by) // 1000) for one, by in zip(shares[:-1], less, strict=False)]
    new = (*cut, Share(LENDER, WHOLE - sum(one.ppm for one in cut)))
    early, begins, late = (Sums(*(sum(flows[at : 6 * upto : 6]) for at in range(6))) for upto in (1, 2, 3))
    lines = settle([Loan(1, 2, "CNY", shares, early, late, (Turn(new, begins, Owed(*owed)),))])
    got = {name: total(held) for name, held in lines.items()}
    assert tuple(sum(sums[at] for sums in got.values()) for at in range(6)) == tuple(b - a for a, b in zip(early, late, strict=True))
    for was, now in zip(shares[:-1], cut, strict=True):
        own = got.get(was.funder, Sums())
        for at, minor in enumerate((-owed[0], 0, *owed[1:], 0)):
            fair = (begins[at] - early[at]) * was.ppm + (late[at] - begins[at]) * now.ppm + minor * (was.ppm - now.ppm)
            assert abs(own[at] - fair / WHOLE) < 3


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6), st.booleans()), min_size=1, max_size=8),
    st.integers(0, 10**6),
)
def test_no_purchase_of_an_account_takes_a_funder_past_its_room_or_less_than_it_has(purchases, room):
    """Each purchase after some of it was paid: what the funder has never grows past its room, and no purchase alone makes it less."""
    shares, owed = (Share("bank", 600_000), Share(LENDER, 400_000)), 1_000_00
    committed = owed * 6 // 10 + room
    for paid, minor, is_open in purchases:
        owed -= min(paid, owed)
        without = owed * shares[0].ppm // WHOLE
        owed += minor
        bank = funder(committed_minor=committed, lent_minor=without, is_open=is_open)
        struck = strike(DRAW._replace(amount_minor=minor), Stood(shares, shares, owed), {"bank": bank}, HOUSE, RULES)
        has = owed * (struck.shares[0].ppm if len(struck.shares) > 1 else 0) // WHOLE
        assert 0 <= has <= max(committed, without)
        assert has - without == struck.more["bank"]
        assert struck.shares[-1].ppm >= shares[-1].ppm
        assert -owed / WHOLE - 1 <= has - without <= minor
        if not is_open:
            assert struck.left_out == (("bank", "funder_closed"),) or has == without
        shares = struck.shares
        if len(shares) == 1:
            return


@pytest.mark.parametrize(
    "shares",
    [[], [Share("a", WHOLE)], [Share(LENDER, 900_000)], [Share(LENDER, 500_000)] * 2, [Share("a", -1), Share(LENDER, WHOLE + 1)]],
)
def test_shares_that_make_no_whole_are_refused(shares):
    with refuses("shares_malformed"):
        split(100, shares, LENDER)


def test_the_cheapest_goes_first_and_the_house_keeps_its_part():
    found = route(DRAW, [funder("dear", price=Rate(5, 100)), funder("cheap", most_ppm=500_000)], HOUSE, RULES)
    assert found.shares == (Share("cheap", 500_000), Share("dear", 200_000), Share(LENDER, 300_000))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"currency": "USD"}, "currency_must_match"),
        ({"is_open": False}, "funder_closed"),
        ({"until": ON.toordinal() - 1}, "funder_closed"),
        ({"products": ("pay-later",)}, "funder_takes_no_such_product"),
        ({"grades": ("A",)}, "funder_takes_no_such_grade"),
        ({"months_most": 3}, "funder_takes_no_such_term"),
        ({"committed_minor": 100, "lent_minor": 100}, "funder_full"),
        ({"least_ppm": 800_000, "most_ppm": 900_000}, "no_part_left"),
        ({"base_minor": 400, "lent_minor": 100}, "funder_full"),
    ],
)
def test_a_funder_that_cannot_is_left_out_and_named(said, why):
    found = route(DRAW, [funder(**said)], HOUSE, RULES)
    assert found.left_out == (("bank", why),)
    assert found.shares == (Share(LENDER, WHOLE),)


def test_the_last_day_of_a_funder_still_counts():
    assert route(DRAW, [funder(until=ON.toordinal())], HOUSE, RULES).shares[0] == Share("bank", 700_000)


def test_concentration_leaves_what_room_there_is():
    """A quarter of 100,000.00 is 25,000.00; 24,900.00 are lent; 100.00 of 1,000.00 is a tenth."""
    own = {"base_minor": 100_000_00, "lent_minor": 24_900_00}
    every = {"all_loans_minor": 50_000_00, "lent_minor": 24_900_00}
    assert [route(DRAW, [funder(**said)], HOUSE, RULES).shares[0] for said in (own, every)] == [Share("bank", 100_000)] * 2


def test_guaranteed_loans_stop_at_half():
    held = HOUSE._replace(loans_minor=2_000_00, guaranteed_minor=500_00)
    assert route(DRAW, [funder(is_guaranteed=True)], held, RULES).shares[0].funder == "bank"  # 1,500 of 3,000
    over = held._replace(guaranteed_minor=500_01)
    assert route(DRAW, [funder(is_guaranteed=True)], over, RULES).left_out == (("bank", GUARANTEED),)


def test_without_cash_nothing_is_drawn():
    found = route(DRAW, [funder()], HOUSE._replace(cash_minor=299_99), RULES)
    assert isinstance(found, Refused)
    assert found.code == "funding_short"
    assert not isinstance(route(DRAW, [funder()], HOUSE._replace(cash_minor=300_00), RULES), Refused)
    with refuses("draw_malformed"):
        route(DRAW._replace(amount_minor=0), [], HOUSE, RULES)


FLOWS = st.lists(st.builds(Flow, st.integers(0, 400), st.integers(-(10**6), 10**6), st.just("x")), max_size=40)


@given(FLOWS, st.integers(0, 10**6))
def test_the_ladder_adds_up(flows, opening):
    found = rungs(flows, opening)
    assert [one.name for one in found] == [name for name, _, _ in BUCKETS]
    assert found[-1].cumulative_minor == opening + sum(flow.minor for flow in flows)
    assert sum(by_day(flows, 400)) == sum(flow.minor for flow in flows)
    short, held = first_short(flows, opening, 400), opening
    for day, minor in enumerate(by_day(flows, 400)):
        held += minor
        if held < 0:
            assert short == day
            break
    else:
        assert short is None


def test_a_flow_of_yesterday_is_refused():
    with refuses("flow_past"):
        rungs([Flow(-1, 5, "x")], 0)


def test_people_pay_late_ahead_and_draw():
    found = behaved({0: 1000, 10: 1000}, 500, 0, Behaviour((0.9, 0.05), 0.0, 0.1), 11)
    assert {(one.day, one.kind): one.minor for one in found if one.kind == "repaid"} == {
        (0, "repaid"): 900, (1, "repaid"): 50, (10, "repaid"): 900, (11, "repaid"): 50,
    }  # fmt: skip
    assert next(one for one in found if one.kind == "drawn") == Flow(0, -50, "drawn")
    early = behaved({100: 1000}, 0, 1000, Behaviour((1.0,), 0.01, 0.0))
    assert sum(one.minor for one in early) == pytest.approx(1000 + 1000 * (1 - 0.99**181) - 1000 * (1 - 0.99**100), abs=100)
    with refuses("behaviour_malformed"):
        behaved({}, 0, 0, Behaviour((0.9, 0.2), 0.0, 0.0))


def test_ratios_of_the_law_are_exact_at_their_limit():
    assert liquidity_ratio(50, 100, RULES, ON, "cfc") == (500_000, Rate(5, 10), True)
    assert not liquidity_ratio(49, 100, RULES, ON, "cfc").is_enough
    assert liquidity_ratio(0, 0, RULES, ON, "cfc").is_enough
    assert leverage_ratio(4, 100, RULES, ON, "cfc").is_enough
    assert not leverage_ratio(399_999, 10_000_000, RULES, ON, "cfc").is_enough
    assert leverage_ratio(0, 100, RULES, date(2020, 1, 1), "cfc") == (0, None, True)
    with refuses("balance_negative"):
        liquidity_ratio(-1, 100, RULES, ON)


LATE = Trigger("delinquency", 0.06, UP, 0.8, "early amortisation")


def test_days_to_a_trigger_follow_the_slope():
    found = place(LATE, [(0, 0.03), (10, 0.035), (20, 0.04)])
    assert (found.state, found.days) == (CLEAR, pytest.approx(40))
    assert place(LATE, [(0, 0.03), (10, 0.035)]).days is None, "two points are no slope"
    assert place(LATE, [(0, 0.05), (1, 0.049), (2, 0.0481)]).days is None, "it moves away"


@pytest.mark.parametrize(("value", "state"), [(0.0479, CLEAR), (0.0481, NEAR), (0.06, NEAR), (0.0601, BREACHED)])
def test_where_a_trigger_stands(value, state):
    assert place(LATE, [(0, value)]).state == state
    assert place(Trigger("spread", 0.02, DOWN, 0.8, ""), [(0, 0.019)]).state == BREACHED


BALANCE = Balance(1000, 0.30, 60, 560, 0)


def course(granted: float = 1.0) -> Course:
    return Course(0.04, 0.012, 0.03, 0.3, 0.003, 0.004, granted, 0.85, 0.06)


def months(stress: Stress, granted: float = 1.0) -> int:
    return survive(BALANCE, course(granted), stress).months or 99


def test_crossing_a_trigger_is_a_cliff():
    """Twice the delinquency is 6 %, at the trigger; two and a half times crosses it, and months are left where there were many."""
    assert months(Stress("at", delinquency=2.0)) > 2 * months(Stress("past", delinquency=2.5))


def test_a_full_stop_of_partners_is_deadlier_than_twice_the_delinquency():
    assert months(Stress("stop", partners_leave=1.0)) < months(Stress("late", delinquency=2.0))


@given(st.floats(1, 3), st.floats(0, 1), st.floats(0.2, 1))
def test_worse_never_lasts_longer(late, leave, granted):
    mild, bad = Stress("m", delinquency=late, partners_leave=leave), Stress("b", delinquency=late + 0.3, partners_leave=leave)
    assert months(bad, granted) <= months(mild, granted)
    assert months(mild._replace(partners_leave=min(leave + 0.2, 1.0)), granted) <= months(mild, granted)


@given(st.floats(1, 100), st.floats(0, 100), st.floats(0, 1))
def test_nobody_is_late_with_more_than_everything_nor_pays_back_more_than_is_lent(late, repaid, leave):
    """However hard the stress, the book, its debt and what is late stay what they can be; so it cannot seem to be borne by being absurd."""
    found = survive(BALANCE, course(), Stress("hard", delinquency=late, repaid=repaid, partners_leave=leave))
    for month in found.path:
        assert 0 <= month.delinquent <= 1
        assert month.book >= 0
        assert month.debt >= 0
    everybody = survive(BALANCE, course(), Stress("all", delinquency=1 / course().delinquent))
    assert (everybody.months or 99) <= months(Stress("past", delinquency=2.5))


def test_the_throttle_acts_before_the_cliff():
    free = horizons(BALANCE._replace(buffer=10), course())
    held = horizons(BALANCE._replace(buffer=10), course(), ladder=ladder_on(RULES, ON))
    assert all((held[name].months or 99) >= (free[name].months or 99) for name in free)
    assert (held["partners-stop"].months or 99) > (free["partners-stop"].months or 99)
    acted = next(month for month in held["delinquency-doubles"].path if month.throttle < 1)
    assert not acted.has_turned


@pytest.mark.parametrize(
    ("balance", "said", "stress"),
    [
        (BALANCE._replace(book=0), {}, Stress("x")),
        (BALANCE, {"delinquent": 1.2}, Stress("x")),
        (BALANCE, {}, Stress("x", partners_leave=1.1)),
        (BALANCE, {}, Stress("x", delinquency=-1)),
        (BALANCE, {}, Stress("x", delinquency=float("inf"))),
        (BALANCE, {}, Stress("x", delinquency=float("nan"))),
        (BALANCE, {}, Stress("x", repaid=float("inf"))),
        (BALANCE, {}, Stress("x", partners_leave=float("nan"))),
        (BALANCE, {}, Stress("x", over_months=0)),
        (BALANCE, {}, Stress("x", over_months=10**9)),
        (BALANCE, {"trigger": 0.0}, Stress("x")),
    ],
)
def test_a_scenario_out_of_range_is_refused(balance, said, stress):
    with refuses("scenario_malformed"):
        survive(balance, course()._replace(**said), stress)
