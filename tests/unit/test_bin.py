"""Bins by hand and by property: counts add up, risk goes one way, what must stand apart does."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.score.bin import DOWN, EITHER, FREE, UP, Binning, Group, Whole, bin_column, difference, information, joined, pooled
from plimsoll.risk.score.table import CATEGORY, NUMBER, Column

HOW = Binning(fine=50, few=5, share=0.05, least=2, zeros=0.1, ratio=2.0, words=0.3, shrink=10)


def numbers(values) -> Column:
    held = np.array(values, float)
    return Column("x", NUMBER, numbers=held, distinct=len(np.unique(held[~np.isnan(held)])))


def words(values) -> Column:
    labels = tuple(sorted({value for value in values if value}))
    codes = np.array([labels.index(value) if value else -1 for value in values], np.int32)
    return Column("w", CATEGORY, codes=codes, labels=labels, distinct=len(labels))


def test_weight_of_evidence_by_hand():
    # 100 rows, 20 bad. 50 rows with 5 bad, shrunk by 10 rows of the average: (5 + 2) / (45 + 8), against 20 / 80.
    found = Whole(100, 20).bin(5, 50, 10)
    assert found.woe == pytest.approx(math.log(7 / 53 * 80 / 20))
    assert (found.rows, found.bads) == (50, 5)
    assert Whole(100, 20).bin(0, 0, 10).woe == 0.0


def test_neighbours_that_break_the_direction_are_pooled():
    groups = [Group(1, 10, 0), Group(3, 10, 1), Group(2, 10, 2), Group(6, 10, 3)]
    assert pooled(groups, is_up=True) == [Group(1, 10, 0), Group(5, 20, 2), Group(6, 10, 3)]
    assert pooled(groups, is_up=False) == [Group(12, 40, 3)]


def test_the_likelihood_ratio_by_hand():
    # 5 of 50 against 15 of 50: 2 x (5 ln .1 + 45 ln .9 + 15 ln .3 + 35 ln .7 - 20 ln .2 - 80 ln .8)
    wanted = 2 * (
        5 * math.log(0.1) + 45 * math.log(0.9) + 15 * math.log(0.3) + 35 * math.log(0.7) - 20 * math.log(0.2) - 80 * math.log(0.8)
    )
    assert difference(Group(5, 50, 0), Group(15, 50, 1)) == pytest.approx(wanted)
    assert difference(Group(0, 5, 0), Group(0, 7, 1)) == 0.0


def test_small_and_alike_neighbours_are_joined():
    groups = [Group(10, 100, 0), Group(1, 3, 1), Group(50, 100, 2), Group(51, 100, 3)]
    assert [group.last for group in joined(groups, HOW, Whole(303, 112))] == [0, 3]


def test_missing_special_and_frequent_zero_stand_apart():
    values = [math.nan] * 20 + [-9.0] * 30 + [0.0] * 60 + [float(n) for n in range(1, 91)]
    bad = np.array([1, 0] * 100, float)
    bins = bin_column(numbers(values), bad, HOW, special=(-9.0, -8.0))
    assert bins.apart == (-9.0, 0.0)
    assert [bins.label(bins.place(value)) for value in (None, -9, 0, -8)][:3] == ["missing", "= -9", "= 0"]
    assert [one.rows for one in bins.bins[:4]] == [20, 0, 30, 60]


def test_few_different_values_keep_their_own_order_of_risk():
    values = [1.0] * 100 + [2.0] * 100 + [3.0] * 100
    bad = np.array([1] * 10 + [0] * 90 + [1] * 50 + [0] * 50 + [1] * 12 + [0] * 88, float)
    bins = bin_column(numbers(values), bad, HOW)
    assert bins.edges == (1.0, 2.0)
    low, high, again = (one.woe for one in bins.bins[bins.first_range :])
    assert high > again > low


def test_words_are_grouped_by_bad_rate_and_rare_ones_pooled():
    values = ["good"] * 100 + ["fine"] * 100 + ["poor"] * 100 + ["rare"] * 3 + ["odd"] * 2 + [""] * 5
    bad = np.array([1] * 10 + [0] * 90 + [1] * 10 + [0] * 90 + [1] * 60 + [0] * 40 + [1, 0, 0] + [1, 0] + [0] * 5, float)
    bins = bin_column(words(values), bad, HOW)
    assert bins.groups == (("fine", "good"), ("poor",))
    assert [one.rows for one in bins.bins] == [5, 5, 200, 100]
    assert [bins.label(bins.place(value)) for value in ("good", "rare", "new", None)] == ["fine, good", "other", "other", "missing"]


def test_a_column_without_values_tells_nothing():
    bins = bin_column(numbers([math.nan] * 4), np.array([1.0, 0.0, 1.0, 0.0]), HOW)
    assert [one.rows for one in bins.bins] == [4, 0, 0]
    assert information(bins) == pytest.approx(0.0)


VALUES = st.lists(
    st.tuples(st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, 0.0, 1.0, -9.0, 1e300, -1e300])), st.booleans()),
    min_size=10,
    max_size=300,
).filter(lambda rows: len({bad for _, bad in rows}) == 2)


@given(VALUES, st.sampled_from([UP, DOWN, EITHER, FREE]))
def test_counts_add_up_and_risk_goes_the_way_that_was_asked(rows: list, direction: str):
    values, bad = [value for value, _ in rows], np.array([float(ended) for _, ended in rows])
    column = numbers(values)
    bins = bin_column(column, bad, HOW, special=(-9.0,), direction=direction)
    assert sum(one.rows for one in bins.bins) == len(rows)
    assert sum(one.bads for one in bins.bins) == bad.sum()
    counted = [0] * len(bins.bins)
    for value in values:
        counted[bins.place(value)] += 1
    assert counted == [one.rows for one in bins.bins]
    rates = [one.bads / one.rows for one in bins.bins[bins.first_range :] if one.rows]
    rest = {value for value in values if not math.isnan(value)} - set(bins.apart)
    if direction != FREE and len(rest) > HOW.few:
        up, down = rates == sorted(rates), rates == sorted(rates, reverse=True)
        assert up if direction == UP else down if direction == DOWN else up or down


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "c", "d e", "其他"]), st.booleans()), min_size=10, max_size=200))
def test_words_are_counted_where_they_fall(rows: list):
    bad = np.array([float(ended) for _, ended in rows])
    if len(set(bad.tolist())) < 2:
        return
    bins = bin_column(words([value for value, _ in rows]), bad, HOW)
    counted = [0] * len(bins.bins)
    for value, _ in rows:
        counted[bins.place(value or None)] += 1
    assert counted == [one.rows for one in bins.bins]
