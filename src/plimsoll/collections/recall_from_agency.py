"""Call a customer back from an agency: the placement ends, and from this moment the agency may not contact the customer."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.placement import DONE, ENDED, READS_PLACEMENTS, REASONS, place_in_queue, placements_of
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{READS_PLACEMENTS}"


@dataclass(frozen=True, slots=True)
class RecallFromAgency:
    """`reason` is one of term, worth, stopped, paid, agency, asked."""

    key: str
    customer_id: int
    on: date
    reference: str
    reason: str


def decide(book: Book, command: RecallFromAgency, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the end on record, and take it out of the agency's queue; says `recalled_from_agency`.

    Refuses customer_unknown, customer_not_yet_open, placement_unknown, placement_over, placement_malformed (a reason that is none of
    the list, a day before it was placed).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = placements_of(book.filings).get(command.reference)
    if found is None:
        return Refused("placement_unknown", "", command.reference)
    if not found.is_open:
        return Refused("placement_over", "", f"{command.reference} ended: {found.why}")
    if command.reason not in REASONS or command.on.toordinal() < found.placed_on:
        return Refused("placement_malformed", "", f"{command.reason!r} on {command.on}; one of: {', '.join(REASONS)}")
    said = {"reference": command.reference, "agency": found.agency, "reason": command.reason}
    return Decision(
        filings=(NewFiling(ENDED, command.reference, body_of({"reason": command.reason})),),
        work=(place_in_queue(command.reference, found.agency, DONE),),
        messages=(("recalled_from_agency", body_of(said)),),
        answer=body_of(said),
    )
