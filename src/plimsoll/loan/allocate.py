"""Which debt a payment pays, in what order."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_penalties, owed_penalty
from plimsoll.loan.layout import (
    BY_AGE,
    PRINCIPAL_FIRST_FROM_DAYS,
    R_ASKED_PENALTY,
    R_DUE,
    R_FEE_LEFT,
    R_INTEREST_LEFT,
    R_PENALTY_TAKEN,
    R_PRINCIPAL_LEFT,
    R_SIZE,
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
    S_UNASKED_PENALTY,
    T_ALLOCATION,
    T_GRACE_DAYS,
    T_TOLERANCE,
)

Vector = MutableSequence[int]


def oldest_unpaid(terms: Sequence[int], s: Vector, rows: Vector) -> int:
    """Give the due day since which principal, interest and fee are unpaid, 0 if there is none.

    It is the oldest one with anything unpaid; with a tolerance, the first by which more than that is.
    """
    left = 0
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        left += rows[row_at + R_PRINCIPAL_LEFT] + rows[row_at + R_INTEREST_LEFT] + rows[row_at + R_FEE_LEFT]
        if left > terms[T_TOLERANCE]:
            return rows[row_at + R_DUE]
    return 0


def past_due_days(terms: Sequence[int], s: Vector, rows: Vector) -> int:
    """Give days past due on the day of the state: from the oldest unpaid due day, once the days of grace are over."""
    return days_since(terms, s, oldest_unpaid(terms, s, rows))


def days_since(terms: Sequence[int], s: Vector, oldest: int) -> int:
    """Give days past due when `oldest` is the oldest unpaid due day (0: none)."""
    if oldest == 0 or s[S_DAY] - oldest <= terms[T_GRACE_DAYS]:
        return 0
    return s[S_DAY] - oldest


def pay_fee(s: Vector, rows: Vector, row_at: int, amount: int) -> int:
    """Pay the fee of one due date; give what is left of the amount."""
    if rows[row_at + R_FEE_LEFT] == 0:
        return amount
    paid = min(amount, rows[row_at + R_FEE_LEFT])
    rows[row_at + R_FEE_LEFT] -= paid
    s[S_FEE_PAID] += paid
    s[S_LAST_FEE] += paid
    return amount - paid


def pay_penalty(s: Vector, rows: Vector, row_at: int, amount: int) -> int:
    """Pay the penalty of one due date; give what is left of the amount."""
    owed = owed_penalty(s, rows, row_at)
    if owed == 0:
        return amount
    paid = min(amount, owed)
    take_penalty(s, rows, row_at, paid)
    s[S_PENALTY_PAID] += paid
    s[S_LAST_PENALTY] += paid
    return amount - paid


def take_penalty(s: Vector, rows: Vector, row_at: int, met: int) -> None:
    """Note that penalty of one due date was paid or waived: first what a bill asked for."""
    rows[row_at + R_PENALTY_TAKEN] += met
    asked = min(met, rows[row_at + R_ASKED_PENALTY])
    rows[row_at + R_ASKED_PENALTY] -= asked
    s[S_UNASKED_PENALTY] += met - asked


def pay_interest(s: Vector, rows: Vector, row_at: int, amount: int) -> int:
    """Pay the interest of one due date; give what is left of the amount."""
    paid = min(amount, rows[row_at + R_INTEREST_LEFT])
    rows[row_at + R_INTEREST_LEFT] -= paid
    s[S_INTEREST_PAID] += paid
    s[S_LAST_INTEREST] += paid
    return amount - paid


def pay_principal(s: Vector, rows: Vector, row_at: int, amount: int) -> int:
    """Pay the principal of one due date; give what is left of the amount."""
    paid = min(amount, rows[row_at + R_PRINCIPAL_LEFT])
    rows[row_at + R_PRINCIPAL_LEFT] -= paid
    s[S_PRINCIPAL_PAID] += paid
    s[S_LAST_PRINCIPAL] += paid
    return amount - paid


def unpaid(s: Vector, rows: Vector, row_at: int) -> int:
    """Give what is unpaid of one due date, penalty up to its day included."""
    return rows[row_at + R_PRINCIPAL_LEFT] + rows[row_at + R_INTEREST_LEFT] + rows[row_at + R_FEE_LEFT] + owed_penalty(s, rows, row_at)


def close_paid_rows(s: Vector, rows: Vector) -> None:
    """Move the first open row past those that are paid in full."""
    while s[S_OPEN] < s[S_NEXT] and unpaid(s, rows, s[S_OPEN] * R_SIZE) == 0:
        s[S_OPEN] += 1


def pay_due(terms: Sequence[int], s: Vector, rows: Vector, amount: int) -> int:
    """Pay what has fallen due, in the order in force at its age; give what is left of the amount.

    Per due date, oldest first: fee, penalty, interest, principal (Civil Code Art. 561 puts costs before interest before
    principal). From 91 days past due, unless the terms keep one order: principal of all past-due dates, then interest, then
    penalty, then fee. `sum(paid) + left == amount`.
    """
    if s[S_OPEN] == s[S_NEXT]:
        return amount
    # Nothing is later than the first open date: where that is not past, nothing is late.
    if rows[s[S_OPEN] * R_SIZE + R_DUE] < s[S_DAY]:
        accrue_penalties(terms, s, rows)
        if terms[T_ALLOCATION] == BY_AGE and past_due_days(terms, s, rows) >= PRINCIPAL_FIRST_FROM_DAYS:
            amount = pay_principal_first(s, rows, amount)
    while s[S_OPEN] < s[S_NEXT]:
        row_at = s[S_OPEN] * R_SIZE
        owed = unpaid(s, rows, row_at)
        if amount < owed:
            return pay_part(s, rows, row_at, amount)
        pay_whole(s, rows, row_at)
        amount -= owed
        s[S_OPEN] += 1
    return amount


def pay_whole(s: Vector, rows: Vector, row_at: int) -> None:
    """Pay all that is unpaid of one due date."""
    pay_fee(s, rows, row_at, rows[row_at + R_FEE_LEFT])
    pay_penalty(s, rows, row_at, owed_penalty(s, rows, row_at))
    pay_interest(s, rows, row_at, rows[row_at + R_INTEREST_LEFT])
    pay_principal(s, rows, row_at, rows[row_at + R_PRINCIPAL_LEFT])


def pay_part(s: Vector, rows: Vector, row_at: int, amount: int) -> int:
    """Pay of one due date what the amount comes to: fee, penalty, interest, principal; give what is left of the amount."""
    amount = pay_fee(s, rows, row_at, amount)
    amount = pay_penalty(s, rows, row_at, amount)
    amount = pay_interest(s, rows, row_at, amount)
    return pay_principal(s, rows, row_at, amount)


def pay_principal_first(s: Vector, rows: Vector, amount: int) -> int:
    """Pay past-due principal of all dates, then interest, penalty and fee, each oldest first; give what is left."""
    late = s[S_OPEN]
    while late < s[S_NEXT] and rows[late * R_SIZE + R_DUE] < s[S_DAY]:
        late += 1
    for i in range(s[S_OPEN], late):
        amount = pay_principal(s, rows, i * R_SIZE, amount)
    for i in range(s[S_OPEN], late):
        amount = pay_interest(s, rows, i * R_SIZE, amount)
    for i in range(s[S_OPEN], late):
        amount = pay_penalty(s, rows, i * R_SIZE, amount)
    for i in range(s[S_OPEN], late):
        amount = pay_fee(s, rows, i * R_SIZE, amount)
    return amount


def use_credit(terms: Sequence[int], s: Vector, rows: Vector) -> None:
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
