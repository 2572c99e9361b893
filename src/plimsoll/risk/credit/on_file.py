"""What the file of a customer says about credit reporting: notices and their delivery, what was reported, corrections, disputes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, WorkItem, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

NOTICE: Final = "adverse.notice"
DELIVERED: Final = "adverse.delivered"
REPORTED: Final = "bureau.reported"
ADVERSE: Final = "bureau.adverse"
CORRECTED: Final = "bureau.corrected"
DELETED: Final = "bureau.deleted"
OPENED: Final = "dispute.opened"
ANSWERED: Final = "dispute.answered"
READS_FILE: Final = "file:adverse,bureau,dispute"

ARRIVED, FAILED = "delivered", "failed"
STATES: Final = (ARRIVED, FAILED)
QUEUE: Final = "dispute"
PRIORITY, PRIORITY_DEBT = 20, 30


class Notice(NamedTuple):
    """A notice before adverse reporting. Days are day numbers; `arrived_on` is 0 while no delivery is proved."""

    notice_id: str
    loan_id: int
    on: int
    late_on: int
    arrived_on: int
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute of what is said of a loan; `due_on` is the last day on which an answer is in time."""

    dispute_id: str
    loan_id: int
    about: str
    is_about_debt: bool
    opened_on: int
    due_on: int
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has answered yet."""
        return not self.outcome


class Said(NamedTuple):
    """What was told of a loan for a month: the record as it went out, and the filing that holds it."""

    month: str
    n: int
    record: dict[str, Any]


def notices_of(filings: Iterable[Filing], loan_id: int) -> list[Notice]:
    """Give the notices about a loan, oldest first."""
    found: dict[str, Notice] = {}
    for filing in filings:
        if filing.kind == NOTICE:
            said = read_body(filing)
            if said["loan_id"] == loan_id:
                found[filing.subject] = Notice(filing.subject, loan_id, filing.on, said["late_on"], 0, False)
        elif filing.kind == DELIVERED and filing.subject in found:
            said, was = read_body(filing), found[filing.subject]
            if said["state"] == FAILED:
                found[filing.subject] = was._replace(has_failed=not was.arrived_on)
            elif not was.arrived_on:
                found[filing.subject] = was._replace(arrived_on=filing.on, has_failed=False)
    return list(found.values())


def arrived_on(notices: Iterable[Notice], late_on: int) -> int:
    """Give the day on which the first notice of a default arrived, by the first day past due of the default; 0 for none."""
    return min((one.arrived_on for one in notices if one.arrived_on and one.on >= late_on), default=0)


def disputes_of(filings: Iterable[Filing]) -> dict[str, Dispute]:
    """Give every dispute of a customer by id, oldest first."""
    found: dict[str, Dispute] = {}
    for filing in filings:
        if filing.kind == OPENED:
            said = read_body(filing)
            found[filing.subject] = Dispute(
                filing.subject, said["loan_id"], said["about"], said["is_about_debt"], filing.on, said["due_on"]
            )
        elif filing.kind == ANSWERED and filing.subject in found:
            found[filing.subject] = replace(found[filing.subject], outcome=read_body(filing)["outcome"])
    return found


def is_disputed(filings: Iterable[Filing], loan_id: int) -> bool:
    """Tell whether what is said of a loan is disputed now."""
    return any(one.is_open and one.loan_id == loan_id for one in disputes_of(filings).values())


def dispute_due(opened_on: int, rules: Rules) -> int:
    """Give the last day for an answer: the days of CN.CREDIT.DISPUTE.DAYS, calendar days after the day the dispute came."""
    on = date.fromordinal(opened_on)
    days = rules.whole("CN.CREDIT.DISPUTE.DAYS", on)
    assert days is not None, f"the days for an answer are a rule on {on}"
    return (on + timedelta(days=days)).toordinal()


def find_dispute(filings: Iterable[Filing], dispute_id: str) -> Dispute | Refused:
    """Give a dispute that waits for its answer; refuses dispute_unknown, dispute_answered."""
    found = disputes_of(filings).get(dispute_id)
    if found is None:
        return Refused("dispute_unknown", "", dispute_id)
    return found if found.is_open else Refused("dispute_answered", "", f"{dispute_id}: {found.outcome}")


def work_of(dispute: Dispute, state: str) -> WorkItem:
    """Give the place of a dispute in the queue, due at the end of its last day as the day goes in China."""
    due = date.fromordinal(dispute.due_on).isoformat() + "T15:59:59Z"
    priority = PRIORITY_DEBT if dispute.is_about_debt else PRIORITY
    return WorkItem(QUEUE, dispute.dispute_id, state, priority, due, "", dispute.about)


def last_said(filings: Sequence[Filing], loan_id: int) -> Said | None:
    """Give what was told of a loan the last time; None where nothing ever was."""
    for filing in reversed(filings):
        if filing.kind == REPORTED:
            for one in read_body(filing)["records"]:
                if one["loan_id"] == loan_id and one["kind"] == "R":
                    return Said(filing.subject, filing.n, one)
    return None


def corrections_of(filings: Iterable[Filing], loan_id: int) -> dict[str, str]:
    """Give the months of a loan whose letter was corrected by hand, with the letter that holds; the last word counts."""
    found: dict[str, str] = {}
    for filing in filings:
        if filing.kind == CORRECTED:
            said = read_body(filing)
            if said["loan_id"] == loan_id:
                found[said["month"]] = said["letter"]
    return found


def adverse_of(filings: Iterable[Filing], loan_id: int) -> dict[int, bool]:
    """Give the defaults of a loan that were reported, by their first day past due; True where it was taken back after its years."""
    found: dict[int, bool] = {}
    for filing in filings:
        if filing.kind in (ADVERSE, DELETED):
            said = read_body(filing)
            if said["loan_id"] == loan_id:
                found[said["late_on"]] = filing.kind == DELETED
    return found
