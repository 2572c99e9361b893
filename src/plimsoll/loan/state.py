"""What people want to know of a loan on a day: amounts owed, how late, and the promise as it stands."""

from typing import NamedTuple

from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import (
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
    O_SIZE,
    O_STATUS,
    O_SUSPENDED,
    R_BALANCE,
    R_DUE,
    R_FEE,
    R_FROM,
    R_INTEREST,
    R_PRINCIPAL,
    R_SIZE,
    S_NEXT,
    S_PERIOD_UNTIL,
    S_ROWS,
)
from plimsoll.loan.measure import measure
from plimsoll.loan.schedule import fall_due
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.units.position import Position


class State(NamedTuple):
    """A loan on a day, in minor units of its currency; days 0 where there is none; `past_due_days` from the oldest unpaid due date."""

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
    oldest_due: int
    claim: int
    status: int
    next_day: int


class Instalment(NamedTuple):
    """One line of the promise, in minor units: what is due on a day, and the balance not yet due after it."""

    number: int
    due_on: int
    days: int
    principal: int
    interest: int
    fee: int
    balance: int


def measured(terms: Terms, standing: Standing) -> list[int]:
    """Give the numbers of a standing as the kernel measures them (O_*)."""
    out = [0] * O_SIZE
    measure(terms.vector, standing.s, standing.rows, terms.kind != LOAN, out)
    return out


def state_of(out: list[int]) -> State:
    """Give measured numbers by name."""
    return State(
        out[O_AS_OF],
        out[O_PRINCIPAL],
        out[O_PRINCIPAL_LATE],
        out[O_INTEREST],
        out[O_INTEREST_LATE],
        out[O_PENALTY],
        out[O_FEE],
        out[O_CREDIT],
        out[O_PAYOFF],
        out[O_LATE_DAYS],
        out[O_OLDEST],
        out[O_CLAIM],
        out[O_STATUS],
        out[O_NEXT_DAY],
    )


def position_of(out: list[int]) -> Position:
    """Give measured numbers as the books need them."""
    at = O_CUMULATIVE
    owed = (out[O_PRINCIPAL], out[O_INTEREST], out[O_PENALTY], out[O_FEE], out[O_CREDIT])
    return Position._make((*out[at : at + 5], *owed, *out[at + 5 : at + 15], out[O_CLAIM], out[O_SUSPENDED]))


def read_state(terms: Terms, standing: Standing) -> State:
    """Give the numbers of a loan on the day of the standing."""
    return state_of(measured(terms, standing))


def read_position(terms: Terms, standing: Standing) -> Position:
    """Give the numbers the books need, on the day of the standing."""
    return position_of(measured(terms, standing))


def read_promise(terms: Terms, standing: Standing, until: int = 0) -> tuple[Instalment, ...]:
    """Give the schedule as it stands on the day of the standing: what fell due, and what will if nothing else happens.

    With `until` only what falls due through that day: it costs no more than what is asked for.
    """
    assert terms.kind == LOAN, "an account has bills, not a schedule"
    s = list(standing.s)
    rows = list(standing.rows)
    while s[S_NEXT] < s[S_ROWS] and (until == 0 or s[S_PERIOD_UNTIL] <= until):
        fall_due(terms.vector, s, rows)
    lines = []
    for i in range(s[S_NEXT]):
        row = rows[i * R_SIZE : (i + 1) * R_SIZE]
        days = row[R_DUE] - row[R_FROM]
        lines.append(Instalment(i + 1, row[R_DUE], days, row[R_PRINCIPAL], row[R_INTEREST], row[R_FEE], row[R_BALANCE]))
    return tuple(lines)
