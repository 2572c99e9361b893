"""Which debt a payment pays, in what order."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_penalty, owed_penalty
from plimsoll.loan.layout import (
    BY_AGE,
    PRINCIPAL_FIRST_FROM_DAYS,
    R_DUE,
    R_FEE_LEFT,
    R_INTEREST_LEFT,
    R_PENALTY_TAKEN,
    R_PRINCIPAL_LEFT,
    S_CREDIT,
    S_DAY,
    S_FEE_PAID,
    S_INTEREST_PAID,
    S_LAST_CREDIT,
    S_LAST_FEE,
    S_LAST_INTEREST,
    S_LAST_PENALTY,
    S_LAST_PRINCIPAL,
    S_NEXT,
    S_OPEN,
    S_PENALTY_PAID,
    S_PRINCIPAL_PAID,
    T_ALLOCATION,
    T_GRACE_DAYS,
)

Vector = MutableSequence[int]
Rows = Sequence[MutableSequence[int]]


def oldest_unpaid(s: Vector, rows: Rows) -> int:
    """Give the oldest due day with principal, interest or fee unpaid, 0 if there is none."""
    for i in range(s[S_OPEN], s[S_NEXT]):
        row = rows[i]
        if row[R_PRINCIPAL_LEFT] > 0 or row[R_INTEREST_LEFT] > 0 or row[R_FEE_LEFT] > 0:
            return row[R_DUE]
    return 0


def past_due_days(terms: Sequence[int], s: Vector, rows: Rows) -> int:
    """Give days past due on the day of the state: from the oldest unpaid due day, once the days of grace are over."""
    oldest = oldest_unpaid(s, rows)
    if oldest == 0 or s[S_DAY] - oldest <= terms[T_GRACE_DAYS]:
        return 0
    return s[S_DAY] - oldest


def pay_fee(s: Vector, row: Vector, amount: int) -> int:
    """Pay the fee of one due date; give what is left of the amount."""
    paid = min(amount, row[R_FEE_LEFT])
    row[R_FEE_LEFT] -= paid
    s[S_FEE_PAID] += paid
    s[S_LAST_FEE] += paid
    return amount - paid


def pay_penalty(s: Vector, row: Vector, amount: int) -> int:
    """Pay the penalty of one due date; give what is left of the amount."""
    paid = min(amount, owed_penalty(s, row))
    row[R_PENALTY_TAKEN] += paid
    s[S_PENALTY_PAID] += paid
    s[S_LAST_PENALTY] += paid
    return amount - paid


def pay_interest(s: Vector, row: Vector, amount: int) -> int:
    """Pay the interest of one due date; give what is left of the amount."""
    paid = min(amount, row[R_INTEREST_LEFT])
    row[R_INTEREST_LEFT] -= paid
    s[S_INTEREST_PAID] += paid
    s[S_LAST_INTEREST] += paid
    return amount - paid


def pay_principal(s: Vector, row: Vector, amount: int) -> int:
    """Pay the principal of one due date; give what is left of the amount."""
    paid = min(amount, row[R_PRINCIPAL_LEFT])
    row[R_PRINCIPAL_LEFT] -= paid
    s[S_PRINCIPAL_PAID] += paid
    s[S_LAST_PRINCIPAL] += paid
    return amount - paid


def close_paid_rows(s: Vector, rows: Rows) -> None:
    """Move the first open row past those that are paid in full."""
    while s[S_OPEN] < s[S_NEXT]:
        row = rows[s[S_OPEN]]
        if row[R_PRINCIPAL_LEFT] + row[R_INTEREST_LEFT] + row[R_FEE_LEFT] > 0 or owed_penalty(s, row) > 0:
            return
        s[S_OPEN] += 1


def pay_due(terms: Sequence[int], s: Vector, rows: Rows, amount: int) -> int:
    """Pay what has fallen due, in the order in force at its age; give what is left of the amount.

    Per due date, oldest first: fee, penalty, interest, principal (Civil Code Art. 561 puts costs before interest before
    principal). From 91 days past due, unless the terms keep one order: principal of all past-due dates, then interest, then
    penalty, then fee. `sum(paid) + left == amount`.
    """
    day = s[S_DAY]
    for i in range(s[S_OPEN], s[S_NEXT]):
        accrue_penalty(terms, s, rows[i], day)
    if terms[T_ALLOCATION] == BY_AGE and past_due_days(terms, s, rows) >= PRINCIPAL_FIRST_FROM_DAYS:
        amount = pay_principal_first(s, rows, amount)
    for i in range(s[S_OPEN], s[S_NEXT]):
        if amount == 0:
            break
        row = rows[i]
        amount = pay_fee(s, row, amount)
        amount = pay_penalty(s, row, amount)
        amount = pay_interest(s, row, amount)
        amount = pay_principal(s, row, amount)
    close_paid_rows(s, rows)
    return amount


def pay_principal_first(s: Vector, rows: Rows, amount: int) -> int:
    """Pay past-due principal of all dates, then interest, penalty and fee, each oldest first; give what is left."""
    late = s[S_OPEN]
    while late < s[S_NEXT] and rows[late][R_DUE] < s[S_DAY]:
        late += 1
    for i in range(s[S_OPEN], late):
        amount = pay_principal(s, rows[i], amount)
    for i in range(s[S_OPEN], late):
        amount = pay_interest(s, rows[i], amount)
    for i in range(s[S_OPEN], late):
        amount = pay_penalty(s, rows[i], amount)
    for i in range(s[S_OPEN], late):
        amount = pay_fee(s, rows[i], amount)
    return amount


def use_credit(terms: Sequence[int], s: Vector, rows: Rows) -> None:
    """Let the borrower's credit balance pay what has fallen due."""
    if s[S_CREDIT] > 0:
        s[S_CREDIT] = pay_due(terms, s, rows, s[S_CREDIT])


def forget_last_split(s: Vector) -> None:
    """Start counting how the next amount is split."""
    s[S_LAST_FEE] = 0
    s[S_LAST_PENALTY] = 0
    s[S_LAST_INTEREST] = 0
    s[S_LAST_PRINCIPAL] = 0
    s[S_LAST_CREDIT] = 0
