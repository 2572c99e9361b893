"""What becomes of cures: how long they stay clean, and how many are late again, heeding cures that are not yet old enough."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

SUSTAINED: Final = (3, 6)
AGAIN: Final = (6, 12)
MONTHS: Final = 12


class Lasting(NamedTuple):
    """By month after the cure (1 to 12): cures watched into that month, events in it, and the share befallen by its end.

    The share is one less the product of what each month leaves (Kaplan and Meier 1958), so a cure of last month counts for one month.
    """

    watched: tuple[int, ...]
    events: tuple[int, ...]
    share: tuple[float | None, ...]


class Cures(NamedTuple):
    """Cures of one value of the dimension: how many, when they are late at all again, and when as late as before."""

    dimension: str
    cures: int
    soiled: Lasting
    again: Lasting


def cures_of(rows: Iterable[Sequence[Any]]) -> list[Cures]:
    """Give what became of cures from the rows of `cures_text`."""
    by: dict[str, list[Sequence[Any]]] = {}
    for row in rows:
        by.setdefault(row[0], []).append(row)
    return [Cures(name, sum(row[4] for row in some), _lasting(some, 1), _lasting(some, 2)) for name, some in sorted(by.items())]


def _lasting(rows: list[Sequence[Any]], place: int) -> Lasting:
    watched, events, share = [], [], []
    left: float | None = 1.0
    for month in range(1, MONTHS + 1):
        # Watched into the month: seen in it, and nothing had befallen them before.
        at_risk = sum(row[4] for row in rows if row[3] >= month and not 0 < row[place] < month)
        befell = sum(row[4] for row in rows if row[3] >= month and row[place] == month)
        left = left * (1 - befell / at_risk) if left is not None and at_risk else None
        watched.append(at_risk)
        events.append(befell)
        share.append(None if left is None else 1 - left)
    return Lasting(tuple(watched), tuple(events), tuple(share))
