"""The load line as an officer would check it (`tests/cases/load/means.yaml`), and what must hold of every one of them."""

import math
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.risk.load.line import BANDS, Drawn, chance, draw_line, explain, reference_load
from plimsoll.risk.load.means import Debt, Income, Means, pool
from plimsoll.risk.load.picture import picture
from plimsoll.risk.load.policy import TIERS, load_policy
from plimsoll.risk.load.shapley import shapley
from plimsoll.risk.load.smallest_change import CUT, EXTEND, NONE, REFUSE_DRAW, Asked, instalment, smallest_change
from plimsoll.risk.whole import DOWN, NEAREST, UP, WHOLE_MAX, whole
from plimsoll.rulebook.rules import load
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import LANGUAGES, Refused
from tests.golden import read_yaml

CASES = read_yaml((Path(__file__).resolve().parents[1] / "cases" / "load" / "means.yaml").read_text("utf-8"))
POLICY = load_policy(load(), date(2026, 12, 1))
AMOUNTS = ("room", "capacity", "income", "poor_income", "essentials", "seen", "unseen", "overflow")
PPB = 10**9


def cny(text: str) -> int:
    return parse_minor(text, "CNY")


def means_of(case: dict) -> Means:
    home = case.get("household", {})
    return Means(
        incomes=tuple(Income(f"source {n}", cny(amount), kind) for n, (amount, kind) in enumerate(case["incomes"])),
        debts=tuple(debt_of(debt) for debt in case.get("debts", ())),
        visibility=case.get("visibility", 1.0),
        persons=home.get("persons", 1),
        city_tier=home.get("city_tier", "tier2"),
        essentials_minor=cny(home.get("essentials", "0.00")),
        currency=case.get("currency", "CNY"),
    )


def debt_of(said: dict) -> Debt:
    balance = cny(said.get("revolves", said.get("balance", "0.00")))
    return Debt("elsewhere", "revolves" in said, cny(said.get("due", "0.00")), balance, cny(said["limit"]))


def asked_of(case: dict) -> Asked:
    said = case["asked"]
    return Asked(cny(said["limit"]), cny(said.get("balance", "0.00")), float(said.get("rate", "0.24")), said.get("months", 12))


def figures_of(drawn: Drawn) -> dict:
    said = {name: text_of(getattr(drawn, f"{name}_minor"), drawn.currency) for name in AMOUNTS}
    change = drawn.change
    said |= {"change": change.kind, "cut_to": text_of(change.cut_to_minor, "CNY"), "extend_to": change.extend_to_months}
    return said | {name: getattr(drawn, name) for name in ("stress_ppb", "band", "standing", "chance_band")}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict):
    drawn = draw_line(means_of(case), asked_of(case), POLICY)
    if isinstance(drawn, Refused):
        assert drawn.code == case["refused"]
        return
    assert "refused" not in case
    found = figures_of(drawn)
    wanted = case.get("line", {})
    assert {name: found[name] for name in wanted} == wanted, case["why"]
    for name, value in case.get("figures", {}).items():
        if name == "instalment":
            assert text_of(drawn.service_minor, "CNY") == value
        else:
            assert getattr(drawn, name) == pytest.approx(float(value), abs=0.0006), name
    for language, text in case.get("picture", {}).items():
        assert picture(drawn, language) == text


MONEY = st.integers(1, 5_000_000)
INCOMES = st.lists(
    st.builds(Income, st.just("s"), st.integers(50_000, 10_000_000), st.sampled_from(tuple(POLICY.spread)), st.floats(0, 1)),
    min_size=1,
    max_size=4,
)
DEBTS = st.lists(st.builds(Debt, st.just("d"), st.booleans(), MONEY, MONEY, MONEY, st.floats(0, 1)), max_size=4)
MEANS = st.builds(
    Means,
    INCOMES.map(tuple),
    DEBTS.map(tuple),
    st.floats(0, 1),
    st.integers(1, 8),
    st.sampled_from(TIERS),
    st.integers(0, 1_000_000),
    st.just("CNY"),
)
ASKED = st.builds(Asked, st.integers(0, 30_000_000), st.integers(0, 1_000_000), st.floats(0.0, 0.24), st.sampled_from((1, 3, 6, 12, 24)))


def drawn_for(means: Means, asked: Asked) -> Drawn:
    drawn = draw_line(means, asked, POLICY)
    assert isinstance(drawn, Drawn)
    return drawn


@settings(max_examples=300, deadline=None)
@given(MEANS, ASKED)
def test_every_line_is_consistent_in_itself(means, asked):
    drawn = drawn_for(means, asked)
    assert drawn.capacity_minor * drawn.stress_ppb <= drawn.room_minor * PPB, "the capacity fits the room of a month"
    assert (drawn.capacity_minor + 1) * drawn.stress_ppb > drawn.room_minor * PPB, "and is no lower than it must be"
    assert instalment(drawn.capacity_minor, POLICY.stress.rate, POLICY.stress.months) <= drawn.room_minor
    assert 0 <= drawn.capacity_minor <= drawn.whole_capacity_minor
    assert 0 <= drawn.chance <= 1
    assert drawn.band in BANDS
    assert drawn.oi_now <= drawn.oi or asked.balance_minor > asked.limit_minor
    assert drawn.oi_long <= drawn.oi or asked.months > POLICY.long_months
    # P(OI > 1) passes one half exactly where the index at the median passes one.
    if math.isfinite(drawn.oi) and abs(drawn.oi - 1) > 1e-9:
        assert (drawn.chance > 0.5) == (drawn.oi > 1)
    for language in LANGUAGES:
        assert len(picture(drawn, language).splitlines()) == 8
    assert drawn.load_line(5).capacity_minor == drawn.capacity_minor
    assert drawn_for(means, asked).figures() == drawn.figures(), "the same line is the same text"


