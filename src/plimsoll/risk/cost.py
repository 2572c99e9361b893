"""What a loan costs in a year, for disclosure: from the money received and the money to be paid back.

The figures are estimates in binary floats and stay text; nothing is booked from them, and whether a cost is lawful is decided by
exact integers in `risk.lawful`.
"""

import math
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import pyxirr

from plimsoll.loan.terms import DueDays
from plimsoll.units.days import DAYS, MONTHS, NO_STEP, WEEKS

DAYS_A_YEAR: Final = 365
PERIODS_A_YEAR: Final = {
    (MONTHS, 1): 12, (MONTHS, 2): 6, (MONTHS, 3): 4, (MONTHS, 6): 2, (MONTHS, 12): 1, (WEEKS, 1): 52, (WEEKS, 2): 26,
}  # fmt: skip
"""By unit and step between due days: how many of them make a year. What is not here is counted by its days."""
# A rate that is a tie in exact arithmetic may come out of the solver a hair below it; half-up must still take it up.
_TIE: Final = 1e-7


class Cost(NamedTuple):
    """Yearly cost as decimal text with four digits, rounded half-up; None where no rate describes the flows.

    `apr_simple` is the rate a period times the periods a year, `apr_effective` compounds it.
    """

    apr_simple: str | None
    apr_effective: str | None


NO_COST: Final = Cost(None, None)


def annual_cost(received_minor: int, received_on: int, flows: Sequence[tuple[int, int]], periods: int) -> Cost:
    """Give what it costs to receive an amount on a day and pay it back by flows (day, minor units), in order of day.

    With `periods` a year every flow counts as one whole period after the one before; with 0 the days between them count:
    the daily rate times 365, and compounded over 365 days. 10,000.00 for 12 x 900.70 a month gives 0.1460 and 0.1562.
    """
    if not _has_rate(received_minor, [minor for _, minor in flows]):
        return NO_COST
    # The solver stops at an absolute error, so it is given shares of what was received, not minor units.
    shares = [-1.0, *(minor / received_minor for _, minor in flows)]
    if periods > 0:
        return _yearly(pyxirr.irr(shares), periods)
    last = max(day for day, minor in flows if minor)
    if last <= received_on:
        return NO_COST
    days = [date.fromordinal(day) for day, _ in flows]
    yearly = pyxirr.xirr([date.fromordinal(received_on), *days], shares)
    if yearly is None or not math.isfinite(yearly) or yearly <= -1:
        return NO_COST
    return _yearly(math.expm1(math.log1p(yearly) / DAYS_A_YEAR), DAYS_A_YEAR)


def periods_of(due: DueDays, disbursed_on: int) -> int:
    """Give how many periods a year the due days of a loan make, 0 where the days between them count.

    The first period must be one whole step long, within the day or three that months differ by.
    """
    if due.unit in (NO_STEP, DAYS):
        return 0
    length = {MONTHS: 30, WEEKS: 7}[due.unit] * due.step
    is_regular = abs(due.days()[0] - disbursed_on - length) <= 3 * (due.unit == MONTHS) * due.step
    return PERIODS_A_YEAR.get((due.unit, due.step), 0) if is_regular else 0


def _has_rate(received: int, dues: Sequence[int]) -> bool:
    """Tell whether money came first and went back later, so that exactly one rate above -100 % makes the two equal."""
    return received > 0 and all(due >= 0 for due in dues) and any(dues)


def _yearly(rate: float | None, periods: int) -> Cost:
    """Turn a rate a period into both yearly figures."""
    if rate is None or not math.isfinite(rate) or rate <= -1:
        return NO_COST
    return Cost(_four_digits(rate * periods), _compounded(rate, periods))


def _compounded(rate: float, periods: int) -> str | None:
    """Give (1 + rate) to the power of the periods, less one; None where that is beyond any number."""
    try:
        return _four_digits(math.expm1(periods * math.log1p(rate)))
    except OverflowError:
        return None


def _four_digits(value: float) -> str:
    """Write with four digits after the point, rounded half-up (away from zero where negative)."""
    units = math.floor(abs(value) * 10_000 + 0.5 + _TIE)
    sign = "-" if value < 0 and units else ""
    return f"{sign}{units // 10_000}.{units % 10_000:04d}"
