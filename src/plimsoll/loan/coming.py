"""What loans ask for by day, for the compiler: what fell due and is unpaid, and what will fall due, as `collections.owing` tells it.

Every loop takes a range `[low, high)` of loans, so that threads can share the work.
"""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.account import advance_account
from plimsoll.loan.accrue import accrue_penalty
from plimsoll.loan.allocate import close_paid_rows
from plimsoll.loan.ask import left_of_row
from plimsoll.loan.bill import month_day
from plimsoll.loan.flat import unflatten
from plimsoll.loan.layout import (
    A_DUE_DAY,
    OPEN,
    P_BILLED,
    P_COUNT,
    P_FEE_LEFT,
    P_FEE_LEVEL,
    P_FIRST,
    P_LEFT,
    P_LEVEL,
    P_SIZE,
    R_DUE,
    R_FEE,
    R_INTEREST,
    R_PAID,
    R_PRINCIPAL,
    R_SIZE,
    R_TOTAL,
    S_BALANCE,
    S_CREDIT,
    S_DAY,
    S_GRACE,
    S_GRACE_DUE,
    S_MINIMUM_LEFT,
    S_NEXT,
    S_OPEN,
    S_PERIOD_UNTIL,
    S_PLANS,
    S_ROWS,
    S_STATUS,
    S_UNBILLED,
)
from plimsoll.loan.life import advance
from plimsoll.loan.schedule import fall_due
from plimsoll.loan.vectors import place
from plimsoll.units.days import month_of, year_of

Vector = MutableSequence[int]
Rows = Sequence[MutableSequence[int]]


def coming_range(
    low: int,
    high: int,
    terms: Rows,
    is_account: Sequence[int],
    states: Sequence[int],
    states_at: Sequence[int],
    day: int,
    until: int,
    room_s: Vector,
    room_rows: Vector,
    room_plans: Vector,
    room_lots: Vector,
    past: Vector,
    counts: Vector,
    days: Rows,
    minors: Rows,
) -> None:
    """Move loans `[low, high)` from their cached states to a day, and say what each asks for through `until`, in minor units.

    `past` is what fell due; `counts[i]` due days to come stand in `days[i]` with `minors[i]`, which have room for every row.
    """
    s, rows, plans, lots = place(room_s), place(room_rows), place(room_plans), place(room_lots)
    for i in range(low, high):
        own = place(terms[i])
        past[i] = 0
        counts[i] = 0
        unflatten(place(states[states_at[i] : states_at[i + 1]]), s, rows, plans)
        if s[S_STATUS] != OPEN:
            continue
        moved = max(day, s[S_DAY])
        if is_account[i] == 1:
            advance_account(own, s, rows, plans, lots, moved)
        else:
            advance(own, s, rows, moved)
        for k in range(s[S_OPEN], s[S_NEXT]):
            accrue_penalty(own, s, rows, k * R_SIZE, moved)
        if s[S_STATUS] != OPEN:
            continue
        if is_account[i] == 1:
            close_paid_rows(s, rows)
            counts[i] = next_bill(own, s, rows, plans, until, place(days[i]), place(minors[i]))
            past[i] = fell_due(s, rows, next_bill_day(own, s))
        else:
            past[i] = fell_due(s, rows, 0)
            counts[i] = next_lines(own, s, rows, until, place(days[i]), place(minors[i]))


def fell_due(s: Vector, rows: Vector, but: int) -> int:
    """Give what was asked for and is unpaid, but for what is asked for on one day."""
    minor = 0
    for k in range(s[S_OPEN], s[S_NEXT]):
        if rows[k * R_SIZE + R_DUE] != but:
            minor += left_of_row(s, rows, k * R_SIZE)
    if s[S_MINIMUM_LEFT] > 0 and s[S_GRACE_DUE] != but:
        minor += s[S_MINIMUM_LEFT]
    return minor


def next_lines(terms: Sequence[int], s: Vector, rows: Vector, until: int, days: Vector, minors: Vector) -> int:
    """Write the instalments to come through a day, less the credit that is held for them; give how many ask for something."""
    count = 0
    now = s[S_DAY]
    credit = s[S_CREDIT]
    while s[S_NEXT] < s[S_ROWS] and s[S_PERIOD_UNTIL] <= until:
        row_at = s[S_NEXT] * R_SIZE
        fall_due(terms, s, rows)
        if rows[row_at + R_DUE] > now:
            minor = rows[row_at + R_PRINCIPAL] + rows[row_at + R_INTEREST] + rows[row_at + R_FEE]
            used = min(credit, minor)
            credit -= used
            if minor > used:
                days[count] = rows[row_at + R_DUE]
                minors[count] = minor - used
                count += 1
    return count


def next_bill_day(terms: Sequence[int], s: Vector) -> int:
    """Give the due day of the bill that is out, else of the next one."""
    return s[S_GRACE_DUE] if s[S_GRACE_DUE] != 0 else month_day(s[S_PERIOD_UNTIL], terms[A_DUE_DAY])


def next_bill(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, until: int, days: Vector, minors: Vector) -> int:
    """Write the whole of the bill that is out, else the next one as far as it is known; give 1 where it asks for something."""
    due = next_bill_day(terms, s)
    if s[S_GRACE_DUE] != 0:
        row_at = (s[S_NEXT] - 1) * R_SIZE
        minor = max(rows[row_at + R_TOTAL] - rows[row_at + R_PAID], 0)
    else:
        minor = s[S_UNBILLED] + s[S_GRACE] + s[S_BALANCE] + in_month(s, rows, due) + plan_parts(s, plans)
    if due > until or minor <= 0:
        return 0
    days[0] = due
    minors[0] = minor
    return 1


def in_month(s: Vector, rows: Vector, due: int) -> int:
    """Give what earlier bills ask for from today on in the month of a due day."""
    minor = 0
    for k in range(s[S_OPEN], s[S_NEXT]):
        on = rows[k * R_SIZE + R_DUE]
        if on >= s[S_DAY] and year_of(on) == year_of(due) and month_of(on) == month_of(due):
            minor += left_of_row(s, rows, k * R_SIZE)
    return minor


def plan_parts(s: Vector, plans: Vector) -> int:
    """Give what the next bill asks for of plans that run."""
    minor = 0
    for k in range(s[S_PLANS]):
        at = k * P_SIZE
        left = plans[at + P_LEFT] + plans[at + P_FEE_LEFT]
        if left == 0:
            continue
        level = plans[at + P_LEVEL] + plans[at + P_FEE_LEVEL]
        count = plans[at + P_COUNT] - plans[at + P_BILLED]
        is_first = plans[at + P_BILLED] == plans[at + P_FIRST]
        minor += level if count > 1 and not is_first else left - level * (count - 1)
    return minor
