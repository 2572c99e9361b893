"""Roll counts: how lateness moves from one month to the next."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

ROLL_NAMES: Final = ("C", "1", "2", "3", "4+")
"""Nothing late, and one, two, three, four months late or more."""


def roll_of(months_late: int) -> int:
    """Give the place of some months late (none or a negative status: C) among the names."""
    return min(max(months_late, 0), len(ROLL_NAMES) - 1)


def count_moves(moves: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Count moves, each from and to so many months late: one row a name moved from, one column a name moved to."""
    counts = [[0] * len(ROLL_NAMES) for _ in ROLL_NAMES]
    for (before, after), count in Counter(moves).items():
        counts[roll_of(before)][roll_of(after)] += count
    return counts


def count_rolls(months: Sequence[Sequence[int]]) -> list[list[int]]:
    """Count moves from each month to the next; `months`: one a month, each the months late of everybody in the same order."""
    return count_moves(move for before, after in pairwise(months) for move in zip(before, after, strict=True))
