"""The promise: due days, what each instalment asks, and how the rest is levelled again after a change."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_interest, accrued_interest, counted_unit
from plimsoll.loan.allocate import use_credit
from plimsoll.loan.layout import (
    EQUAL_INSTALMENT,
    EQUAL_PRINCIPAL,
    FEE_PLAN,
    LOWER_INSTALMENT,
    NEXT_FIRST,
    R_BALANCE,
    R_DUE,
    R_FEE,
    R_FEE_LEFT,
    R_FROM,
    R_INTEREST,
    R_INTEREST_LEFT,
    R_PENALTY_NUM,
    R_PENALTY_TAKEN,
    R_PRINCIPAL,
    R_PRINCIPAL_LEFT,
    R_SINCE,
    R_WEIGHT,
    S_AHEAD,
    S_BALANCE,
    S_CARRY_FEE,
    S_CARRY_INTEREST,
    S_CARRY_PENALTY,
    S_DAY,
    S_FEE_LEFT,
    S_FEE_LEVEL,
    S_FIRST,
    S_FIRST_DUE,
    S_FIRST_ROW,
    S_GIVEN,
    S_LEVEL,
    S_NEXT,
    S_NUM,
    S_PAUSE_FROM,
    S_PAUSE_UNTIL,
    S_PENALTY_DEN,
    S_PERIOD_FROM,
    S_PERIOD_UNTIL,
    S_RATE_DEN,
    S_RATE_NUM,
    S_REPAYMENT,
    S_ROWS,
    S_SHADOW_NUM,
    S_STEP,
    S_STEP_UNIT,
    S_TAKEN,
    T_DAY_COUNT,
    T_PREPAYMENT,
)
from plimsoll.loan.level import level_instalment
from plimsoll.units.days import step_from, weight
from plimsoll.units.divide import half_up

Vector = MutableSequence[int]
Rows = Sequence[MutableSequence[int]]


def due_day(s: Vector, rows: Rows, i: int) -> int:
    """Give the due day of row `i`: as given, or stepped from the first one."""
    if s[S_GIVEN] == 1:
        return rows[i][R_DUE]
    return step_from(s[S_FIRST_DUE], s[S_STEP_UNIT], s[S_STEP], i - s[S_FIRST_ROW])


def open_period(s: Vector, rows: Rows, since: int) -> None:
    """Start the period that ends with the next due day; there may be none."""
    s[S_PERIOD_FROM] = since
    if s[S_NEXT] == s[S_ROWS]:
        s[S_PERIOD_UNTIL] = 0
        return
    row = rows[s[S_NEXT]]
    row[R_DUE] = due_day(s, rows, s[S_NEXT])
    row[R_FROM] = since
    s[S_PERIOD_UNTIL] = row[R_DUE]


def weigh_rows(terms: Sequence[int], s: Vector, rows: Rows) -> None:
    """Fill due day and weight of the rows still to come, the first one from the day of the state."""
    day_count = terms[T_DAY_COUNT]
    since = s[S_PERIOD_FROM]
    for i in range(s[S_NEXT], s[S_ROWS]):
        row = rows[i]
        due = due_day(s, rows, i)
        row[R_DUE] = due
        start = max(since, s[S_DAY])
        unit = counted_unit(day_count, s[S_STEP_UNIT], s[S_STEP], i == s[S_FIRST_ROW], since, due)
        row[R_WEIGHT] = weight(day_count, unit, s[S_STEP], since, due, start, due)
        held_from = max(start, s[S_PAUSE_FROM])
        held_until = min(due, s[S_PAUSE_UNTIL])
        if held_from < held_until:
            row[R_WEIGHT] -= weight(day_count, unit, s[S_STEP], since, due, held_from, held_until)
        since = due


def level_again(terms: Sequence[int], s: Vector, rows: Rows) -> None:
    """Spread the balance over the rows still to come, from the day of the state."""
    count = s[S_ROWS] - s[S_NEXT]
    if count == 0:
        return
    s[S_FIRST] = s[S_NEXT]
    if s[S_REPAYMENT] == EQUAL_INSTALMENT:
        weigh_rows(terms, s, rows)
        carried = s[S_NUM] - s[S_TAKEN] * s[S_RATE_DEN]
        s[S_LEVEL] = level_instalment(s[S_BALANCE], carried, rows, s[S_NEXT], s[S_ROWS], s[S_RATE_NUM], s[S_RATE_DEN])
    elif s[S_REPAYMENT] == EQUAL_PRINCIPAL or s[S_REPAYMENT] == FEE_PLAN:
        s[S_LEVEL] = s[S_BALANCE] // count
        s[S_FEE_LEVEL] = s[S_FEE_LEFT] // count


def adjust_after_prepayment(terms: Sequence[int], s: Vector, rows: Rows, prepaid: int) -> None:
    """Change the instalments to come after principal was paid early, as the terms say."""
    if s[S_BALANCE] == 0:
        s[S_ROWS] = s[S_NEXT]
        s[S_PERIOD_UNTIL] = 0
        s[S_FEE_LEFT] = 0
    elif terms[T_PREPAYMENT] == NEXT_FIRST:
        s[S_AHEAD] += prepaid
    elif terms[T_PREPAYMENT] == LOWER_INSTALMENT:
        level_again(terms, s, rows)


def principal_part(terms: Sequence[int], s: Vector, interest: int) -> int:
    """Give the principal of the instalment that falls due, in minor units. `interest` is what it asks beside it."""
    balance = s[S_BALANCE]
    if s[S_NEXT] == s[S_ROWS] - 1:
        return balance
    ahead = s[S_AHEAD]
    if s[S_REPAYMENT] == EQUAL_INSTALMENT:
        if terms[T_PREPAYMENT] == NEXT_FIRST:
            part = s[S_LEVEL] - half_up(s[S_SHADOW_NUM], s[S_RATE_DEN])
        else:
            part = s[S_LEVEL] - interest
    elif s[S_REPAYMENT] == EQUAL_PRINCIPAL:
        part = s[S_LEVEL]
    elif s[S_REPAYMENT] == FEE_PLAN:
        part = s[S_LEVEL]
        if s[S_NEXT] == s[S_FIRST]:
            part += balance + ahead - s[S_LEVEL] * (s[S_ROWS] - s[S_NEXT])
    else:
        part = 0
    used = min(max(part, 0), ahead)
    s[S_AHEAD] -= used
    return min(max(part - used, 0), balance)


def fee_part(s: Vector) -> int:
    """Give the fee of the instalment that falls due: an equal part, remainders with the first."""
    count = s[S_ROWS] - s[S_NEXT]
    if count == 1:
        return s[S_FEE_LEFT]
    if s[S_NEXT] == s[S_FIRST]:
        return s[S_FEE_LEFT] - s[S_FEE_LEVEL] * (count - 1)
    return s[S_FEE_LEVEL]


def fall_due(terms: Sequence[int], s: Vector, rows: Rows) -> None:
    """Let the next instalment fall due: its interest is rounded here, its principal leaves the balance that earns."""
    row = rows[s[S_NEXT]]
    due = row[R_DUE]
    accrue_interest(terms, s, due)
    interest = accrued_interest(s)
    principal = principal_part(terms, s, interest)
    fee = fee_part(s)
    s[S_BALANCE] -= principal
    s[S_FEE_LEFT] -= fee
    row[R_PRINCIPAL] = principal
    row[R_INTEREST] = interest + s[S_CARRY_INTEREST]
    row[R_FEE] = fee + s[S_CARRY_FEE]
    row[R_PRINCIPAL_LEFT] = principal
    row[R_INTEREST_LEFT] = row[R_INTEREST]
    row[R_FEE_LEFT] = row[R_FEE]
    row[R_PENALTY_NUM] = s[S_CARRY_PENALTY] * s[S_PENALTY_DEN]
    row[R_PENALTY_TAKEN] = 0
    row[R_SINCE] = due
    row[R_BALANCE] = s[S_BALANCE]
    s[S_CARRY_INTEREST] = 0
    s[S_CARRY_PENALTY] = 0
    s[S_CARRY_FEE] = 0
    s[S_NUM] = 0
    s[S_TAKEN] = 0
    s[S_SHADOW_NUM] = 0
    s[S_NEXT] += 1
    if s[S_BALANCE] == 0 and s[S_FEE_LEFT] == 0:
        s[S_ROWS] = s[S_NEXT]
    open_period(s, rows, due)
    use_credit(terms, s, rows)
