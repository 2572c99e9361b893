"""What a standing asks for on a day, in one vector (Q_*): what the close of the day tells of."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import owed_penalty
from plimsoll.loan.drive import move_range
from plimsoll.loan.flat import kept_from
from plimsoll.loan.layout import (
    Q_BILL,
    Q_BILL_LEFT,
    Q_IS_BILL_DUE,
    Q_LATE,
    Q_MINIMUM,
    Q_TODAY,
    R_BILLED_ON,
    R_DUE,
    R_FEE_LEFT,
    R_INTEREST_LEFT,
    R_PAID,
    R_PRINCIPAL_LEFT,
    R_SIZE,
    R_TOTAL,
    S_GRACE_DUE,
    S_MINIMUM_LEFT,
    S_NEXT,
    S_OPEN,
)
from plimsoll.loan.vectors import place

Vector = MutableSequence[int]
Rows = Sequence[MutableSequence[int]]


def left_of_row(s: Vector, rows: Vector, row_at: int) -> int:
    """Give what one due date asks for and has not got, in minor units: principal, interest, fee and penalty together."""
    return rows[row_at + R_PRINCIPAL_LEFT] + rows[row_at + R_INTEREST_LEFT] + rows[row_at + R_FEE_LEFT] + owed_penalty(s, rows, row_at)


def ask(s: Vector, rows: Vector, first_row: int, day: int, asked: Vector) -> None:
    """Fill `asked` (Q_SIZE zeros) from a state whose penalties are up to its day; rows before `first_row` are not looked at.

    What is due by now and unpaid, the part of it that was due before `day`, and on `day`; whether the last bill is due on `day` and what is
    unpaid of it; the bill cut on `day`. As `loan.owed` tells it for one loan.
    """
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        take_in(rows[row_at + R_DUE], left_of_row(s, rows, row_at), day, asked)
    take_in(s[S_GRACE_DUE], s[S_MINIMUM_LEFT], day, asked)
    if s[S_GRACE_DUE] == day:
        row_at = (s[S_NEXT] - 1) * R_SIZE
        asked[Q_IS_BILL_DUE] = 1
        asked[Q_BILL_LEFT] = rows[row_at + R_TOTAL] - rows[row_at + R_PAID]
    for i in range(first_row, s[S_NEXT]):
        if rows[i * R_SIZE + R_BILLED_ON] == day:
            for k in range(R_SIZE):
                asked[Q_BILL + k] = rows[i * R_SIZE + k]


def take_in(due_on: int, minor: int, day: int, asked: Vector) -> None:
    """Add what one due day asks for."""
    asked[Q_MINIMUM] += minor
    if due_on < day:
        asked[Q_LATE] += minor
    if due_on == day:
        asked[Q_TODAY] += minor


def look_range(
    low: int,
    high: int,
    terms: Rows,
    is_account: Sequence[int],
    states: Sequence[int],
    states_at: Sequence[int],
    as_of: Sequence[int],
    s: Vector,
    rows: Vector,
    plans: Vector,
    lots: Vector,
    out: Rows,
    packed: Rows,
    packed_sizes: Vector,
    asked: Rows,
) -> None:
    """Move loans `[low, high)` as `move_range` does, and fill `asked` (zeros) with what each asks for on its day."""
    for i in range(low, high):
        first_row = kept_from(place(states[states_at[i] : states_at[i + 1]]))
        move_range(i, i + 1, terms, is_account, states, states_at, as_of, s, rows, plans, lots, out, packed, packed_sizes)
        ask(place(s), place(rows), first_row, as_of[i], place(asked[i]))
