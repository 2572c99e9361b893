"""What an agency has: its placements and nobody else's, the books of these customers, and what came in while they were placed.

This is the scope of an agency's user: whoever is not placed with the agency now looks as if there were no such customer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import select

from plimsoll.app.database.schema import fact, filing, loan, work_item
from plimsoll.app.database.sheet import Want, instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.posting import reading_of
from plimsoll.collections import place_with_agency
from plimsoll.collections.commission import Receipt
from plimsoll.collections.debt import CASH
from plimsoll.collections.placement import CLAIMED, ENDED, MADE, QUEUE, Placement, placed_with, placements_of
from plimsoll.loan.book import Book
from plimsoll.loan.filing import Filing
from plimsoll.loan.layout import REVERSED

PAGE: Final = 500
T = TypeVar("T")


class Held(NamedTuple):
    """A customer with a placement."""

    customer_id: int
    placement: Placement


def placements_of_agency(store: Store, agency: str, *, with_ended: bool = False) -> list[Held]:
    """Give the placements of an agency that last, or all it ever had, in the order of customers."""
    columns = work_item.c
    # Put in order here: asked for an order, SQLite would read every row of every queue in it.
    wanted = select(columns.customer_id).where(columns.kind == QUEUE, columns.assigned_to == agency)
    if not with_ended:
        wanted = wanted.where(columns.state == CLAIMED)
    with store.engine.connect() as connection:
        customers = sorted({int(one) for one in connection.execute(wanted).scalars()})
    found = []
    for customer_id, filings in files(store, customers, (MADE, ENDED)):
        mine = (one for one in placements_of(filings).values() if one.agency == agency)
        found += [Held(customer_id, one) for one in mine if with_ended or one.is_open]
    return found


def placed_customers(store: Store) -> frozenset[int]:
    """Give every customer who is with an agency now: the lender leaves asking for money to it."""
    columns = work_item.c
    wanted = select(columns.customer_id).where(columns.kind == QUEUE, columns.state == CLAIMED)
    with store.engine.connect() as connection:
        return frozenset(int(one) for one in connection.execute(wanted).scalars())


def placement_with(store: Store, agency: str, customer_id: int) -> Placement | None:
    """Give the placement of a customer with an agency; None for anybody else's customer, and for one who is not there."""
    found = placed_with(filings_of(store, customer_id))
    return found if found is not None and found.agency == agency else None


def find_placement(store: Store, agency: str, reference: str) -> Held | None:
    """Give the placement that an agency knows by a reference; None for anybody else's, for one that ended, and for none."""
    columns = work_item.c
    wanted = select(columns.customer_id).where(columns.kind == QUEUE, columns.subject == reference, columns.assigned_to == agency)
    with store.engine.connect() as connection:
        customers = [int(one) for one in connection.execute(wanted).scalars()]
    found = ((customer_id, placement_with(store, agency, customer_id)) for customer_id in customers)
    return next((Held(customer_id, one) for customer_id, one in found if one is not None and one.reference == reference), None)


def received_by(store: Store, helds: Sequence[Held], through: date) -> dict[str, list[Receipt]]:
    """Give by reference the money that came while each placement lasted, through a day; what was reversed since did not come."""
    by_customer: dict[int, list[Placement]] = {}
    for held in helds:
        by_customer.setdefault(held.customer_id, []).append(held.placement)
    found: dict[str, list[Receipt]] = {held.placement.reference: [] for held in helds}
    for customer_id, currency, on, minor in _cash(store, sorted(by_customer), through):
        for placement in by_customer[customer_id]:
            if placement.currency == currency and placement.holds(on):
                found[placement.reference].append(Receipt(placement, on, minor))
    return found


def books(store: Store, customers: Iterable[int]) -> Iterator[Book]:
    """Give what the store holds of customers, as a placement sees it."""
    kinds = reading_of(place_with_agency.READS).kinds
    for page in _pages(list(customers)):
        wants = [Want(customer_id, kinds=kinds, is_every=True) for customer_id in page]
        with store.transaction() as transaction:
            sheets = transaction.take([], wants).sheets
        for want in wants:
            yield sheets[want.customer_id].book(want)


def files(store: Store, customers: Sequence[int], kinds: Sequence[str]) -> Iterator[tuple[int, list[Filing]]]:
    """Give the filings of some kinds of customers, oldest first."""
    columns = filing.c
    with store.engine.connect() as connection:
        for page in _pages(customers):
            wanted = select(filing).where(columns.customer_id.in_(page), columns.kind.in_(kinds))
            files: Mapping[int, list[Filing]] = {customer_id: [] for customer_id in page}
            for row in connection.execute(wanted.order_by(columns.customer_id, columns.n)):
                day, at = row.effective_on.toordinal(), instant_of(row.recorded_at)
                files[row.customer_id].append(Filing(row.n, row.kind, row.subject, day, at, row.actor, row.body))
            yield from files.items()


def _cash(store: Store, customers: Sequence[int], through: date) -> Iterator[tuple[int, str, int, int]]:
    """Give the money that came of customers: whose, currency, day, minor units."""
    columns = fact.c
    joined = fact.join(loan, (loan.c.customer_id == columns.customer_id) & (loan.c.loan_id == columns.loan_id))
    chosen = (columns.customer_id, columns.loan_id, columns.n, columns.kind, columns.amount_minor, columns.a, columns.effective_on)
    for page in _pages(customers):
        wanted = select(*chosen, loan.c.currency).select_from(joined)
        wanted = wanted.where(columns.customer_id.in_(page), columns.kind.in_((*CASH, REVERSED)))
        with store.engine.connect() as connection:
            rows = connection.execute(wanted.order_by(columns.customer_id, columns.loan_id, columns.n)).all()
        undone = {(row.customer_id, row.loan_id, row.a) for row in rows if row.kind == REVERSED}
        for row in rows:
            is_undone = (row.customer_id, row.loan_id, row.n) in undone
            if row.kind in CASH and not is_undone and row.effective_on <= through:
                yield row.customer_id, row.currency, row.effective_on.toordinal(), row.amount_minor


def _pages(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[first : first + PAGE] for first in range(0, len(items), PAGE))
