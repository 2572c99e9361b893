"""Release a case that one has claimed: it goes back to the queue as it was."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import CLAIM, IN_REVIEW, READS_APPLICATION, filed
from plimsoll.origination.case import find_case, refuse_not_held
from plimsoll.origination.queue import case
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION


@dataclass(frozen=True, slots=True)
class ReleaseReview:
    """Give a claimed case back."""

    key: str
    customer_id: int
    on: date
    application_id: str


def decide(book: Book, command: ReleaseReview, rules: Rules) -> Decision | Refused:
    """Let the case go. Refuses review_claimed, review_not_claimed, and customer_unknown, application_unknown, application_not_ready."""
    found = find_case(book, command.application_id, command.on, IN_REVIEW)
    if isinstance(found, Refused):
        return found
    refused = refuse_not_held(found, book)
    if refused is not None:
        return refused
    return Decision(
        filings=(filed(CLAIM, command.application_id, {"until": ""}),),
        work=(case(found, "open", rules, command.on),),
        answer=body_of({"application_id": command.application_id}),
    )
