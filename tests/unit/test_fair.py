"""Bounds of shares, the fairness table, the look behind the score, and when a model is due again."""

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.measure import interval
from plimsoll.risk.measure.fair import ALIKE, FEW, LOOK, Bounds, fairness
from plimsoll.risk.measure.pair import area
from plimsoll.risk.measure.policy import model_policy
from plimsoll.risk.measure.reject import augment, behind, check, weighted_auc
from plimsoll.risk.score.due import PSI, STRENGTH, VALIDATION, Done, due
from plimsoll.rulebook.rules import load

POLICY = model_policy(load(), date(2026, 12, 1))
BOUNDS = Bounds(0.8, 30, 0.02)


def test_wilsons_bounds_are_those_of_the_books():
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    for count, of, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)):
        assert interval.share(count, of) == pytest.approx((count / of, low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_within_its_bounds(count, more):
    found = interval.share(count, count + more)
    assert 0 <= found.low <= found.high <= 1
    if count + more:
        assert found.low <= found.value <= found.high


def test_the_ratio_of_shares():
    found = interval.ratio(40, 100, 50, 100)
    error = math.sqrt(0.6 / 40 + 0.5 / 50)
    assert found == pytest.approx((0.8, 0.8 * math.exp(-1.96 * error), 0.8 * math.exp(1.96 * error)), rel=1e-4)
    assert interval.ratio(0, 10, 5, 10) == (0.0, 0.0, math.inf)
    assert math.isnan(interval.ratio(3, 10, 0, 10).value)


def groups(seed=1, count=4_000, unfair=0.0):
    """Three groups, the third small, the first treated worse by `unfair` than its risk; a few of whom nothing is known."""
    chance = np.random.default_rng(seed)
    codes = chance.choice(np.array([0, 1, 2, -1], np.int32), count, p=[0.45, 0.5, 0.004, 0.046])
    risk = chance.beta(2, 6, count)
    bad = chance.random(count) < risk
    stated = np.where(codes == 0, np.minimum(1, risk + unfair), risk)
    return codes, bad, stated


def table(codes, bad, stated, cut=0.3):
    return fairness(codes, ("one", "two", "three"), bad, stated, stated <= cut, BOUNDS)


def test_equal_treatment_is_found_equal():
    rows = table(*groups(seed=2))
    assert [row.name for row in rows] == ["two", "one", "", "three"]
    assert [row.verdict for row in rows] == [ALIKE, ALIKE, ALIKE, FEW]
    for row in rows[:3]:
        assert row.ratio.low <= 1 <= row.ratio.high * 1.02
        assert row.calibration.low <= 1 <= row.calibration.high
        assert row.approved.low < row.approved.value < row.approved.high


def test_a_model_that_overstates_one_group_is_shown():
    rows = {row.name: row for row in table(*groups(unfair=0.12))}
    assert rows["one"].verdict == LOOK
    assert rows["one"].ratio.high < 0.8
    assert rows["one"].calibration.high < 1, "it did better than the model said"
    assert rows["two"].ratio.value == 1


def test_the_table_is_what_it_says_row_by_row():
    codes, bad, stated = groups(unfair=0.05)
    for row in table(codes, bad, stated):
        held = codes == ("one", "two", "three").index(row.name) if row.name else codes == -1
        assert (row.cases, row.bads) == (held.sum(), bad[held].sum())
        assert row.approved.value == pytest.approx((stated[held] <= 0.3).mean())
        assert row.stated == pytest.approx(stated[held].mean())
        if row.auc is not None:
            assert row.auc.value == area(bad[held], stated[held]).auc


def test_a_small_group_is_neither_judged_nor_what_others_are_judged_by():
    codes, bad, stated = groups()
    codes[:40], stated[:40] = 2, 0.0
    rows = {row.name: row for row in table(codes, bad, stated)}
    assert rows["three"].verdict == FEW, "more than thirty cases, less than two in a hundred of all"
    assert rows["three"].ratio.value > 1
    assert max(rows[name].ratio.value for name in ("one", "two")) == 1


def test_a_group_without_bad_cases_has_no_auc():
    rows = fairness(
        np.array([0, 0, 1, 1], np.int32),
        ("a", "b"),
        np.array([False, False, True, False]),
        np.array([0.1, 0.2, 0.3, 0.4]),
        np.array([True] * 4),
        BOUNDS,
    )
    assert [row.auc for row in rows] == [None, None]
    assert {row.verdict for row in rows} == {FEW}


def test_the_rejected_count_twice_with_weights_that_add_up():
    bad, weight = augment(np.array([0.2, 0.5, 0.9]), 1.5)
    assert bad.tolist() == [True] * 3 + [False] * 3
    assert weight == pytest.approx([0.3, 0.75, 1.0, 0.7, 0.25, 0.0])


def test_the_check_moves_with_the_factor_and_rests_on_the_accepted():
    chance = np.random.default_rng(2)
    accepted = chance.beta(1, 12, 3_000)
    bad = chance.random(3_000) < accepted
    rejected = chance.beta(3, 7, 1_000)
    rows = check(bad, accepted, rejected)
    assert [row.factor for row in rows] == [1.0, 1.5, 2.0, 3.0]
    assert rows[0].reject_rate == pytest.approx(rejected.mean())
    assert all(one.bad_rate < other.bad_rate and one.reject_rate < other.reject_rate for one, other in pairwise(rows))
    nobody = check(bad, accepted, np.empty(0))
    assert [row.auc for row in nobody] == pytest.approx([area(bad, accepted).auc] * 4)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=40))
