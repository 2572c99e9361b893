"""Answer the objection to an early recall, or withdraw the recall: by somebody else than who demanded it."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.monitoring.recall import ANSWERED, PRIORITY, QUEUE, READS_RECALL, REJECTED, UPHELD, find_loan, recall_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_RECALL}"


@dataclass(frozen=True, slots=True)
class AnswerRecall:
    """Uphold the objection, which withdraws the recall, or reject it; `reason` is told to the borrower."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    outcome: str
    reason: str


def decide(book: Book, command: AnswerRecall, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the answer on file and tell it.

    Refuses customer_unknown, loan_unknown, recall_missing (none stands, or nothing is there to reject), watch_input_unknown,
    reasons_missing, maker_cannot_check.
    """
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if command.outcome not in (UPHELD, REJECTED):
        return Refused("watch_input_unknown", "", f"{command.outcome!r}, one of {UPHELD}, {REJECTED}")
    if not command.reason.strip():
        return Refused("reasons_missing", "", command.outcome)
    standing = recall_of(book.filings, command.loan_id)
    waits = ("objected",) if command.outcome == REJECTED else ("objected", "demanded")
    if standing is None or standing.state not in waits:
        return Refused("recall_missing", "", f"loan {command.loan_id}")
    if standing.demanded_by == book.actor:
        return Refused("maker_cannot_check", "", book.actor)
    told = body_of({"loan_id": command.loan_id, "outcome": command.outcome, "reason": command.reason})
    state = "done" if command.outcome == UPHELD else "waiting"
    item = WorkItem(QUEUE, str(command.loan_id), state, PRIORITY, "", "", command.outcome)
    filing = NewFiling(ANSWERED, str(command.loan_id), body_of({"outcome": command.outcome, "reason": command.reason}))
    return Decision(filings=(filing,), work=(item,), messages=(("recall_answered", told),), answer=told)
