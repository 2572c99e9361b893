"""Claim a case: for a while nobody else can work on it. Claiming it again extends the time; a claim that ran out is anybody's."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import CLAIM, IN_REVIEW, READS_APPLICATION, filed
from plimsoll.origination.case import claim_until, find_case, refuse_held_by_other
from plimsoll.origination.queue import case
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """Take a case of the queue; the actor of the command holds it."""

    key: str
    customer_id: int
    on: date
    application_id: str


def decide(book: Book, command: ClaimReview, rules: Rules) -> Decision | Refused:
    """Hold the case. Refuses review_claimed, and customer_unknown, application_unknown, application_not_ready."""
    found = find_case(book, command.application_id, command.on, IN_REVIEW)
    if isinstance(found, Refused):
        return found
    refused = refuse_held_by_other(found, book)
    if refused is not None:
        return refused
    until = claim_until(book, rules, command.on)
    return Decision(
        filings=(filed(CLAIM, command.application_id, {"until": until}),),
        work=(case(found, "claimed", rules, command.on, assigned_to=book.actor),),
        answer=body_of({"application_id": command.application_id, "held_by": book.actor, "until": until}),
    )
