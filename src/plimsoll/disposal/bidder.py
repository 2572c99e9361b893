"""A bidder as its dossier tells it: who it is, whether it may buy, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from plimsoll.loan.filing import Filing, read_body

KIND: Final = "bidder"
REGISTERED: Final = "bidder.registered"
QUALIFIED: Final = "bidder.qualified"
SUSPENDED: Final = "bidder.suspended"


@dataclass(frozen=True, slots=True)
class Bidder:
    """Who bids. `group` names who controls it, "" where nobody is known to; `until` is the last day of its qualification, 0 for none."""

    name: str
    kind: str
    group: str
    maker: str
    until: int = 0


def bidder_of(filings: Iterable[Filing]) -> Bidder | None:
    """Give a bidder; None where there is none."""
    found: Bidder | None = None
    for filing in filings:
        said = read_body(filing)
        if filing.kind == REGISTERED:
            found = Bidder(said["name"], said["kind"], said["group"], filing.actor)
        elif filing.kind == QUALIFIED and found is not None:
            found = replace(found, until=said["until"])
        elif filing.kind == SUSPENDED and found is not None:
            found = replace(found, until=0)
    return found


def is_qualified(filings: Iterable[Filing], on: int) -> bool:
    """Tell whether a bidder may buy on a day."""
    found = bidder_of(filings)
    return found is not None and on <= found.until
