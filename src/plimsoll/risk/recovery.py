"""How much of a bad debt comes back, month by month, from debts that are still being watched too: what a sale and a provision both measure.

A debt tells of a month only where it was watched to the end of that month, so young debts tell about early months and say nothing about
late ones. Leaving them out, or counting them as if nothing more would come, are the two usual mistakes: the first takes the closed cases
for all (too much or too little, as they closed), the second has recoveries end at the age of the book.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple


class Month(NamedTuple):
    """What one debt, or many that went bad together, tell of one month of their age: what was owed by those watched, and what came in."""

    age: int
    watched_minor: int
    came_minor: int


def rates_of(told: Iterable[Month]) -> dict[int, float]:
    """Give the share of the debt watched in a month of age that came in it, by age, in order of ages; 0 where nothing was owed."""
    watched: dict[int, int] = {}
    came: dict[int, int] = {}
    for age, owed, cash in told:
        watched[age] = watched.get(age, 0) + owed
        came[age] = came.get(age, 0) + cash
    return {age: came[age] / watched[age] if watched[age] else 0.0 for age in sorted(watched)}


def shares_by_then(rates: Sequence[float]) -> tuple[float, ...]:
    """Give the share that has come by the end of each month: never falling, though money was given back, and never above the whole."""
    return tuple(accumulate((max(rate, 0.0) for rate in rates), lambda share, rate: min(share + rate, 1.0), initial=0.0))[1:]
