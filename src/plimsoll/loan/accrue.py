"""Interest on what is not yet due, penalty on what is late: exact numerators that grow with the days."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.layout import (
    NEXT_FIRST,
    R_DUE,
    R_PENALTY_NUM,
    R_PENALTY_TAKEN,
    R_PRINCIPAL_LEFT,
    R_SINCE,
    S_AHEAD,
    S_BALANCE,
    S_DAY,
    S_NUM,
    S_PAUSE_FROM,
    S_PAUSE_UNTIL,
    S_PENALTY_DEN,
    S_PENALTY_NUM,
    S_PERIOD_FROM,
    S_PERIOD_UNTIL,
    S_RATE_DEN,
    S_RATE_NUM,
    S_SHADOW_NUM,
    S_STEP_UNIT,
    S_TAKEN,
    T_DAY_COUNT,
    T_GRACE_DAYS,
    T_PREPAYMENT,
)
from plimsoll.units.days import weight
from plimsoll.units.divide import half_up

Vector = MutableSequence[int]


def earning_weight(terms: Sequence[int], s: Vector, start: int, end: int) -> int:
    """Give what the days `[start, end)` of the current period weigh, days of an interest holiday left out."""
    day_count = terms[T_DAY_COUNT]
    since = s[S_PERIOD_FROM]
    until = s[S_PERIOD_UNTIL]
    earned = weight(day_count, s[S_STEP_UNIT], since, until, start, end)
    held_from = max(start, s[S_PAUSE_FROM])
    held_until = min(end, s[S_PAUSE_UNTIL])
    if held_from < held_until:
        earned -= weight(day_count, s[S_STEP_UNIT], since, until, held_from, held_until)
    return earned


def accrue_interest(terms: Sequence[int], s: Vector, until: int) -> None:
    """Let the balance not yet due earn interest up to a day of the current period."""
    if until <= s[S_DAY]:
        return
    if s[S_RATE_NUM] != 0:
        rate = s[S_RATE_NUM] * earning_weight(terms, s, s[S_DAY], until)
        s[S_NUM] += s[S_BALANCE] * rate
        if terms[T_PREPAYMENT] == NEXT_FIRST:
            s[S_SHADOW_NUM] += (s[S_BALANCE] + s[S_AHEAD]) * rate
    s[S_DAY] = until


def accrued_interest(s: Vector) -> int:
    """Give the interest earned in the current period and not yet taken, in minor units: the rounded whole less what was taken."""
    return half_up(s[S_NUM], s[S_RATE_DEN]) - s[S_TAKEN]


def accrue_penalty(terms: Sequence[int], s: Vector, rows: Vector, row_at: int, until: int) -> None:
    """Let the late principal of one due date earn penalty up to a day; nothing within the days of grace, then from the due day."""
    if until <= rows[row_at + R_SINCE] or until - rows[row_at + R_DUE] <= terms[T_GRACE_DAYS]:
        return
    if s[S_PENALTY_NUM] != 0 and rows[row_at + R_PRINCIPAL_LEFT] > 0:
        days = until - rows[row_at + R_SINCE]
        held = min(until, s[S_PAUSE_UNTIL]) - max(rows[row_at + R_SINCE], s[S_PAUSE_FROM])
        if held > 0:
            days -= held
        rows[row_at + R_PENALTY_NUM] += rows[row_at + R_PRINCIPAL_LEFT] * s[S_PENALTY_NUM] * days
    rows[row_at + R_SINCE] = until


def owed_penalty(s: Vector, rows: Vector, row_at: int) -> int:
    """Give the unpaid penalty of one due date, in minor units."""
    if rows[row_at + R_PENALTY_NUM] == 0:
        return 0
    return half_up(rows[row_at + R_PENALTY_NUM], s[S_PENALTY_DEN]) - rows[row_at + R_PENALTY_TAKEN]
