"""Interest on what is not yet due, penalty on what is late: exact numerators that grow with the days."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.layout import (
    R_DUE,
    R_FEE_LEFT,
    R_INTEREST_LEFT,
    R_PENALTY_NUM,
    R_PENALTY_TAKEN,
    R_PRINCIPAL_LEFT,
    R_SINCE,
    R_SIZE,
    S_AHEAD,
    S_BALANCE,
    S_CREDIT,
    S_DAY,
    S_NEXT,
    S_NUM,
    S_OPEN,
    S_PAUSE_FROM,
    S_PAUSE_PLANNED,
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
    T_TOLERANCE,
)
from plimsoll.units.days import weight
from plimsoll.units.divide import half_up

Vector = MutableSequence[int]


def held_weight(terms: Sequence[int], s: Vector, start: int, end: int) -> int:
    """Give what the days of an interest holiday among `[start, end)` of the current period weigh."""
    held_from = max(start, s[S_PAUSE_FROM])
    held_until = min(end, s[S_PAUSE_UNTIL])
    if held_from >= held_until:
        return 0
    return weight(terms[T_DAY_COUNT], s[S_STEP_UNIT], s[S_PERIOD_FROM], s[S_PERIOD_UNTIL], held_from, held_until)


def accrue_interest(terms: Sequence[int], s: Vector, until: int) -> None:
    """Let the balance not yet due, less the borrower's money held for it, earn interest up to a day of the current period.

    Beside it grows what the plan counted on (`S_SHADOW_NUM`): a holiday that came after the plan, or principal paid ahead of it,
    or money held for a due day, lowers the interest and leaves the principal parts as planned.
    """
    if until <= s[S_DAY]:
        return
    whole = weight(terms[T_DAY_COUNT], s[S_STEP_UNIT], s[S_PERIOD_FROM], s[S_PERIOD_UNTIL], s[S_DAY], until)
    held = held_weight(terms, s, s[S_DAY], until)
    s[S_NUM] += earning(s) * (s[S_RATE_NUM] * (whole - held))
    s[S_SHADOW_NUM] += (s[S_BALANCE] + s[S_AHEAD]) * (s[S_RATE_NUM] * (whole - held * s[S_PAUSE_PLANNED]))
    s[S_DAY] = until


def earning(s: Vector) -> int:
    """Give the principal that earns interest, in minor units: the balance not yet due, less the borrower's money held for it."""
    return max(s[S_BALANCE] - s[S_CREDIT], 0)


def accrued_interest(s: Vector) -> int:
    """Give the interest earned in the current period and not yet taken, in minor units: the rounded whole less what was taken."""
    return half_up(s[S_NUM], s[S_RATE_DEN]) - s[S_TAKEN]


def accrue_penalty(terms: Sequence[int], s: Vector, rows: Vector, row_at: int, until: int) -> None:
    """Let the late principal of one due date earn penalty up to a day; nothing within the days of grace, then from the due day.

    Arrears that the terms tolerate earn none.
    """
    if until <= rows[row_at + R_SINCE] or until - rows[row_at + R_DUE] <= terms[T_GRACE_DAYS]:
        return
    if s[S_PENALTY_NUM] != 0 and rows[row_at + R_PRINCIPAL_LEFT] > 0 and not is_tolerated(terms, s, rows, row_at):
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


def accrue_penalties(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Let all that is late earn penalty up to the day of the state, before anything of it changes."""
    for i in range(s[S_OPEN], s[S_NEXT]):
        accrue_penalty(terms, s, rows, i * R_SIZE, s[S_DAY])


def is_tolerated(terms: Sequence[int], s: Vector, rows: Vector, row_at: int) -> bool:
    """Tell whether what is unpaid of one due date and of all before it is no more than the terms tolerate."""
    left = 0
    if terms[T_TOLERANCE] > 0:
        for i in range(s[S_OPEN], row_at // R_SIZE + 1):
            left += rows[i * R_SIZE + R_PRINCIPAL_LEFT] + rows[i * R_SIZE + R_INTEREST_LEFT] + rows[i * R_SIZE + R_FEE_LEFT]
    return 0 < left <= terms[T_TOLERANCE]
