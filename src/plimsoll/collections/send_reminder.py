"""Send one reminder, or hold it: decided under the customer's lock on what is owed at that instant, so that who has paid is left alone.

The message leaves after this is on record: it may be lost between, and is never sent twice.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple

from plimsoll.collections.contact import ATTEMPTED, DENIED, NAME, READS_FILE, known_of
from plimsoll.collections.contact_rules import DEBTOR, REMIND, country_rules
from plimsoll.collections.debtor import Attempt
from plimsoll.collections.gate import Denied, may_contact
from plimsoll.collections.owing import due_amounts, owing_together
from plimsoll.collections.plan_reminders import Wishes, day_text, weeks_until
from plimsoll.collections.reminded import HELD, IN_APP, PREFERENCE, SENT, messages_of, wishes_of
from plimsoll.loan.book import Book, Decision, LoadLine, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.reminder import CHANNELS, DAYS_BEFORE_MAX, Ladder, Reminders, Step, Words, load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import years_later
from plimsoll.units.money import EXPONENTS, text_of
from plimsoll.units.refusal import Refused

READS: Final = f"open loans+{READS_FILE},{DENIED},{PREFERENCE},{SENT}"
BY: Final = "lender"
COUNTRY: Final = "cn"
_OFFSET: Final = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")
PAID, NOT_TAKEN, FULL, TIME_PASSED = "paid", "channel_not_taken", "full_for_today", "time_passed"
"""Why a reminder is held, beside the rules of the gate."""
HOURS_LATE_MAX: Final = 12
"""A reminder that is later than its time by more is not sent: "today" has passed."""


@dataclass(frozen=True, slots=True)
class SendReminder:
    """Send the reminder of a step about what is due on a day, by one channel. `zone` is the borrower's offset now, such as "+08:00"."""

    key: str
    customer_id: int
    on: date
    step: str
    channel: str
    due_on: date
    currency: str
    zone: str


class Ready(NamedTuple):
    """What the verb works with: the step, its words on the day, and the borrower's wishes."""

    step: Step
    words: Words
    wishes: Wishes


def decide(book: Book, command: SendReminder, rules: Rules) -> Decision | Refused:
    """Put on record that the reminder leaves, with its text in the answer, or that it is held, and by what.

    Held: paid (nothing is owed any more of that day), channel_not_taken, full_for_today, time_passed, or the rule of the contact gate.
    Refuses customer_unknown, customer_not_yet_open, reminder_step_unknown, template_not_in_force, zone_unknown.
    """
    assert book.now is not None, "a message leaves at an instant"
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    zone = read_zone(command.zone)
    if zone is None:
        return Refused("zone_unknown", "", f"{command.zone!r}")
    said = load()
    found = _find(said, command, book)
    if isinstance(found, Refused):
        return found
    until = command.on.toordinal() + DAYS_BEFORE_MAX
    standing_on = max([command.on.toordinal(), *(held.summary.as_of for held in book.loans)])
    minor = due_amounts(owing_together(book.loans, standing_on, until)).get((command.due_on.toordinal(), command.currency), 0)
    why = PAID if minor <= 0 else _hold(book, command, found, said.ladder, zone, book.now)
    message = f"{command.customer_id}-{command.due_on:%Y%m%d}-{command.currency}-{command.step}-{command.channel}"
    told: dict[str, object] = {
        "step": command.step,
        "channel": command.channel,
        "due_on": command.due_on.isoformat(),
        "currency": command.currency,
    }
    logged: tuple[NewFiling, ...] = ()
    if not why and command.channel != IN_APP:
        why, log = _pass_gate(book, command, zone, book.now, rules)
        logged = (log._replace(subject=message),)
    if why:
        held = {**told, "why": why}
        answer = body_of({**held, "is_sent": False, "message": message})
        return Decision(filings=(NewFiling(HELD, message, body_of(held)), *logged), answer=answer)
    language = found.wishes.language
    sent = {
        **told,
        "template": found.words.template,
        "version": found.words.version,
        "language": language,
        "minor": minor,
        "fen_per_1000": said.ladder.channels[command.channel].fen_per_1000,
    }
    text = found.words.filled(language, _parts(said, language, minor, command, book.load_line, rules))
    leaves = {**sent, "is_sent": True, "message": message, "text": text}
    return Decision(filings=(NewFiling(SENT, message, body_of(sent)), *logged), answer=body_of(leaves))


