"""A validation puts the rows from after the training first, and a comparison asks for proof; both say which demand is missed."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.measure.comparison import BOTH, NEITHER, ONLY_CHALLENGER, ONLY_CHAMPION, Comparison, side_by_side, swap
from plimsoll.risk.measure.monitoring import ACT, ALERT, STEADY, monitor
from plimsoll.risk.measure.policy import model_policy
from plimsoll.risk.measure.strength import auc
from plimsoll.risk.measure.validation import ALL, IN_TIME, LEARNT, OUT_OF_TIME, SEGMENT_CASES_MIN, Scored, Validation, validate
from plimsoll.rulebook.rules import load

POLICY = model_policy(load(), date(2026, 12, 1))


def cases(seed=1, count=6_000, noise=0.0, scale=1.0):
    """Cases whose outcome is drawn from the probability stated, before noise and scale (of the log odds) spoil it."""
    truth = np.random.default_rng(seed).beta(1.5, 7, count)
    chance = np.random.default_rng(seed + 1_000)
    bad = chance.random(count) < truth
    odds = (np.log(truth / (1 - truth)) + noise * np.random.default_rng(int(noise * 100) + 7).normal(size=count)) * scale
    stated = 1 / (1 + np.exp(-odds))
    return Scored(bad, stated, np.round(600 - 28.85 * odds))


def failed(found):
    return [check.name for check in found.checks if not check.ok]


def test_rows_from_after_the_training_decide():
    held = cases()
    late = np.arange(len(held.bad)) >= 4_000
    found = validate(held, late, {}, POLICY)
    assert isinstance(found, Validation)
    assert [(sample.name, sample.rows) for sample in found.samples] == [(OUT_OF_TIME, 2_000), (IN_TIME, 4_000)]
    assert found.samples[0].auc.auc == pytest.approx(auc(held.bad[late], held.stated[late]))
    assert sum(band.cases for band in found.bands) == sum(found.histogram.goods) + sum(found.histogram.bads) == 2_000
    assert found.shift.psi < 0.02
    assert found.is_passed


def test_without_a_split_all_rows_decide_and_no_shift_is_told():
    found = validate(cases(), None, {}, POLICY)
    assert [sample.name for sample in found.samples] == [ALL]
    assert found.shift is None
    assert found.is_passed


@pytest.mark.parametrize(
    ("held", "missed"),
    [
        (cases(count=300), ["bad cases"]),
        (cases(noise=4.0), ["AUC", "calibration slope"]),
        (cases(scale=2.0), ["calibration slope"]),
        (cases(scale=0.5), ["calibration slope"]),
    ],
)
def test_every_demand_can_be_missed(held, missed):
    found = validate(held, None, {}, POLICY)
    assert failed(found) == missed
    assert not found.is_passed


def test_other_people_than_those_of_the_training_are_noticed():
    early, late = cases(2), cases(3)
    moved = Scored(*(np.concatenate(parts) for parts in zip(early, late, strict=True)))
    outside = np.arange(len(moved.bad)) >= len(early.bad)
    assert failed(validate(moved, outside, {}, POLICY)) == []
    moved.points[outside] -= 40
    assert failed(validate(moved, outside, {}, POLICY)) == ["PSI of the score"]


@pytest.mark.parametrize("bads", [0, 1])
def test_too_few_outcomes_are_refused(bads):
    bad = np.arange(50) < bads
    found = validate(Scored(bad, np.linspace(0, 1, 50), np.arange(50.0)), None, {}, POLICY)
    assert found.code == "outcomes_too_few"
    everywhere = Scored(~bad, np.linspace(0, 1, 50), np.arange(50.0))
    assert validate(everywhere, None, {}, POLICY).code == "outcomes_too_few"
    nowhere = Scored(np.arange(50) < 25, np.linspace(0, 1, 50), np.arange(50.0))
    assert validate(nowhere, np.zeros(50, bool), {}, POLICY).code == "outcomes_too_few"


def test_segments_hold_the_deciding_rows_largest_first_and_small_ones_are_left_out():
    held = cases()
    codes = np.select([np.arange(6_000) % 3 == 0, np.arange(6_000) < 4_010], [1, 0], -1).astype(np.int32)
    codes[-(SEGMENT_CASES_MIN - 1) :] = 2
    late = np.arange(6_000) >= 3_000
    found = validate(held, late, {"channel": (codes, ("app", "web", "rare"))}, POLICY)
    names = [segment.value for segment in found.segments]
    assert names == ["", "web", "app"]
    for segment in found.segments:
        inside = late & (codes == ("app", "web").index(segment.value) if segment.value else codes == -1)
        assert (segment.rows, segment.bads) == (inside.sum(), held.bad[inside].sum())
        assert segment.auc.auc == pytest.approx(auc(held.bad[inside], held.stated[inside]))


def test_cases_that_a_model_may_have_learnt_from_pass_nothing():
    assert failed(validate(cases(), None, {}, POLICY, is_learnt=True)) == [LEARNT]
    assert failed(side_by_side(cases(noise=1.0), cases(), 0.7, POLICY, is_learnt=True)) == [LEARNT]


def test_a_better_challenger_passes_and_an_equal_one_does_not():
    worse, better = cases(noise=1.0), cases()
    found = side_by_side(worse, better, 0.7, POLICY)
    assert isinstance(found, Comparison)
    assert found.is_passed
    assert found.pair.difference > 0
    assert [sample.name for sample in found.samples] == ["champion", "challenger"]
    assert failed(side_by_side(better, worse, 0.7, POLICY)) == ["AUC gained", "Brier gained"]
    assert failed(side_by_side(better, better, 0.7, POLICY)) == ["AUC gained", "p of the paired test"]


def test_a_challenger_that_ranks_better_but_states_worse_is_held_back():
    worse, better = cases(noise=0.8), cases()
    wild = Scored(better.bad, np.minimum(0.999, better.stated * 4), better.points)
    assert failed(side_by_side(worse, wild, 0.7, POLICY)) == ["Brier gained"]


def test_few_outcomes_prove_nothing_however_large_the_gain():
    few = cases(noise=3.0, count=400), cases(count=400)
    assert "bad cases" in failed(side_by_side(*few, 0.7, POLICY))
    one = Scored(np.arange(10) < 1, np.linspace(0, 1, 10), np.zeros(10))
    assert side_by_side(one, one, 0.7, POLICY).code == "outcomes_too_few"


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50), st.floats(0, 1))
def test_a_swap_counts_everybody_once_and_both_approve_the_same_number(rows, approved):
    bad, first, second = (np.array(part) for part in zip(*rows, strict=True))
    found = {cell.approved_by: cell for cell in swap(bad, first.astype(float), second.astype(float), approved)}
    assert sum(cell.cases for cell in found.values()) == len(rows)
    assert sum(cell.bads for cell in found.values()) == bad.sum()
    assert found[ONLY_CHAMPION].cases == found[ONLY_CHALLENGER].cases
    assert found[BOTH].cases + found[ONLY_CHAMPION].cases == round(approved * len(rows))
    assert found[NEITHER].cases >= 0


def test_nobody_swaps_between_a_model_and_itself():
    held = cases()
    found = {cell.approved_by: cell for cell in swap(held.bad, held.stated, held.stated, 0.5)}
    assert (found[BOTH].cases, found[ONLY_CHAMPION].cases, found[NEITHER].cases) == (3_000, 0, 3_000)


def test_a_month_like_the_validation_is_steady_and_another_one_is_not():
    valid = validate(cases(), None, {}, POLICY)
    month = cases(5, count=3_000)
    calm = monitor(valid.baseline, month.points, None, POLICY)
    assert (calm.level, calm.is_passed, calm.sample) == (STEADY, True, None)
    assert monitor(valid.baseline, month.points - 11, None, POLICY).level == ALERT
    moved = monitor(valid.baseline, month.points - 40, month, POLICY)
    assert (moved.level, moved.is_passed) == (ACT, False)
    assert moved.sample.auc.auc == pytest.approx(auc(month.bad, month.stated))
    assert [check.name for check in moved.checks if not check.ok] == ["PSI of the score"]


def test_a_month_without_outcomes_to_speak_of_is_refused():
    valid = validate(cases(), None, {}, POLICY)
    few = cases(6, count=40).only(np.arange(40) < 0)
    assert monitor(valid.baseline, cases().points, few, POLICY).code == "outcomes_too_few"


def test_the_baseline_holds_the_deciding_rows():
    held = cases()
    late = np.arange(6_000) >= 4_000
    assert sum(validate(held, late, {}, POLICY).baseline.counts) == 2_000
