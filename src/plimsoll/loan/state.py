"""What people want to know of a loan on a day: amounts owed, how late, and the promise as it stands."""

from typing import NamedTuple

from plimsoll.loan.accrue import accrued_interest, owed_penalty
from plimsoll.loan.allocate import past_due_days
from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import (
    CHARGED_OFF,
    PRINCIPAL_FIRST_FROM_DAYS,
    R_BALANCE,
    R_DUE,
    R_FEE,
    R_FEE_LEFT,
    R_FROM,
    R_INTEREST,
    R_INTEREST_LEFT,
    R_PRINCIPAL,
    R_PRINCIPAL_LEFT,
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
    S_ROWS,
    S_STATUS,
    S_UNBILLED,
)
from plimsoll.loan.schedule import fall_due
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.units.position import Position

BUCKET_DAYS = 30
BUCKET_LAST = 7
SHORT_FROM, MID_FROM, LONG_FROM = 1, 31, 91
SPECIAL_MENTION_FROM, SUBSTANDARD_FROM, DOUBTFUL_FROM, LOSS_FROM = 1, 91, 271, 361


class State(NamedTuple):
    """A loan on a day, in minor units of its currency; `past_due_days` from the oldest unpaid due date."""

    as_of: int
    principal: int
    principal_past_due: int
    interest: int
    interest_past_due: int
    penalty: int
    fee: int
    credit: int
    payoff: int
    past_due_days: int
    claim: int
    status: int


class Instalment(NamedTuple):
    """One line of the promise, in minor units: what is due on a day, and the balance not yet due after it."""

    number: int
    due_on: int
    days: int
    principal: int
    interest: int
    fee: int
    balance: int


def read_state(terms: Terms, standing: Standing) -> State:
    """Give the numbers of a loan on the day of the standing."""
    s, rows = standing.s, standing.rows
    day = s[S_DAY]
    principal = s[S_BALANCE] + s[S_GRACE] + s[S_UNBILLED] + s[S_PLAN_LEFT]
    interest = s[S_CARRY_INTEREST] + (accrued_interest(s) if s[S_STATUS] else 0)
    penalty, fee = s[S_CARRY_PENALTY], s[S_CARRY_FEE]
    principal_late = interest_late = 0
    late_days = days_late(terms, standing)
    for row in rows[s[S_OPEN] : s[S_NEXT]]:
        principal += row[R_PRINCIPAL_LEFT]
        interest += row[R_INTEREST_LEFT]
        fee += row[R_FEE_LEFT]
        penalty += owed_penalty(s, row)
        if late_days and row[R_DUE] < day:
            principal_late += row[R_PRINCIPAL_LEFT]
            interest_late += row[R_INTEREST_LEFT]
    payoff = s[S_CLAIM] if s[S_STATUS] == CHARGED_OFF else max(principal + interest + penalty + fee - s[S_CREDIT], 0)
    return State(
        day, principal, principal_late, interest, interest_late, penalty, fee, s[S_CREDIT], payoff, late_days, s[S_CLAIM], s[S_STATUS]
    )


def days_late(terms: Terms, standing: Standing) -> int:
    """Give days past due on the day of the standing; after charge-off they count on while a claim is left."""
    s = standing.s
    if s[S_STATUS] == CHARGED_OFF:
        return s[S_DAY] - s[S_OFF_OLDEST_DUE] if s[S_OFF_OLDEST_DUE] and s[S_CLAIM] else 0
    return past_due_days(terms.vector, s, standing.rows)


def bucket(past_due_days: int) -> int:
    """Give the M-bucket: 0 not late, 1 for 1-30 days, … 6 for 151-180, 7 for 181 and over."""
    return min((past_due_days + BUCKET_DAYS - 1) // BUCKET_DAYS, BUCKET_LAST)


def overdue_class(past_due_days: int) -> str:
    """Give none, short (1-30 days past due), mid (31-90) or long (91 and over)."""
    if past_due_days < SHORT_FROM:
        return "none"
    if past_due_days < MID_FROM:
        return "short"
    return "mid" if past_due_days < LONG_FROM else "long"


def five_class(past_due_days: int, tolerance_days: int = 0) -> str:
    """Give the five-class by days past due alone; a technical delay up to `tolerance_days` stays normal (Order 2023 No. 1, Art. 10-13)."""
    if past_due_days < SPECIAL_MENTION_FROM or past_due_days <= tolerance_days:
        return "normal"
    if past_due_days < SUBSTANDARD_FROM:
        return "special-mention"
    if past_due_days < DOUBTFUL_FROM:
        return "substandard"
    return "doubtful" if past_due_days < LOSS_FROM else "loss"


def read_position(terms: Terms, standing: Standing) -> Position:
    """Give the numbers the books need, on the day of the standing."""
    s = standing.s
    state = read_state(terms, standing)
    suspended = s[S_OFF_SUSPENDED] if s[S_STATUS] == CHARGED_OFF else int(state.past_due_days >= PRINCIPAL_FIRST_FROM_DAYS)
    return Position(
        s[S_DISBURSED],
        s[S_MERCHANT_FEE],
        s[S_RECEIVED],
        s[S_REFUNDED],
        s[S_RECOVERED],
        state.principal,
        state.interest,
        state.penalty,
        state.fee,
        state.credit,
        s[S_INTEREST_PAID],
        s[S_PENALTY_PAID],
        s[S_FEE_PAID],
        s[S_INTEREST_WAIVED],
        s[S_PENALTY_WAIVED],
        s[S_FEE_WAIVED],
        s[S_OFF_PRINCIPAL],
        s[S_OFF_INTEREST],
        s[S_OFF_PENALTY],
        s[S_OFF_FEE],
        s[S_CLAIM],
        suspended,
    )


def read_promise(terms: Terms, standing: Standing) -> tuple[Instalment, ...]:
    """Give the schedule as it stands on the day of the standing: what fell due, and what will if nothing else happens."""
    assert terms.kind == LOAN, "an account has bills, not a schedule"
    s = list(standing.s)
    rows = [list(row) for row in standing.rows]
    s[S_CREDIT] = 0
    while s[S_NEXT] < s[S_ROWS]:
        fall_due(terms.vector, s, rows)
    return tuple(
        Instalment(i + 1, row[R_DUE], row[R_DUE] - row[R_FROM], row[R_PRINCIPAL], row[R_INTEREST], row[R_FEE], row[R_BALANCE])
        for i, row in enumerate(rows[: s[S_NEXT]])
    )
