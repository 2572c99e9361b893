"""Whose the loans of a book are: shares on file, funders with what each has lent, and the lender's own side."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import func, select

from plimsoll.app.closing.close import CLOSED
from plimsoll.app.database.schema import close_run, loan, loan_state
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossiers
from plimsoll.app.file import filings_on
from plimsoll.loan.filing import Filing, read_body
from plimsoll.treasury.funded import FUNDED, MOVED, Holding, holdings, shares_on
from plimsoll.treasury.funder import DOSSIER, funder_of
from plimsoll.treasury.move_share import GUARANTEE
from plimsoll.treasury.route import LENDER, Funder
from plimsoll.treasury.share import split
from plimsoll.units.refusal import Refused

Id: TypeAlias = tuple[int, int]
"""A loan: its customer's id and its own."""

FIRST_DAY: Final = 1
PAGE: Final = 400

Holdings: TypeAlias = Mapping[Id, list[Holding]]
"""Every loan that somebody beside the lender funded, with whose it was and is."""


class Lent(NamedTuple):
    """Principal outstanding of one currency, in minor units: all, the lender's own part, of guaranteed loans, and of each funder."""

    all_minor: int
    own_minor: int
    guaranteed_minor: int
    of: Mapping[str, int]


def holdings_of(store: Store, through: int) -> Holdings:
    """Give whose every funded loan was and is, by what is on file through a day."""
    found: dict[Id, list[Filing]] = {}
    for kind in (FUNDED, MOVED):
        for customer_id, filing in filings_on(store, kind, FIRST_DAY, through):
            found.setdefault((customer_id, int(filing.subject)), []).append(filing)
    return {one: holdings(filings, one[1]) for one, filings in found.items()}


def is_shared(held: Holdings, one: Id) -> bool:
    """Tell whether somebody beside the lender has a part of a loan by the last word on file."""
    return one in held and len(held[one][-1].shares) > 1


def funders_of(store: Store) -> dict[str, Funder]:
    """Give every registered funder by name, without what it has lent."""
    found = ((name, funder_of(name, filings)) for name, filings in dossiers(store, DOSSIER))
    return {name: funder for name, funder in found if funder is not None}


def principals_of(store: Store, ids: Container[Id], customers: Iterable[int]) -> Iterator[tuple[Id, str, int]]:
    """Give those of some loans of some customers that have principal outstanding as they stand now: currency, minor units."""
    columns, known = loan_state.c, sorted(customers)
    wanted = select(columns.customer_id, columns.loan_id, loan.c.currency, columns.principal_minor).join_from(
        loan_state, loan, (loan.c.customer_id == columns.customer_id) & (loan.c.loan_id == columns.loan_id)
    )
    with store.engine.connect() as connection:
        for first in range(0, len(known), PAGE):
            theirs = columns.customer_id.in_(known[first : first + PAGE])
            for row in connection.execute(wanted.where(theirs, columns.principal_minor > 0)):
                one = int(row[0]), int(row[1])
                if one in ids:
                    yield one, str(row[2]), int(row[3])


def whole_now(store: Store) -> dict[str, int]:
    """Give by currency the principal outstanding as the book stands now, added up by the database, in minor units."""
    wanted = select(loan.c.currency, func.sum(loan_state.c.principal_minor)).join_from(
        loan_state, loan, (loan.c.customer_id == loan_state.c.customer_id) & (loan.c.loan_id == loan_state.c.loan_id)
    )
    with store.engine.connect() as connection:
        rows = connection.execute(wanted.where(loan_state.c.principal_minor > 0).group_by(loan.c.currency))
        return {str(currency): int(minor) for currency, minor in rows}


def lent_by(outstanding: Iterator[tuple[Id, str, int]], held: Holdings, day: int, is_guaranteed: Callable[[str], bool]) -> dict[str, Lent]:
    """Give by currency what everybody has lent, by the shares of a day."""
    sums: dict[str, list[int]] = {}
    of: dict[str, dict[str, int]] = {}
    for one, currency, minor in outstanding:
        total, by = sums.setdefault(currency, [0, 0, 0]), of.setdefault(currency, {})
        total[0] += minor
        if one not in held:
            total[1] += minor
            continue
        parts = split(minor, shares_on(held[one], day), LENDER)
        total[1] += parts.pop(LENDER)
        total[2] += minor if any(is_guaranteed(name) for name in parts) else 0
        for name, part in parts.items():
            by[name] = by.get(name, 0) + part
    return {currency: Lent(total[0], total[1], total[2], of[currency]) for currency, total in sums.items()}


def lent_now(store: Store, held: Holdings, funders: Mapping[str, Funder], day: int) -> dict[str, Lent]:
    """Give by currency what everybody has lent as the book stands now. What moves on a day counts from the next, and so here."""
    guaranteeing = {name for name, funder in funders.items() if funder.is_guaranteed}
    customers = {customer_id for customer_id, _ in held}
    funded = lent_by(principals_of(store, held, customers), held, day + 1, guaranteeing.__contains__)
    empty = Lent(0, 0, 0, {})
    found = {}
    for currency, minor in whole_now(store).items():
        part = funded.get(currency, empty)
        found[currency] = part._replace(all_minor=minor, own_minor=minor - part.all_minor + part.own_minor)
    return found


def paid_out(store: Store) -> Counter[str]:
    """Give what each funder was paid out of its guarantee so far, whenever that takes effect, in minor units of its currency."""
    found: Counter[str] = Counter()
    for _, filing in filings_on(store, MOVED, FIRST_DAY, date.max.toordinal()):
        said = read_body(filing)
        if said["why"] == GUARANTEE:
            found[str(said["from"])] += int(said["price_minor"])
    return found


def last_closed(store: Store) -> date | None:
    """Give the last day that is closed; None before the first."""
    with store.engine.connect() as connection:
        wanted = select(close_run.c.closed_on).where(close_run.c.state == CLOSED).order_by(close_run.c.closed_on.desc()).limit(1)
        found: date | None = connection.scalar(wanted)
    return found


def refuse_future(on: date, today: date) -> Refused | None:
    """Refuse a day that has not come: date_in_future."""
    return Refused("date_in_future", "", f"{on}, today is {today}") if on > today else None
