"""Reminders that people make by telephone: those that wait, the next one asked for at the moment of dialling, and those past their time."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.file import Work, filings_of, work
from plimsoll.app.remind import Orders, ask
from plimsoll.app.reminders_due import ZONE_USUAL, zone_in
from plimsoll.collections.contact_rules import CALL
from plimsoll.collections.reminded import zone_of
from plimsoll.collections.reminder import QUEUE, offset_text
from plimsoll.collections.send_reminder import SendReminder
from plimsoll.loan.filing import instant_text
from plimsoll.units.refusal import Refused

LIMIT: Final = 10_000
NO_NUMBER: Final = "none"


def waiting_calls(store: Store, limit: int = LIMIT) -> list[Work]:
    """Give the calls that nobody has taken, the first to run out of time first."""
    return work(store, QUEUE, "open", limit=limit)


def dial(store: Store, message: str, now: datetime, orders: Orders) -> dict[str, Any] | Refused:
    """Take a call that waits: give what is to be said, or why the call is not made; either is on record, and the gate was asked now.

    Refuses reminder_unknown, contact_malformed where nobody knows the number, and what `send_reminder` does.
    """
    command = _command(store, message, now, orders)
    return command if isinstance(command, Refused) else ask(store, command, now, orders)


def drop_late_calls(store: Store, now: datetime, orders: Orders) -> int:
    """Take calls off the queue whose time has passed, each on record as held; give how many."""
    late = [one for one in waiting_calls(store) if one.item.due_at < instant_text(now)]
    for one in late:
        command = _command(store, one.item.subject, now, orders)
        if not isinstance(command, Refused):
            # It is held by its time, whoever knows the number.
            ask(store, replace(command, number=command.number or NO_NUMBER), now, orders)
    return len(late)


def _command(store: Store, message: str, now: datetime, orders: Orders) -> SendReminder | Refused:
    """Read what is to be said, and when it was, off the id of a call and its place in the queue."""
    found = next((one for one in waiting_calls(store) if one.item.subject == message), None)
    if found is None:
        return Refused("reminder_unknown", "", message)
    _, due_on, currency, step = message.removesuffix(f"-{CALL}").split("-", 3)
    zone = zone_in(zone_of(filings_of(store, found.customer_id)) or ZONE_USUAL)
    on = found.opened_at.astimezone(zone).date()
    due = date.fromisoformat(due_on)
    key = f"remind:{found.customer_id}:{due}:{currency}:{step}:{CALL}"
    number = orders.number(found.customer_id, CALL)
    return SendReminder(key, found.customer_id, on, step, CALL, due, currency, offset_text(now.astimezone(zone)), number)
