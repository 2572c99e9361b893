"""Close a complaint once it is answered: what its cause asks to be put right is named, and collection may go on."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.protection.complaint import find_open, refuse_involved
from plimsoll.risk.complaint import CLOSED, READS_FILE, RESUMED, work_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class CloseComplaint:
    """Close a complaint; `correction` says what was changed so that it does not come again."""

    key: str
    customer_id: int
    on: date
    complaint_id: str
    correction: str = ""


def decide(book: Book, command: CloseComplaint, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the end on record. Refuses complaint_unknown, complaint_not_ready (not answered, or closed), complaint_needs_another_person."""
    found = find_open(book, command.complaint_id)
    if isinstance(found, Refused):
        return found
    if not found.answered_on:
        return Refused("complaint_not_ready", "", f"{command.complaint_id} is not answered")
    refused = refuse_involved(found, book.actor)
    if refused is not None:
        return refused
    filings = [NewFiling(CLOSED, command.complaint_id, body_of({"correction": command.correction}))]
    if found.is_collection_stopped:
        filings.append(NewFiling(RESUMED, command.complaint_id, body_of({"reason": "complaint closed"})))
    return Decision(
        filings=tuple(filings),
        work=(work_of(found, "done"),),
        answer=body_of({"complaint_id": command.complaint_id, "collection_resumed": found.is_collection_stopped}),
    )
