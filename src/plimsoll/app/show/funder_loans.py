"""The loans that a funder holds a part of, those whose shares were agreed or moved last first, a page at a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, literal, literal_column, select, tuple_, union_all

from plimsoll.app.agency.placements import files
from plimsoll.app.database.schema import filing, loan, loan_state
from plimsoll.app.database.store import Store
from plimsoll.loan.filing import NewFiling, read_body
from plimsoll.treasury.funded import FUNDED, MOVED, holdings, shares_of, shares_on
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import split

Found: TypeAlias = Row[*tuple[Any, ...]]
PAGE: Final = 50
READ: Final = 400
READS_MAX: Final = 5
"""How often filings are read on, so many at a time, for a page of a funder that holds few of them."""


class FunderLoan(NamedTuple):
    """A loan of which a funder holds a part, in millionths, and that part of its principal, in minor units."""

    customer_id: int
    loan_id: int
    currency: str
    ppm: int
    principal_minor: int


class After(NamedTuple):
    """The filing after which a page goes on: the day it takes effect, the customer, its number there."""

    on: date
    customer_id: int
    n: int


def funder_loans(store: Store, funder: str, today: date, after: After | None = None) -> tuple[list[FunderLoan], After | None]:
    """Give loans that a funder holds a part of today, and after what the next page goes on, None at the end.

    Rows read: at most READ times READS_MAX filings on shares, and the shares and states of the loans of the page.
    """
    found: list[FunderLoan] = []
    with store.engine.connect() as connection:
        for _ in range(READS_MAX):
            filings = _filed(connection, after)
            named = [one for one in filings if _names(funder, one)]
            for first in range(0, len(named), PAGE):
                some = named[first : first + PAGE]
                for one, held in zip(some, _held(store, connection, some, funder, today), strict=True):
                    found += [held] if held is not None else []
                    if len(found) == PAGE:
                        return found, _place(one)
            if len(filings) < READ:
                return found, None
            after = _place(filings[-1])
    return found, after


def _place(row: Found) -> After:
    return After(row.effective_on, row.customer_id, row.n)


def _names(funder: str, row: Found) -> bool:
    """Tell whether a filing gives a funder a part."""
    return any(one.funder == funder and one.ppm for one in shares_of(read_body(NewFiling(row.kind, row.subject, row.body))["shares"]))


def _filed(connection: Connection, after: After | None) -> Sequence[Found]:
    """Give filings on shares, the latest first, from a place on: those of either kind lie in their order in the index."""
    columns, runs = filing.c, []
    most: ColumnElement[int] = literal_column(str(READ))
    for kind in (FUNDED, MOVED):
        keys = (columns.effective_on, columns.customer_id, columns.n)
        wanted = select(*keys).where(columns.kind == kind)
        if after is not None:
            place = tuple_(*(literal(one, key.type) for one, key in zip(after, keys, strict=True)))
            wanted = wanted.where(columns.effective_on <= after.on, tuple_(*keys) < place)
        runs.append(select(wanted.order_by(*(key.desc() for key in keys)).limit(most).subquery()))
    every = union_all(*runs).subquery().c
    newest = (every.effective_on.desc(), every.customer_id.desc(), every.n.desc())
    first = select(every.customer_id, every.n).order_by(*newest).limit(most).subquery()
    wanted = select(columns.customer_id, columns.n, columns.kind, columns.subject, columns.effective_on, columns.body)
    same = (columns.customer_id == first.c.customer_id) & (columns.n == first.c.n)
    latest = (columns.effective_on.desc(), columns.customer_id.desc(), columns.n.desc())
    return connection.execute(wanted.join_from(first, filing, same).order_by(*latest)).all()


def _held(store: Store, connection: Connection, filings: Sequence[Found], funder: str, today: date) -> list[FunderLoan | None]:
    """Give what a funder holds today of the loan of each filing, None where that is nothing, or a later filing on the loan names it too."""
    customers = sorted({one.customer_id for one in filings})
    files_of = dict(files(store, customers, (FUNDED, MOVED)))
    states = _states(connection, customers)
    found: list[FunderLoan | None] = []
    for one in filings:
        row, own = states.get((one.customer_id, int(one.subject))), files_of[one.customer_id]
        on_loan = [filed for filed in own if filed.subject == one.subject]
        naming = [filed.n for filed in on_loan if any(part.funder == funder for part in shares_of(read_body(filed)["shares"]))]
        shares = shares_on(holdings(own, int(one.subject)), today.toordinal())
        ppm = next((part.ppm for part in shares if part.funder == funder), 0)
        if row is None or not ppm or naming[-1] != one.n:
            found.append(None)
            continue
        minor = split(row.principal_minor, shares, LENDER).get(funder, 0)
        found.append(FunderLoan(one.customer_id, int(one.subject), row.currency, ppm, minor))
    return found


def _states(connection: Connection, customers: Sequence[int]) -> Mapping[tuple[int, int], Found]:
    """Give currency and principal of every loan of some customers."""
    columns = loan_state.c
    joined = loan_state.join(loan, (loan.c.customer_id == columns.customer_id) & (loan.c.loan_id == columns.loan_id))
    wanted = select(columns.customer_id, columns.loan_id, loan.c.currency, columns.principal_minor).select_from(joined)
    rows = connection.execute(wanted.where(columns.customer_id.in_(customers)))
    return {(row.customer_id, row.loan_id): row for row in rows}
