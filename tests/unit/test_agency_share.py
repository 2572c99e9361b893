"""Agencies in figures: shares within bounds, lots with their exact chance, recovery against what was expected, commission, statements."""

import math
import random
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.collections.agency import Band, read_commission
from plimsoll.collections.agency_score import (
    Recovery,
    Result,
    average_of,
    conduct_of,
    is_worth_giving,
    is_worth_keeping,
    prior_of,
    recovery_of,
)
from plimsoll.collections.allocate_placements import HOUSE, PPM, Bounds, Candidate, Offer, allocate, bounds_of, drawn_worth, shares_of
from plimsoll.collections.commission import Receipt, earned, rounded_down
from plimsoll.collections.place_with_agency import expected_minor, recovery_share
from plimsoll.collections.placement import CERTAIN, Placement
from plimsoll.collections.reconcile import DIFFERENCES, Stated, reconcile
from plimsoll.rulebook.rules import load
from plimsoll.units.days import add_months
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

RULES = load()
ON = date(2026, 4, 20)
DAY = ON.toordinal()
BOUNDS = Bounds(50_000, 400_000, 100_000)
RATES = st.sampled_from(["0", "0.15", "0.25", "0.333333333", "0.5", "1"]).map(Rate.parse)
SHARES = st.lists(st.integers(0, 400_000), min_size=1, max_size=6)


def placement(reference: str = "r", **said: object) -> Placement:
    usual = {"agency": "north", "placed_on": DAY, "return_by": DAY + 120, "licence_until": DAY + 999, "days": 64, "currency": "CNY"}
    usual |= {"owed_minor": 100_000, "late_minor": 20_000, "expected_minor": 16_000, "commission": Rate.parse("0.15"), "batch": ""}
    return Placement(reference, **(usual | {"is_by_lot": False, "propensity_ppb": CERTAIN} | said))


@given(worths=st.lists(st.floats(0, 50), min_size=1, max_size=30))
def test_shares_sum_to_one_or_to_what_the_bounds_leave_and_keep_to_them(worths):
    shares = shares_of({f"a{n:02}": worth for n, worth in enumerate(worths)}, BOUNDS)
    assert sum(shares.values()) == min(PPM, sum(BOUNDS.highest if worth > 0 else BOUNDS.lowest for worth in worths))
    if len(worths) <= PPM // BOUNDS.lowest:
        assert all(BOUNDS.lowest - 1 <= share <= BOUNDS.highest for share in shares.values())


@given(worths=st.lists(st.floats(0, 10), min_size=2, max_size=12, unique=True))
def test_who_is_worth_more_has_no_less(worths):
    names = {f"a{n:02}": worth for n, worth in enumerate(worths)}
    shares = shares_of(names, BOUNDS)
    order = sorted(names, key=lambda name: names[name])
    # What rounding leaves, a few parts per million, goes to whoever stands first.
    assert all(shares[less] <= shares[more] + len(worths) for less, more in pairwise(order))


def test_shares_by_hand():
    assert shares_of({"a": 1.0, "b": 1.0, "c": 2.0, "d": 0.0}, BOUNDS) == {"a": 275_000, "b": 275_000, "c": 400_000, "d": 50_000}
    assert shares_of({"a": 1.0, "b": 0.0, "c": 0.0}, BOUNDS) == {"a": 400_000, "b": 50_000, "c": 50_000}, "worth nothing: the least only"
    assert shares_of(dict.fromkeys("abcd", 3.0), BOUNDS) == dict.fromkeys("abcd", 250_000)
    assert shares_of({"a": 1.0, "b": 1.0}, BOUNDS) == {"a": 400_000, "b": 400_000}, "the rest stays with the lender"


def test_the_bounds_are_those_of_the_rule():
    assert bounds_of(RULES, ON) == BOUNDS


