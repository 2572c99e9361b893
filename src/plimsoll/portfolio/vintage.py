"""Vintage curves: of the loans that were opened together, how many (and how much) had come to something by every age."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

MONTHS: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12}
"""What loans may be gathered by: months of opening in one vintage."""

NET_LOSS: Final = "net-loss"
_LOANS, _LENT = 6, 7
"""Places in a row of `hits_text`: after opened, dimension and a month for each of four events."""

_HITS, _AMOUNTS = 2, 8


EVENTS: Final = ("ever-30", "ever-60", "ever-90", "lost")
"""What may befall a loan once: late by so many days or more, or written off or sold. What is lost counts as late by all of them."""


class Cell(NamedTuple):
    """A vintage at an age: loans that old and what was lent on them; of these, how many came to it, and their money.

    `is_mature` says that every loan of the vintage is that old; what is not may still move, and is shown grey.
    """

    age: int
    loans: int
    lent: int
    hits: int
    amount: int
    is_mature: bool

    def share(self, *, by_amount: bool) -> float | None:
        """Give the share by loans or by amount; None of nothing."""
        part, whole = (self.amount, self.lent) if by_amount else (self.hits, self.loans)
        return part / whole if whole else None


class Curve(NamedTuple):
    """One vintage: its first month of opening, the value of the dimension, its loans, what was lent, and its cells by age from 0."""

    begin: int
    dimension: str
    loans: int
    lent: int
    cells: tuple[Cell, ...]

    def at(self, age: int) -> Cell | None:
        """Give the cell of an age, None where no loan is that old."""
        return self.cells[age] if age < len(self.cells) else None


class Curves(NamedTuple):
    """All vintages in order, and the loans left out because the tape begins later than they do."""

    curves: tuple[Curve, ...]
    left_out: int


class _Opened(NamedTuple):
    """Loans opened in one month: how many, lent, and by age what came to it."""

    month: int
    loans: int
    lent: int
    hits: dict[int, int]
    amounts: dict[int, int]


def curves_of(hits: Iterable[Sequence[Any]], event: int, months: tuple[int, ...], every: str) -> Curves:
    """Give the curves of an event (a place in EVENTS) from the rows of `hits_text`; `months` are those of the tape."""
    rows: dict[tuple[str, int], list[Sequence[Any]]] = defaultdict(list)
    left_out = 0
    for row in hits:
        if row[0] < months[0]:
            left_out += row[_LOANS]
        else:
            rows[row[1], row[0]].append(row)
    found = {key: _opened(key[1], some, event) for key, some in rows.items()}
    return Curves(_gathered(found, months[-1], every), left_out)


def _opened(month: int, rows: list[Sequence[Any]], event: int) -> _Opened:
    counts: dict[int, int] = defaultdict(int)
    amounts: dict[int, int] = defaultdict(int)
    at, outstanding = _HITS + event, _AMOUNTS + event
    for row in rows:
        age = row[at]
        if age >= 0:
            counts[age] += row[_LOANS]
            amounts[age] += row[outstanding]
    return _Opened(month, sum(row[_LOANS] for row in rows), sum(row[_LENT] for row in rows), counts, amounts)


def losses_of(
    hits: Iterable[Sequence[Any]], ages: Iterable[Sequence[Any]], leavers: Iterable[Sequence[Any]], months: tuple[int, ...], every: str
) -> Curves:
    """Give the curves of net loss: written off less recovered, by age, of loans seen and of those that left with a loss.

    Rows of `hits_text`, `ages_text` and `leavers_text`. A loss may fall again as money is recovered.
    """
    whole = curves_of(hits, 0, months, "month")
    totals: dict[tuple[str, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for opened, month, dimension, _, _, _, _, written_off, recovered in ages:
        totals[dimension, opened][month - opened] += written_off - recovered
    for opened, last, dimension, written_off, recovered in leavers:
        for month in range(last + 1, months[-1] + 1):
            totals[dimension, opened][month - opened] += written_off - recovered
    found = {}
    for curve in whole.curves:
        by_age = totals[curve.dimension, curve.begin]
        steps = {age: by_age[age] - by_age.get(age - 1, 0) for age in range(months[-1] - curve.begin + 1)}
        found[curve.dimension, curve.begin] = _Opened(curve.begin, curve.loans, curve.lent, {}, steps)
    return Curves(_gathered(found, months[-1], every), whole.left_out)


def _gathered(found: dict[tuple[str, int], _Opened], last: int, every: str) -> tuple[Curve, ...]:
    """Gather months of opening into vintages, dimension by dimension."""
    vintages: dict[tuple[str, int], list[_Opened]] = defaultdict(list)
    for (dimension, month), one in found.items():
        vintages[dimension, month - month % MONTHS[every]].append(one)
    return tuple(_curve(begin, dimension, some, last) for (dimension, begin), some in sorted(vintages.items()))


def _curve(begin: int, dimension: str, some: list[_Opened], last: int) -> Curve:
    lives = [(last - one.month + 1, one, *_so_far(one, last - one.month + 1)) for one in some]
    cells = []
    for age in range(max(life for life, *_ in lives)):
        old = [(one, counts[age], amounts[age]) for life, one, counts, amounts in lives if age < life]
        loans, lent = sum(one.loans for one, _, _ in old), sum(one.lent for one, _, _ in old)
        hits, amount = sum(count for _, count, _ in old), sum(minor for _, _, minor in old)
        cells.append(Cell(age, loans, lent, hits, amount, is_mature=len(old) == len(some)))
    return Curve(begin, dimension, sum(one.loans for one in some), sum(one.lent for one in some), tuple(cells))


def _so_far(one: _Opened, life: int) -> tuple[list[int], list[int]]:
    """Give the hits and the money by every age of a month's loans."""
    ages = range(life)
    return list(accumulate(one.hits.get(age, 0) for age in ages)), list(accumulate(one.amounts.get(age, 0) for age in ages))


def vintage_name(begin: int, every: str, *, is_calendar: bool) -> str:
    """Give the name of a vintage: 2007-04, 2007Q2, 2007H1, 2007, or the number of its first month."""
    if not is_calendar:
        return str(begin)
    year, month = divmod(begin, 12)
    return {
        "month": f"{year}-{month + 1:02d}",
        "quarter": f"{year}Q{month // 3 + 1}",
        "half": f"{year}H{month // 6 + 1}",
        "year": f"{year}",
    }[every]
