"""AUC, KS, calibration and stability: against other implementations, by their definitions, and at their edges."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from plimsoll.risk.measure.calibration import brier, calibration_line, ece
from plimsoll.risk.measure.stability import counts_in, edges_of, psi, shift
from plimsoll.risk.measure.strength import auc, bands, ks, roc

CASES = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=60)


def made(seed=1, count=3_000, ties=2):
    chance = np.random.default_rng(seed)
    stated = np.round(chance.beta(2, 8, count), ties)
    return chance.random(count) < stated, stated


def test_auc_ks_and_brier_are_those_of_another_implementation():
    for seed in range(5):
        bad, stated = made(seed)
        fall, hit, _ = roc_curve(bad, stated)
        assert auc(bad, stated) == pytest.approx(roc_auc_score(bad, stated), abs=1e-12)
        assert ks(bad, stated).value == pytest.approx(np.max(hit - fall), abs=1e-12)
        assert brier(bad, stated) == pytest.approx(brier_score_loss(bad, stated), abs=1e-12)


@given(CASES)
def test_auc_is_the_share_of_pairs_in_order(cases):
    bad, score = (np.array(part) for part in zip(*cases, strict=True))
    gaps = [(one > other) + 0.5 * (one == other) for one in score[bad] for other in score[~bad]]
    assert auc(bad, score.astype(float)) == pytest.approx(np.mean(gaps) if gaps else math.nan, nan_ok=True)


@given(CASES)
def test_ks_is_the_widest_gap_at_its_score(cases):
    bad, score = (np.array(part) for part in zip(*cases, strict=True))
    found = ks(bad, score.astype(float))
    if not bad.any() or bad.all():
        assert math.isnan(found.value)
        return
    gaps = {at: abs((score[bad] <= at).mean() - (score[~bad] <= at).mean()) for at in score}
    assert found.value == pytest.approx(max(gaps.values()))
    assert gaps[found.at] == pytest.approx(found.value)


def test_the_curve_runs_from_corner_to_corner_and_holds_the_area():
    bad, stated = made(2, count=20_000, ties=6)
    curve = roc(bad, stated)
    assert (curve[0], curve[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert len(curve) < 220
    fall, hit = np.array(curve).T
    assert np.all(np.diff(fall) >= 0)
    assert np.all(np.diff(hit) >= 0)
    assert np.trapezoid(hit, fall) == pytest.approx(auc(bad, stated), abs=2e-3)


@given(CASES, st.integers(1, 12))
def test_bands_hold_every_case_once_and_equal_scores_together(cases, count):
    bad, score = (np.array(part) for part in zip(*cases, strict=True))
    found = bands(bad, score.astype(float), count)
    assert sum(band.cases for band in found) == len(cases)
    assert sum(band.bads for band in found) == bad.sum()
    assert len(found) <= count
    assert all(one.high < other.low for one, other in pairwise(found))
    for band in found:
        held = (score >= band.low) & (score <= band.high)
        assert (held.sum(), score[held].mean()) == pytest.approx((band.cases, band.stated))


def test_the_calibration_line_is_that_of_a_regression():
    bad, stated = made(3)
    stated = np.clip(stated, 0.01, 0.99)
    odds = np.log(stated / (1 - stated))
    other = LogisticRegression(C=1e12, tol=1e-10, max_iter=1_000).fit(odds[:, None], bad)
    found = calibration_line(bad, stated)
    assert found == pytest.approx((other.coef_[0, 0], other.intercept_[0]), abs=1e-4)
    assert found == pytest.approx((1, 0), abs=0.2), "the outcomes were drawn from what is stated"


def test_a_model_too_sure_of_itself_has_a_slope_under_one():
    bad, stated = made(4)
    stated = np.clip(stated, 0.01, 0.99)
    odds = np.log(stated / (1 - stated))
    sure = 1 / (1 + np.exp(-2 * odds))
    assert calibration_line(bad, sure).slope == pytest.approx(calibration_line(bad, stated).slope / 2, abs=1e-6)
    assert calibration_line(bad, 1 / (1 + np.exp(-(odds - 0.7)))).intercept > 0.5
    assert ece(bad, sure) > ece(bad, stated)


@pytest.mark.parametrize(
    ("bad", "stated"),
    [
        ([True, True], [0.2, 0.3]),
        ([False, False], [0.2, 0.3]),
        ([True, False], [0.2, 0.2]),
        ([False, False, True, True], [0.1, 0.2, 0.8, 0.9]),
    ],
)
def test_cases_that_do_not_tell_a_line_give_none(bad, stated):
    assert all(map(math.isnan, calibration_line(np.array(bad), np.array(stated))))


def test_stated_certainties_are_no_trouble():
    bad, stated = made(5)
    stated[:10], stated[10:20] = 0.0, 1.0
    assert math.isfinite(calibration_line(bad, stated).slope)
    assert 0 <= ece(bad, stated) < 0.2


def test_the_index_of_a_textbook_shift():
    """Two bins of 50 % become 60 % and 40 %: 0.1 ln 1.2 + -0.1 ln 0.8 = 0.0405, with many cases."""
    found = shift([0.0], [500_000, 500_000], [600_000, 400_000])
    assert found.psi == pytest.approx(0.1 * math.log(1.2) - 0.1 * math.log(0.8), abs=1e-5)
    assert found.psi == pytest.approx(sum(each.part for each in found.bins))
    assert [each.low for each in found.bins] == [-math.inf, 0.0]


def test_like_people_shift_nothing_and_others_do():
    chance = np.random.default_rng(6)
    made_for, today = chance.normal(size=20_000), chance.normal(size=20_000)
    assert psi(made_for, made_for).psi == pytest.approx(0, abs=1e-12)
    assert psi(made_for, today).psi < 0.01
    assert psi(made_for, today + 0.7).psi > 0.25
    assert psi(made_for, np.full(100, 99.0)).psi > 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=80), st.lists(st.integers(-2, 8), min_size=1, max_size=80))
def test_the_index_is_never_negative_and_bins_hold_everybody(expected, actual):
    one, other = np.array(expected, float), np.array(actual, float)
    edges = edges_of(one)
    assert sum(counts_in(other, edges)) == len(other)
    assert list(edges) == sorted(set(edges))
    found = psi(one, other)
    assert found.psi >= 0
    assert sum(each.actual for each in found.bins) == pytest.approx(1)
