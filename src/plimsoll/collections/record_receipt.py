"""Record what a channel says became of a reminder: delivered, read, failed; twice, too late, or of a message nobody sent."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plimsoll.collections.contact import OUTCOME
from plimsoll.collections.contact_rules import CONNECTED, INTERACTIVE, UNANSWERED
from plimsoll.collections.reminded import DELIVERED, FAILED, READ, RECEIPT, SENT, STATES, messages_of
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of, of_kind, read_body
from plimsoll.rulebook.reminder import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+file:{SENT},{RECEIPT},{OUTCOME}"
RECORDED, DUPLICATE, LATE, CONTRADICTS = "recorded", "duplicate", "late", "contradicts"
OUTCOMES: Final = (RECORDED, DUPLICATE, LATE, CONTRADICTS)


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """Record one receipt; `code` is the channel's own reason, of one that failed."""

    key: str
    customer_id: int
    on: date
    message: str
    state: str
    code: str = ""


def decide(book: Book, command: RecordReceipt, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the receipt on file with its outcome; one that came before is answered `duplicate` and not filed again.

    Of a call by a machine the first receipt is its outcome too: connected, or unanswered where it failed.
    `late` came after the hours of the ladder; `contradicts` says failed after delivered, or the other way round: the first one counts.
    Refuses customer_unknown, receipt_unknown, receipt_malformed.
    """
    assert book.now is not None, "a receipt comes at an instant"
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    message = messages_of(book.filings).get(command.message)
    if message is None:
        return Refused("receipt_unknown", "", command.message)
    if command.state not in STATES or book.now < message.at:
        return Refused("receipt_malformed", "", f"{command.state!r} at {book.now:%Y-%m-%dT%H:%M:%SZ}")
    filed = [read_body(one) for one in of_kind(book.filings, RECEIPT, command.message)]
    before = [one["state"] for one in filed if one["outcome"] != CONTRADICTS]
    if command.state in [one["state"] for one in filed]:
        return Decision(answer=body_of({"message": command.message, "outcome": DUPLICATE, "is_answered": False}))
    outcome = RECORDED
    if before and (FAILED in before or (command.state == FAILED and {DELIVERED, READ} & set(before))):
        outcome = CONTRADICTS
    elif book.now > message.at + timedelta(hours=load().ladder.late_receipt_hours):
        outcome = LATE
    said = {"state": command.state, "code": command.code, "outcome": outcome}
    filings = [NewFiling(RECEIPT, command.message, body_of(said))]
    is_told = message.channel in INTERACTIVE and outcome != CONTRADICTS and not of_kind(book.filings, OUTCOME, command.message)
    if is_told:
        # A call that speaks for itself: until its outcome is told it counts as connected and as unanswered.
        told = UNANSWERED if command.state == FAILED else CONNECTED
        filings.append(NewFiling(OUTCOME, command.message, body_of({"outcome": told, "recording": ""})))
    is_answered = is_told and command.state != FAILED
    answer = body_of({"message": command.message, "outcome": outcome, "is_answered": is_answered})
    return Decision(filings=tuple(filings), answer=answer)
