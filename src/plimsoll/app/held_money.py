"""Money of no customer in the books: deposits of bidders and prices of packages, from the dossiers of tenders and packages.

Nothing of it is stored twice: an entry follows from what stands in a dossier, as an entry of a loan follows from its facts. Cost: the
dossiers of all tenders and packages, of which a house has few.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Final

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossiers
from plimsoll.disposal.held_money import HouseEntry, package_entries, tender_entries
from plimsoll.disposal.package import KIND as PACKAGE
from plimsoll.disposal.tender import KIND as TENDER
from plimsoll.ledger.chart import HOUSE_CODES

EVER: Final = date.max


def house_entries(store: Store, through: date = EVER) -> Iterator[tuple[str, HouseEntry]]:
    """Give every entry by a day with the tender or package that it is of, in the order of these."""
    day = through.toordinal()
    found = (
        ((name, entry) for name, filings in dossiers(store, kind) for entry in entries(filings))
        for kind, entries in ((TENDER, tender_entries), (PACKAGE, package_entries))
    )
    yield from (one for one in chain.from_iterable(found) if one[1].on <= day)


def house_balances(store: Store, through: date = EVER) -> dict[str, dict[str, int]]:
    """Give by currency the balance of each account of money that is no customer's, cash too, in minor units, debits positive."""
    return balances_of(entry for _, entry in house_entries(store, through))


def balances_of(entries: Iterable[HouseEntry]) -> dict[str, dict[str, int]]:
    """Add up entries by currency and account."""
    found: dict[str, dict[str, int]] = {}
    for entry in entries:
        by = found.setdefault(entry.currency, dict.fromkeys(HOUSE_CODES, 0))
        for code, minor in entry.legs:
            by[code] = by.get(code, 0) + minor
    return found
