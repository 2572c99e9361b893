"""Record that a debit was collected; the money itself comes in as a repayment."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.ask_debit import ASKED, DONE, tried_of
from plimsoll.collections.reminded import DEBIT_FAILED
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{ASKED},{DONE},{DEBIT_FAILED}"


@dataclass(frozen=True, slots=True)
class RecordDebit:
    """The debit of what a loan asked for on a day was collected under an instruction."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    due_on: date
    instruction: str


def decide(book: Book, command: RecordDebit, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """End the tries of that due day. Refuses customer_unknown, debit_unknown (no such instruction waits for an answer)."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if tried_of(book.filings, command.loan_id, command.due_on).waiting != command.instruction:
        return Refused("debit_unknown", "", command.instruction)
    said = body_of({"due_on": command.due_on.isoformat(), "instruction": command.instruction})
    return Decision(filings=(NewFiling(DONE, str(command.loan_id), said),), answer=said)
