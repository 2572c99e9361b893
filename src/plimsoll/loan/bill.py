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
    L_SIZE,
    P_BILLED,
    P_COUNT,
    P_FEE_LEFT,
    P_FEE_LEVEL,
    P_FIRST,
    P_LEFT,
    P_LEVEL,
    P_SIZE,
    R_ASKED_PENALTY,
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
    R_SIZE,
    R_TOTAL,
    S_BALANCE,
    S_CYCLE_PURCHASES,
    S_CYCLE_REFUNDS,
    S_GRACE,
    S_GRACE_DUE,
    S_LOTS,
    S_MINIMUM_BASE,
    S_MINIMUM_LEFT,
    S_NEXT,
    S_NUM,
    S_OPEN,
    S_PERIOD_FROM,
    S_PERIOD_UNTIL,
    S_PLAN_FEE_LEFT,
    S_PLAN_LEFT,
    S_PLANS,
    S_ROWS,
    S_TAKEN,
    S_UNBILLED,
)
from plimsoll.loan.schedule import set_row
from plimsoll.units.days import day_of, month_length, month_of, ordinal, year_of
from plimsoll.units.divide import half_up

Vector = MutableSequence[int]


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


def pass_due_day(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Let the due day of the last bill pass: an unpaid minimum is late from now, the rest of the bill revolves."""
    due = s[S_GRACE_DUE]
    accrue_interest(terms, s, due)
    late = min(s[S_MINIMUM_LEFT], s[S_GRACE] + s[S_BALANCE])
    from_grace = min(late, s[S_GRACE])
    s[S_GRACE] -= from_grace
    s[S_BALANCE] -= late - from_grace
    if late > 0:
        row_at = (s[S_NEXT] - 1) * R_SIZE
        rows[row_at + R_PRINCIPAL] += late
        rows[row_at + R_PRINCIPAL_LEFT] += late
        s[S_OPEN] = min(s[S_OPEN], s[S_NEXT] - 1)
    s[S_BALANCE] += s[S_GRACE]
    s[S_GRACE] = 0
    s[S_MINIMUM_LEFT] = 0
    s[S_GRACE_DUE] = 0


def cut_bill(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, lots: Vector) -> None:
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
    late, penalty = carried_late(terms, s, rows, day)
    row_at = s[S_NEXT] * R_SIZE
    set_row(rows, row_at, month_day(day, terms[A_DUE_DAY]))
    rows[row_at + R_BILLED_ON] = day
    rows[row_at + R_FROM] = day
    rows[row_at + R_SINCE] = rows[row_at + R_DUE]
    rows[row_at + R_PURCHASES] = s[S_CYCLE_PURCHASES]
    rows[row_at + R_REFUNDS] = s[S_CYCLE_REFUNDS]
    rows[row_at + R_CARRIED] = s[S_BALANCE] + late
    rows[row_at + R_INTEREST] = interest
    rows[row_at + R_INTEREST_LEFT] = interest
    rows[row_at + R_PENALTY] = penalty
    bill_plans(s, rows, row_at, plans)
    s[S_MINIMUM_BASE] = s[S_UNBILLED] + s[S_BALANCE]
    minimum = minimum_share(terms, s)
    s[S_MINIMUM_LEFT] = minimum
    rows[row_at + R_MINIMUM] = minimum + rows[row_at + R_INSTALMENTS] + late + interest + penalty
    rows[row_at + R_TOTAL] = s[S_UNBILLED] + rows[row_at + R_INSTALMENTS] + rows[row_at + R_CARRIED] + interest + penalty
    hold_lots(s, lots)
    s[S_GRACE] = s[S_UNBILLED]
    s[S_GRACE_DUE] = rows[row_at + R_DUE]
    s[S_UNBILLED] = 0
    s[S_CYCLE_PURCHASES] = 0
    s[S_CYCLE_REFUNDS] = 0
    s[S_NUM] = 0
    s[S_TAKEN] = 0
    rows[row_at + R_BALANCE] = s[S_GRACE] + s[S_BALANCE]
    s[S_NEXT] += 1
    s[S_ROWS] = s[S_NEXT]


def minimum_share(terms: Sequence[int], s: Vector) -> int:
    """Give the part of the last bill's purchases and carried principal that its minimum asks for."""
    return half_up(s[S_MINIMUM_BASE] * terms[A_MIN_NUM], terms[A_MIN_DEN])


def carried_late(terms: Sequence[int], s: Vector, rows: Vector, day: int) -> tuple[int, int]:
    """Give what earlier bills asked and did not get, penalty included, and the penalty that is new; from now on it is asked for."""
    late = 0
    penalty = 0
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        accrue_penalty(terms, s, rows, row_at, day)
        late += rows[row_at + R_PRINCIPAL_LEFT] + rows[row_at + R_INTEREST_LEFT] + rows[row_at + R_FEE_LEFT]
        owed = owed_penalty(s, rows, row_at)
        late += rows[row_at + R_ASKED_PENALTY]
        penalty += owed - rows[row_at + R_ASKED_PENALTY]
        rows[row_at + R_ASKED_PENALTY] = owed
    return late, penalty


def bill_plans(s: Vector, rows: Vector, row_at: int, plans: Vector) -> None:
    """Put the next instalment of every plan on the bill."""
    for i in range(s[S_PLANS]):
        plan_at = i * P_SIZE
        count = plans[plan_at + P_COUNT] - plans[plan_at + P_BILLED]
        if count == 0 or plans[plan_at + P_LEFT] + plans[plan_at + P_FEE_LEFT] == 0:
            continue
        principal = plans[plan_at + P_LEVEL]
        fee = plans[plan_at + P_FEE_LEVEL]
        if count == 1:
            principal = plans[plan_at + P_LEFT]
            fee = plans[plan_at + P_FEE_LEFT]
        elif plans[plan_at + P_BILLED] == plans[plan_at + P_FIRST]:
            principal = plans[plan_at + P_LEFT] - plans[plan_at + P_LEVEL] * (count - 1)
            fee = plans[plan_at + P_FEE_LEFT] - plans[plan_at + P_FEE_LEVEL] * (count - 1)
        plans[plan_at + P_LEFT] -= principal
        plans[plan_at + P_FEE_LEFT] -= fee
        plans[plan_at + P_BILLED] += 1
        s[S_PLAN_LEFT] -= principal
        s[S_PLAN_FEE_LEFT] -= fee
        rows[row_at + R_INSTALMENTS] += principal + fee
        rows[row_at + R_PRINCIPAL] += principal
        rows[row_at + R_PRINCIPAL_LEFT] += principal
        rows[row_at + R_FEE] += fee
        rows[row_at + R_FEE_LEFT] += fee


def hold_lots(s: Vector, lots: Vector) -> None:
    """Remember which bill holds the purchases that were unbilled until now."""
    i = s[S_LOTS] - 1
    while i >= 0:
        if lots[i * L_SIZE + L_PLAN] == -1 and lots[i * L_SIZE + L_ROW] == -1:
            lots[i * L_SIZE + L_ROW] = s[S_NEXT]
        i -= 1
