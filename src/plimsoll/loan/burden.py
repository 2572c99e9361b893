"""What a loan will ask for, month by month, if nothing else happens: what is scheduled, what revolves, and what is late already."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plimsoll.loan.ask import left_of_row
from plimsoll.loan.bill import month_day
from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import (
    A_BILL_DAY,
    A_DUE_DAY,
    OPEN,
    P_BILLED,
    P_COUNT,
    P_FEE_LEFT,
    P_FEE_LEVEL,
    P_FIRST,
    P_LEFT,
    P_LEVEL,
    R_DUE,
    R_FEE,
    R_INTEREST,
    R_PRINCIPAL,
    R_SIZE,
    S_BALANCE,
    S_CREDIT,
    S_DAY,
    S_GRACE,
    S_NEXT,
    S_OPEN,
    S_PERIOD_UNTIL,
    S_PLANS,
    S_ROWS,
    S_STATUS,
    S_UNBILLED,
)
from plimsoll.loan.schedule import fall_due
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.units.days import month_of, year_of


class Burden(NamedTuple):
    """What is asked from a day on, in minor units: by calendar month (12 · year + month - 1), and what revolves without a date.

    `late` fell due before the day and is unpaid. Interest to come is in the months; interest on what revolves or is late is not.
    """

    months: dict[int, int]
    revolving: int
    late: int


def month_number(day: int) -> int:
    """Give the calendar month of a day, as 12 · year + month - 1."""
    return 12 * year_of(day) + month_of(day) - 1


def burden_of(loans: Iterable[Held], on: int) -> Burden:
    """Give what some loans ask together from a day on; the day is not before the state of any."""
    months: dict[int, int] = {}
    revolving = late = 0
    for held in loans:
        if held.summary.status > OPEN:
            continue
        one = burden(held.terms, standing_of(held, on))
        for month, minor in one.months.items():
            months[month] = months.get(month, 0) + minor
        revolving += one.revolving
        late += one.late
    return Burden(months, revolving, late)


def burden(terms: Terms, standing: Standing) -> Burden:
    """Give what one loan or account asks from the day of its standing on."""
    s = list(standing.s)
    if s[S_STATUS] != OPEN:
        return Burden({}, 0, 0)
    rows = list(standing.rows)
    months: dict[int, int] = {}
    late = 0
    for i in range(s[S_OPEN], s[S_NEXT]):
        due, minor = rows[i * R_SIZE + R_DUE], left_of_row(s, rows, i * R_SIZE)
        if due < s[S_DAY]:
            late += minor
        elif minor > 0:
            _add(months, due, minor)
    if terms.kind == LOAN:
        _schedule(terms, s, rows, months)
        return Burden(months, 0, late)
    _plans(terms, standing, months)
    return Burden(months, s[S_UNBILLED] + s[S_GRACE] + s[S_BALANCE], late)


def _add(months: dict[int, int], due: int, minor: int) -> None:
    month = month_number(due)
    months[month] = months.get(month, 0) + minor


def _schedule(terms: Terms, s: list[int], rows: list[int], months: dict[int, int]) -> None:
    """Add the instalments to come, as they fall due if nothing is paid ahead; credit is left out: it may be taken back."""
    s[S_CREDIT] = 0
    while s[S_NEXT] < s[S_ROWS]:
        row_at = s[S_NEXT] * R_SIZE
        fall_due(terms.vector, s, rows)
        _add(months, rows[row_at + R_DUE], rows[row_at + R_PRINCIPAL] + rows[row_at + R_INTEREST] + rows[row_at + R_FEE])


def _plans(terms: Terms, standing: Standing, months: dict[int, int]) -> None:
    """Add the instalments of plans that are on no bill yet, each on the due day of its bill."""
    for i in range(standing.s[S_PLANS]):
        plan = standing.plan(i)
        if plan[P_LEFT] + plan[P_FEE_LEFT] == 0:
            continue
        bill = standing.s[S_PERIOD_UNTIL]
        for minor in _parts(plan):
            _add(months, month_day(bill, terms.vector[A_DUE_DAY]), minor)
            bill = month_day(bill, terms.vector[A_BILL_DAY])


def _parts(plan: Sequence[int]) -> list[int]:
    """Give principal and fee of the instalments of a plan that no bill has asked for yet, as `loan.bill` will ask for them."""
    count = plan[P_COUNT] - plan[P_BILLED]
    left, level = plan[P_LEFT] + plan[P_FEE_LEFT], plan[P_LEVEL] + plan[P_FEE_LEVEL]
    extra = left - level * count
    if plan[P_BILLED] == plan[P_FIRST]:
        return [level + extra, *[level] * (count - 1)]
    return [*[level] * (count - 1), level + extra]
