"""What is owed when: the due dates of a standing that ask for money, the last bill, and what pays everything."""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.loan.account import owed_on_account
from plimsoll.loan.ask import left_of_row
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, go_on
from plimsoll.loan.layout import (
    L_FACT,
    L_LEFT,
    L_PLAN,
    L_ROW,
    L_SIZE,
    R_BILLED_ON,
    R_CARRIED,
    R_CONVERTED,
    R_DUE,
    R_INSTALMENTS,
    R_INTEREST,
    R_MINIMUM,
    R_PAID,
    R_PENALTY,
    R_PURCHASES,
    R_REFUNDS,
    R_SIZE,
    R_TOTAL,
    S_BALANCE,
    S_CREDIT,
    S_DAY,
    S_GRACE,
    S_GRACE_DUE,
    S_LOTS,
    S_MINIMUM_LEFT,
    S_NEXT,
    S_OPEN,
    S_PERIOD_UNTIL,
    S_RECEIVED,
    S_ROWS,
    S_UNBILLED,
    SETTLED,
)
from plimsoll.loan.schedule import asked_next
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.units.refusal import Refused


class Due(NamedTuple):
    """What one due date asks for and has not got, in minor units."""

    due_on: int
    minor: int


class Bill(NamedTuple):
    """A bill as it stands, in minor units: what it is made of, the least that is asked, and what was paid of it."""

    billed_on: int
    due_on: int
    purchases: int
    instalments_due: int
    carried: int
    interest: int
    penalty: int
    refunds: int
    total: int
    minimum: int
    converted: int
    paid: int


class Bought(NamedTuple):
    """A purchase as it stands: what was not refunded, in minor units, and whether it is on a bill or in instalments."""

    left: int
    is_billed: bool
    is_plan: bool


def dues(standing: Standing) -> tuple[Due, ...]:
    """Give what has been asked for and is unpaid, oldest due day first: principal, interest, fee and penalty of the day together.

    The last bill asks for its minimum until its due day; what is above the minimum is not due.
    """
    s = standing.s
    asked: dict[int, int] = {}
    for i in range(s[S_OPEN], s[S_NEXT]):
        row = standing.row(i)
        asked[row[R_DUE]] = asked.get(row[R_DUE], 0) + left_of_row(s, standing.rows, i * R_SIZE)
    if s[S_MINIMUM_LEFT] > 0:
        asked[s[S_GRACE_DUE]] = asked.get(s[S_GRACE_DUE], 0) + s[S_MINIMUM_LEFT]
    return tuple(Due(due_on, asked[due_on]) for due_on in sorted(asked) if asked[due_on] > 0)


def payoff(terms: Terms, standing: Standing) -> int:
    """Give the cash that pays everything off on the day of the standing, billed or not, in minor units; 0 where nothing is owed."""
    settled = go_on(terms, standing, (Fact(SETTLED, standing.s[S_DAY]),), standing.s[S_DAY])
    return 0 if isinstance(settled, Refused) else settled.s[S_RECEIVED] - standing.s[S_RECEIVED]


def payable(terms: Terms, standing: Standing) -> int:
    """Give the most that a repayment pays on the day of the standing, in minor units; more becomes a credit balance.

    Purchases and instalments of an account that are not on a bill yet cannot be repaid: they wait for their bill.
    """
    if terms.kind == LOAN:
        return payoff(terms, standing)
    return owed_on_account(terms.vector, standing.s, list(standing.rows))


def bills(standing: Standing) -> tuple[Bill, ...]:
    """Give the bills that a standing still knows, oldest first; a cached one has forgotten those that are paid."""
    return tuple(bill_from(standing.row(i)) for i in range(standing.s[S_NEXT]) if standing.row(i)[R_BILLED_ON] != 0)


def bill_from(row: Sequence[int]) -> Bill:
    """Give the bill that a row (R_*) is."""
    return Bill(
        row[R_BILLED_ON],
        row[R_DUE],
        row[R_PURCHASES],
        row[R_INSTALMENTS],
        row[R_CARRIED],
        row[R_INTEREST],
        row[R_PENALTY],
        row[R_REFUNDS],
        row[R_TOTAL] + row[R_CONVERTED],
        row[R_MINIMUM],
        row[R_CONVERTED],
        row[R_PAID],
    )


def bill_due_on(standing: Standing) -> int:
    """Give the due day that the last bill still has ahead of it, 0 if none."""
    return standing.s[S_GRACE_DUE]


def instalment_due_on(standing: Standing) -> int:
    """Give the due day of the instalment of a loan that comes next, 0 if none comes."""
    s = standing.s
    return s[S_PERIOD_UNTIL] if s[S_NEXT] < s[S_ROWS] else 0


def coming(terms: Terms, standing: Standing) -> int:
    """Give what the next instalment of a loan still needs for its due day, in minor units; 0 where it is the last one, or none comes."""
    s = list(standing.s)
    return max(asked_next(terms.vector, s) - s[S_CREDIT], 0)


def convertible(standing: Standing) -> int:
    """Give the unpaid principal of the last bill that may still be turned into instalments, in minor units."""
    s = standing.s
    return s[S_GRACE] + s[S_BALANCE] if s[S_GRACE_DUE] != 0 else 0


def find_bought(standing: Standing, number: int) -> Bought | None:
    """Give what is left of a purchase by the number of its fact, from 1; the standing must be a fold of the whole history."""
    s, lots = standing.s, standing.lots
    for at in range(0, s[S_LOTS] * L_SIZE, L_SIZE):
        if lots[at + L_FACT] == number - 1:
            unbilled = lots[at + L_ROW] == -1 and lots[at + L_PLAN] == -1
            left = min(lots[at + L_LEFT], s[S_UNBILLED]) if unbilled else lots[at + L_LEFT]
            return Bought(left, lots[at + L_ROW] != -1, lots[at + L_PLAN] != -1)
    return None
