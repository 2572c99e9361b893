"""Classify a complaint as simple or complex, and give it to somebody it is not about."""

from dataclasses import dataclass, replace
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.protection.complaint import find_open, refuse_involved
from plimsoll.risk.complaint import CLASSES, CLASSIFIED, ESPECIALLY_COMPLEX, READS_FILE, due_day, work_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class ClassifyComplaint:
    """Give a complaint its class and its handler (an actor; "" takes who gives the command)."""

    key: str
    customer_id: int
    on: date
    complaint_id: str
    kind: str
    handler: str = ""


def decide(book: Book, command: ClassifyComplaint, rules: Rules) -> Decision | Refused:
    """Put class, handler and the day an answer is due on record; the days run from the day the complaint came.

    Refuses complaint_unknown, complaint_not_ready (answered, closed or extended), complaint_class_unknown (especially complex comes by
    an extension only), complaint_needs_another_person.
    """
    found = find_open(book, command.complaint_id)
    if isinstance(found, Refused):
        return found
    if command.kind not in CLASSES or command.kind == ESPECIALLY_COMPLEX:
        return Refused("complaint_class_unknown", "", f"{command.kind!r}; one of: {', '.join(CLASSES[:-1])}")
    if found.answered_on or found.is_extended:
        return Refused("complaint_not_ready", "", f"{command.complaint_id} is answered or extended")
    handler = command.handler or book.actor
    refused = refuse_involved(found, book.actor, handler)
    if refused is not None:
        return refused
    due_on = due_day(found.about, found.filed_on, command.kind, rules)
    after = replace(found, kind=command.kind, handler=handler, due_on=due_on)
    said = {"class": command.kind, "handler": handler, "due_on": due_on}
    answer = {"complaint_id": command.complaint_id, "class": command.kind, "due_on": date.fromordinal(due_on).isoformat()}
    return Decision(
        filings=(NewFiling(CLASSIFIED, command.complaint_id, body_of(said)),),
        work=(work_of(after, "claimed"),),
        answer=body_of(answer),
    )
