"""Record what came of a contact: until then it counts as connected and as unanswered, whichever is worse."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.contact import ATTEMPTED, DENIED, OUTCOME, OUTCOMES, find_contact
from plimsoll.collections.contact_rules import CALL
from plimsoll.collections.reminded import SENT
from plimsoll.collections.reminder import call_item
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of, of_kind
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{ATTEMPTED},{DENIED},{OUTCOME},{SENT}"


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """Say what came of a contact: connected, unanswered, refused, wrong_number or third_party. `recording` says where it is kept."""

    key: str
    customer_id: int
    on: date
    contact_id: str
    outcome: str
    recording: str = ""


def decide(book: Book, command: RecordOutcome, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the outcome on record, once. A contact person who refused, and a number of a stranger, are left alone from then on.

    A reminder that a person made leaves the queue.
    Refuses customer_unknown, contact_not_made (unknown, or denied), contact_outcome_told, contact_outcome_unknown.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if command.outcome not in OUTCOMES:
        return Refused("contact_outcome_unknown", "", f"{command.outcome!r}; one of: {', '.join(OUTCOMES)}")
    found = find_contact(book.filings, command.contact_id)
    if found is None or found["kind"] == DENIED:
        return Refused("contact_not_made", "", command.contact_id)
    told = of_kind(book.filings, OUTCOME, command.contact_id)
    if told:
        return Refused("contact_outcome_told", "", command.contact_id)
    body = body_of({"outcome": command.outcome, "recording": command.recording})
    answer = body_of({"contact_id": command.contact_id, "outcome": command.outcome})
    is_reminder = found["channel"] == CALL and bool(of_kind(book.filings, SENT, command.contact_id))
    work = (call_item(command.contact_id, "done", None, book.actor, command.outcome),) if is_reminder else ()
    return Decision(filings=(NewFiling(OUTCOME, command.contact_id, body),), work=work, answer=answer)