def read_zone(text: str) -> tzinfo | None:
    """Read an offset such as "+08:00"; None where it is none."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-ahead if found[1] == "-" else ahead)


def offset_text(at: datetime) -> str:
    """Write the offset of a local instant, such as "+08:00"."""
    return f"{at:%z}"[:3] + ":" + f"{at:%z}"[3:5]


def _find(said: Reminders, command: SendReminder, book: Book) -> Ready | Refused:
    """Find step and words; refuses reminder_step_unknown, template_not_in_force."""
    step = next((one for one in said.ladder.steps if one.name == command.step), None)
    if step is None or command.channel not in step.channels or command.channel not in CHANNELS:
        return Refused("reminder_step_unknown", "", f"{command.step} by {command.channel}")
    words = said.words(step.template, command.on)
    if words is None:
        return Refused("template_not_in_force", "", f"{step.template} on {command.on}")
    return Ready(step, words, wishes_of(book.filings))


def _hold(book: Book, command: SendReminder, found: Ready, ladder: Ladder, zone: tzinfo, now: datetime) -> str:
    """Give why a reminder of a debt that stands is held, "" where it is not."""
    if not found.wishes.takes(command.channel, ladder):
        return NOT_TAKEN
    local = now.astimezone(zone)
    today = [one for one in messages_of(book.filings).values() if one.at.astimezone(zone).date() == local.date()]
    if sum(one.channel == command.channel for one in today) >= ladder.channels[command.channel].most_a_day:
        return FULL
    planned = datetime.combine(command.on, datetime.min.time(), zone) + timedelta(minutes=found.step.minute)
    if now > planned + timedelta(hours=HOURS_LATE_MAX):
        return TIME_PASSED
    return ""


def _pass_gate(book: Book, command: SendReminder, zone: tzinfo, now: datetime, rules: Rules) -> tuple[str, NewFiling]:
    """Ask the contact gate; give its rule, "" where the reminder may leave, and the line of the log of contacts."""
    country = country_rules(rules, COUNTRY, with_policy=True)
    attempt = Attempt(command.channel, NAME, DEBTOR, "", "", BY, now, zone, COUNTRY, REMIND, "")
    outcome = may_contact(known_of(book, [country]), attempt, country)
    day = now.astimezone(zone).toordinal()
    row = country.on(day)
    body: dict[str, object] = {
        "channel": command.channel,
        "to": DEBTOR,
        "person": "",
        "number": "",
        "by": BY,
        "purpose": REMIND,
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


def _parts(said: Reminders, language: str, minor: int, command: SendReminder, load_line: LoadLine | None, rules: Rules) -> dict[str, str]:
    """Give what the text is filled with; ahead of the day with a plan, from the load line where one is drawn."""
    due_on, on = command.due_on.toordinal(), command.on.toordinal()
    parts = {
        "lender": rules.lender.name[language],
        "amount": _money(minor, command.currency),
        "due_on": day_text(due_on, language),
        "help": said.phrase("help", language, {"phone": rules.lender.phone}),
        "effect": said.phrase("effect", language),
    }
    if due_on > on:
        parts["plan"] = suggest(said, language, minor, command.currency, weeks_until(due_on, on), load_line)
    return parts


def suggest(said: Reminders, language: str, minor: int, currency: str, weeks: int, load_line: LoadLine | None) -> str:
    """Give the words of a plan: what to set aside each week, or, above what the borrower can carry in a month, to spread it further."""
    if load_line is not None and load_line.currency == currency and minor > load_line.room_minor:
        return said.phrase("plan_over", language, {"room": _money(load_line.room_minor, currency)})
    each = -(-minor // weeks)
    return said.phrase("plan_fits", language, {"each": _money(each, currency), "times": str(weeks)})


def _money(minor: int, currency: str) -> str:
    assert currency in EXPONENTS, currency
    return f"{text_of(minor, currency)} {currency}"
