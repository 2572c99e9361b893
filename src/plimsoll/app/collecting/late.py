"""Who is late on a day, and which cases are open: read from columns and queues, without a look at any loan that is well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import func, select

from plimsoll.app.database.schema import loan_state, work_item
from plimsoll.app.database.sheet import Want
from plimsoll.app.database.store import Store
from plimsoll.collections.case import QUEUE, Case, case_of
from plimsoll.collections.debt import Debt, debt_of
from plimsoll.loan.book import Book
from plimsoll.loan.layout import OPEN

PAGE: Final = 1_000
KINDS: Final = (
    "autopay.failed", "case.claimed", "case.closed", "case.escalated", "case.follow_up", "case.moved", "case.opened", "case.released",
    "collection.resumed", "collection.stopped", "complaint.closed", "complaint.filed", "contact.attempted", "contact.fact",
    "contact.outcome", "promise.broken", "promise.cancelled", "promise.kept", "promise.made", "promise.partial", "reminder.preference",
    "treatment.assigned",
)  # fmt: skip
"""What a day of collection reads of a file."""


class Standing(NamedTuple):
    """How a customer stands on the morning of a day: the open case, the debt over all loans, and the book it was read from."""

    customer_id: int
    case: Case
    debt: Debt
    book: Book


def late_customers(store: Store, on: date) -> dict[int, int]:
    """Give the days past due of every customer with an open loan that is late on a day; one scan of the states, no loan is worked out."""
    columns = loan_state.c
    chosen = (
        select(columns.customer_id, func.min(columns.oldest_due))
        .where(columns.oldest_due < on, columns.status == OPEN)
        .group_by(columns.customer_id)
        .order_by(columns.customer_id)
    )
    with store.engine.connect() as connection:
        return {customer_id: (on - oldest).days for customer_id, oldest in connection.execute(chosen)}


def open_cases(store: Store) -> dict[int, str]:
    """Give the ids of the open cases by customer, from the queue."""
    columns = work_item.c
    chosen = (
        select(columns.customer_id, columns.subject)
        .where(columns.kind == QUEUE, columns.state.in_(("open", "claimed", "waiting")))
        .order_by(columns.customer_id, columns.subject)
    )
    with store.engine.connect() as connection:
        return dict(tuple(row) for row in connection.execute(chosen))


def standings(store: Store, customers: Iterable[int], on: date) -> Iterator[Standing]:
    """Give how customers with an open case stand, in their order; those without one are left out."""
    for book in books(store, customers):
        case = case_of(book.filings)
        if case is not None:
            yield Standing(book.customer_id, case, debt_of(book, on), book)


def books(store: Store, customers: Iterable[int], kinds: tuple[str, ...] = KINDS) -> Iterator[Book]:
    """Give what the store holds of customers: all loans, and the filings that a day of collection reads."""
    ids = list(customers)
    for first in range(0, len(ids), PAGE):
        wants = [Want(customer_id, kinds=kinds, is_every=True) for customer_id in ids[first : first + PAGE]]
        with store.transaction() as transaction:
            sheets = transaction.take([], wants).sheets
        for want in wants:
            yield sheets[want.customer_id].book(want)


def due_cases(found: Sequence[Standing], on: int) -> list[Standing]:
    """Give those whose case waits for nothing any more on a day: no promise is open, and the follow-up has come."""
    return [one for one in found if one.case.open_promise() is None and one.case.follow_up_on <= on]


def by_customer(found: Iterable[Standing]) -> Mapping[int, Standing]:
    """Give standings by customer."""
    return {one.customer_id: one for one in found}
