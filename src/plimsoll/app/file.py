"""Read what is on record about customers, and the queues of people: for screens and reports. Nothing is locked or changed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from plimsoll.app.database import statements
from plimsoll.app.database.days import DayNumbers
from plimsoll.app.database.sheet import filing_of, instant_of
from plimsoll.app.database.store import Store
from plimsoll.loan.filing import Filing, WorkItem

PAGE: Final = 500
LIMIT: Final = 200

_OF_CUSTOMER: Final = statements.FILINGS + "= ?" + statements.BY_NUMBER
_ON_DAYS: Final = (
    statements.FILING
    + "kind = ? AND effective_on <= ? AND (effective_on, customer_id, n) > (?, ?, ?) ORDER BY effective_on, customer_id, n LIMIT ?"
)
_WORK: Final = "SELECT customer_id, kind, subject, state, priority, due_at, assigned_to, note, opened_at, changed_at FROM work_item WHERE "
_MOST_URGENT_FIRST: Final = " ORDER BY priority DESC, due_at = '', due_at, customer_id, subject LIMIT ?"


class Work(NamedTuple):
    """A row of a queue: whose it is about, what it says, since when it is there, and when it last changed (UTC)."""

    customer_id: int
    item: WorkItem
    opened_at: datetime
    changed_at: datetime


def filings_of(store: Store, customer_id: int) -> tuple[Filing, ...]:
    """Give the whole file of a customer, oldest first; () where there is no such customer."""
    return tuple(filing for _, filing in _filings(store, _OF_CUSTOMER, (customer_id,)))


def filings_on(store: Store, kind: str, day: int, through: int = 0) -> Iterator[tuple[int, Filing]]:
    """Give the filings of a kind that took effect on a day, or from that day through another, with their customers, in order of days.

    They are read a page at a time: what is recorded meanwhile may be among them or not.
    """
    last = _stored(store, through or day)
    after: tuple[object, ...] = (_stored(store, day), -(2**63), 0)
    while True:
        page = _filings(store, _ON_DAYS, (kind, last, *after, PAGE))
        yield from page
        if len(page) < PAGE:
            return
        customer_id, filing = page[-1]
        after = (_stored(store, filing.on), customer_id, filing.n)


def work(store: Store, kind: str, state: str | None = None, *, assigned_to: str | None = None, limit: int = LIMIT) -> list[Work]:
    """Give the rows of a queue, the most urgent first: in one state or any, of one person ("": of nobody) or all."""
    asked = {"kind": kind, "state": state, "assigned_to": assigned_to}
    given = {name: value for name, value in asked.items() if value is not None}
    where = " AND ".join(f"{name} = ?" for name in given)
    rows = _read(store, _WORK + where + _MOST_URGENT_FIRST, (*given.values(), limit))
    return [Work(row[0], WorkItem(*row[1:8]), instant_of(row[8]), instant_of(row[9])) for row in rows]


def work_due(store: Store, kind: str, state: str, at: str, limit: int = LIMIT) -> list[Work]:
    """Give the rows of a queue in a state whose instant has come (as `instant_text` writes it), the most urgent first."""
    rows = _read(store, _WORK + "kind = ? AND state = ? AND due_at <> '' AND due_at <= ?" + _MOST_URGENT_FIRST, (kind, state, at, limit))
    return [Work(row[0], WorkItem(*row[1:8]), instant_of(row[8]), instant_of(row[9])) for row in rows]


def work_not_due(store: Store, kind: str, state: str, at: str, limit: int = LIMIT) -> list[Work]:
    """Give the rows of a queue in a state that have no instant, or one that has not come, the most urgent first."""
    rows = _read(store, _WORK + "kind = ? AND state = ? AND (due_at = '' OR due_at > ?)" + _MOST_URGENT_FIRST, (kind, state, at, limit))
    return [Work(row[0], WorkItem(*row[1:8]), instant_of(row[8]), instant_of(row[9])) for row in rows]


def work_on(store: Store, kind: str, customer_id: int, subject: str) -> Work | None:
    """Give the one row of a queue about a customer and a subject."""
    rows = _read(store, _WORK + "customer_id = ? AND kind = ? AND subject = ?", (customer_id, kind, subject))
    return Work(rows[0][0], WorkItem(*rows[0][1:8]), instant_of(rows[0][8]), instant_of(rows[0][9])) if rows else None


def _filings(store: Store, statement: str, parameters: Sequence[object]) -> list[tuple[int, Filing]]:
    numbers = DayNumbers()
    return [(row[0], filing_of(row, numbers)) for row in _read(store, statement, parameters)]


def _stored(store: Store, day: int) -> object:
    """Give a day as the driver takes it."""
    found = date.fromordinal(day)
    return found if store.kind == "postgresql" else found.isoformat()


def _read(store: Store, statement: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    with store.driver() as driver:
        said: Any = statement.replace("?", "%s").encode() if store.kind == "postgresql" else statement
        rows: list[tuple[Any, ...]] = driver.execute(said, parameters).fetchall()
    return rows
