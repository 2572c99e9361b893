"""The shape of a tape: which of its columns says what, as a map tells it. Nothing here reads a tape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from plimsoll.portfolio.state import LOST
from plimsoll.units.refusal import Malformed

LONG, WIDE, ENDS = "long", "wide", "ends"
"""Layouts: a row a loan and period; a row a loan with a column a period; a row a loan with how it began and how it ended."""

LAYOUTS: Final = (LONG, WIDE, ENDS)
DATE, MONTH, NUMBER, AGE = "date", "month", "number", "age"
KINDS: Final = (DATE, MONTH, NUMBER)
OPENED_KINDS: Final = (*KINDS, AGE)
"""An opening may also be told by the age of the loan in months, 0 in the month of its opening."""

MAJOR, MINOR, THOUSANDS, TEN_THOUSANDS, MILLIONS = "major", "minor", "thousands", "ten-thousands", "millions"
UNITS: Final = {MAJOR: 1, THOUSANDS: 1_000, TEN_THOUSANDS: 10_000, MILLIONS: 1_000_000}
"""By unit of the amounts in a file: how many of the currency it is. Minor units are none of these."""

REFUSE, ZERO, ALLOW = "refuse", "zero", "allow"
INCOME: Final = ("interest_paid", "penalty_paid", "fee_paid")
AMOUNTS: Final = ("balance", "past_due", "originated", "limit", "written_off", "recovered", *INCOME)
"""Amounts that a map may name: outstanding, of it past due, lent in all, the limit; written off, recovered, and interest, penalty and
fees received, in all so far."""

MONTHS_MAX: Final = 180
"""Months that a tape may span: fifteen years."""


class Period(NamedTuple):
    """A column of dates, months, numbered months or ages. `pattern` (such as D/M/YYYY) where it is not ISO; `zero` the month 0."""

    column: str
    kind: str
    pattern: str = ""
    zero: int = 0


class Sum(NamedTuple):
    """An amount as columns added and columns taken away."""

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


class Numbers(NamedTuple):
    """How numbers are written in text: the sign before the fraction, the one between thousands, and signs that say nothing."""

    decimal: str = "."
    thousands: str = ""
    remove: tuple[str, ...] = ()


class Csv(NamedTuple):
    """How a CSV file is written; a separator that is empty is found in its first line."""

    separator: str = ""
    encoding: str = "utf-8"


PLAIN: Final = Numbers()
COMMAS: Final = Csv()


class Slice(NamedTuple):
    """One period of a wide tape: its month, and by part of the tape the column that holds it."""

    month: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a map says. Columns are those of the file; empty or None where the tape does not tell.

    `states` gives a state by the text in `status` ("" where there is none); a state of None means that `days` tells. `days_blank` is what
    an empty column of days means. `currency_names` gives the code of a currency by what the file calls it. `keep` keeps rows in which a
    column has one of some texts. `days_missing` says whether a tape of days may lack some.
    """

    name: str
    layout: str
    loan: tuple[str, ...]
    customer: str = ""
    period: Period | None = None
    opened: Period | None = None
    ended: Period | None = None
    observed_through: int | None = None
    currency: str = ""
    currency_column: str = ""
    currency_names: Mapping[str, str] = field(default_factory=dict)
    unit: str = MINOR
    days: str = ""
    days_blank: int | None = None
    days_missing: str = REFUSE
    status: str = ""
    states: Mapping[str, int | None] = field(default_factory=dict)
    amounts: Mapping[str, Sum] = field(default_factory=dict)
    negative: str = REFUSE
    blank: str = REFUSE
    numbers: Numbers = PLAIN
    csv: Csv = COMMAS
    dimensions: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slices: tuple[Slice, ...] = ()

    def needs(self, *parts: str) -> None:
        """Raise Malformed tape_lacks where the tape does not tell a part: opened, an amount, days, lost, customer, a dimension."""
        for part in parts:
            if not self.tells(part):
                remedy = "status means that a loan is written off or sold" if part == "lost" else f"column holds {part!r}"
                raise Malformed("tape_lacks", part, file=self.name, remedy=f"The map has to say which {remedy}.")

    def tells(self, part: str) -> bool:
        """Tell whether the tape has a part."""
        if part in AMOUNTS:
            return part in self.amounts or any(part in one.columns for one in self.slices)
        if part == "opened":
            return self.opened is not None
        if part == "late":
            return self.layout != ENDS
        if part == "lost":
            return bool(set(LOST) & set(self.states.values()))
        if part == "days":
            return bool(self.days) or any("days" in one.columns for one in self.slices)
        if part == "day":
            return self.layout == LONG and self.period is not None and self.period.kind == DATE
        if part == "customer":
            return bool(self.customer)
        return part in self.dimensions

    def columns(self) -> tuple[str, ...]:
        """Give every column of the file that is read, each once, in the order of the map."""
        found = [*self.loan, self.customer, self.currency_column, self.days, self.status]
        found += [one.column for one in (self.period, self.opened, self.ended) if one is not None]
        found += [name for one in self.amounts.values() for name in (*one.plus, *one.minus)]
        found += [*self.dimensions.values(), *self.keep]
        found += [name for one in self.slices for name in one.columns.values()]
        return tuple(dict.fromkeys(name for name in found if name))

    def is_calendar(self) -> bool:
        """Tell whether periods are months of a calendar, and not numbers."""
        return self.period is None or self.period.kind != NUMBER or self.period.zero > 0


def month_index(year: int, month: int) -> int:
    """Give the number of a month of the calendar: months since the year 0."""
    return year * 12 + month - 1


def month_text(index: int, *, is_calendar: bool = True) -> str:
    """Write a month, such as 2005-04, or the number that stands for it."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}" if is_calendar else str(index)
