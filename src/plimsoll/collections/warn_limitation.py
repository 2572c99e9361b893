"""Have somebody look at a debt before it can no longer be sued for; what is not near any more leaves the queue."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import WorkItem, body_of
from plimsoll.risk.limitation import QUEUE, READS_FILE, Limitation, limitation_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS_LIMITATION: Final = f"loan+facts+{READS_FILE}"
READS: Final = READS_LIMITATION
PRIORITY, PRIORITY_LAST_MONTH = 20, 40
MONTH_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class WarnLimitation:
    """Look at one loan on a day."""

    key: str
    customer_id: int
    on: date
    loan_id: int


def decide(book: Book, command: WarnLimitation, rules: Rules) -> Decision | Refused:
    """Put the loan into the queue where limitation is near (POLICY.LIMITATION.WARN), else take it out; the answer tells which.

    Refuses customer_unknown, loan_unknown.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    found = limitation_of(held.terms, held.facts or (), held.loan_id, book.filings, command.on, rules)
    if found is None:
        return Decision(answer=body_of({"loan_id": held.loan_id, "near": False, "last_on": ""}))
    days = rules.whole("POLICY.LIMITATION.WARN", command.on) or 0
    left = found.last_on - command.on.toordinal()
    is_near = 0 <= left <= days
    answer = {"loan_id": held.loan_id, "near": is_near, "last_on": date.fromordinal(found.last_on).isoformat(), "because": found.because}
    item = work_of(held.loan_id, found, "open" if is_near else "done", left)
    return Decision(work=(item,), answer=body_of(answer))


def work_of(loan_id: int, found: Limitation, state: str, left: int = MONTH_DAYS + 1) -> WorkItem:
    """Give the place of a loan in the queue, due at the end of the last day for a suit, as the day goes in China."""
    due = date.fromordinal(found.last_on).isoformat() + "T15:59:59Z"
    priority = PRIORITY_LAST_MONTH if left <= MONTH_DAYS else PRIORITY
    return WorkItem(QUEUE, f"{loan_id}", state, priority, due, "", found.because)