@given(customers=st.integers(0, 60), shares=SHARES, seed=st.integers(0, 99))
def test_every_agency_gets_its_number_and_a_part_of_it_by_lot(customers, shares, seed):
    shares = [share * PPM // max(sum(shares), PPM) for share in shares]
    offers = [Offer(f"a{n}", share, 1.0 + n) for n, share in enumerate(shares)]
    candidates = [Candidate(n, (n * 7919) % 101) for n in range(customers)]
    placed = allocate(candidates, offers, BOUNDS, random.Random(seed).randrange)
    assert [one.customer_id for one in placed] == list(range(customers))
    assert all(0 < one.propensity_ppb <= CERTAIN for one in placed)
    for offer in offers:
        mine = [one for one in placed if one.agency == offer.agency]
        assert abs(len(mine) - customers * offer.share_ppm / PPM) < 1
        assert sum(one.is_by_lot for one in mine) >= math.ceil(len(mine) / 10)


def test_the_best_customers_come_to_the_best_agency_but_for_the_lot():
    offers = [Offer("good", 300_000, 1.4), Offer("fair", 300_000, 0.9)]
    placed = allocate([Candidate(n, n) for n in range(100)], offers, BOUNDS, random.Random(5).randrange)
    by_score = {one.customer_id: one.agency for one in placed if not one.is_by_lot}
    assert {agency for customer, agency in by_score.items() if customer >= 70} == {"good"}
    assert {agency for customer, agency in by_score.items() if 40 <= customer < 70} == {"fair"}
    assert {agency for customer, agency in by_score.items() if customer < 40} == {HOUSE}


def test_how_likely_each_came_is_how_often_it_comes():
    """The propensity on record is the share of draws in which a customer comes to an agency."""
    offers = [Offer("a", 400_000, 2.0), Offer("b", 350_000, 1.0)]
    candidates = [Candidate(n, n) for n in range(20)]
    chance, draws = random.Random(7).randrange, 4_000
    bounds = BOUNDS._replace(lot=300_000)
    counts: Counter[tuple[int, str]] = Counter()
    told: dict[tuple[int, str], int] = {}
    for _ in range(draws):
        for one in allocate(candidates, offers, bounds, chance):
            counts[one.customer_id, one.agency] += 1
            assert told.setdefault((one.customer_id, one.agency), one.propensity_ppb) == one.propensity_ppb
    for key, count in counts.items():
        p = told[key] / CERTAIN
        assert abs(count / draws - p) < 4.5 * math.sqrt(p * (1 - p) / draws) + 1e-9, key
    for customer_id in range(20):
        assert sum(told[customer_id, agency] for agency in ("a", "b", HOUSE)) == pytest.approx(CERTAIN, abs=5)


def test_worth_is_drawn_around_what_is_believed():
    chance = random.Random(3).randrange
    drawn = [drawn_worth(1.0, 0.2, chance) for _ in range(2_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(1.0, abs=0.02)
    assert min(drawn_worth(0.0, 0.5, chance) for _ in range(100)) == 0.0
    assert drawn_worth(0.7, 0.0, chance) == 0.7


@given(st.lists(st.tuples(st.integers(0, 10**12), RATES, st.sampled_from(["CNY", "USD"]))))
def test_a_commission_is_never_more_than_what_came_in(received):
    told = earned(Receipt(placement(commission=rate, currency=currency), DAY + 1, minor) for minor, rate, currency in received)
    assert sum(one.received_minor for one in told) == sum(minor for minor, _, _ in received)
    for one in told:
        assert 0 <= one.commission_minor <= one.received_minor
        assert one.commission_minor * one.rate.den <= one.received_minor * one.rate.num < (one.commission_minor + 1) * one.rate.den


def test_a_commission_is_rounded_once_for_all_of_a_rate():
    """Three times 0.33 at 15 %: 0.0495 each, 0.1485 together, so 0.14; rounded one by one it would be 0.12."""
    (told,) = earned(Receipt(placement(), DAY + n, 33) for n in (1, 2, 3))
    assert (told.received_minor, told.commission_minor, told.receipts) == (99, 14, 3)
    assert rounded_down(99, Rate.parse("0.15")) == 14


def test_money_counts_that_came_while_it_was_placed():
    lasting, over = placement(), placement(ended_on=DAY + 10, why="asked")
    assert [lasting.holds(DAY + n) for n in (0, 1, 10, 11)] == [False, True, True, True]
    assert [over.holds(DAY + n) for n in (0, 1, 10, 11)] == [False, True, True, False]
    assert [lasting.expected_by(DAY + n) for n in (0, 30, 120, 200)] == [0, 4_000, 16_000, 16_000]
    assert over.expected_by(DAY + 90) == 1_333


@pytest.mark.parametrize(
    ("days", "share"), [(1, "0.30"), (60, "0.30"), (61, "0.16"), (90, "0.16"), (91, "0.09"), (720, "0.025"), (9999, "0.01")]
)
def test_what_is_expected_follows_the_age_of_the_debt(days, share):
    assert recovery_share(days, RULES, ON) == Rate.parse(share)
    assert expected_minor(100_000, days, 0, RULES, ON) == round(100_000 * float(share))


def test_what_a_model_expects_goes_before_the_table():
    assert expected_minor(100_001, 64, 125_000, RULES, ON) == 12_500


@given(
    results=st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)).map(lambda pair: Result(*pair)), max_size=30),
    prior=st.floats(0, 1e8),
)
def test_recovery_lies_between_what_was_seen_and_the_average(results, prior):
    found = recovery_of(results, prior)
    assert found.low <= found.ratio <= found.high
    if found.expected_minor:
        seen = found.observed_minor / found.expected_minor
        assert min(seen, 1.0) - 1e-9 <= found.ratio <= max(seen, 1.0) + 1e-9


