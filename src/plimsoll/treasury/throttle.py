"""The throttle on new loans as its dossier tells it: how much of the plan is granted in a currency, since when, and why."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.units.rate import Rate

DOSSIER: Final = "throttle"
"""The subject of its dossier is the currency."""

SET: Final = "throttle.set"
STOPPED: Final = "origination_stopped"


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
