"""A customer's line as people look at it: the limits with what is used and free, and under them the load line that one can carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.app.show.days import on_day
from plimsoll.loan.book import Book, Held, Line, LoadLine
from plimsoll.loan.layout import OPEN
from plimsoll.risk.temporary_limit import lapsed, permanent
from plimsoll.servicing.load import load_peak


@dataclass(frozen=True, slots=True)
class LoadShown:
    """The load line, in minor units: the principal that can be carried, the room of a month, and how far both are taken.

    `above_minor` is what is used above the line, 0 where it fits; `month_minor` is the most that any month asks.
    """

    currency: str
    capacity_minor: int
    used_minor: int
    free_minor: int
    above_minor: int
    room_minor: int
    month_minor: int
    month_free_minor: int
    drawn_on: date


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line on a day, in minor units. `available` is what can still be taken: within the limit and the load line, 0 while it is not open.

    `limit_after_minor` is the limit that holds once a temporary one ends, the same where none runs.
    """

    currency: str
    status: str
    limit_minor: int
    used_minor: int
    available_minor: int
    cash_limit_minor: int
    cash_used_minor: int
    cash_available_minor: int
    later_limit_minor: int
    later_used_minor: int
    later_available_minor: int
    credit_minor: int
    limit_after_minor: int
    load: LoadShown | None


def line_of(book: Book, today: int) -> LineShown | None:
    """Give the line of a customer read with the open loans and the filing of temporary limits; None where there is none."""
    if book.line is None:
        return None
    line = lapsed(book, on_day(today)) or book.line
    for_good = permanent(book) or line
    free = free_minor(line, book.load_line)
    return LineShown(
        line.currency,
        line.status,
        line.limit_minor,
        line.used_minor,
        free,
        line.cash_limit_minor,
        line.cash_used_minor,
        min(free, max(line.cash_limit_minor - line.cash_used_minor, 0)),
        line.later_limit_minor,
        line.later_used_minor,
        min(free, max(line.later_limit_minor - line.later_used_minor, 0)),
        line.credit_minor,
        for_good.limit_minor,
        None if book.load_line is None else _load(book.load_line, line, book.loans, today),
    )


def free_minor(line: Line, load_line: LoadLine | None) -> int:
    """Give what can still be taken on a line, both products together, in minor units."""
    if line.status != "open":
        return 0
    most = line.limit_minor if load_line is None else min(line.limit_minor, load_line.capacity_minor)
    return max(most - line.used_minor, 0)


def _load(load: LoadLine, line: Line, loans: Sequence[Held], today: int) -> LoadShown:
    going = [held for held in loans if held.summary.status <= OPEN]
    month = load_peak(load, line, going, max([today, *(held.summary.as_of for held in going)]))
    return LoadShown(
        load.currency,
        load.capacity_minor,
        line.used_minor,
        max(load.capacity_minor - line.used_minor, 0),
        max(line.used_minor - load.capacity_minor, 0),
        load.room_minor,
        month,
        max(load.room_minor - month, 0),
        on_day(load.drawn_on),
    )
