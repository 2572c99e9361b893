"""Look in a training table for features worth deriving: what a series of columns comes to, and ratios that tell more than their parts.

A series is found by name (the same but for one number, as bill_1, bill_2, bill_3) and held to by content: members follow one another in
rank correlation and size. A ratio is taken when the residuals of a first scorecard differ over its ranges by far more than chance (a
score test), one after the other, each time with what is already taken in account. The outcome of the training rows is used, and of no
others.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.score.derive import MAX, MEAN, RATIO, SERIES_OPS, Derived
from plimsoll.risk.score.score_columns import derive_columns
from plimsoll.risk.score.table import NUMBER, Column, Floats, Ints, Table

MEMBERS_MIN: Final = 3
ROWS_LOOKED_AT: Final = 20_000
CORRELATION_MIN: Final = 0.15
SIZE_MAX: Final = 6.0
"""How many times as large the ninth decile of a member may be as that of the one before."""
RANGES: Final = 20
SOURCES_MAX: Final = 20
DISTINCT_MIN: Final = 20
POSITIVE_MIN: Final = 0.9
RATIO_OF_SIZES_MAX: Final = 1e4
CHANCE_TIMES: Final = 1.5
ROWS_OF_CHANCE: Final = 1_000
"""A ratio is taken when its statistic is at least so many times what chance would give, and so many rows by the rows more: what is
taken by mistake costs the more, the fewer rows there are."""
DAMPING: Final = 50.0


class _Tried(NamedTuple):
    derived: Derived
    places: Ints
    ranges: int


def find_series(table: Table, special: Sequence[float]) -> list[Derived]:
    """Give what every series of the table comes to, in each way."""
    return [Derived(f"{op} of {names[0]}…{names[-1]}", op, names) for names in series_in(table, special) for op in SERIES_OPS]


def series_in(table: Table, special: Sequence[float]) -> list[tuple[str, ...]]:
    """Give the names of the columns of each series, in the order of their numbers."""
    by_pattern: dict[tuple[str, str], dict[int, str]] = {}
    for name, column in table.columns.items():
        if column.kind == NUMBER and column.distinct > 1:
            for digits in re.finditer(r"\d{1,4}", name):
                by_pattern.setdefault((name[: digits.start()], name[digits.end() :]), {}).setdefault(int(digits[0]), name)
    found = []
    for members in by_pattern.values():
        if len(members) >= MEMBERS_MIN:
            ordered = [members[number] for number in sorted(members)]
            found += [run for run in _runs(ordered, table, special) if len(run) >= MEMBERS_MIN]
    taken: set[str] = set()
    series = []
    for names in sorted(found, key=len, reverse=True):
        if not taken & set(names):
            taken |= set(names)
            series.append(names)
    return series


def _runs(names: Sequence[str], table: Table, special: Sequence[float]) -> list[tuple[str, ...]]:
    """Cut names where a column does not follow from the one before."""
    looked = _looked_at(table.rows)
    columns = {name: _plain(table.columns[name], special)[looked] for name in names}
    runs: list[list[str]] = [[names[0]]]
    for before, after in pairwise(names):
        if _follows(columns[before], columns[after]):
            runs[-1].append(after)
        else:
            runs.append([after])
    return [tuple(run) for run in runs]


def _looked_at(rows: int) -> Ints:
    """Give the rows that are looked at: all of them, or every so many."""
    return np.unique(np.linspace(0, rows - 1, min(rows, ROWS_LOOKED_AT)).astype(np.int64))


def _plain(column: Column, special: Sequence[float]) -> Floats:
    return np.where(np.isin(column.numbers, special), np.nan, column.numbers) if len(special) else column.numbers


def _follows(before: Floats, after: Floats) -> bool:
    known = ~np.isnan(before) & ~np.isnan(after)
    if known.sum() < DISTINCT_MIN:
        return False
    before, after = before[known], after[known]
    sizes = sorted((float(np.quantile(np.abs(before), 0.9)), float(np.quantile(np.abs(after), 0.9))))
    if sizes[1] > SIZE_MAX * sizes[0]:
        return False
    return _correlation(before, after) >= CORRELATION_MIN


def _correlation(one: Floats, other: Floats) -> float:
    """Give Spearman's rank correlation, ties in the order of the rows; 0 where a column is constant."""
    ranks = [np.unique(values, return_inverse=True)[1].astype(np.float64) for values in (one, other)]
    return 0.0 if any(rank.std() == 0 for rank in ranks) else float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def find_ratios(
    table: Table, bad: Floats, log_odds: Floats, derived: Sequence[Derived], special: Sequence[float], most: int
) -> list[Derived]:
    """Give at most so many ratios, the most telling first, and after them what follows from them for the other members of series.

    `log_odds` are those of a first score of the rows.
    """
    looked = _looked_at(table.rows)
    few = table.take(looked)
    tried = _candidates(derive_columns(derived, few, special), derived, special)
    known, ended = log_odds[looked], bad[looked]
    least = CHANCE_TIMES + ROWS_OF_CHANCE / len(looked)
    found: list[Derived] = []
    while tried and len(found) < most:
        stated = 1 / (1 + np.exp(-known))
        left, weight = ended - stated, stated * (1 - stated)
        told = [_statistic(one, left, weight) for one in tried]
        best = int(np.argmax(told))
        if told[best] < least:
            break
        one = tried.pop(best)
        gained = np.bincount(one.places, left, one.ranges) / (np.bincount(one.places, weight, one.ranges) + DAMPING * float(weight.mean()))
        known = known + gained[one.places]
        found.append(one.derived)
    return list(dict.fromkeys([*found, *for_all_members(found, derived)]))


