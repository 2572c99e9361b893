"""Months of the credit bureau: their last days, and the one letter that says how a loan stood at the end of each.

The letters are those of the payment record of a Chinese credit report as they are commonly described (from memory): N paid as agreed,
1 to 7 for 1-30, 31-60, … 151-180 and more than 180 days past due, C settled, G ended with a loss that was paid later, B written off.
Beside these: * nothing to pay, / before the loan began, # nothing is said of the month.
"""

import re
from functools import lru_cache
from typing import Final

from plimsoll.loan.layout import CHARGED_OFF, PAID_OFF, PENDING
from plimsoll.units.days import add_months, month_of, ordinal, year_of
from plimsoll.units.refusal import Malformed

NORMAL, NOTHING, BEFORE, UNSAID, SETTLED, WRITTEN_OFF, RECOVERED = "N", "*", "/", "#", "C", "B", "G"
BUCKET_DAYS: Final = 30
BUCKET_LAST: Final = 7
LATE: Final = frozenset("1234567")
ADVERSE: Final = LATE | {WRITTEN_OFF}
LETTERS: Final = LATE | {NORMAL, NOTHING, BEFORE, UNSAID, SETTLED, WRITTEN_OFF, RECOVERED}
WINDOWS: Final = (24, 60)
"""How many months a payment record may go back."""
_MONTH: Final = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")


def month_end(month: str) -> int:
    """Give the last day of a month written as 2026-07; raises Malformed date_malformed."""
    if not _MONTH.fullmatch(month):
        raise Malformed("date_malformed", f"{month!r}", remedy="A month such as 2026-07.")
    return add_months(ordinal(int(month[:4]), int(month[5:]), 1), 1) - 1


@lru_cache(maxsize=4096)
def month_of_day(day: int) -> str:
    """Give the month of a day as 2026-07."""
    return f"{year_of(day):04d}-{month_of(day):02d}"


@lru_cache(maxsize=64)
def month_ends(month: str, count: int) -> tuple[int, ...]:
    """Give the last days of so many months, oldest first; the month named is the last of them."""
    last = month_end(month)
    first = ordinal(year_of(last), month_of(last), 1)
    return tuple(add_months(first, 1 - place) - 1 for place in range(count - 1, -1, -1))


@lru_cache(maxsize=64)
def months(month: str, count: int) -> tuple[str, ...]:
    """Give so many months by name, oldest first; the month named is the last of them."""
    return tuple(map(month_of_day, month_ends(month, count)))


def letter(status: int, late_days: int, owed_minor: int, claim_minor: int) -> str:
    """Give the letter of a loan by how it stood at the end of a month: its status (of loan.layout), days past due, what is owed."""
    if status == PENDING:
        return BEFORE
    if status == CHARGED_OFF:
        return WRITTEN_OFF if claim_minor else RECOVERED
    if late_days > 0:
        return f"{min((late_days + BUCKET_DAYS - 1) // BUCKET_DAYS, BUCKET_LAST)}"
    if status == PAID_OFF:
        return SETTLED
    return NORMAL if owed_minor > 0 else NOTHING
