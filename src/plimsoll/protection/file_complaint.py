"""File a complaint: what it is about, which loan and contacts it concerns, and until when it has to be answered."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.complaint import FILED, READS_FILE, SIMPLE, STOPPED, Complaint, due_day, fold_complaints, work_of
from plimsoll.risk.distress import NOT_LOOKED_AT
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+{READS_FILE}"
ID_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class FileComplaint:
    """Take in a complaint. Its words lie in the vault under `reference`; `against` names the person it is about, "" for none.

    `distress` is how many phrases of distress its words hold (`risk.distress`), -1 where nobody looked; the words are not kept here.
    """

    key: str
    customer_id: int
    on: date
    complaint_id: str
    about: str
    reference: str = ""
    loan_id: int = 0
    contacts: tuple[str, ...] = ()
    channel: str = ""
    against: str = ""
    distress: int = NOT_LOOKED_AT

    @property
    def reads(self) -> str:
        """Look for the loan only where one is named."""
        return f"loan+{READS_FILE}" if self.loan_id else READS


def decide(book: Book, command: FileComplaint, rules: Rules) -> Decision | Refused:
    """Put the complaint on record and into the queue, due as a simple one until somebody classifies it.

    What it is about may stop collection at once (POLICY.COMPLAINT.STOPS). Refuses customer_unknown, complaint_unnamed,
    complaint_exists, complaint_cause_unknown, loan_unknown.
    """
    refused = _refuse(book, command, rules)
    if refused is not None:
        return refused
    on = command.on.toordinal()
    due_on = due_day(command.about, on, SIMPLE, rules)
    loans = (command.loan_id,) if command.loan_id else ()
    complaint = Complaint(command.complaint_id, command.about, loans, command.contacts, on, due_on, SIMPLE, against=command.against)
    said: dict[str, object] = {
        "about": command.about,
        "reference": command.reference,
        "loans": list(loans),
        "contacts": list(command.contacts),
        "channel": command.channel,
        "against": command.against,
        "due_on": due_on,
    }
    if command.distress > NOT_LOOKED_AT:
        said["distress"] = command.distress
    filings = [NewFiling(FILED, command.complaint_id, body_of(said))]
    stops = rules.value("POLICY.COMPLAINT.STOPS", command.on)
    is_stopped = isinstance(stops, tuple) and command.about in stops
    if is_stopped:
        filings.append(NewFiling(STOPPED, command.complaint_id, body_of({"reason": command.about, "loans": list(loans)})))
    answer = {"complaint_id": command.complaint_id, "due_on": date.fromordinal(due_on).isoformat(), "collection_stopped": is_stopped}
    return Decision(filings=tuple(filings), work=(work_of(complaint, "open"),), answer=body_of(answer))


def _refuse(book: Book, command: FileComplaint, rules: Rules) -> Refused | None:
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if not command.complaint_id or len(command.complaint_id) > ID_LENGTH_MAX:
        return Refused("complaint_unnamed", "", f"{len(command.complaint_id)} characters, 1 to {ID_LENGTH_MAX}")
    if command.complaint_id in fold_complaints(book.filings):
        return Refused("complaint_exists", "", command.complaint_id)
    known = rules.value("POLICY.COMPLAINT.CAUSES", command.on)
    if not isinstance(known, tuple) or command.about not in known:
        return Refused("complaint_cause_unknown", "POLICY.COMPLAINT.CAUSES", f"{command.about!r}")
    if command.loan_id and not any(held.loan_id == command.loan_id for held in book.loans):
        return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
    return None
