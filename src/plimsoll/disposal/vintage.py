"""Recoveries by vintage: debts that went bad in the same quarter, what had come of them at each age, and what that comes to in the end."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.recovery import ladder

STEP_DAYS: Final = 90
"""Days from one age of a vintage to the next."""


class BadDebt(NamedTuple):
    """A debt that went bad: what was owed on that day, until when it is watched, and the cash by day. Amounts in minor units."""

    segment: str
    owed_minor: int
    since: int
    until: int
    cash: Sequence[tuple[int, int]]


class Vintage(NamedTuple):
    """A quarter of bad debts: owed, what had come by the end of each age that all of it has reached, and the share expected in the end."""

    loans: int
    owed_minor: int
    came_minor: tuple[int, ...]
    ultimate: float


def quarter_of(day: int) -> str:
    """Give the quarter of a day: 2026Q3."""
    on = date.fromordinal(day)
    return f"{on.year}Q{(on.month + 2) // 3}"


def vintages(debts: Sequence[BadDebt]) -> dict[str, Vintage]:
    """Give the vintages, oldest first, completed by the chain ladder on shares of what was owed.

    A vintage counts to the age that its youngest debt has reached, so that no age leaves some of it out. One that has reached none, or
    when nothing has come at the first age, has no expectation: 0.
    """
    by: dict[str, list[BadDebt]] = {}
    for debt in sorted(debts, key=lambda one: one.since):
        by.setdefault(quarter_of(debt.since), []).append(debt)
    came = {quarter: _came(held) for quarter, held in by.items()}
    owed = {quarter: sum(one.owed_minor for one in held) for quarter, held in by.items()}
    shares: Mapping[str, list[float]] = {
        quarter: [minor / owed[quarter] for minor in row] for quarter, row in came.items() if row and owed[quarter]
    }
    ultimate = ladder(shares).ultimate
    return {quarter: Vintage(len(held), owed[quarter], came[quarter], ultimate.get(quarter, 0.0)) for quarter, held in by.items()}


def _came(held: Sequence[BadDebt]) -> tuple[int, ...]:
    """Give what had come of some debts by the end of each age that all of them have reached."""
    ages = min((one.until - one.since) // STEP_DAYS for one in held)
    return tuple(
        sum(minor for one in held for day, minor in one.cash if one.since <= day < one.since + STEP_DAYS * age)
        for age in range(1, ages + 1)
    )
