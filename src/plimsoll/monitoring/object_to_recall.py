"""Object to an early recall: until it is answered by somebody else than who demanded it, the loan stays as it is."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.monitoring.recall import OBJECTED, PRIORITY, QUEUE, READS_RECALL, find_loan, recall_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_RECALL}"


@dataclass(frozen=True, slots=True)
class ObjectToRecall:
    """Object; the borrower's words lie in the vault under `reference`."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    reference: str = ""


def decide(book: Book, command: ObjectToRecall, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on file and before a person; refuses customer_unknown, loan_unknown, recall_missing, objection_exists, objection_too_late."""
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    standing = recall_of(book.filings, command.loan_id)
    if standing is None or standing.state in ("withdrawn", "due"):
        return Refused("recall_missing", "", f"loan {command.loan_id}")
    if standing.state == "objected":
        return Refused("objection_exists", "", f"loan {command.loan_id}")
    if command.on.toordinal() > standing.object_until:
        return Refused("objection_too_late", "POLICY.RECALL.NOTICE", f"until {date.fromordinal(standing.object_until)}")
    item = WorkItem(QUEUE, str(command.loan_id), "open", PRIORITY, "", "", "objection")
    filing = NewFiling(OBJECTED, str(command.loan_id), body_of({"reference": command.reference}))
    return Decision(filings=(filing,), work=(item,), answer=body_of({"loan_id": command.loan_id, "state": "objected"}))
