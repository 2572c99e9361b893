"""Record that a debit failed, and say when it is tried again: by why it failed, how often it was tried for that due day, and the payday."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.reminded import DEBIT_FAILED, PREFERENCE, wishes_of
from plimsoll.collections.retry_autopay import retry_autopay
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of, of_kind, read_body
from plimsoll.rulebook.reminder import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"loan+file:{DEBIT_FAILED},{PREFERENCE}"


@dataclass(frozen=True, slots=True)
class RecordFailedDebit:
    """A debit of what was due on a day failed on the day of the command; `failure` is a code of the rules."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    due_on: date
    failure: str


def decide(book: Book, command: RecordFailedDebit, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on file with the day of the next try, and tell who debits (`autopay_retry`) and, where it has to act, the borrower.

    Refuses customer_unknown, loan_unknown, autopay_failure_unknown.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    about = str(command.loan_id)
    before = [one for one in of_kind(book.filings, DEBIT_FAILED, about) if read_body(one)["due_on"] == command.due_on.isoformat()]
    found = retry_autopay(command.failure, len(before) + 1, command.on.toordinal(), wishes_of(book.filings).payday, load())
    if isinstance(found, Refused):
        return found
    retry_on = date.fromordinal(found.on).isoformat() if found.on else ""
    said: dict[str, object] = {
        "due_on": command.due_on.isoformat(),
        "failure": command.failure,
        "tries": len(before) + 1,
        "retry_on": retry_on,
        "borrower_acts": found.is_told,
    }
    told = body_of({"loan_id": command.loan_id, **said})
    messages = [("autopay_retry", told)] if retry_on else []
    messages += [("autopay_needs_borrower", told)] if found.is_told else []
    return Decision(filings=(NewFiling(DEBIT_FAILED, about, body_of(said)),), messages=tuple(messages), answer=told)
