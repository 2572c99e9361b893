"""The bill of a pay-later account: cut on the bill day, asked for on the due day, carried on after it."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_interest, accrue_penalty, accrued_interest, owed_penalty
from plimsoll.loan.allocate import close_paid_rows
from plimsoll.loan.layout import (
    A_BILL_DAY,
    A_DUE_DAY,
    A_MIN_DEN,
    A_MIN_NUM,
    L_PLAN,
    L_ROW,
    P_BILLED,
    P_COUNT,
    P_FEE_LEFT,
    P_FEE_LEVEL,
    P_FIRST,
    P_LEFT,
    P_LEVEL,
    R_BALANCE,
    R_BILLED_ON,
    R_CARRIED,
    R_DUE,
    R_FEE,
    R_FEE_LEFT,
    R_FROM,
    R_INSTALMENTS,
    R_INTEREST,
    R_INTEREST_LEFT,
    R_MINIMUM,
    R_PENALTY,
    R_PRINCIPAL,
    R_PRINCIPAL_LEFT,
    R_PURCHASES,
    R_REFUNDS,
    R_SINCE,
    R_TOTAL,
    S_BALANCE,
    S_BILL_PENALTY_MET,
    S_BILLED_PENALTY,
    S_CYCLE_PURCHASES,
    S_CYCLE_REFUNDS,
    S_GRACE,
    S_GRACE_DUE,
    S_LOTS,
    S_MINIMUM_LEFT,
    S_NEXT,
    S_NUM,
    S_OPEN,
    S_PENALTY_PAID,
    S_PENALTY_WAIVED,
    S_PERIOD_FROM,
    S_PERIOD_UNTIL,
    S_PLAN_FEE_LEFT,
    S_PLAN_LEFT,
    S_PLANS,
    S_ROWS,
    S_TAKEN,
    S_UNBILLED,
)
from plimsoll.units.days import day_of, month_length, month_of, ordinal, year_of
from plimsoll.units.divide import half_up

Vector = MutableSequence[int]
Rows = Sequence[MutableSequence[int]]


def month_day(after: int, day: int) -> int:
    """Give the first day later than `after` that is the `day`-th of its month (the last where the month is shorter)."""
    year = year_of(after)
    month = month_of(after)
    if day_of(after) >= min(day, month_length(year, month)):
        month += 1
        if month == 13:
            month = 1
            year += 1
    return ordinal(year, month, min(day, month_length(year, month)))


def pass_due_day(terms: Sequence[int], s: Vector, rows: Rows) -> None:
    """Let the due day of the last bill pass: an unpaid minimum is late from now, the rest of the bill revolves."""
    due = s[S_GRACE_DUE]
    accrue_interest(terms, s, due)
    late = min(s[S_MINIMUM_LEFT], s[S_GRACE] + s[S_BALANCE])
    from_grace = min(late, s[S_GRACE])
    s[S_GRACE] -= from_grace
    s[S_BALANCE] -= late - from_grace
    if late > 0:
        row = rows[s[S_NEXT] - 1]
        row[R_PRINCIPAL] += late
        row[R_PRINCIPAL_LEFT] += late
        s[S_OPEN] = min(s[S_OPEN], s[S_NEXT] - 1)
    s[S_BALANCE] += s[S_GRACE]
    s[S_GRACE] = 0
    s[S_MINIMUM_LEFT] = 0
    s[S_GRACE_DUE] = 0


def cut_bill(terms: Sequence[int], s: Vector, rows: Rows, plans: Rows, lots: Rows) -> None:
    """Cut the bill of the bill day ahead. A month with nothing to say cuts none."""
    day = s[S_PERIOD_UNTIL]
    accrue_interest(terms, s, day)
    s[S_PERIOD_FROM] = day
    s[S_PERIOD_UNTIL] = month_day(day, terms[A_BILL_DAY])
    close_paid_rows(s, rows)
    interest = accrued_interest(s)
    if s[S_UNBILLED] + s[S_CYCLE_PURCHASES] + s[S_PLAN_LEFT] + s[S_PLAN_FEE_LEFT] + s[S_BALANCE] + interest == 0 and s[S_OPEN] == s[S_NEXT]:
        s[S_NUM] = 0
        s[S_TAKEN] = 0
        return
    late, owed = carried_late(terms, s, rows, day)
    met = s[S_PENALTY_PAID] + s[S_PENALTY_WAIVED]
    penalty = owed - s[S_BILLED_PENALTY] + met - s[S_BILL_PENALTY_MET]
    s[S_BILLED_PENALTY] = owed
    s[S_BILL_PENALTY_MET] = met
    late += owed - penalty
    row = rows[s[S_NEXT]]
    row[R_BILLED_ON] = day
    row[R_FROM] = day
    row[R_DUE] = month_day(day, terms[A_DUE_DAY])
    row[R_SINCE] = row[R_DUE]
    row[R_PURCHASES] = s[S_CYCLE_PURCHASES]
    row[R_REFUNDS] = s[S_CYCLE_REFUNDS]
    row[R_CARRIED] = s[S_BALANCE] + late
    row[R_INTEREST] = interest
    row[R_INTEREST_LEFT] = interest
    row[R_PENALTY] = penalty
    bill_plans(s, row, plans)
    minimum = half_up((s[S_UNBILLED] + s[S_BALANCE]) * terms[A_MIN_NUM], terms[A_MIN_DEN])
    s[S_MINIMUM_LEFT] = minimum
    row[R_MINIMUM] = minimum + row[R_INSTALMENTS] + late + interest + penalty
    row[R_TOTAL] = s[S_UNBILLED] + row[R_INSTALMENTS] + row[R_CARRIED] + interest + penalty
    hold_lots(s, lots)
    s[S_GRACE] = s[S_UNBILLED]
    s[S_GRACE_DUE] = row[R_DUE]
    s[S_UNBILLED] = 0
    s[S_CYCLE_PURCHASES] = 0
    s[S_CYCLE_REFUNDS] = 0
    s[S_NUM] = 0
    s[S_TAKEN] = 0
    row[R_BALANCE] = s[S_GRACE] + s[S_BALANCE]
    s[S_NEXT] += 1
    s[S_ROWS] = s[S_NEXT]


def carried_late(terms: Sequence[int], s: Vector, rows: Rows, day: int) -> tuple[int, int]:
    """Give what earlier bills ask and did not get: principal, interest and fees together, and penalty."""
    late = 0
    penalty = 0
    for i in range(s[S_OPEN], s[S_NEXT]):
        row = rows[i]
        accrue_penalty(terms, s, row, day)
        late += row[R_PRINCIPAL_LEFT] + row[R_INTEREST_LEFT] + row[R_FEE_LEFT]
        penalty += owed_penalty(s, row)
    return late, penalty


def bill_plans(s: Vector, row: Vector, plans: Rows) -> None:
    """Put the next instalment of every plan on the bill."""
    for i in range(s[S_PLANS]):
        plan = plans[i]
        count = plan[P_COUNT] - plan[P_BILLED]
        if count == 0 or plan[P_LEFT] + plan[P_FEE_LEFT] == 0:
            continue
        principal = plan[P_LEVEL]
        fee = plan[P_FEE_LEVEL]
        if count == 1:
            principal = plan[P_LEFT]
            fee = plan[P_FEE_LEFT]
        elif plan[P_BILLED] == plan[P_FIRST]:
            principal = plan[P_LEFT] - plan[P_LEVEL] * (count - 1)
            fee = plan[P_FEE_LEFT] - plan[P_FEE_LEVEL] * (count - 1)
        plan[P_LEFT] -= principal
        plan[P_FEE_LEFT] -= fee
        plan[P_BILLED] += 1
        s[S_PLAN_LEFT] -= principal
        s[S_PLAN_FEE_LEFT] -= fee
        row[R_INSTALMENTS] += principal + fee
        row[R_PRINCIPAL] += principal
        row[R_PRINCIPAL_LEFT] += principal
        row[R_FEE] += fee
        row[R_FEE_LEFT] += fee


def hold_lots(s: Vector, lots: Rows) -> None:
    """Remember which bill holds the purchases that were unbilled until now."""
    i = s[S_LOTS] - 1
    while i >= 0:
        if lots[i][L_PLAN] == -1 and lots[i][L_ROW] == -1:
            lots[i][L_ROW] = s[S_NEXT]
        i -= 1
