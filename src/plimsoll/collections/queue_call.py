"""Put a reminder that a person makes by telephone into the queue: who dials asks `send_reminder` first, and the gate at that moment."""

from dataclasses import dataclass
from datetime import UTC, date
from typing import Final

from plimsoll.collections.contact_rules import CALL
from plimsoll.collections.reminded import PREFERENCE, SENT
from plimsoll.collections.reminder import About, call_item, find_ready, last_instant, message_of, why_held
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import body_of
from plimsoll.rulebook.reminder import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"open loans+file:{PREFERENCE},{SENT}"


@dataclass(frozen=True, slots=True)
class QueueCall:
    """Queue the call of a step about what is due on a day. `zone` is the borrower's offset now, such as "+08:00"."""

    key: str
    customer_id: int
    on: date
    step: str
    due_on: date
    currency: str
    zone: str


def decide(book: Book, command: QueueCall, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Give the call its place in the queue until the last instant at which it may be made, or say why there is none.

    Refuses customer_unknown, customer_not_yet_open, reminder_step_unknown, template_not_in_force, zone_unknown.
    """
    assert book.now is not None, "a call is queued at an instant"
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    said = load()
    about = About(command.customer_id, command.on, command.step, CALL, command.due_on, command.currency, command.zone)
    ready = find_ready(said, about, book)
    if isinstance(ready, Refused):
        return ready
    message = message_of(about)
    why = why_held(book, about, ready, said, book.now)
    answer = body_of({"message": message, "is_queued": not why, "why": why, "minor": ready.minor if not why else 0})
    if why:
        return Decision(answer=answer)
    item = call_item(message, "open", last_instant(about, ready).astimezone(UTC), "", command.step)
    return Decision(work=(item,), answer=answer)
