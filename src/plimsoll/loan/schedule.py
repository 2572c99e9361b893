"""The promise: due days, what each instalment asks, and how the rest is levelled again after a change."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_interest, accrued_interest
from plimsoll.loan.allocate import use_credit
from plimsoll.loan.layout import (
    EQUAL_INSTALMENT,
    EQUAL_PRINCIPAL,
    FEE_PLAN,
    LOWER_INSTALMENT,
    NEXT_FIRST,
    R_ASKED_PENALTY,
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
    R_SIZE,
    R_WEIGHT,
    S_AHEAD,
    S_BALANCE,
    S_BEGUN,
    S_CARRY_FEE,
    S_CARRY_INTEREST,
    S_CARRY_PENALTY,
    S_DAY,
    S_FEE_EXTRA,
    S_FEE_LEFT,
    S_FEE_LEVEL,
    S_FIRST,
    S_FIRST_DAY,
    S_FIRST_DUE,
    S_FIRST_EXTRA,
    S_FIRST_MONTH,
    S_FIRST_ROW,
    S_GIVEN,
    S_LEVEL,
    S_NEXT,
    S_NUM,
    S_PAUSE_FROM,
    S_PAUSE_PLANNED,
    S_PAUSE_UNTIL,
    S_PENALTY_DEN,
    S_PERIOD_FROM,
    S_PERIOD_UNTIL,
    S_RATE_DEN,
    S_RATE_NUM,
    S_REPAYMENT,
    S_ROWS,
    S_SHADOW_NUM,
    S_SKIP,
    S_STEP,
    S_STEP_UNIT,
    S_TAKEN,
    SHORTEN_TERM,
    T_DAY_COUNT,
    T_PREPAYMENT,
)
from plimsoll.loan.level import level_instalment
from plimsoll.units.days import MONTHS, WEEKS, day_in_month, month_at, weight
from plimsoll.units.divide import half_up

Vector = MutableSequence[int]


def due_day(s: Vector, rows: Vector, i: int) -> int:
    """Give the due day of row `i`: as given, or stepped from the first one."""
    if s[S_GIVEN] == 1:
        return rows[i * R_SIZE + R_DUE]
    steps = s[S_STEP] * (i - s[S_FIRST_ROW] + s[S_SKIP])
    if s[S_STEP_UNIT] == MONTHS:
        return day_in_month(s[S_FIRST_MONTH] + steps, s[S_FIRST_DAY])
    return s[S_FIRST_DUE] + (7 if s[S_STEP_UNIT] == WEEKS else 1) * steps


def start_stepping(s: Vector, unit: int, step: int, first: int, skip: int) -> None:
    """Let due days follow from the first one, or from the draw `skip` steps before it."""
    s[S_STEP_UNIT] = unit
    s[S_STEP] = step
    s[S_FIRST_DUE] = first
    s[S_SKIP] = skip
    if unit == MONTHS and first > 0:
        s[S_FIRST_MONTH] = month_at(first)
        s[S_FIRST_DAY] = first - day_in_month(s[S_FIRST_MONTH], 1) + 1


def set_row(rows: Vector, row_at: int, due: int) -> None:
    """Empty a row, whatever stood there, but for its due day."""
    for k in range(R_SIZE):
        rows[row_at + k] = 0
    rows[row_at + R_DUE] = due


def open_period(s: Vector, rows: Vector, since: int) -> None:
    """Start the period that ends with the next due day; there may be none."""
    s[S_PERIOD_FROM] = since
    if s[S_NEXT] == s[S_ROWS]:
        s[S_PERIOD_UNTIL] = 0
        return
    row_at = s[S_NEXT] * R_SIZE
    due = due_day(s, rows, s[S_NEXT])
    set_row(rows, row_at, due)
    rows[row_at + R_FROM] = since
    s[S_PERIOD_UNTIL] = due


def weigh_rows(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Fill due day and weight of the rows still to come, the first one from the day of the state."""
    day_count = terms[T_DAY_COUNT]
    since = s[S_PERIOD_FROM]
    for i in range(s[S_NEXT], s[S_ROWS]):
        row_at = i * R_SIZE
        due = due_day(s, rows, i)
        rows[row_at + R_DUE] = due
        start = max(since, s[S_DAY])
        unit = s[S_STEP_UNIT]
        rows[row_at + R_WEIGHT] = weight(day_count, unit, since, due, start, due)
        held_from = max(start, s[S_PAUSE_FROM])
        held_until = min(due, s[S_PAUSE_UNTIL])
        if held_from < held_until:
            rows[row_at + R_WEIGHT] -= weight(day_count, unit, since, due, held_from, held_until)
        since = due


