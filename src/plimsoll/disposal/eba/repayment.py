"""Template 5, what was collected: a row a loan, the months as columns, by the house itself or by an agency that had the borrower."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from plimsoll.disposal.eba.field import AMOUNT, BETWEEN, CHOICE, TEXT, Field, Row, loan, never
from plimsoll.units.money import text_of

MONTHS: Final = 37
"""The month of the cut-off date and the 36 before it: never fewer than 36 whole months where it ends a month, 36 and a part else."""
INTERNAL, EXTERNAL = "Internal", "External"
NOTHING_SECURED: Final = "nothing is secured"
ALL_CASH: Final = "5,03"


def _agencies(row: Row) -> tuple[str, ...]:
    """Give the agencies that had the borrower when money came, in the order of their letters."""
    first = first_month(row.cut_off)
    return tuple(sorted({agency for on, _, agency in row.more.cash if agency and month_of(on) >= first}))


REPAYMENT: Final = (
    Field("5,00", "Loan Identifier", True, TEXT, loan),
    Field(
        "5,01", "Type of Collection", False, CHOICE, lambda row: EXTERNAL if _agencies(row) else INTERNAL,
        "nothing was collected in these months", lambda row: any(in_months(row)), (INTERNAL, EXTERNAL),
    ),
    Field(
        "5,02", "Name of External Collection Agent", False, TEXT, lambda row: BETWEEN.join(_agencies(row)),
        "asked only of external collection", lambda row: bool(_agencies(row)),
    ),
    Field(ALL_CASH, "History of Total Repayments", True, AMOUNT, lambda row: text_of(sum(in_months(row)), row.loan.currency)),
    Field("5,04", "History of Repayments - From Collateral Sales", False, AMOUNT, None, NOTHING_SECURED, never),
)  # fmt: skip


def month_of(day: int) -> int:
    """Give the month of a day number, counted from the year 0."""
    on = date.fromordinal(day)
    return on.year * 12 + on.month - 1


def first_month(cut_off: date) -> int:
    """Give the first of the months that are told."""
    return cut_off.year * 12 + cut_off.month - MONTHS


def in_months(row: Row) -> list[int]:
    """Give the cash of each month that is told, oldest first, in minor units; the last one up to the cut-off date."""
    first, found = first_month(row.cut_off), [0] * MONTHS
    for on, minor, _ in row.more.cash:
        place = month_of(on) - first
        if place >= 0 and on <= row.cut_off.toordinal():
            found[place] += minor
    return found


def headings(fields: Iterable[Field], cut_off: date) -> list[str]:
    """Give the headings of the columns: that of all cash stands once a month, with the month."""
    months = [first_month(cut_off) + place for place in range(MONTHS)]
    found: list[str] = []
    for field in fields:
        if field.number == ALL_CASH:
            found += [f"{field.heading} {month // 12}-{month % 12 + 1:02d}" for month in months]
        else:
            found.append(field.heading)
    return found


def cells(fields: Sequence[Field], row: Row) -> list[str]:
    """Give the cells of a row under these headings."""
    found: list[str] = []
    for field in fields:
        if field.number == ALL_CASH:
            found += [text_of(minor, row.loan.currency) for minor in in_months(row)]
        else:
            found.append(field.cell(row) if field.is_asked(row) else "")
    return found
