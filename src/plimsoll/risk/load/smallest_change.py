"""The smallest change that brings a borrower under the load line: cut the amount, extend the term, or refuse the next draw."""

from typing import Final, NamedTuple

from plimsoll.risk.load.debt_service import annuity
from plimsoll.risk.whole import UP, whole

NONE: Final = "none"
CUT: Final = "cut"
EXTEND: Final = "extend"
REFUSE_DRAW: Final = "refuse_draw"


class Asked(NamedTuple):
    """What is asked for or granted, and what of it is in use (minor units), at a yearly rate over level instalments of some months."""

    limit_minor: int
    balance_minor: int = 0
    rate: float = 0.24
    months: int = 12


class Change(NamedTuple):
    """What to change, and every way there is: the greatest amount that is under the line, and the shortest longer term (0: none is).

    `kind` is the way that changes least: NONE where the borrower is under the line, REFUSE_DRAW where only what is not drawn yet is
    above it, else CUT or EXTEND, whichever moves its number by the smaller share.
    """

    kind: str
    cut_to_minor: int
    extend_to_months: int


def smallest_change(asked: Asked, capacity_minor: int, room_minor: int, months_max: int) -> Change:
    """Give the smallest change under which the whole limit can be carried: at most the capacity, its instalment within the room.

    A longer term brings nobody under the line whose amount is above the capacity: that is measured over a term of its own.
    """
    months = _months(asked, capacity_minor, room_minor, months_max)
    cut_to = min(asked.limit_minor, capacity_minor, _most(asked, room_minor))
    if cut_to == asked.limit_minor:
        return Change(NONE, cut_to, 0)
    if 0 < asked.balance_minor <= cut_to:
        return Change(REFUSE_DRAW, cut_to, months)
    # Compared exactly: (limit - cut) / limit against (months - asked) / asked.
    is_longer = months and (months - asked.months) * asked.limit_minor <= (asked.limit_minor - cut_to) * asked.months
    return Change(EXTEND if is_longer else CUT, cut_to, months)


def instalment(minor: int, rate: float, months: int) -> int:
    """Give the level instalment on an amount in minor units, rounded up."""
    return whole(minor * annuity(rate, months), UP)


def _months(asked: Asked, capacity_minor: int, room_minor: int, months_max: int) -> int:
    """Give the shortest longer term that fits the room; 0 where none does."""
    if asked.limit_minor > capacity_minor:
        return 0
    longer = range(asked.months + 1, months_max + 1)
    return next((months for months in longer if instalment(asked.limit_minor, asked.rate, months) <= room_minor), 0)


def _most(asked: Asked, room_minor: int) -> int:
    """Give the greatest amount up to the limit whose instalment fits the room."""
    if instalment(asked.limit_minor, asked.rate, asked.months) <= room_minor:
        return asked.limit_minor
    low, high = 0, asked.limit_minor
    while high - low > 1:
        middle = (low + high) // 2
        if instalment(middle, asked.rate, asked.months) <= room_minor:
            low = middle
        else:
            high = middle
    return low
