"""Who was in touch with a customer: every contact and reminder, by whom, through what, what the gate said, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.collections.case import cases_of
from plimsoll.collections.contact import ATTEMPTED, DENIED, OUTCOME
from plimsoll.collections.reminded import DEBIT_FAILED, HELD, RECEIPT, SENT, wishes_of, zone_of
from plimsoll.loan.filing import Filing, read_body

ALLOWED, REFUSED, NOT_ASKED = "allowed", "denied", "not_asked"


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact, newest first in lists. `verdict` is the gate's: allowed, denied with its rule, or not asked (a message in the app)."""

    contact_id: str
    at: datetime
    actor: str
    channel: str
    purpose: str
    to: str
    verdict: str
    rule: str
    outcome: str
    """What came of it, "" where nobody told."""


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """One reminder: of what, when it left or why it was held, and what the channel told of it."""

    message: str
    at: datetime
    step: str
    channel: str
    due_on: str
    is_sent: bool
    why_held: str
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a borrower wishes to be reminded: the language, the channels (None: the usual), the day of the month wages come, the zone."""

    language: str
    channels: tuple[str, ...] | None
    payday: int
    zone: str


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise to pay and what became of it, amounts in minor units."""

    promise_id: str
    case_id: str
    made_on: date
    due_on: date
    currency: str
    amount_minor: int
    paid_minor: int
    channel: str
    state: str


def contacts(store: Store, customer_id: int) -> tuple[ContactRow, ...]:
    """Give every contact with a customer, newest first. Rows read: the customer's file."""
    return contacts_of(filings_of(store, customer_id))


def contacts_of(filings: Sequence[Filing]) -> tuple[ContactRow, ...]:
    """Give the contacts that a file tells of, newest first; reminders that needed no contact are among them."""
    outcomes = {one.subject: str(read_body(one)["outcome"]) for one in filings if one.kind == OUTCOME}
    logged = {one.subject for one in filings if one.kind in (ATTEMPTED, DENIED)}
    found: list[ContactRow] = []
    for filing in filings:
        if filing.kind in (ATTEMPTED, DENIED):
            said = read_body(filing)
            verdict = ALLOWED if filing.kind == ATTEMPTED else REFUSED
            words = (said["channel"], said["purpose"], said["to"], verdict, str(said.get("rule", "")), outcomes.get(filing.subject, ""))
            found.append(ContactRow(filing.subject, filing.at, filing.actor, *words))
        elif filing.kind == SENT and filing.subject not in logged:
            channel = read_body(filing)["channel"]
            found.append(ContactRow(filing.subject, filing.at, filing.actor, channel, "reminder", "debtor", NOT_ASKED, "", ""))
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def reminders_of(filings: Sequence[Filing]) -> tuple[ReminderRow, ...]:
    """Give the reminders of a file, newest first."""
    receipts: dict[str, list[str]] = {}
    for filing in filings:
        if filing.kind == RECEIPT:
            receipts.setdefault(filing.subject, []).append(str(read_body(filing)["state"]))
    found: list[ReminderRow] = []
    for filing in filings:
        if filing.kind in (SENT, HELD):
            said = read_body(filing)
            told = tuple(receipts.get(filing.subject, ()))
            why = str(said.get("why", "")) if filing.kind == HELD else ""
            words = (filing.subject, filing.at, said["step"], said["channel"], str(said["due_on"]))
            found.append(ReminderRow(*words, filing.kind == SENT, why, told))
    return tuple(reversed(found))


def preferences_of(filings: Sequence[Filing]) -> Preferences:
    """Give how a borrower wishes to be reminded, the usual way where nothing was said."""
    wishes = wishes_of(filings)
    return Preferences(wishes.language, wishes.channels, wishes.payday, zone_of(filings))


def promises_of(filings: Sequence[Filing]) -> tuple[PromiseRow, ...]:
    """Give the promises of every case of a file, newest first."""
    found = [
        PromiseRow(
            one.promise_id,
            case.case_id,
            on_day(one.made_on),
            on_day(one.due_on),
            one.currency,
            one.amount_minor,
            one.paid_minor,
            one.channel,
            one.state,
        )
        for case in cases_of(filings).values()
        for one in case.promises
    ]
    return tuple(reversed(found))


def last_debit_failed(filings: Sequence[Filing]) -> date | None:
    """Give the day on which a debit failed last, None where none did."""
    return day_or_none(max((one.on for one in filings if one.kind == DEBIT_FAILED), default=0))
