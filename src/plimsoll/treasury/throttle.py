"""The throttle on new loans as its dossier tells it: how much of the plan is granted in a currency, since when, and why."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.units.rate import Rate

DOSSIER: Final = "throttle"
"""The subject of its dossier is the currency."""

SET: Final = "throttle.set"
STOPPED: Final = "origination_stopped"
NOT_TODAY: Final = "origination_slowed"
PLACES: Final = 1_000_000


class Throttle(NamedTuple):
    """How much of the plan is granted from a day (number) on, the used share of the tighter limit, and which limit that is."""

    on: int
    granted: Rate
    used: Rate
    why: str

    def is_shut(self) -> bool:
        """Tell whether nothing may be granted."""
        return self.granted.num == 0


def throttle_of(filings: Iterable[Filing], day: int) -> Throttle | None:
    """Give what is set as of a day, the latest that holds by then; None where nothing ever was: all is granted."""
    found: Throttle | None = None
    for filing in filings:
        if filing.kind == SET and filing.on <= day and (found is None or filing.on >= found.on):
            said = read_body(filing)
            found = Throttle(filing.on, Rate.parse(said["granted"]), Rate.parse(said["used"]), said["why"])
    return found


def has_turn(currency: str, customer_id: int, on: date, granted: Rate) -> bool:
    """Tell whether a customer may take new debt of a currency on a day on which a share of the plan is granted.

    Everybody has a place among a million, drawn anew each day from the digest of currency, day and customer, so that over the days
    nobody is left out and nobody can try again within one; the first `granted` of the places have their turn.
    """
    drawn = hashlib.sha256(f"{currency} {on.isoformat()} {customer_id}".encode()).digest()
    place = int.from_bytes(drawn[:8], "big") % PLACES
    return place * granted.den < granted.num * PLACES
