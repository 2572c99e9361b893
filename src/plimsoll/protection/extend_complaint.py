"""Extend the time for an especially complex complaint: one person asks, another approves."""

from dataclasses import dataclass, replace
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.protection.complaint import find_open, refuse_involved
from plimsoll.risk.complaint import (
    COMPLEX,
    CREDIT_REPORTING,
    ESPECIALLY_COMPLEX,
    EXTENDED,
    EXTENSION_ASKED,
    READS_FILE,
    Complaint,
    due_day,
    work_of,
)
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class ExtendComplaint:
    """Ask for the extension, or, where somebody else has asked, approve it."""

    key: str
    customer_id: int
    on: date
    complaint_id: str
    reason: str = ""


def decide(book: Book, command: ExtendComplaint, rules: Rules) -> Decision | Refused:
    """Put the request or the approval on record; approved, the complaint is especially complex and due by the last of the three numbers.

    Refuses complaint_unknown, complaint_not_ready, complaint_extension_not_allowed (not complex, extended before, or too late),
    complaint_needs_another_person (who asked cannot approve).
    """
    found = find_open(book, command.complaint_id)
    if isinstance(found, Refused):
        return found
    refused = _refuse(found, book.actor, command.on)
    if refused is not None:
        return refused
    if not found.extension_asked_by:
        asked = NewFiling(EXTENSION_ASKED, command.complaint_id, body_of({"reason": command.reason}))
        return Decision(filings=(asked,), answer=body_of({"complaint_id": command.complaint_id, "extended": False}))
    due_on = due_day(found.about, found.filed_on, ESPECIALLY_COMPLEX, rules)
    after = replace(found, kind=ESPECIALLY_COMPLEX, is_extended=True, due_on=due_on)
    said = {"asked_by": found.extension_asked_by, "reason": command.reason, "due_on": due_on}
    answer = {"complaint_id": command.complaint_id, "extended": True, "due_on": date.fromordinal(due_on).isoformat()}
    return Decision(
        filings=(NewFiling(EXTENDED, command.complaint_id, body_of(said)),),
        messages=(("complaint_extended", body_of({**answer, "customer_id": command.customer_id})),),
        work=(work_of(after, "claimed"),),
        answer=body_of(answer),
    )


def _refuse(found: Complaint, actor: str, on: date) -> Refused | None:
    if found.answered_on:
        return Refused("complaint_not_ready", "", f"{found.complaint_id} is answered")
    if found.kind != COMPLEX or found.is_extended:
        return Refused("complaint_extension_not_allowed", "CN.COMPLAINT.DAYS", f"{found.complaint_id} is {found.kind}")
    if found.about == CREDIT_REPORTING:
        return Refused("complaint_extension_not_allowed", "CN.CREDIT.DISPUTE.DAYS", f"{found.complaint_id} disputes what was reported")
    if on.toordinal() > found.due_on:
        return Refused("complaint_extension_not_allowed", "CN.COMPLAINT.DAYS", f"due on {date.fromordinal(found.due_on)}")
    refused = refuse_involved(found, actor)
    if refused is None and found.extension_asked_by and found.extension_asked_by == actor:
        return Refused("complaint_needs_another_person", "", f"{actor} asked for it")
    return refused
