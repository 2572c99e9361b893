"""The limit: the lowest of its bounds and which one that was, what is worth lending, sub-limits, first draws, limits for a while."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.risk.limit.limit import Limited, Scope, Temporary, limit_for, temporary_limit
from plimsoll.risk.limit.policy import limit_policy
from plimsoll.risk.limit.worth import Risk, pd_at, value, worth_lending
from plimsoll.risk.price.break_even import break_even
from plimsoll.risk.price.policy import price_policy
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

DAY = date(2026, 12, 1)
PRICE = price_policy(load(), DAY)
POLICY = limit_policy(load(), DAY)
STEP = 10_000
CASH, LATER, NONE = (50_000, 20_000_000), (5_000, 5_000_000), (0, 0)
RISKS = st.builds(Risk, st.floats(0.001, 0.2), st.floats(0.05, 0.36), st.sampled_from((3, 6, 12)), st.integers(0, 20_000_000))
GOOD = Risk(0.01, 0.20, 12, 30_000_000)
"""Worth lending everything to: 20 % is twice what breaks even."""


def limit(risk: Risk = GOOD, grade: str = "a", income: int = 2_500_000, scope: Scope = Scope(0, 20_000_000, CASH, LATER)) -> Limited:  # noqa: B008
    return limit_for(risk, grade, income, scope, POLICY, PRICE, STEP)


@pytest.mark.parametrize(
    ("changed", "binding", "minor"),
    [
        ({}, "law", 20_000_000),
        ({"risk": GOOD._replace(capacity_minor=1_234_567)}, "capacity", 1_230_000),
        ({"grade": "c"}, "matrix", 10_000_000),
        ({"grade": "c", "income": 499_999}, "matrix", 500_000),
        ({"grade": "c", "income": 500_000}, "matrix", 2_000_000),
        ({"scope": Scope(0, None, CASH, LATER)}, "product", 20_000_000),
        ({"scope": Scope(0, 20_000_000, NONE, LATER)}, "product", 5_000_000),
        ({"scope": Scope(3_000_000, 20_000_000, CASH, LATER)}, "asked", 3_000_000),
        ({"risk": Risk(0.08, 0.18, 12, 10_000_000), "grade": "b"}, "worth", 0),
    ],
)
def test_the_lowest_bound_is_the_limit_and_is_named(changed, binding, minor):
    found = limit(**changed)
    assert found.binding == binding
    assert found.limit_minor == minor or binding == "worth"
    bounds = dict(found.bounds)
    assert bounds[found.binding] == min(bounds.values())
    assert set(bounds) >= {"capacity", "product", "matrix", "worth"}


@settings(max_examples=200, deadline=None)
@given(RISKS, st.sampled_from("abcdefz"), st.integers(0, 5_000_000), st.integers(0, 30_000_000), st.sampled_from((CASH, NONE)))
def test_no_limit_is_above_any_of_its_bounds(risk, grade, income, asked, cash):
    found = limit(risk, grade, income, Scope(asked, 20_000_000, cash, LATER))
    for name, minor in found.bounds:
        assert found.limit_minor <= minor, name
    assert found.limit_minor % STEP == 0
    assert max(found.cash_limit_minor, found.later_limit_minor) <= found.limit_minor
    assert found.later_limit_minor <= LATER[1]
    assert found.first_draw_minor <= found.cash_limit_minor
    assert (found.limit_minor == 0) == (found.reason == "limit_too_small")
    if cash == NONE:
        assert found.cash_limit_minor == 0
    assert found.said()["bounds"] == dict(found.bounds)


@settings(max_examples=60, deadline=None)
@given(RISKS, st.integers(0, 100))
def test_what_is_worth_lending_is_where_the_value_is_greatest(risk, steps):
    found = worth_lending(risk, steps * STEP, STEP, POLICY, PRICE)
    values = [value(risk, step * STEP, POLICY, PRICE) for step in range(steps + 1)]
    assert values[found // STEP] == pytest.approx(max(values), abs=1e-6)


def test_the_marginal_yuan_worked_by_hand():
    """At a rate of 18 % and a scored chance of 8 %: break-even at half of the capacity is 17.2 %, and each step more costs more."""
    risk = Risk(0.08, 0.18, 12, 10_000_000)
    assert pd_at(risk, 5_000_000, POLICY) == pytest.approx(0.08)
    assert pd_at(risk, 10_000_000, POLICY) > 0.08 > pd_at(risk, 0, POLICY)
    best = worth_lending(risk, 10_000_000, STEP, POLICY, PRICE)
    margins = [0.18 - break_even(pd_at(risk, minor, POLICY), 12, PRICE.shape, PRICE.costs) for minor in (best, 10_000_000)]
    assert margins[0] > 0, "the average yuan earns"
    assert 0 < best < 10_000_000
    before, at, after = (value(risk, best + more * STEP, POLICY, PRICE) for more in (-1, 0, 1))
    assert before < at >= after, "the last yuan earns nothing more"


def test_nobody_is_lent_where_the_price_does_not_cover_the_risk():
    found = limit(Risk(0.15, 0.18, 12, 10_000_000), "a")
    assert (found.limit_minor, found.binding, found.reason) == (0, "worth", "limit_too_small")


def test_riskier_grades_and_lower_incomes_never_get_more():
    for band in range(1, 5):
        row = [POLICY.matrix[f"{grade}{band}"] for grade in "abcdef"]
        assert row == sorted(row, reverse=True)
    for grade in "abcdef":
        assert all(low <= high for low, high in pairwise(POLICY.matrix[f"{grade}{band}"] for band in range(1, 5)))
    assert POLICY.most("z", 10**9) == 0


def test_first_draws_are_capped():
    assert limit().first_draw_minor == 1_000_000
    assert limit(GOOD._replace(capacity_minor=500_000)).first_draw_minor == 250_000
    assert limit(GOOD._replace(capacity_minor=60_000)).first_draw_minor == 50_000, "at least what the product lends"


def test_a_limit_for_a_while_stays_under_the_load_line():
    assert temporary_limit(1_000_000, 3_000_000, DAY, 30, POLICY, STEP) == Temporary(1_200_000, date(2026, 12, 31))
    assert temporary_limit(1_000_000, 1_105_000, DAY, 60, POLICY, STEP) == Temporary(1_100_000, date(2027, 1, 30))
    for minor, capacity, days in ((1_000_000, 1_000_000, 30), (1_000_000, 3_000_000, 61), (1_000_000, 3_000_000, 0)):
        refused = temporary_limit(minor, capacity, DAY, days, POLICY, STEP)
        assert isinstance(refused, Refused)
        assert refused.code == "temporary_limit_malformed"