def test_a_weight_is_so_many_equal_cases(cases):
    bad, score, weight = (np.array(part) for part in zip(*cases, strict=True))
    found = weighted_auc(bad, score.astype(float), weight.astype(float))
    again = weighted_auc(np.repeat(bad, weight), np.repeat(score, weight).astype(float), np.ones(weight.sum()))
    assert found == pytest.approx(again, nan_ok=True)
    gaps = [(u > v) + 0.5 * (u == v) for b, u in zip(np.repeat(bad, weight), np.repeat(score, weight), strict=True) if b
            for c, v in zip(np.repeat(bad, weight), np.repeat(score, weight), strict=True) if not c]  # fmt: skip
    assert found == pytest.approx(np.mean(gaps) if gaps else math.nan, nan_ok=True)


def test_random_accepts_tell_how_much_worse_the_rejected_are():
    chance = np.random.default_rng(3)
    stated = chance.beta(3, 7, 2_000)
    found = behind(chance.random(2_000) < np.minimum(1, 1.5 * stated), stated)
    assert found.factor.low < 1.5 < found.factor.high + 0.05
    assert behind(np.empty(0, bool), np.empty(0)).cases == 0


DAY = date(2026, 3, 31).toordinal()


def days(*done):
    return {one.what: date.fromordinal(one.by).isoformat() for one in due(POLICY, DAY, done)}


def test_a_model_is_due_a_month_a_quarter_and_a_year_after():
    assert days() == {PSI: "2026-04-30", STRENGTH: "2026-06-30", VALIDATION: "2027-03-31"}
    assert days(Done(VALIDATION, date(2026, 1, 15).toordinal()))[VALIDATION] == "2027-01-15"
    later = date(2026, 5, 10).toordinal()
    assert days(Done(PSI, later)) == {PSI: "2026-06-10", STRENGTH: "2026-06-30", VALIDATION: "2027-03-31"}
    assert days(Done(VALIDATION, later)) == {PSI: "2026-06-10", STRENGTH: "2026-08-10", VALIDATION: "2027-05-10"}
    assert [one.what for one in due(POLICY, DAY, ())] == [PSI, STRENGTH, VALIDATION]