def for_all_members(ratios: Sequence[Derived], derived: Sequence[Derived]) -> list[Derived]:
    """Give the ratios of all members where one tells: each by the same number, or each by the next of another series as long.

    The next, not its counterpart: series are mostly numbered back in time, and what is paid in a month is paid on the bill before.
    """
    series = {name: one.of for one in derived for name in (*one.of, one.name)}
    made = []
    for above, below in (one.of for one in ratios):
        uppers, lowers = series.get(above, ()), series.get(below, ())
        if uppers and not lowers:
            made += [(name, below) for name in uppers]
        elif uppers != lowers and len(uppers) == len(lowers):
            made += zip(uppers, lowers[1:], strict=False)
    return [_ratio(above, below) for above, below in made]


def _ratio(above: str, below: str) -> Derived:
    return Derived(f"{above} / {below}", RATIO, (above, below))


def _statistic(one: _Tried, left: Floats, weight: Floats) -> float:
    """Give the score statistic of a candidate's ranges by its degrees of freedom."""
    pulled = np.bincount(one.places, left, one.ranges)
    spread = np.bincount(one.places, weight, one.ranges)
    return float((pulled[spread > 0] ** 2 / spread[spread > 0]).sum()) / max(one.ranges - 1, 1)


def _candidates(columns: Mapping[str, Column], derived: Sequence[Derived], special: Sequence[float]) -> list[_Tried]:
    """Give the ratios of columns with many different values and a size that can be compared."""
    numbers = {name: _plain(columns[name], special) for name in _sources(columns, derived)}
    sizes = {name: _size(values) for name, values in numbers.items()}
    positive = {name: float((values > 0).sum() / max((~np.isnan(values)).sum(), 1)) for name, values in numbers.items()}
    tried = []
    for one, other in combinations(numbers, 2):
        # Of two numbers the one that is more often above zero goes below: the ratio is missing in fewer rows.
        above, below = (one, other) if positive[other] >= positive[one] else (other, one)
        alike = sizes[above] and 1 / RATIO_OF_SIZES_MAX < sizes[above] / sizes[below] < RATIO_OF_SIZES_MAX if sizes[below] else False
        if positive[below] < POSITIVE_MIN or not alike:
            continue
        upper, lower = numbers[above], numbers[below]
        with np.errstate(all="ignore"):
            values = np.where(lower > 0, upper / np.where(lower > 0, lower, 1.0), np.nan)
        found = _ranged(_ratio(above, below), values)
        if found is not None:
            tried.append(found)
    return tried


def _sources(columns: Mapping[str, Column], derived: Sequence[Derived]) -> list[str]:
    """Give the columns that ratios are made of: those outside any series, the means and maxima of series, then members."""
    members = {name for one in derived for name in one.of}
    made = {one.name for one in derived}
    kept = {one.name for one in derived if one.op in (MEAN, MAX)}
    plain = [name for name, column in columns.items() if column.kind == NUMBER and name not in made]
    plain = [name for name in plain if len(np.unique(columns[name].numbers)) >= DISTINCT_MIN]
    ordered = [name for name in plain if name not in members]
    ordered += [name for name in kept if len(np.unique(columns[name].numbers)) >= DISTINCT_MIN]
    ordered += [name for name in plain if name in members]
    return ordered[:SOURCES_MAX]


def _size(values: Floats) -> float:
    """Give the median of what is not zero, without its sign; 0 where there is nothing."""
    held = np.abs(values[~np.isnan(values) & (values != 0)])
    return float(np.median(held)) if len(held) else 0.0


def _ranged(derived: Derived, values: Floats) -> _Tried | None:
    """Give a candidate by ranges of equal size, missing ones in a range of their own."""
    known = np.isfinite(values)
    if known.sum() < DISTINCT_MIN * 2:
        return None
    edges = np.unique(np.quantile(values[known], np.arange(1, RANGES) / RANGES))
    places = np.where(known, np.searchsorted(edges, values, side="left"), len(edges) + 1)
    return _Tried(derived, places, len(edges) + 2)
