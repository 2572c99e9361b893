"""The lender's cash in hand as it was stated last, by currency."""

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, dossiers
from plimsoll.treasury.cash_stated import DOSSIER, Cash, cash_of


def cash_stated(store: Store, currency: str, day: int) -> Cash | None:
    """Give what was stated of a currency for the latest day by one; None where nothing was. Rows read: one dossier."""
    return cash_of(dossier_of(store, DOSSIER, currency), day)


def cash_by_currency(store: Store, day: int) -> dict[str, int]:
    """Give what was stated of each currency for the latest day by one, in minor units."""
    found = ((currency, cash_of(filings, day)) for currency, filings in dossiers(store, DOSSIER))
    return {currency: cash.minor for currency, cash in found if cash is not None}
