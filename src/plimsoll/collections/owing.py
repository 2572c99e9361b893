"""What a borrower has to pay on which day: what fell due and is unpaid, the bill as it stands, and what will fall due as things are now."""

from collections.abc import Iterable
from typing import NamedTuple

from plimsoll.loan.bill import month_day
from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.burden import burden, month_number
from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import A_DUE_DAY, OPEN, S_CREDIT, S_DAY, S_GRACE_DUE, S_PERIOD_UNTIL, S_STATUS
from plimsoll.loan.owed import bill_due_on, bills, dues
from plimsoll.loan.state import read_promise
from plimsoll.loan.terms import LOAN, Terms


class Owing(NamedTuple):
    """An amount of one due day of a loan, in minor units; `is_projected` where it has not fallen due, or is on no bill yet."""

    loan_id: int
    currency: str
    due_on: int
    minor: int
    is_projected: bool


def owing_of(loan_id: int, terms: Terms, standing: Standing, until: int) -> tuple[Owing, ...]:
    """Give what one loan asks for on every due day through a day, oldest first; nothing where it is paid or written off."""
    s = standing.s
    if s[S_STATUS] != OPEN:
        return ()
    asked = {due.due_on: due.minor for due in dues(standing)}
    coming: dict[int, int] = {}
    if terms.kind == LOAN:
        credit = s[S_CREDIT]
        for line in read_promise(terms, standing, until):
            if s[S_DAY] < line.due_on <= until:
                minor = line.principal + line.interest + line.fee
                used = min(credit, minor)
                credit -= used
                coming[line.due_on] = minor - used
    else:
        coming = _of_account(terms, standing, asked)
    found = [Owing(loan_id, terms.currency, due_on, minor, False) for due_on, minor in asked.items() if due_on not in coming]
    found += [Owing(loan_id, terms.currency, due_on, minor, True) for due_on, minor in coming.items() if due_on <= until and minor > 0]
    return tuple(sorted(found, key=lambda one: one.due_on))


def _of_account(terms: Terms, standing: Standing, asked: dict[int, int]) -> dict[int, int]:
    """Give what an account will ask for: the whole of the bill that is out, and the next one as far as it is known."""
    s = standing.s
    due_on = bill_due_on(standing)
    if due_on:
        last = bills(standing)[-1]
        asked.pop(due_on, None)
        return {due_on: max(last.total - last.paid - last.converted, 0)}
    next_due = month_day(s[S_PERIOD_UNTIL], terms.vector[A_DUE_DAY])
    known = burden(terms, standing)
    return {next_due: known.months.get(month_number(next_due), 0) + known.revolving} if s[S_GRACE_DUE] == 0 else {}


def owing_together(loans: Iterable[Held], on: int, until: int) -> tuple[Owing, ...]:
    """Give what loans of one customer ask for through a day, as they stand on the day of asking, oldest first."""
    found = [one for held in loans for one in owing_of(held.loan_id, held.terms, standing_of(held, on), until)]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.loan_id)))


def due_amounts(owing: Iterable[Owing]) -> dict[tuple[int, str], int]:
    """Give the sums by due day and currency, in minor units: one message asks for all of a day."""
    sums: dict[tuple[int, str], int] = {}
    for one in owing:
        key = (one.due_on, one.currency)
        sums[key] = sums.get(key, 0) + one.minor
    return sums
