"""Answer a complaint: what was found, what caused it, and what is done about it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.protection.complaint import find_open, refuse_involved
from plimsoll.risk.complaint import ANSWERED, READS_FILE, work_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+{READS_FILE}"
OUTCOMES: Final = ("upheld", "partly_upheld", "rejected")


@dataclass(frozen=True, slots=True)
class AnswerComplaint:
    """Answer by a letter that lies in the vault under `reference`, naming the root cause and the outcome."""

    key: str
    customer_id: int
    on: date
    complaint_id: str
    root_cause: str
    outcome: str
    reference: str = ""


def decide(book: Book, command: AnswerComplaint, rules: Rules) -> Decision | Refused:
    """Put the answer on record; one that comes too late is taken, and says by how many days.

    Refuses complaint_unknown, complaint_not_ready (nobody has it, or it is answered), complaint_cause_unknown,
    complaint_needs_another_person.
    """
    found = find_open(book, command.complaint_id)
    if isinstance(found, Refused):
        return found
    if not found.handler or found.answered_on:
        state = "answered" if found.answered_on else "not classified"
        return Refused("complaint_not_ready", "", f"{command.complaint_id} is {state}")
    known = rules.value("POLICY.COMPLAINT.CAUSES", command.on)
    if not isinstance(known, tuple) or command.root_cause not in known or command.outcome not in OUTCOMES:
        return Refused("complaint_cause_unknown", "POLICY.COMPLAINT.CAUSES", f"{command.root_cause!r}, {command.outcome!r}")
    refused = refuse_involved(found, book.actor)
    if refused is not None:
        return refused
    on = command.on.toordinal()
    late = max(on - found.due_on, 0)
    said = {"root_cause": command.root_cause, "outcome": command.outcome, "reference": command.reference, "late_days": late}
    after = replace(found, answered_on=on, root_cause=command.root_cause)
    answer = {"complaint_id": command.complaint_id, "late_days": late, "outcome": command.outcome}
    return Decision(
        filings=(NewFiling(ANSWERED, command.complaint_id, body_of(said)),),
        messages=(("complaint_answered", body_of({**answer, "customer_id": command.customer_id, "reference": command.reference})),),
        work=(work_of(after, "waiting"),),
        answer=body_of(answer),
    )
