"""Roll rates: where loans of each state stand a month later, heeding what is not seen, and what the months before add to it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.portfolio.state import CURRENT, LATEST, NAMES, PAID

HISTORY: Final = 3
NOT_SEEN: Final = -1


class Matrix(NamedTuple):
    """Moves within a month, all months together: a row a state moved from, a column a state moved to.

    `not_seen` counts, by state moved from, loans that are not there a month later although the tape is: no share rests on them.
    """

    dimension: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    not_seen: tuple[int, ...]

    def shares(self) -> tuple[tuple[float | None, ...], ...]:
        """Give each row as shares of those seen a month later; None where nobody is."""
        return tuple(tuple(count / sum(row) if sum(row) else None for count in row) for row in self.counts)


class Past(NamedTuple):
    """Loans in a state with so many late months among the three before: how many, and how many are late a month later."""

    state: str
    late_before: int
    loans: int
    late_after: int

    def share(self) -> float | None:
        """Give the share that is late a month later."""
        return self.late_after / self.loans if self.loans else None


def matrices(moves: Iterable[Sequence[Any]], *, value: int, through: int = LATEST) -> list[Matrix]:
    """Give a matrix for each value of the dimension, from rows of `moves_text` or `amounts_text`.

    `value` is the place in a row of what is added up (loans or balance). States from `through` months late on are one.
    """
    names = (*(NAMES[:through]), f"{NAMES[through].rstrip('+')}+", *NAMES[PAID:])
    late = through + 1
    found: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for row in moves:
        was, now = min(row[2], through), row[3]
        to = now if now < 0 else min(now, through) if now <= LATEST else now - LATEST + through
        found[row[1]][was, to] += row[value]
    made = []
    for dimension, counts in sorted(found.items()):
        table = tuple(tuple(counts.get((was, now), 0) for now in range(len(names))) for was in range(late))
        gone = tuple(counts.get((was, NOT_SEEN), 0) for was in range(late))
        made.append(Matrix(dimension, names[:late], names, table, gone))
    return made


def cure_rates(matrix: Matrix) -> list[tuple[str, float | None, float | None]]:
    """Give for each late state the share that is current a month later, and the share that is paid."""
    shares = matrix.shares()
    paid = matrix.columns.index(NAMES[PAID])
    return [(matrix.rows[was], shares[was][CURRENT], shares[was][paid]) for was in range(1, len(matrix.rows))]


def pasts(moves: Iterable[Sequence[Any]]) -> list[Past]:
    """Give how the share that is late a month later rises with late months before: of current loans, then of late ones.

    Only loans that are seen in all five months. A roll-rate matrix has one figure where these differ.
    """
    loans: dict[tuple[int, int], int] = defaultdict(int)
    late: dict[tuple[int, int], int] = defaultdict(int)
    for row in moves:
        was, now, before, count = row[2], row[3], row[4], row[5]
        if now >= 0 and before >= 0:
            key = (int(was > CURRENT), before)
            loans[key] += count
            # What is written off or sold was not cured.
            late[key] += count if now > CURRENT and now != PAID else 0
    return [
        Past("late" if is_late else "current", before, loans[is_late, before], late[is_late, before]) for is_late, before in sorted(loans)
    ]


def by_month(moves: Iterable[Sequence[Any]], was: int, now: int) -> list[tuple[int, int, int]]:
    """Give one rate month by month: month, loans in the state that are seen after, of them in the other state."""
    whole: dict[int, int] = defaultdict(int)
    part: dict[int, int] = defaultdict(int)
    for row in moves:
        if row[2] == was and row[3] >= 0:
            whole[row[0]] += row[5]
            part[row[0]] += row[5] if row[3] == now else 0
    return [(month, whole[month], part[month]) for month in sorted(whole)]
