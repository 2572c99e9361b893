"""Bin a column by weight of evidence: monotone, few, and none too small to tell. What is made is asked in `plimsoll.risk.score.bins`.

A number is first cut into many ranges of equal size. Neighbours that break the direction are pooled (pool adjacent violators: Ayer et al.
1955), up and down, and the direction with the greater likelihood stays. Then neighbours are joined, the most alike first, until each
range is large enough and differs from the next by a likelihood ratio test. Weight of evidence is Good's 1950, shrunk towards 0 by
`shrink` rows of the average, so that few rows say little.

Missing cells, special values, and zero where it is frequent have bins of their own. A number with few different values keeps them
apart, in any order of risk. Categories are put in the order of their bad rates and joined alike; rare ones are pooled as others.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.score.bins import CATEGORY, DATE, Bin, Bins
from plimsoll.risk.score.table import Column, Floats, Ints

UP, DOWN, EITHER, FREE = "up", "down", "either", "free"
DIRECTIONS: Final = (UP, DOWN, EITHER, FREE)
"""Of a bad rate as the number grows: held to go up, or down, or whichever is likelier, or not held at all."""
NOTHING: Final = Bin(0, 0, 0.0)
RARE_SHARE: Final = 0.125
"""The share of all rows of the rarer kind that is enough for a bin, where there are few of them."""
ISO: Final = "%Y-%m-%d"


class Binning(NamedTuple):
    """How to bin: the ranges to begin with, the most values that are kept apart, the least share of rows, good and bad rows of a bin,
    the share of zeros from which they stand apart, the likelihood ratio that neighbours must differ by, that for words (they are in the
    order of their bad rates, which makes neighbours alike), and the rows of shrinking."""

    fine: int
    few: int
    share: float
    least: int
    zeros: float
    ratio: float
    words: float
    shrink: int


class Group(NamedTuple):
    """Neighbouring ranges or words put together: bad rows, rows, and the last range in it."""

    bads: float
    rows: float
    last: int

    def join(self, other: "Group") -> "Group":
        """Give this one and the next together."""
        return Group(self.bads + other.bads, self.rows + other.rows, other.last)


class Whole(NamedTuple):
    """The training as a whole: rows and bad rows."""

    rows: int
    bads: int

    def bin(self, bads: float, rows: float, shrink: float) -> Bin:
        """Give a bin with its weight of evidence."""
        if not rows:
            return NOTHING
        share = self.bads / self.rows
        woe = math.log((bads + shrink * share) / (rows - bads + shrink * (1 - share))) - math.log(share / (1 - share))
        return Bin(int(rows), int(bads), woe)


def bin_column(column: Column, bad: Floats, how: Binning, special: Sequence[float] = (), direction: str = EITHER) -> Bins:
    """Bin a column; `bad` is 1.0 for bad rows and 0.0 for good ones, and holds both."""
    whole = Whole(len(bad), int(bad.sum()))
    missing = column.is_missing()
    first = whole.bin(float(bad[missing].sum()), int(missing.sum()), how.shrink)
    if column.kind == CATEGORY:
        return _categories(column, bad, how, whole, first)
    found = ~missing
    apart, edges, bins = _numbers(column.numbers[found], bad[found], how, whole, special, direction)
    written = (column.written or ISO) if column.kind == DATE else ""
    return Bins(column.name, column.kind, written, apart, edges, (), (first, NOTHING, *bins))


def _numbers(
    values: Floats, bad: Floats, how: Binning, whole: Whole, special: Sequence[float], direction: str
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[Bin, ...]]:
    """Give the values that stand apart, the edges of the ranges, and the bins of both."""
    apart = sorted(value for value in set(special) if (values == value).any())
    rest = ~np.isin(values, apart) if apart else np.ones(len(values), bool)
    ordered = np.sort(values[rest])
    different = _different(ordered, how.few)
    if different is None and float((ordered == 0).sum()) > how.zeros * whole.rows:
        apart = sorted({*apart, 0.0})
        rest = ~np.isin(values, apart)
        ordered = ordered[ordered != 0]
        different = _different(ordered, how.few)
    bins = [whole.bin(float(bad[values == value].sum()), int((values == value).sum()), how.shrink) for value in apart]
    uppers = _quantiles(ordered, how.fine) if different is None else different
    groups = _counted(np.searchsorted(uppers, values[rest], side="left"), bad[rest], len(uppers))
    if different is not None or direction == FREE:
        groups = joined(groups, how, whole)
    else:
        groups = _monotone(groups, how, whole, direction)
    edges = tuple(float(uppers[group.last]) for group in groups[:-1])
    return tuple(apart), edges, (*bins, *(whole.bin(group.bads, group.rows, how.shrink) for group in groups or [Group(0, 0, 0)]))


def _different(ordered: Floats, most: int) -> Floats | None:
    """Give the different values of a sorted column where there are few, None where there are more."""
    if not len(ordered):
        return ordered
    firsts = np.flatnonzero(ordered[1:] != ordered[:-1])
    return None if len(firsts) >= most else np.append(ordered[firsts], ordered[-1])


def _quantiles(ordered: Floats, count: int) -> Floats:
    """Give the upper bounds of about `count` ranges of equal size; each bound is a value that is there."""
    places = np.ceil(np.arange(1, count + 1) * len(ordered) / count).astype(np.int64) - 1
    return np.unique(ordered[np.maximum(places, 0)])


def _counted(places: Ints, bad: Floats, count: int) -> list[Group]:
    """Count rows and bad rows by place; a place without rows joins the next."""
    rows = np.bincount(places, minlength=count)
    bads = np.bincount(places, weights=bad, minlength=count)
    return [Group(float(bads[at]), float(rows[at]), at) for at in np.flatnonzero(rows).tolist()]


def _monotone(groups: list[Group], how: Binning, whole: Whole, direction: str) -> list[Group]:
    """Give the groups with bad rates that only go up, or only down."""
    tried = []
    for is_up in (True, False):
        if direction == EITHER or (direction == UP) == is_up:
            found = joined(pooled(groups, is_up=is_up), how, whole)
            tried.append((sum(likelihood(group.bads, group.rows) for group in found), found))
    return max(tried, key=lambda one: one[0])[1]


def pooled(groups: Sequence[Group], *, is_up: bool) -> list[Group]:
    """Pool neighbours until the bad rates go one way only."""
    found: list[Group] = []
    for group in groups:
        held = group
        while found and _breaks(found[-1], held, is_up=is_up):
            held = found.pop().join(held)
        found.append(held)
    return found


def _breaks(before: Group, after: Group, *, is_up: bool) -> bool:
    left, right = before.bads * after.rows, after.bads * before.rows
    return left >= right if is_up else left <= right


def joined(groups: Sequence[Group], how: Binning, whole: Whole) -> list[Group]:
    """Join neighbours, the most alike first, until all are large enough and differ by more than chance."""
    found = list(groups)
    apart = [difference(one, other) for one, other in pairwise(found)]
    is_small = _smallness(how, whole)
    while len(found) > 1:
        small = [at for at, group in enumerate(found) if is_small(group)]
        if small:
            smallest = min(small, key=lambda at: found[at].rows)
            near = [at for at in (smallest - 1, smallest) if 0 <= at < len(apart)]
            at = min(near, key=lambda place: apart[place])
        else:
            at = min(range(len(apart)), key=lambda place: apart[place])
            if apart[at] >= how.ratio:
                break
        found[at : at + 2] = [found[at].join(found[at + 1])]
        del apart[at]
        for place in (at - 1, at):
            if 0 <= place < len(apart):
                apart[place] = difference(found[place], found[place + 1])
    return found


def _smallness(how: Binning, whole: Whole) -> Callable[[Group], bool]:
    """Give what tells whether a group is too small: in rows, or where neither what came nor what the average would bring is enough.

    A large group without a single bad row says much, and stays. Where one kind of row is rare as a whole, less of it is enough.
    """
    rarer = min(whole.bads, whole.rows - whole.bads)
    rows_least, least, share = how.share * whole.rows, max(1.0, min(how.least, rarer * RARE_SHARE)), rarer / whole.rows

    def is_small(group: Group) -> bool:
        return group.rows < rows_least or max(min(group.bads, group.rows - group.bads), group.rows * share) < least

    return is_small


def likelihood(bads: float, rows: float) -> float:
    """Give the greatest log likelihood of a group with one bad rate."""
    goods = rows - bads
    return (bads * math.log(bads / rows) if bads else 0.0) + (goods * math.log(goods / rows) if goods else 0.0)


def difference(one: Group, other: Group) -> float:
    """Give the likelihood ratio statistic of two bad rates instead of one; about chi-square with one degree of freedom by chance."""
    apart = likelihood(one.bads, one.rows) + likelihood(other.bads, other.rows)
    return 2 * (apart - likelihood(one.bads + other.bads, one.rows + other.rows))


def _categories(column: Column, bad: Floats, how: Binning, whole: Whole, missing: Bin) -> Bins:
    """Give the groups of words; others are the rare ones together, and whatever comes that was never seen."""
    there = column.codes >= 0
    rows = np.bincount(column.codes[there], minlength=len(column.labels))
    bads = np.bincount(column.codes[there], weights=bad[there], minlength=len(column.labels))
    least_rows = max(how.share * whole.rows, 2.0 * how.least)
    common = np.flatnonzero(rows >= least_rows).tolist()
    rare = (rows > 0) & (rows < least_rows)
    share = whole.bads / whole.rows
    common.sort(key=lambda code: ((bads[code] + how.shrink * share) / (rows[code] + how.shrink), code))
    ordered = [Group(float(bads[code]), float(rows[code]), at) for at, code in enumerate(common)]
    groups = joined(ordered, how._replace(ratio=how.words), whole)
    words, begun = [], 0
    for group in groups:
        words.append(tuple(column.labels[code] for code in sorted(common[begun : group.last + 1])))
        begun = group.last + 1
    others = whole.bin(float(bads[rare].sum()), int(rows[rare].sum()), how.shrink)
    found = tuple(whole.bin(group.bads, group.rows, how.shrink) for group in groups)
    return Bins(column.name, CATEGORY, "", (), (), tuple(words), (missing, others, *found))


def information(bins: Bins) -> float:
    """Give the information value of a binned column: the sum of (share of bads - share of goods) x weight of evidence."""
    rows, bads = sum(one.rows for one in bins.bins), sum(one.bads for one in bins.bins)
    if not bads or bads == rows:
        return 0.0
    return sum((one.bads / bads - (one.rows - one.bads) / (rows - bads)) * one.woe for one in bins.bins)