def level_again(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Spread the balance over the rows still to come, from the day of the state."""
    count = s[S_ROWS] - s[S_NEXT]
    if count == 0:
        return
    s[S_FIRST] = s[S_NEXT]
    plan_from_here(s)
    level = s[S_LEVEL]
    extra = s[S_FIRST_EXTRA]
    if s[S_REPAYMENT] == EQUAL_INSTALMENT:
        level = level_equal_instalments(terms, s, rows)
    elif s[S_REPAYMENT] == EQUAL_PRINCIPAL:
        level = half_up(s[S_BALANCE], count)
    elif s[S_REPAYMENT] == FEE_PLAN:
        level = s[S_BALANCE] // count
        extra = s[S_BALANCE] - level * count
    s[S_LEVEL] = level
    s[S_FIRST_EXTRA] = extra
    s[S_FEE_LEVEL] = s[S_FEE_LEFT] // count
    s[S_FEE_EXTRA] = s[S_FEE_LEFT] - s[S_FEE_LEVEL] * count


def level_equal_instalments(terms: Sequence[int], s: Vector, rows: Vector) -> int:
    """Give the instalment that pays the balance over the rows still to come, in minor units."""
    weigh_rows(terms, s, rows)
    begun_num = s[S_NUM] - s[S_BEGUN] * s[S_RATE_DEN]
    return level_instalment(s[S_BALANCE], begun_num, rows, s[S_NEXT], s[S_ROWS], s[S_RATE_NUM], s[S_RATE_DEN])


def adjust_after_prepayment(terms: Sequence[int], s: Vector, rows: Vector, prepaid: int) -> None:
    """Change the instalments to come after principal was paid early, as the terms say."""
    if s[S_BALANCE] == 0:
        drop_rows_to_come(s)
    else:
        spread_again(terms, s, rows, prepaid)


def spread_again(terms: Sequence[int], s: Vector, rows: Vector, prepaid: int) -> None:
    """Spread what is left of the balance after a part was paid early, as the terms say."""
    if terms[T_PREPAYMENT] == NEXT_FIRST:
        s[S_AHEAD] += prepaid
    elif terms[T_PREPAYMENT] == LOWER_INSTALMENT:
        level_again(terms, s, rows)
    else:
        plan_from_here(s)
        drop_rows_without_principal(terms, s, rows)


def drop_rows_without_principal(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Shorten the term: dates that the balance no longer reaches are gone, and their fees with them."""
    if s[S_REPAYMENT] == EQUAL_INSTALMENT:
        weigh_rows(terms, s, rows)
    left = s[S_BALANCE]
    num = s[S_NUM] - s[S_BEGUN] * s[S_RATE_DEN]
    fee = 0
    i = s[S_NEXT]
    while left > 0 and i < s[S_ROWS] - 1:
        part = 0
        if s[S_REPAYMENT] == EQUAL_INSTALMENT:
            num += left * s[S_RATE_NUM] * rows[i * R_SIZE + R_WEIGHT]
            part = s[S_LEVEL] - half_up(num, s[S_RATE_DEN])
            num = 0
        elif s[S_REPAYMENT] == EQUAL_PRINCIPAL:
            part = s[S_LEVEL]
        elif s[S_REPAYMENT] == FEE_PLAN:
            part = s[S_LEVEL] + (s[S_FIRST_EXTRA] if i == s[S_FIRST] else 0)
        left -= min(max(part, 0), left)
        fee += s[S_FEE_LEVEL] + (s[S_FEE_EXTRA] if i == s[S_FIRST] else 0)
        i += 1
    if left == 0:
        s[S_ROWS] = i
        s[S_FEE_LEFT] = min(fee, s[S_FEE_LEFT])


def plan_from_here(s: Vector) -> None:
    """Let the plan count on the interest of this period as earned so far, and on what the balance will earn, holidays left out."""
    s[S_PAUSE_PLANNED] = 1
    s[S_SHADOW_NUM] = s[S_NUM]
    s[S_BEGUN] = half_up(s[S_NUM], s[S_RATE_DEN])


def drop_rows_to_come(s: Vector) -> None:
    """Forget instalments and fees to come when no principal is left for them; interest begun keeps the next due day to itself."""
    s[S_FEE_LEFT] = 0
    s[S_FEE_LEVEL] = 0
    s[S_FEE_EXTRA] = 0
    begun = accrued_interest(s) + s[S_CARRY_INTEREST] + s[S_CARRY_PENALTY] + s[S_CARRY_FEE]
    if begun > 0 and s[S_NEXT] < s[S_ROWS]:
        s[S_ROWS] = s[S_NEXT] + 1
    else:
        s[S_ROWS] = s[S_NEXT]
        s[S_PERIOD_UNTIL] = 0


def principal_part(s: Vector, whole: int) -> int:
    """Give the principal of the instalment that falls due, in minor units. `whole` is all the interest of its period, rounded."""
    balance = s[S_BALANCE]
    if s[S_NEXT] == s[S_ROWS] - 1:
        return balance
    part = 0
    if s[S_REPAYMENT] == EQUAL_INSTALMENT:
        # The level instalment covers what the period earned since it was levelled; what had begun before comes on top.
        part = s[S_LEVEL] - planned_interest(s, whole) + s[S_BEGUN]
    elif s[S_REPAYMENT] == EQUAL_PRINCIPAL:
        part = s[S_LEVEL]
    elif s[S_REPAYMENT] == FEE_PLAN:
        part = s[S_LEVEL] + (s[S_FIRST_EXTRA] if s[S_NEXT] == s[S_FIRST] else 0)
    used = min(max(part, 0), s[S_AHEAD])
    s[S_AHEAD] -= used
    return min(max(part - used, 0), balance)


def planned_interest(s: Vector, whole: int) -> int:
    """Give the interest of the period as the plan counted on it, in minor units; `whole` is what there is of it."""
    return whole if s[S_SHADOW_NUM] == s[S_NUM] else half_up(s[S_SHADOW_NUM], s[S_RATE_DEN])


def fee_part(s: Vector) -> int:
    """Give the fee of the instalment that falls due: an equal part, remainders with the first."""
    if s[S_NEXT] == s[S_ROWS] - 1:
        return s[S_FEE_LEFT]
    return min(s[S_FEE_LEVEL] + (s[S_FEE_EXTRA] if s[S_NEXT] == s[S_FIRST] else 0), s[S_FEE_LEFT])


def asked_next(terms: Sequence[int], s: Vector) -> int:
    """Give what the coming instalment will ask for on its due day as things stand, in minor units; 0 where it is the last, or none.

    What comes ahead of the last one lowers it as well as money held for it would: nothing has to wait for its day.
    """
    if s[S_NEXT] >= s[S_ROWS] - 1:
        return 0
    day = s[S_DAY]
    num = s[S_NUM]
    shadow = s[S_SHADOW_NUM]
    ahead = s[S_AHEAD]
    accrue_interest(terms, s, s[S_PERIOD_UNTIL])
    whole = half_up(s[S_NUM], s[S_RATE_DEN])
    asked = whole - s[S_TAKEN] + principal_part(s, whole) + fee_part(s) + s[S_CARRY_INTEREST] + s[S_CARRY_PENALTY] + s[S_CARRY_FEE]
    s[S_DAY] = day
    s[S_NUM] = num
    s[S_SHADOW_NUM] = shadow
    s[S_AHEAD] = ahead
    return asked


def note_asked(s: Vector, rows: Vector, row_at: int) -> None:
    """Note what an instalment that has just fallen due asks for, and the balance after it, for whoever reads the plan."""
    rows[row_at + R_PRINCIPAL] = rows[row_at + R_PRINCIPAL_LEFT]
    rows[row_at + R_INTEREST] = rows[row_at + R_INTEREST_LEFT]
    rows[row_at + R_FEE] = rows[row_at + R_FEE_LEFT]
    rows[row_at + R_BALANCE] = s[S_BALANCE]


def fall_due(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Let the next instalment fall due: its interest is rounded here, its principal leaves the balance that earns."""
    row_at = s[S_NEXT] * R_SIZE
    due = s[S_PERIOD_UNTIL]
    accrue_interest(terms, s, due)
    whole = half_up(s[S_NUM], s[S_RATE_DEN])
    interest = whole - s[S_TAKEN]
    principal = principal_part(s, whole)
    fee = fee_part(s)
    s[S_BALANCE] -= principal
    s[S_FEE_LEFT] -= fee
    rows[row_at + R_PRINCIPAL_LEFT] = principal
    rows[row_at + R_INTEREST_LEFT] = interest + s[S_CARRY_INTEREST]
    rows[row_at + R_FEE_LEFT] = fee + s[S_CARRY_FEE]
    note_asked(s, rows, row_at)
    rows[row_at + R_PENALTY_NUM] = s[S_CARRY_PENALTY] * s[S_PENALTY_DEN]
    rows[row_at + R_PENALTY_TAKEN] = 0
    rows[row_at + R_ASKED_PENALTY] = 0
    rows[row_at + R_SINCE] = due
    s[S_CARRY_INTEREST] = 0
    s[S_CARRY_PENALTY] = 0
    s[S_CARRY_FEE] = 0
    s[S_NUM] = 0
    s[S_TAKEN] = 0
    s[S_SHADOW_NUM] = 0
    s[S_BEGUN] = 0
    s[S_NEXT] += 1
    if s[S_BALANCE] == 0 and terms[T_PREPAYMENT] == SHORTEN_TERM:
        drop_rows_to_come(s)
    open_period(s, rows, due)
    use_credit(terms, s, rows)
