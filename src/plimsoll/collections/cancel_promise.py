"""Cancel a promise before its day: it was a mistake, or something else was agreed. It counts as neither kept nor broken."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.case import CANCELLED, READS_CASE, find_case, find_promise
from plimsoll.collections.open_case import after
from plimsoll.collections.settle_promise import ended
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{READS_CASE}"


@dataclass(frozen=True, slots=True)
class CancelPromise:
    """Cancel an open promise, for a reason in words."""

    key: str
    customer_id: int
    on: date
    promise_id: str
    reason: str


def decide(book: Book, command: CancelPromise, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """End the promise; from its day on it is settled instead, so that a broken one is not called off.

    Refuses customer_unknown, case_not_open, promise_unknown, promise_over, promise_due, case_reason_missing.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    promise = case if isinstance(case, Refused) else find_promise(case, command.promise_id)
    if isinstance(promise, Refused):
        return promise
    if not command.reason.strip():
        return Refused("case_reason_missing", "", promise.promise_id)
    if command.on.toordinal() >= promise.due_on:
        return Refused("promise_due", "", f"{promise.promise_id} on {date.fromordinal(promise.due_on)}")
    return after(book, (ended(promise, CANCELLED, 0, command.reason),), command.on)
