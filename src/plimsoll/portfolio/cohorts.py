"""Loans opened in one month, followed month by month: what they owe as it stands, what they paid and lost in all so far."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.portfolio.expressions.worth import OWED, PAID
from plimsoll.portfolio.vintage import MONTHS

_OWN, _GROUP = 3, 5
"""Where the sums begin in a row of `worth_text` and of `lives_text`."""

_LOANS, _LENT = 3, 4


class Stand(NamedTuple):
    """The sums of OWED and PAID at one month on book: loans that owe and of these late, then minor units."""

    owing: int = 0
    late: int = 0
    balance: int = 0
    bad: int = 0
    base: int = 0
    interest: int = 0
    penalty: int = 0
    fee: int = 0
    written_off: int = 0
    recovered: int = 0


NOTHING: Final = Stand()
assert len(NOTHING) == len(OWED) + len(PAID), "the sums of a query and their names go together"


class Cohort(NamedTuple):
    """One vintage: its first month, the value of the dimension, loans, what was lent at first, and how it stood at each month on book.

    `months` are the months of opening gathered in it: all of them are as old as `stands` reaches.
    """

    begin: int
    dimension: str
    loans: int
    lent: int
    stands: tuple[Stand, ...]
    months: tuple[int, ...]


class Cohorts(NamedTuple):
    """All vintages in order, and the loans left out because the tape begins later than they do."""

    cohorts: tuple[Cohort, ...]
    left_out: int


def plus(one: Sequence[int], other: Sequence[int]) -> Stand:
    """Add two stands up."""
    return Stand(*(first + second for first, second in zip(one, other, strict=True)))


def cohorts_of(
    worth: Iterable[Sequence[Any]],
    lives: Iterable[Sequence[Any]],
    months: Sequence[int],
    every: str = "month",
    *,
    until: int | None = None,
    keeps_owed: bool = True,
) -> Cohorts:
    """Give the vintages of a tape from rows of `worth_text` and `lives_text`; `months` are those of the tape, `until` the last looked at.

    A loan that is no longer seen goes on as it was last seen: what it paid stays paid, and what it owed stays owed unless told otherwise.
    """
    last = months[-1] if until is None else until
    sums: dict[tuple[str, int], dict[int, Stand]] = defaultdict(lambda: defaultdict(Stand))
    size: dict[tuple[str, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    left_out = 0
    for row in worth:
        opened, month, dimension = row[:_OWN]
        if month <= last:
            sums[dimension, opened][month] = plus(sums[dimension, opened][month], row[_OWN:])
    for row in lives:
        opened, gone, dimension = row[:_OWN]
        if opened < months[0]:
            left_out += row[_LOANS]
            continue
        if opened > last:
            continue
        loans, lent = size[dimension, opened]
        size[dimension, opened] = (loans + row[_LOANS], lent + row[_LENT])
        stays = row[_GROUP:] if keeps_owed else (*(0 for _ in OWED), *row[_GROUP + len(OWED) :])
        for month in range(gone + 1, last + 1):
            sums[dimension, opened][month] = plus(sums[dimension, opened][month], stays)
    gathered: dict[tuple[str, int], list[int]] = defaultdict(list)
    for dimension, opened in size:
        gathered[dimension, opened - opened % MONTHS[every]].append(opened)
    found = []
    for (dimension, begin), some in sorted(gathered.items()):
        parts = {opened: sums[dimension, opened] for opened in some}
        stands = [_at(parts, age) for age in range(last - max(some) + 1)]
        loans, lent = (sum(size[dimension, opened][place] for opened in some) for place in range(2))
        found.append(Cohort(begin, dimension, loans, lent, tuple(stands), tuple(sorted(some))))
    return Cohorts(tuple(found), left_out)


def _at(parts: dict[int, dict[int, Stand]], age: int) -> Stand:
    total = NOTHING
    for opened, by_month in parts.items():
        total = plus(total, by_month[opened + age])
    return total
