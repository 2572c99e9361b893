"""A customer's placements with agencies as the customer's file tells them: with whom, since when, on what terms, and how each ended."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, WorkItem, read_body
from plimsoll.units.divide import half_up
from plimsoll.units.rate import Rate

MADE: Final = "placement.made"
ENDED: Final = "placement.ended"
READS_PLACEMENTS: Final = "placement"
QUEUE: Final = "placement"
"""The kind of work item of a placement; its subject is the placement, `assigned_to` the agency."""

CLAIMED, DONE = "claimed", "done"
REASONS: Final = ("term", "worth", "stopped", "paid", "agency", "asked")
"""Why a placement ends: its term is over, the lender would recover more, collection rests, nothing is owed, the agency may not go on,
somebody asked for it."""

CERTAIN: Final = 1_000_000_000
"""A propensity of one, in parts per 1e9."""


class Placement(NamedTuple):
    """One placement. Days are day numbers, money in minor units; what is said of the debt is as of the day it was placed.

    `reference` is all that the agency learns of who it is. `commission` stays as it was then. `ended_on` is 0 while it lasts.
    """

    reference: str
    agency: str
    placed_on: int
    return_by: int  # the last day of its term
    licence_until: int  # of the agency, as it stood then
    days: int  # past due
    currency: str
    owed_minor: int
    late_minor: int
    expected_minor: int  # to come in during the term
    commission: Rate
    batch: str
    is_by_lot: bool
    propensity_ppb: int  # how likely this customer was to come to this agency
    ended_on: int = 0
    why: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether the customer is with the agency now."""
        return not self.ended_on

    def expected_by(self, on: int) -> int:
        """Give what was expected to come in by a day, in minor units: evenly over the term, rounded half up."""
        term = max(self.return_by - self.placed_on, 1)
        last = min(on, self.ended_on or on, self.return_by)
        return half_up(self.expected_minor * max(last - self.placed_on, 0), term)

    def holds(self, day: int) -> bool:
        """Tell whether money that came on a day came while it was placed: after the day it was placed, through the day it ended."""
        return self.placed_on < day <= (self.ended_on or day)


def placements_of(filings: Iterable[Filing]) -> dict[str, Placement]:
    """Give every placement of a customer by reference, oldest first."""
    found: dict[str, Placement] = {}
    for filing in filings:
        if filing.kind == MADE:
            said = read_body(filing)
            rate = Rate.parse(said.pop("commission"))
            found[filing.subject] = Placement(filing.subject, placed_on=filing.on, commission=rate, **said)
        elif filing.kind == ENDED and filing.subject in found:
            found[filing.subject] = found[filing.subject]._replace(ended_on=filing.on, why=read_body(filing)["reason"])
    return found


def placed_with(filings: Iterable[Filing]) -> Placement | None:
    """Give the placement that lasts, None where the customer is with nobody."""
    return next((one for one in placements_of(filings).values() if one.is_open), None)


def place_in_queue(reference: str, agency: str, state: str) -> WorkItem:
    """Give the place of a placement in the queue of its agency."""
    return WorkItem(QUEUE, reference, state, 0, "", agency, "")
