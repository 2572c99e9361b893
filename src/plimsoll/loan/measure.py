"""Measure a state: the numbers that people, tapes and books ask for, in one vector (O_*)."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrued_interest, owed_penalty
from plimsoll.loan.agenda import next_day
from plimsoll.loan.allocate import days_since, oldest_unpaid
from plimsoll.loan.layout import (
    CHARGED_OFF,
    O_AS_OF,
    O_CLAIM,
    O_CREDIT,
    O_CUMULATIVE,
    O_FEE,
    O_INTEREST,
    O_INTEREST_LATE,
    O_LATE_DAYS,
    O_NEXT_DAY,
    O_OLDEST,
    O_PAYOFF,
    O_PENALTY,
    O_PRINCIPAL,
    O_PRINCIPAL_LATE,
    O_STATUS,
    O_SUSPENDED,
    PENDING,
    PRINCIPAL_FIRST_FROM_DAYS,
    R_DUE,
    R_FEE_LEFT,
    R_INTEREST_LEFT,
    R_PRINCIPAL_LEFT,
    R_SIZE,
    S_BALANCE,
    S_CARRY_FEE,
    S_CARRY_INTEREST,
    S_CARRY_PENALTY,
    S_CLAIM,
    S_CREDIT,
    S_DAY,
    S_DISBURSED,
    S_FEE_PAID,
    S_FEE_WAIVED,
    S_GRACE,
    S_INTEREST_PAID,
    S_INTEREST_WAIVED,
    S_MERCHANT_FEE,
    S_NEXT,
    S_OFF_FEE,
    S_OFF_INTEREST,
    S_OFF_OLDEST_DUE,
    S_OFF_PENALTY,
    S_OFF_PRINCIPAL,
    S_OFF_SUSPENDED,
    S_OPEN,
    S_PENALTY_PAID,
    S_PENALTY_WAIVED,
    S_PLAN_LEFT,
    S_RECEIVED,
    S_RECOVERED,
    S_REFUNDED,
    S_STATUS,
    S_UNBILLED,
    T_GRACE_DAYS,
)

Vector = MutableSequence[int]


def measure(terms: Sequence[int], s: Vector, rows: Vector, is_account: bool, out: Vector) -> None:
    """Fill `out` (O_SIZE numbers) from a state whose penalties are up to its day. Amounts in minor units."""
    out[O_CUMULATIVE] = s[S_DISBURSED]
    out[O_CUMULATIVE + 1] = s[S_MERCHANT_FEE]
    out[O_CUMULATIVE + 2] = s[S_RECEIVED]
    out[O_CUMULATIVE + 3] = s[S_REFUNDED]
    out[O_CUMULATIVE + 4] = s[S_RECOVERED]
    out[O_CUMULATIVE + 5] = s[S_INTEREST_PAID]
    out[O_CUMULATIVE + 6] = s[S_PENALTY_PAID]
    out[O_CUMULATIVE + 7] = s[S_FEE_PAID]
    out[O_CUMULATIVE + 8] = s[S_INTEREST_WAIVED]
    out[O_CUMULATIVE + 9] = s[S_PENALTY_WAIVED]
    out[O_CUMULATIVE + 10] = s[S_FEE_WAIVED]
    out[O_CUMULATIVE + 11] = s[S_OFF_PRINCIPAL]
    out[O_CUMULATIVE + 12] = s[S_OFF_INTEREST]
    out[O_CUMULATIVE + 13] = s[S_OFF_PENALTY]
    out[O_CUMULATIVE + 14] = s[S_OFF_FEE]
    out[O_AS_OF] = s[S_DAY]
    out[O_STATUS] = s[S_STATUS]
    out[O_CREDIT] = s[S_CREDIT]
    out[O_CLAIM] = s[S_CLAIM]
    if s[S_STATUS] == PENDING:
        return
    if s[S_STATUS] == CHARGED_OFF:
        out[O_OLDEST] = s[S_OFF_OLDEST_DUE]
        out[O_LATE_DAYS] = s[S_DAY] - s[S_OFF_OLDEST_DUE] if s[S_OFF_OLDEST_DUE] != 0 and s[S_CLAIM] > 0 else 0
        out[O_SUSPENDED] = s[S_OFF_SUSPENDED]
    else:
        out[O_OLDEST] = oldest_unpaid(terms, s, rows)
        out[O_LATE_DAYS] = days_since(terms, s, out[O_OLDEST])
        out[O_SUSPENDED] = 1 if out[O_LATE_DAYS] >= PRINCIPAL_FIRST_FROM_DAYS else 0
    measure_owed(terms, s, rows, out)
    owed = out[O_PRINCIPAL] + out[O_INTEREST] + out[O_PENALTY] + out[O_FEE] - s[S_CREDIT]
    out[O_PAYOFF] = s[S_CLAIM] if s[S_STATUS] == CHARGED_OFF else max(owed, 0)
    out[O_NEXT_DAY] = next_day(terms, s, out[O_OLDEST], is_account)


def measure_owed(terms: Sequence[int], s: Vector, rows: Vector, out: Vector) -> None:
    """Fill what is owed, and what of it is late."""
    principal = s[S_BALANCE] + s[S_GRACE] + s[S_UNBILLED] + s[S_PLAN_LEFT]
    interest = s[S_CARRY_INTEREST] + accrued_interest(s)
    penalty = s[S_CARRY_PENALTY]
    fee = s[S_CARRY_FEE]
    principal_late = 0
    interest_late = 0
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        principal += rows[row_at + R_PRINCIPAL_LEFT]
        interest += rows[row_at + R_INTEREST_LEFT]
        fee += rows[row_at + R_FEE_LEFT]
        penalty += owed_penalty(s, rows, row_at)
        if 0 < out[O_OLDEST] <= rows[row_at + R_DUE] and rows[row_at + R_DUE] + terms[T_GRACE_DAYS] < s[S_DAY]:
            principal_late += rows[row_at + R_PRINCIPAL_LEFT]
            interest_late += rows[row_at + R_INTEREST_LEFT]
    out[O_PRINCIPAL] = principal
    out[O_INTEREST] = interest
    out[O_PENALTY] = penalty
    out[O_FEE] = fee
    out[O_PRINCIPAL_LATE] = principal_late
    out[O_INTEREST_LATE] = interest_late
