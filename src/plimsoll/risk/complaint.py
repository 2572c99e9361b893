"""A complaint as the customer's file tells it: its class, until when it has to be answered, who works on it, whether collection rests.

Days are calendar days from the day it came (银行业保险业消费投诉处理管理办法): simple, complex, especially complex by CN.COMPLAINT.DAYS;
the days of the last class are those of an extension, which somebody else has to approve.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from plimsoll.loan.filing import Filing, WorkItem, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

FILED: Final = "complaint.filed"
CLASSIFIED: Final = "complaint.classified"
EXTENSION_ASKED: Final = "complaint.extension_asked"
EXTENDED: Final = "complaint.extended"
ANSWERED: Final = "complaint.answered"
CLOSED: Final = "complaint.closed"
STOPPED: Final = "collection.stopped"
RESUMED: Final = "collection.resumed"
READS_FILE: Final = f"file:{FILED},{CLASSIFIED},{EXTENSION_ASKED},{EXTENDED},{ANSWERED},{CLOSED},{STOPPED},{RESUMED}"

SIMPLE, COMPLEX, ESPECIALLY_COMPLEX = "simple", "complex", "especially_complex"
CLASSES: Final = (SIMPLE, COMPLEX, ESPECIALLY_COMPLEX)
"""In the order of CN.COMPLAINT.DAYS. The last is what an extension makes of a complex one."""

CREDIT_REPORTING: Final = "credit_reporting"
QUEUE: Final = "complaint"
PRIORITIES: Final[Mapping[str, int]] = {"collection_conduct": 30, "data_use": 20, "credit_reporting": 20}
"""By what a complaint is about, when it comes; everything else is 10."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Where a complaint stands. Days are day numbers; `due_on` is the last day on which an answer is in time."""

    complaint_id: str
    about: str
    loans: tuple[int, ...]
    contacts: tuple[str, ...]
    filed_on: int
    due_on: int
    kind: str = SIMPLE
    handler: str = ""
    against: str = ""
    extension_asked_by: str = ""
    is_extended: bool = False
    answered_on: int = 0
    root_cause: str = ""
    closed_on: int = 0
    is_collection_stopped: bool = False

    def is_late(self, on: int) -> bool:
        """Tell whether no answer was given by the last day for one."""
        return (self.answered_on or on) > self.due_on


def due_day(about: str, filed_on: int, kind: str, rules: Rules) -> int:
    """Give the last day on which an answer is in time, by the class of a complaint and the rules of the day it came.

    A dispute of what was reported to the credit bureau has the days of the regulation on credit reporting at most, whatever its class.
    """
    on = date.fromordinal(filed_on)
    value = rules.value("CN.COMPLAINT.DAYS", on)
    assert isinstance(value, tuple), "CN.COMPLAINT.DAYS says three numbers of days"
    days = int(str(value[CLASSES.index(kind)]))
    if about == CREDIT_REPORTING:
        days = min(days, rules.whole("CN.CREDIT.DISPUTE.DAYS", on) or days)
    return (on + timedelta(days=days)).toordinal()


def fold_complaints(filings: Iterable[Filing]) -> dict[str, Complaint]:
    """Give every complaint of a customer by id, oldest first."""
    found: dict[str, Complaint] = {}
    for filing in filings:
        if filing.kind == FILED:
            said = read_body(filing)
            found[filing.subject] = Complaint(
                filing.subject,
                said["about"],
                tuple(said["loans"]),
                tuple(said["contacts"]),
                filing.on,
                said["due_on"],
                against=said["against"],
            )
        elif filing.subject in found:
            found[filing.subject] = _moved(found[filing.subject], filing, read_body(filing))
    return found


def find_complaint(filings: Iterable[Filing], complaint_id: str) -> Complaint | Refused:
    """Give one complaint; refuses complaint_unknown."""
    found = fold_complaints(one for one in filings if one.subject == complaint_id).get(complaint_id)
    return Refused("complaint_unknown", "", complaint_id) if found is None else found


def is_collection_stopped(filings: Iterable[Filing]) -> bool:
    """Tell whether nobody may be sent after the customer's money now: a complaint, or something else, stopped it and nothing ended that."""
    stopped: set[str] = set()
    for filing in filings:
        if filing.kind == STOPPED:
            stopped.add(filing.subject)
        elif filing.kind == RESUMED:
            stopped.discard(filing.subject)
    return bool(stopped)


def work_of(complaint: Complaint, state: str) -> WorkItem:
    """Give the complaint's place in the queue; it is due at the end of its last day, as the day goes in China."""
    due = date.fromordinal(complaint.due_on).isoformat() + "T15:59:59Z"
    note = f"{complaint.about}, {complaint.kind}"
    return WorkItem(QUEUE, complaint.complaint_id, state, PRIORITIES.get(complaint.about, 10), due, complaint.handler, note)


def _moved(was: Complaint, filing: Filing, said: Mapping[str, Any]) -> Complaint:
    if filing.kind == CLASSIFIED:
        return replace(was, kind=said["class"], due_on=said["due_on"], handler=said["handler"])
    if filing.kind == EXTENSION_ASKED:
        return replace(was, extension_asked_by=filing.actor)
    if filing.kind == EXTENDED:
        return replace(was, kind=ESPECIALLY_COMPLEX, is_extended=True, due_on=said["due_on"])
    if filing.kind == ANSWERED:
        return replace(was, answered_on=filing.on, root_cause=said["root_cause"])
    if filing.kind == CLOSED:
        return replace(was, closed_on=filing.on)
    return replace(was, is_collection_stopped=filing.kind == STOPPED)
