"""The lender's cash in hand as it was stated: how much of a currency there was on a day, and who said so when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body

DOSSIER: Final = "cash"
"""The subject of its dossier is the currency."""

STATED: Final = "cash.stated"


class Cash(NamedTuple):
    """Cash in hand on a day (number), in minor units, with who stated it and when."""

    on: int
    minor: int
    actor: str
    at: datetime


def cash_of(filings: Iterable[Filing], day: int) -> Cash | None:
    """Give what was stated for the latest day by then, the last statement of that day; None where nothing was."""
    found: Cash | None = None
    for filing in filings:
        if filing.kind == STATED and filing.on <= day and (found is None or filing.on >= found.on):
            found = Cash(filing.on, int(read_body(filing)["minor"]), filing.actor, filing.at)
    return found
