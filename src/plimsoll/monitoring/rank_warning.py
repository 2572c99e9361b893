"""Put on record how a warning that stands ranks this month, and for how many months it has ranked outside what keeps it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.monitoring.raise_warning import ENDED, RAISED, standing_warning
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

RANKED: Final = "warning.ranked"
READS = f"line+file:{RAISED},{ENDED}"


@dataclass(frozen=True, slots=True)
class RankWarning:
    """The rank and chance (per million) of a month, and the months in a row outside what keeps a warning."""

    key: str
    customer_id: int
    on: date
    rank: int
    chance_ppm: int
    months_below: int


def decide(book: Book, command: RankWarning, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """File it; refuses customer_unknown, customer_not_yet_open, warning_missing."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if standing_warning(book.filings) is None:
        return Refused("warning_missing", "", f"customer {command.customer_id}")
    said = body_of({"rank": command.rank, "chance_ppm": command.chance_ppm, "months_below": command.months_below})
    return Decision(filings=(NewFiling(RANKED, "", said),), answer=said)
