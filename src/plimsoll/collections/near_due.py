"""Whether a loan can have a due day that a ladder speaks of on a day: read off its cached state, before anything is worked out.

It may say yes of a loan that asks for nothing then; it never says no of one that does.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plimsoll.collections.plan_reminders import next_payday
from plimsoll.loan.bill import month_day
from plimsoll.loan.flat import HEAD
from plimsoll.loan.layout import (
    A_DUE_DAY,
    R_DUE,
    R_SIZE,
    S_FIRST_DAY,
    S_GIVEN,
    S_GRACE_DUE,
    S_NEXT,
    S_PERIOD_UNTIL,
    S_ROWS,
    S_SIZE,
    S_STEP_UNIT,
)
from plimsoll.loan.terms import LOAN
from plimsoll.rulebook.reminder import Ladder
from plimsoll.units.days import MONTHS, day_of, month_length, month_of, year_of


class Spoken(NamedTuple):
    """The due days that the steps of a day are about, and the days of the month on which loans with such a due day fall due."""

    due_days: frozenset[int]
    month_days: frozenset[int]


def spoken_of(ladder: Ladder, on: int, payday: int) -> Spoken:
    """Give the due days that a ladder speaks of on a day to somebody with a payday (a day of the month, 0 not known)."""
    days = {on - step.days for step in ladder.steps}
    if payday and next_payday(on, payday) == on:
        for step in ladder.steps:
            if step.waits_for_payday:
                days.update(range(on + 1, on - step.days))
    return spoken(days)


def spoken(due_days: Iterable[int]) -> Spoken:
    """Give what to look for where some due days are asked about."""
    days = frozenset(due_days)
    return Spoken(days, frozenset(place for day in days for place in _places(day)))


def _places(day: int) -> range:
    """Give the days of the month that a due day of each month stands for: the last of a short month stands for those it lacks."""
    own = day_of(day)
    return range(own, 32) if own == month_length(year_of(day), month_of(day)) else range(own, own + 1)


def may_be_spoken_of(terms: Sequence[int], flat: Sequence[int], spoken: Spoken, *, is_behind: bool) -> bool:
    """Tell whether an open loan can have one of the due days.

    `terms` and `flat` are packed terms and state as a store unpacks them; `is_behind` says that something happened to the loan since its
    state, so that its bills are not known.
    """
    rows_end = HEAD + flat[S_SIZE] * R_SIZE
    if not spoken.due_days.isdisjoint(flat[HEAD + R_DUE : rows_end : R_SIZE]):
        return True
    if terms[0] == LOAN:
        if flat[S_NEXT] >= flat[S_ROWS] or flat[S_GIVEN] == 1:
            return False
        return flat[S_STEP_UNIT] != MONTHS or flat[S_FIRST_DAY] in spoken.month_days
    if is_behind or flat[S_GRACE_DUE] in spoken.due_days:
        return True
    return flat[S_GRACE_DUE] == 0 and month_day(flat[S_PERIOD_UNTIL], terms[1 + A_DUE_DAY]) in spoken.due_days
