"""What the file says of reminders: a borrower's wishes, and what was sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from plimsoll.collections.plan_reminders import Wishes
from plimsoll.loan.filing import Filing, read_body

PREFERENCE: Final = "reminder.preference"
SENT: Final = "reminder.sent"
HELD: Final = "reminder.held"
RECEIPT: Final = "reminder.receipt"
DEBIT_FAILED: Final = "autopay.failed"
IN_APP: Final = "in_app"
"""It lies in the app until the borrower looks: no contact, so the gate is not asked."""

DELIVERED, READ, FAILED = "delivered", "read", "failed"
STATES: Final = (DELIVERED, READ, FAILED)


class Message(NamedTuple):
    """A reminder that left, or was about to: its id, channel, and the instant (UTC)."""

    message: str
    channel: str
    at: datetime


def wishes_of(filings: Iterable[Filing], *, is_risky: bool = False) -> Wishes:
    """Give the wishes that were filed last, the usual ones where none were."""
    wishes = Wishes(is_risky=is_risky)
    for filing in filings:
        if filing.kind == PREFERENCE:
            said = read_body(filing)
            channels = None if said["channels"] is None else tuple(said["channels"])
            wishes = Wishes(said["language"], channels, said["payday"], is_risky)
    return wishes


def zone_of(filings: Iterable[Filing]) -> str:
    """Give the time zone that was filed last, "" for none."""
    found = [read_body(filing)["zone"] for filing in filings if filing.kind == PREFERENCE]
    return str(found[-1]) if found else ""


def messages_of(filings: Iterable[Filing]) -> dict[str, Message]:
    """Give every reminder that was sent, by its id."""
    return {one.subject: Message(one.subject, read_body(one)["channel"], one.at) for one in filings if one.kind == SENT}