@settings(max_examples=200, deadline=None)
@given(MEANS, ASKED, st.integers(1, 3_000_000))
def test_less_means_never_raise_the_line(means, asked, minor):
    drawn = drawn_for(means, asked)
    more_debt = drawn_for(means._replace(debts=(*means.debts, Debt("more", False, minor, 0, 0))), asked)
    assert more_debt.capacity_minor <= drawn.capacity_minor
    assert more_debt.chance >= drawn.chance - 1e-12 or drawn.chance > 0.5
    less_seen = drawn_for(means._replace(visibility=means.visibility / 2), asked)
    assert less_seen.capacity_minor <= drawn.capacity_minor
    more_mouths = drawn_for(means._replace(persons=means.persons + 1), asked)
    assert more_mouths.capacity_minor <= drawn.capacity_minor
    raised = drawn_for(means, asked._replace(limit_minor=asked.limit_minor + minor))
    assert (raised.capacity_minor, raised.room_minor) == (drawn.capacity_minor, drawn.room_minor), "what is asked does not move the line"
    assert raised.overflow_minor >= drawn.overflow_minor


@settings(max_examples=100, deadline=None)
@given(st.integers(100_000, 5_000_000), ASKED)
def test_weaker_evidence_of_the_same_income_never_raises_the_line(minor, asked):
    verified, inferred, stated = (
        drawn_for(Means((Income("s", minor, kind),), (), 1.0, 1, "tier2"), asked).capacity_minor for kind in POLICY.spread
    )
    assert verified >= inferred >= stated


@settings(max_examples=100, deadline=None)
@given(INCOMES)
def test_income_is_never_a_point(incomes):
    spread = pool(incomes, POLICY)
    best = min(POLICY.spread[income.kind] for income in incomes)
    assert spread.sigma >= best
    logs = [math.log(income.monthly_minor) for income in incomes]
    assert min(logs) - 1e-9 <= spread.mu <= max(logs) + 1e-9
    assert pool(list(reversed(incomes)), POLICY).mu == pytest.approx(spread.mu)


@settings(max_examples=200, deadline=None)
@given(MEANS, ASKED)
def test_the_parts_add_up_to_the_difference(means, asked):
    drawn = drawn_for(means, asked)
    assert [name for name, _ in drawn.parts] == ["income", "essentials", "debts", "principal", "terms"]
    assert drawn.reference_chance + math.fsum(part for _, part in drawn.parts) == pytest.approx(drawn.chance, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=32, max_size=32), st.integers(0, 4))
def test_shapley_is_fair(worths, dummy):
    parts = shapley(5, lambda chosen: worths[chosen])
    assert math.fsum(parts) == pytest.approx(worths[31] - worths[0], abs=1e-9)
    without = shapley(5, lambda chosen: worths[chosen & ~(1 << dummy)])
    assert without[dummy] == 0
    additive = shapley(5, lambda chosen: sum(worths[n] for n in range(5) if chosen >> n & 1))
    assert additive == pytest.approx(worths[:5], abs=1e-9)
    # Against the definition: the mean over all orders, here by swapping two factors that play the same part.
    swapped = shapley(5, lambda chosen: worths[chosen & ~3 | (chosen & 1) << 1 | (chosen & 2) >> 1])
    assert swapped[0] == pytest.approx(parts[1], abs=1e-9)


def test_the_reference_borrower_is_under_the_line_and_explains_itself_with_nothing():
    reference = reference_load(POLICY)
    assert chance(reference) < POLICY.chance_watch / 10
    parts = explain(reference, POLICY)
    assert all(part == 0 for _, part in parts)


@settings(max_examples=300, deadline=None)
@given(
    st.builds(Asked, st.integers(1, 3_000_000), st.integers(0, 3_000_000), st.floats(0, 0.24), st.integers(1, 24)),
    st.integers(0, 3_000_000),
    st.integers(0, 300_000),
)
def test_the_smallest_change_brings_under_the_line_and_no_smaller_one_does(asked, capacity, room):
    change = smallest_change(asked, capacity, room, 24)

    def fits(minor: int, months: int) -> bool:
        return minor <= capacity and instalment(minor, asked.rate, months) <= room

    assert (change.kind == NONE) == fits(asked.limit_minor, asked.months)
    assert fits(change.cut_to_minor, asked.months)
    assert change.cut_to_minor == asked.limit_minor or not fits(change.cut_to_minor + 1, asked.months)
    if change.extend_to_months:
        assert fits(asked.limit_minor, change.extend_to_months)
        assert not any(fits(asked.limit_minor, months) for months in range(asked.months, change.extend_to_months))
    if change.kind == EXTEND:
        assert change.extend_to_months
    if change.kind == REFUSE_DRAW:
        assert 0 < asked.balance_minor <= change.cut_to_minor < asked.limit_minor
    assert change.kind in (NONE, CUT, EXTEND, REFUSE_DRAW)


def test_a_statistic_becomes_money_against_who_would_gain():
    assert (whole(12.99, DOWN), whole(12.01, UP), whole(12.5, NEAREST)) == (12, 13, 13)
    assert (whole(1e300, DOWN), whole(-1e300, UP)) == (WHOLE_MAX, -WHOLE_MAX)
    for wrong in (math.inf, math.nan):
        with pytest.raises(AssertionError):
            whole(wrong, DOWN)


def test_the_rules_hold_since_before_the_first_product():
    assert load_policy(load(), date(2020, 7, 12)).kappa == 0.8
