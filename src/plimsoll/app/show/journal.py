"""The journal of a day: every entry that was posted on it, customer by customer, with what posted it, found by the index of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, literal_column, select, tuple_

from plimsoll.app.database.schema import audit, book, journal, loan
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.posting import NIGHTS
from plimsoll.app.show.history import CLOSE, Leg
from plimsoll.ledger.chart import CHART

LOOKED_AT_MAX: Final = 5_000
"""Entries that one page looks at, at most; where a filter leaves few of them the page is short, and its cursor goes on."""
BATCH: Final = 200
LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class DayEntry:
    """An entry of the journal: what was posted at once, for a loan or (loan "") for a customer's own credit. Its legs sum to zero."""

    customer_id: int
    loan_id: int
    entry_n: int
    product: str
    currency: str
    posted_on: date
    recorded_at: datetime
    command: str
    """What it was posted for: the name of a command, or close."""
    actor: str
    legs: tuple[Leg, ...]
    """Amounts in minor units, debits positive."""


@dataclass(frozen=True, slots=True)
class DayPage:
    """Some entries of a day by customer and loan, and after which the list goes on. `is_final`: nothing more is posted on that day."""

    on: date
    is_final: bool
    rows: tuple[DayEntry, ...]
    next_after: tuple[int, int, int] | None


class Only(NamedTuple):
    """Which entries of a day are wanted: of one product, on one account; "" for all."""

    product: str = ""
    account: str = ""


EVERY: Final = Only()
FIRST: Final = (0, -1, 0)
"""Before every entry of a day."""


def journal_of(store: Store, on: date, only: Only = EVERY, after: tuple[int, int, int] = FIRST, limit: int = LIMIT) -> DayPage:
    """Give entries of a day, after one of them. Rows read: the legs of LOOKED_AT_MAX entries at most, however large the journal is."""
    found: list[DayEntry] = []
    looked = 0
    with store.engine.connect() as connection:
        open_on: date = connection.execute(select(book.c.open_on)).scalar_one()
        while True:
            batch = _entries(connection, on, after)
            wanted = [one for one in batch if _is_wanted(one, only)][: limit - len(found)]
            found += wanted
            looked += len(batch)
            is_last = len(batch) < BATCH
            if len(found) == limit or is_last or looked >= LOOKED_AT_MAX:
                break
            after = _place(batch[-1])
    if len(found) == limit and wanted:
        goes_on = not (is_last and wanted[-1] is batch[-1])
        return DayPage(on, on < open_on, tuple(found), _place(found[-1]) if goes_on else None)
    return DayPage(on, on < open_on, tuple(found), None if is_last else _place(batch[-1]))


def _place(entry: DayEntry) -> tuple[int, int, int]:
    return entry.customer_id, entry.loan_id, entry.entry_n


def _is_wanted(entry: DayEntry, only: Only) -> bool:
    return only.product in ("", entry.product) and (not only.account or any(leg.account == only.account for leg in entry.legs))


def _listed() -> Select[Any]:
    """Give the statement that reads the next entries of a day with their legs, by the index of the day's debits."""
    leg = journal.c
    # Written out, not bound: an index of some rows is taken only where the statement says that it asks for no others.
    is_debit = leg.minor > literal_column("0")
    keys = (leg.customer_id, leg.loan_id, leg.entry_n)
    after = tuple_(bindparam("customer_id"), bindparam("loan_id"), bindparam("entry_n"))
    page = select(*keys).where(leg.posted_on == bindparam("on"), is_debit, tuple_(*keys) > after)
    found = page.group_by(*keys).order_by(*keys).limit(BATCH).subquery()
    of_it = and_(*(journal.c[one.name] == one for one in found.c))
    of_loan = and_(loan.c.customer_id == leg.customer_id, loan.c.loan_id == leg.loan_id)
    of_command = and_(audit.c.customer_id == leg.customer_id, audit.c.command_n == leg.command_n)
    joined = found.join(journal, of_it).outerjoin(loan, of_loan).outerjoin(audit, of_command)
    told = (
        leg.account,
        leg.minor,
        leg.command_n,
        leg.recorded_at,
        leg.posted_on,
        leg.currency,
        loan.c.product,
        audit.c.name,
        audit.c.actor,
    )
    return select(*keys, *told).select_from(joined).order_by(*keys, leg.account)


LISTED: Final = _listed()
"""What a page is read by; its parameters are `on` and the entry to go on after."""


def _entries(connection: Connection, on: date, after: tuple[int, int, int]) -> list[DayEntry]:
    """Give the next entries of a day, BATCH of them at most."""
    rows = connection.execute(LISTED, {"on": on, **dict(zip(("customer_id", "loan_id", "entry_n"), after, strict=True))}).all()
    return [_entry(list(legs)) for _, legs in groupby(rows, key=lambda row: row[:3])]


def _entry(legs: Sequence[Any]) -> DayEntry:
    head = legs[0]
    is_night = head.command_n >= NIGHTS
    return DayEntry(
        head.customer_id,
        head.loan_id,
        head.entry_n,
        head.product or "",
        head.currency,
        head.posted_on,
        instant_of(head.recorded_at),
        CLOSE if is_night else head.name or "",
        CLOSE if is_night else head.actor or "",
        tuple(Leg(CHART[leg.account].code, leg.minor) for leg in legs),
    )
