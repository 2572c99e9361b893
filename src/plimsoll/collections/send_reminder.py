"""Send one reminder, or hold it: decided under the customer's lock on what is owed at that instant, so that who has paid is left alone.

The message leaves after this is on record: it may be lost between, and is never sent twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from plimsoll.collections.attempt_contact import count_elsewhere
from plimsoll.collections.contact import ATTEMPTED, DENIED, NAME, READS_FILE, known_of, refuse_clock
from plimsoll.collections.contact_rules import CALL, COLLECT, DEBTOR, INTERACTIVE, REMIND, country_rules
from plimsoll.collections.debtor import Attempt
from plimsoll.collections.gate import Denied, may_contact
from plimsoll.collections.plan_reminders import day_text
from plimsoll.collections.reminded import HELD, IN_APP, PREFERENCE, SENT
from plimsoll.collections.reminder import About, Ready, call_item, find_ready, last_instant, message_of, why_held
from plimsoll.collections.suggest import asked_of, bill_words, money, suggest
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.loan.terms import ACCOUNT
from plimsoll.rulebook.reminder import Reminders, load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import years_later
from plimsoll.units.refusal import Refused

READS: Final = f"open loans+{READS_FILE},{DENIED},{PREFERENCE},{SENT}"
BY: Final = "lender"
COUNTRY: Final = "cn"
Elsewhere = Sequence[tuple[datetime, int]]


@dataclass(frozen=True, slots=True)
class SendReminder:
    """Send the reminder of a step about what is due on a day, by one channel. `zone` is the borrower's offset now, such as "+08:00".

    `number` is the blinded number that a call or a text message goes to.
    """

    key: str
    customer_id: int
    on: date
    step: str
    channel: str
    due_on: date
    currency: str
    zone: str
    number: str = ""


def decide(book: Book, command: SendReminder, rules: Rules, elsewhere: Elsewhere = ()) -> Decision | Refused:
    """Put on record that the reminder leaves, with its text in the answer, or that it is held, and by what.

    Held: paid (nothing is owed any more of that day), channel_not_taken, full_for_today, time_passed, or the rule of the contact gate,
    which counts dials to the number for other customers too (`elsewhere`: unanswered ones, oldest first, instant and day).
    Refuses customer_unknown, customer_not_yet_open, reminder_step_unknown, template_not_in_force, zone_unknown, contact_malformed (a
    call without its number), clock_moved_back.
    """
    assert book.now is not None, "a message leaves at an instant"
    refused = refuse_customer(book, command.on) or refuse_clock(book)
    if refused is not None:
        return refused
    if command.channel in INTERACTIVE and not command.number:
        return Refused("contact_malformed", "", "number: a call names its blinded number")
    said = load()
    about = About(command.customer_id, command.on, command.step, command.channel, command.due_on, command.currency, command.zone)
    ready = find_ready(said, about, book)
    if isinstance(ready, Refused):
        return ready
    why = why_held(book, about, ready, said, book.now)
    logged: tuple[NewFiling, ...] = ()
    if not why and command.channel != IN_APP:
        why, log = _pass_gate(book, command, ready, book.now, rules, elsewhere)
        logged = (log._replace(subject=message_of(about)),)
    return _held(book, about, why, logged) if why else _left(book, about, ready, said, logged, rules)


def _held(book: Book, about: About, why: str, logged: tuple[NewFiling, ...]) -> Decision:
    """Put on record that a reminder is held, and by what."""
    message, held = message_of(about), {**_told(about), "why": why}
    return Decision(
        filings=(NewFiling(HELD, message, body_of(held)), *logged),
        work=_item(about, message, "done", None, book.actor, why),
        answer=body_of({**held, "is_sent": False, "message": message}),
    )


def _left(book: Book, about: About, ready: Ready, said: Reminders, logged: tuple[NewFiling, ...], rules: Rules) -> Decision:
    """Put on record that a reminder leaves, and give its text."""
    message, language = message_of(about), ready.wishes.language
    sent = {
        **_told(about),
        "template": ready.words.template,
        "version": ready.words.version,
        "language": language,
        "minor": ready.minor,
        "fen_per_1000": said.ladder.channels[about.channel].fen_per_1000,
    }
    text = ready.words.filled(language, _parts(said, book, about, ready, rules))
    return Decision(
        filings=(NewFiling(SENT, message, body_of(sent)), *logged),
        work=_item(about, message, "claimed", last_instant(about, ready), book.actor, about.step),
        answer=body_of({**sent, "is_sent": True, "message": message, "text": text}),
    )


def _told(about: About) -> dict[str, object]:
    return {"step": about.step, "channel": about.channel, "due_on": about.due_on.isoformat(), "currency": about.currency}


def _item(about: About, message: str, state: str, due_at: datetime | None, actor: str, note: str) -> tuple[WorkItem, ...]:
    """Give what becomes of the place in the queue of a call that a person makes; nothing else has one."""
    at = None if due_at is None else due_at.astimezone(UTC)
    return (call_item(message, state, at, actor, note),) if about.channel == CALL else ()


def _pass_gate(book: Book, command: SendReminder, ready: Ready, now: datetime, rules: Rules, elsewhere: Elsewhere) -> tuple[str, NewFiling]:
    """Ask the contact gate; give its rule, "" where the reminder may leave, and the line of the log of contacts."""
    country = country_rules(rules, COUNTRY, with_policy=True)
    # Who asks for what is late collects, whatever it is called.
    purpose = COLLECT if ready.step.days > 0 else REMIND
    attempt = Attempt(command.channel, NAME, DEBTOR, "", command.number, BY, now, ready.zone, COUNTRY, purpose, "")
    known = known_of(book, [country])
    count_elsewhere(known, command.number, elsewhere)
    outcome = may_contact(known, attempt, country)
    day = now.astimezone(ready.zone).toordinal()
    row = country.on(day)
    body: dict[str, object] = {
        "channel": command.channel,
        "to": DEBTOR,
        "person": "",
        "number": command.number,
        "by": BY,
        "purpose": purpose,
        "country": COUNTRY,
        "zone": command.zone,
        "day": day,
        "template": command.step,
        "recording": "",
        "keep_until": years_later(command.on, row.records_years).isoformat(),
        "keep_years_after_settlement": row.records_after_years,
    }
    if isinstance(outcome, Denied):
        until = outcome.until.isoformat() if outcome.until else None
        return outcome.rule, NewFiling(DENIED, "", body_of(body | {"rule": outcome.rule, "until": until}))
    return "", NewFiling(ATTEMPTED, "", body_of(body))


def _parts(said: Reminders, book: Book, about: About, ready: Ready, rules: Rules) -> dict[str, str]:
    """Give what the text is filled with; ahead of the day with what the bill is made of and a suggestion, from the load line if drawn."""
    due_on, on, language = about.due_on.toordinal(), about.on.toordinal(), ready.wishes.language
    parts = {
        "lender": rules.lender.name[language],
        "amount": money(ready.minor, about.currency),
        "due_on": day_text(due_on, language),
        "help": said.phrase("help", language, {"phone": rules.lender.phone}),
        "effect": said.phrase("effect", language),
    }
    if due_on > on:
        accounts = [held.loan_id for held in book.loans if held.terms.kind == ACCOUNT]
        parts["bill"] = bill_words(said, language, ready.owing, due_on, about.currency, accounts)
        asked = asked_of(ready.owing, about.due_on, about.currency)
        parts["plan"] = suggest(said, language, asked, on, ready.wishes.payday, book.load_line)
    return parts