def test_recovery_by_hand():
    """Observed 300 of 200 expected with k = 100: 400 / 300. Squares 200² + 100² and 100 × the usual amount 50000 / 300."""
    found = recovery_of([Result(20_000, 10_000), Result(10_000, 10_000)], 10_000.0)
    assert found.ratio == pytest.approx(4 / 3)
    usual = 500_000_000 / 30_000
    assert found.deviation == pytest.approx(math.sqrt(500_000_000 + 10_000 * usual) / 30_000)
    assert prior_of({"a": [Result(0, 100)] * 3, "b": [Result(0, 200)]}, RULES, ON) == 50 * 500 / 4


def test_conduct_by_hand():
    """Thirty complaints of 10,000 leave three quarters of half the points; 95 of 100 calls with 20 at 95 % are 95 %."""
    found = conduct_of(1_000, 3, 100, 95, RULES, ON)
    assert (found.complaints_per_10k, found.points, found.is_within) == (30.0, 85, True)
    assert found.audit_share == pytest.approx(0.95)
    assert not conduct_of(1_000, 7, 100, 95, RULES, ON).is_within
    assert not conduct_of(1_000, 0, 100, 90, RULES, ON).is_within
    assert conduct_of(0, 0, 0, 0, RULES, ON).is_within, "nothing is known against it"


def test_an_agency_is_worth_keeping_while_it_brings_more_than_the_lender_would():
    def known(ratio: float, doubt: float = 0.0) -> Recovery:
        return Recovery(9, 0, 0, ratio, doubt, ratio - doubt, ratio + doubt)

    assert is_worth_keeping(known(1.0), known(1.0), 0.30, 0.65)
    assert not is_worth_keeping(known(1.0), known(1.0), 0.36, 0.65)
    assert not is_worth_keeping(known(0.7), known(1.0), 0.15, 0.65)
    assert is_worth_keeping(known(0.7, 0.2), known(1.0), 0.15, 0.65), "it is not known well enough"
    assert not is_worth_giving(known(0.7, 0.2), known(1.0), 0.15, 0.65), "but it is given nobody more"
    assert is_worth_keeping(known(0.7), known(0.7), 0.15, 0.65), "all of them recover less; so would the lender"
    assert average_of({"a": [Result(100, 200)], "b": [Result(500, 600)]}, 0.0).ratio == 0.75


def test_commission_is_read_in_order():
    most = Rate.parse("0.5")
    assert read_commission(("1:0.1", "61:0.25"), most) == (Band(1, Rate(1, 10)), Band(61, Rate(25, 100)))
    for wrong in ((), ("1:0.6",), ("61:0.1", "61:0.2"), ("x:0.1",), ("1:",), ("-1:0.1",), ("1",)):
        assert isinstance(read_commission(wrong, most), Refused), wrong


@pytest.mark.parametrize(
    ("since", "months", "then"), [("2026-01-31", 1, "2026-02-28"), ("2024-02-29", 12, "2025-02-28"), ("2026-12-15", 6, "2027-06-15")]
)
def test_add_months(since, months, then):
    assert date.fromordinal(add_months(date.fromisoformat(since).toordinal(), months)).isoformat() == then


def test_every_difference_of_a_statement_has_its_name():
    placements = {name: placement(name) for name in ("same", "silent", "less", "more", "nothing", "late", "other")}
    placements["late"] = placement("late", ended_on=DAY + 5, why="asked")
    lines = [
        Stated("same", DAY + 1, "CNY", 100),
        Stated("same", DAY + 2, "CNY", 50),
        Stated("less", DAY + 1, "CNY", 100),
        Stated("more", DAY + 1, "CNY", 100),
        Stated("nothing", DAY + 1, "CNY", 70),
        Stated("late", DAY + 6, "CNY", 30),
        Stated("other", DAY + 1, "USD", 10),
        Stated("stranger", DAY + 1, "CNY", 1),
    ]
    found = reconcile(lines, placements, {"same": 150, "silent": 20, "less": 60, "more": 101, "nothing": 0})
    assert {one.reference: one.name for one in found.differences} == {
        "silent": "not_stated",
        "less": "received_less",
        "more": "received_more",
        "nothing": "not_received",
        "late": "outside_placement",
        "other": "other_currency",
        "stranger": "not_placed",
    }
    assert {one.name for one in found.differences} == set(DIFFERENCES)
    assert (found.stated, found.received) == ({"CNY": 451, "USD": 10}, {"CNY": 331})


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 1000)), max_size=12))
def test_a_statement_that_says_what_came_has_no_difference(lines):
    received: Counter[str] = Counter()
    for reference, minor in lines:
        received[reference] += minor
    stated = [Stated(reference, DAY + 1, "CNY", minor) for reference, minor in lines]
    found = reconcile(stated, {name: placement(name) for name in "abc"}, received)
    assert found.differences == ()
    assert found.stated.get("CNY", 0) == found.received.get("CNY", 0) == sum(received.values())
