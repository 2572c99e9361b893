"""The paired test of two models: by its definition case by case, against the bootstrap, and with the size it claims."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.measure.pair import Paired, area, compare, midranks
from plimsoll.units.refusal import Refused


def made(seed, count=400, first=1.0, second=1.0, shared=0.8):
    """Good and bad cases with two scores that see the same truth through partly the same noise; ties included."""
    chance = np.random.default_rng(seed)
    bad = chance.random(count) < 0.3
    noise = chance.normal(size=count) * shared
    rest = (1 - shared**2) ** 0.5
    scores = [bad * strength + noise + chance.normal(size=count) * rest for strength in (first, second)]
    return bad, np.round(scores[0], 1), np.round(scores[1], 1)


def by_pairs(bad, first, second):
    """DeLong's covariance by its definition: the kernel of every pair of a bad and a good case."""
    kernels = []
    for score in (first, second):
        gap = score[bad][:, None] - score[~bad][None, :]
        kernels.append((gap > 0) + 0.5 * (gap == 0))
    ten = np.cov([kernel.mean(axis=1) for kernel in kernels]) / bad.sum()
    one = np.cov([kernel.mean(axis=0) for kernel in kernels]) / (~bad).sum()
    return [kernel.mean() for kernel in kernels], ten + one


@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_its_definition_says(seed):
    bad, first, second = made(seed, count=150, second=1.3)
    aucs, spread = by_pairs(bad, first, second)
    found = compare(bad, first, second)
    assert (found.first, found.second) == pytest.approx(tuple(aucs), abs=1e-12)
    assert found.error == pytest.approx((spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]) ** 0.5, abs=1e-12)
    alone = area(bad, second)
    assert (alone.auc, alone.error) == pytest.approx((aucs[1], spread[1, 1] ** 0.5), abs=1e-12)


def test_the_bootstrap_finds_the_same_error():
    bad, first, second = made(7, count=600, second=1.4)
    found = compare(bad, first, second)
    chance = np.random.default_rng(1)
    drawn = []
    for _ in range(600):
        places = chance.integers(0, len(bad), len(bad))
        again = compare(bad[places], first[places], second[places])
        drawn.append(again.difference)
    assert np.std(drawn) == pytest.approx(found.error, rel=0.12)
    assert np.mean(drawn) == pytest.approx(found.difference, abs=3 * found.error / 600**0.5 + 0.002)


def test_equal_models_are_told_apart_as_seldom_as_promised():
    """Of 400 trials of two equally good models about 5 % come out below 0.05; five standard errors allowed."""
    wrong = sum(compare(*made(seed, count=300)).p < 0.05 for seed in range(400))
    assert abs(wrong - 20) < 5 * (400 * 0.05 * 0.95) ** 0.5


def test_a_better_model_is_found():
    found = compare(*made(3, count=2_000, second=1.6))
    assert found.p < 1e-4
    assert found.low > 0
    assert found.low < found.difference < found.high
    turned = compare(*made(3, count=2_000, first=1.6, second=1.0, shared=0.8))
    assert turned.difference < 0


def test_a_model_against_itself_differs_by_nothing():
    bad, first, _ = made(4)
    found = compare(bad, first, first)
    assert (found.difference, found.error, found.p) == (0.0, 0.0, 1.0)


def test_a_perfect_model_against_its_mirror():
    bad = np.array([False, False, True, True])
    found = compare(bad, np.array([4.0, 3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0, 4.0]))
    assert (found.first, found.second, found.error, found.p) == (0.0, 1.0, 0.0, 0.0)


@pytest.mark.parametrize("bad", [[True, False, False], [True, True, True, False], [False, False], []])
def test_too_few_cases_are_refused(bad):
    flags = np.array(bad, bool)
    scores = np.arange(len(bad), dtype=float)
    for found in (compare(flags, scores, scores), area(flags, scores)):
        assert isinstance(found, Refused)
        assert found.code == "outcomes_too_few"


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30))
def test_midranks_are_the_mean_place_among_the_sorted(values):
    ordered = sorted(values)
    expected = [np.mean([place + 1 for place, other in enumerate(ordered) if other == value]) for value in values]
    assert midranks(np.array(values, float)).tolist() == expected


@given(st.integers(0, 10_000))
def test_the_order_of_the_cases_and_any_rising_scale_are_no_matter(seed):
    bad, first, second = made(seed, count=60)
    if min(bad.sum(), (~bad).sum()) < 2:
        return
    found = compare(bad, first, second)
    places = np.random.default_rng(seed).permutation(len(bad))
    again = compare(bad[places], np.exp(first[places]), second[places] ** 3)
    assert isinstance(found, Paired)
    assert tuple(again) == pytest.approx(tuple(found), abs=1e-9)
