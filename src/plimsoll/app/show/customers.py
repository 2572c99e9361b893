"""The list of customers: who they are to the house, how much they owe, how late they are.

Plan of the query, both databases: the rows of `line` in the order of their key from where the page begins, at most WINDOW of them looked
at with their filters (each filter is a look-up by the key of the customer), then the loans of those that are shown. No index was added.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from plimsoll.app.access.relation import Sight
from plimsoll.app.database import schema
from plimsoll.app.database.schema_access import access_unit
from plimsoll.app.database.sheet import PARKED
from plimsoll.app.database.store import Store
from plimsoll.app.show.days import day_or_none
from plimsoll.loan.classes import bucket
from plimsoll.loan.layout import OPEN

LIMIT: Final = 50
WINDOW: Final = 40_000
"""Customers that one page looks at, at most: a filter that nobody fits ends there, and the page says from where to go on."""


class Filters(NamedTuple):
    """What a list is narrowed to; "" and None are anything. Days late are counted from the oldest unpaid due day of any loan."""

    status: str = ""
    """open, frozen, closed, or none for those without a line."""
    late_from: int | None = None
    late_through: int | None = None
    product: str = ""
    unit: str = ""


ANYBODY: Final = Filters()


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in a list, amounts in minor units as the states of the loans stand. Nothing here says who it is."""

    customer_id: int
    opened_on: date
    unit: str
    currency: str
    status: str
    limit_minor: int
    used_minor: int
    owed_minor: int
    load_capacity_minor: int | None
    is_above_load: bool
    loans_open: int
    products: tuple[str, ...]
    days_late: int
    bucket: int
    next_on: date | None
    is_parked: bool


@dataclass(frozen=True, slots=True)
class CustomersPage:
    """Some customers in the order of their ids. `next_after` is from where to go on, None at the end; a page may be short before it."""

    rows: tuple[CustomerRow, ...]
    next_after: int | None


def customers(
    store: Store,
    today: int,
    filters: Filters = ANYBODY,
    *,
    after: int = 0,
    limit: int = LIMIT,
    sight: Sight | None = None,
) -> CustomersPage:
    """Give the customers after one, that fit the filters and are in sight (None: everybody).

    Rows read: at most WINDOW lines with a look-up for each filter, and the loans of those shown. Whoever sees only some customers by
    name, by their agency or by what they hold has no window: their own are looked up.
    """
    line = schema.line.c
    with store.engine.connect() as connection:
        following = select(line.customer_id).where(line.customer_id > after).order_by(line.customer_id)
        is_all = sight is None or sight.is_everybody
        is_wide = (is_all and filters != ANYBODY) or (sight is not None and bool(sight.unit))
        last = connection.scalar(following.offset(WINDOW - 1).limit(1)) if is_wide else None
        wanted = select(*_COLUMNS, access_unit.c.unit).select_from(_JOINED).where(line.customer_id > after)
        if last is not None:
            wanted = wanted.where(line.customer_id <= last)
        wanted = wanted.where(*_conditions(filters, today), *([] if sight is None else [sight.clause(line.customer_id)]))
        rows = connection.execute(wanted.order_by(line.customer_id).limit(limit + 1)).all()
        page = rows[:limit]
        loans = _loans(connection, [row.customer_id for row in page])
    following_id = page[-1].customer_id if len(rows) > limit else last
    return CustomersPage(tuple(_row(row, loans.get(row.customer_id, ()), today) for row in page), following_id)


_COLUMNS: Final = (
    schema.line.c.customer_id,
    schema.customer.c.opened_on,
    schema.line.c.currency,
    schema.line.c.status,
    schema.line.c.limit_minor,
    schema.line.c.used_minor,
    schema.line.c.load_capacity_minor,
)
_JOINED: Final = schema.line.join(schema.customer, schema.customer.c.customer_id == schema.line.c.customer_id).outerjoin(
    access_unit, access_unit.c.customer_id == schema.line.c.customer_id
)


def _conditions(filters: Filters, today: int) -> list[ColumnElement[bool]]:
    line, state, loan = schema.line.c, schema.loan_state.c, schema.loan.c
    found: list[ColumnElement[bool]] = []
    if filters.status:
        found.append(line.status == filters.status)
    if filters.unit:
        found.append(access_unit.c.unit == filters.unit)
    if filters.product:
        found.append(exists().where(loan.customer_id == line.customer_id, loan.product == filters.product))
    is_owing = and_(state.customer_id == line.customer_id, state.status.in_((OPEN, PARKED)))
    on = date.fromordinal(today)
    if filters.late_from:
        found.append(exists().where(is_owing, state.oldest_due <= on - timedelta(days=filters.late_from)))
    if filters.late_through is not None:
        found.append(~exists().where(is_owing, state.oldest_due < on - timedelta(days=filters.late_through)))
    return found


def _loans(connection: Connection, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Give what the states of some customers' loans say."""
    state, loan = schema.loan_state.c, schema.loan.c
    joined = schema.loan_state.join(schema.loan, and_(loan.customer_id == state.customer_id, loan.loan_id == state.loan_id))
    owed = state.principal_minor + state.interest_minor + state.penalty_minor + state.fee_minor
    wanted = select(state.customer_id, loan.product, state.status, state.oldest_due, state.next_on, owed.label("owed")).select_from(joined)
    found: dict[int, list[Any]] = {}
    for row in connection.execute(wanted.where(state.customer_id.in_(ids))) if ids else ():
        found.setdefault(row.customer_id, []).append(row)
    return found


def _row(row: Any, loans: Collection[Any], today: int) -> CustomerRow:
    going = [one for one in loans if one.status in (OPEN, PARKED)]
    oldest = min((one.oldest_due.toordinal() for one in going if one.oldest_due), default=0)
    days_late = max(today - oldest, 0) if oldest else 0
    capacity = row.load_capacity_minor if row.load_capacity_minor >= 0 else None
    return CustomerRow(
        row.customer_id,
        row.opened_on,
        row.unit or "",
        row.currency,
        row.status,
        row.limit_minor,
        row.used_minor,
        sum(one.owed for one in going),
        capacity,
        capacity is not None and row.used_minor > capacity,
        sum(1 for one in going if one.owed),
        tuple(sorted({one.product for one in loans})),
        days_late,
        bucket(days_late),
        day_or_none(min((one.next_on.toordinal() for one in going if one.next_on), default=0)),
        any(one.status == PARKED for one in loans),
    )


def counted(store: Store) -> dict[str, int]:
    """Give the number of customers by status of their line. Reads every line: for reports, not for a page that is looked at often."""
    line = schema.line.c
    with store.engine.connect() as connection:
        rows = connection.execute(select(line.status, func.count()).group_by(line.status).order_by(line.status)).all()
    return {row[0]: row[1] for row in rows}
