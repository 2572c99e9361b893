"""A limit for a while: it rises until a day, and from that day the limits before it hold again, by themselves.

What holds afterwards is on file. It is looked up whenever the limit is used or set, so a temporary limit cannot be drawn on a day too
long; the line itself shows it until then. It lapses only while the line still has the temporary limits: any other change stands.
"""

from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Line
from plimsoll.loan.filing import NewFiling, body_of, of_kind, read_body

KIND: Final = "limit.temporary"
READS_TEMPORARY: Final = f"file:{KIND}"
LIMITS: Final = ("limit_minor", "cash_limit_minor", "later_limit_minor")


def lapsed(book: Book, on: date) -> Line | None:
    """Give the line as it is once its temporary limits have ended, None where none has ended by a day; reads KIND of the file."""
    line = book.line
    filings = of_kind(book.filings, KIND)
    if line is None or not filings:
        return None
    last = read_body(filings[-1])
    if not 0 < last["until"] <= on.toordinal() or any(getattr(line, name) != last["temporary"][name] for name in LIMITS):
        return None
    return line._replace(**{name: last["after"][name] for name in LIMITS})


def limits_until(line: Line, raised: Line, until: date) -> NewFiling:
    """Give what goes on file when the limits rise until a day, the first without them."""
    after, temporary = ({name: getattr(one, name) for name in LIMITS} for one in (line, raised))
    return NewFiling(KIND, "", body_of({"until": until.toordinal(), "temporary": temporary, "after": after}))


def limits_for_good(book: Book) -> tuple[NewFiling, ...]:
    """Give what goes on file when limits are set without an end: any temporary ones are over."""
    if not of_kind(book.filings, KIND):
        return ()
    return (NewFiling(KIND, "", body_of({"until": 0, "temporary": {}, "after": {}})),)


def permanent(book: Book) -> Line | None:
    """Give the line with the limits that hold without an end: those after a temporary limit that is running."""
    line, filings = book.line, of_kind(book.filings, KIND)
    if line is None or not filings:
        return line
    last = read_body(filings[-1])
    if last["until"] == 0 or any(getattr(line, name) != last["temporary"][name] for name in LIMITS):
        return line
    return line._replace(**{name: last["after"][name] for name in LIMITS})
