"""One reminder as it stands at an instant: its step and words, what is owed of its day, and why it is held, if it is."""

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple

from plimsoll.collections.owing import Owing, due_amounts, owing_together
from plimsoll.collections.plan_reminders import Wishes
from plimsoll.collections.reminded import messages_of, wishes_of
from plimsoll.loan.book import Book
from plimsoll.loan.filing import WorkItem, instant_text
from plimsoll.rulebook.reminder import CHANNELS, DAYS_BEFORE_MAX, Reminders, Step, Words
from plimsoll.units.refusal import Refused

PAID, NOT_TAKEN, FULL, TIME_PASSED = "paid", "channel_not_taken", "full_for_today", "time_passed"
"""Why a reminder is held, beside the rules of the gate."""
HOURS_LATE_MAX: Final = 12
"""A reminder that is later than its time by more is not sent: "today" has passed."""
DAYS_APART_MAX: Final = timedelta(days=2)
"""What left longer ago, or later, is of another day by any clock."""
QUEUE: Final = "reminder"
PRIORITY: Final = 10
_OFFSET: Final = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")


class About(NamedTuple):
    """Which reminder: whose, sent on which day, of which step, channel, due day and currency; `zone` is the borrower's offset, "+08:00"."""

    customer_id: int
    on: date
    step: str
    channel: str
    due_on: date
    currency: str
    zone: str


class Ready(NamedTuple):
    """What a verb works with: the step, its words on the day, the borrower's wishes and offset, and what is owed, by due day."""

    step: Step
    words: Words
    wishes: Wishes
    zone: tzinfo
    owing: tuple[Owing, ...]
    minor: int


def message_of(about: About) -> str:
    """Give the id of a reminder: whose, of which due day, step and channel."""
    return f"{about.customer_id}-{about.due_on:%Y%m%d}-{about.currency}-{about.step}-{about.channel}"


def find_ready(said: Reminders, about: About, book: Book) -> Ready | Refused:
    """Find what a reminder is about; refuses zone_unknown, reminder_step_unknown, template_not_in_force."""
    zone = read_zone(about.zone)
    if zone is None:
        return Refused("zone_unknown", "", f"{about.zone!r}")
    step = next((one for one in said.ladder.steps if one.name == about.step), None)
    if step is None or about.channel not in step.channels or about.channel not in CHANNELS:
        return Refused("reminder_step_unknown", "", f"{about.step} by {about.channel}")
    words = said.words(step.template, about.on)
    if words is None:
        return Refused("template_not_in_force", "", f"{step.template} on {about.on}")
    standing_on = max([about.on.toordinal(), *(held.summary.as_of for held in book.loans)])
    owing = owing_together(book.loans, standing_on, about.on.toordinal() + DAYS_BEFORE_MAX)
    minor = due_amounts(owing).get((about.due_on.toordinal(), about.currency), 0)
    return Ready(step, words, wishes_of(book.filings), zone, owing, minor)


def why_held(book: Book, about: About, ready: Ready, said: Reminders, now: datetime) -> str:
    """Give why a reminder is held, "" where it is not: paid, channel_not_taken, full_for_today, time_passed."""
    if ready.minor <= 0:
        return PAID
    if not ready.wishes.takes(about.channel, said.ladder):
        return NOT_TAKEN
    local = now.astimezone(ready.zone)
    near = [one for one in book.filings if abs(one.at - now) < DAYS_APART_MAX]
    today = [one for one in messages_of(near).values() if one.at.astimezone(ready.zone).date() == local.date()]
    if sum(one.channel == about.channel for one in today) >= said.ladder.channels[about.channel].most_a_day:
        return FULL
    return TIME_PASSED if now > last_instant(about, ready) else ""


def last_instant(about: About, ready: Ready) -> datetime:
    """Give the last instant at which a reminder may leave."""
    planned = datetime.combine(about.on, datetime.min.time(), ready.zone) + timedelta(minutes=ready.step.minute)
    return planned + timedelta(hours=HOURS_LATE_MAX)


def call_item(message: str, state: str, due_at: datetime | None, actor: str, note: str) -> WorkItem:
    """Give the place in the queue of a reminder that a person makes by telephone."""
    return WorkItem(QUEUE, message, state, PRIORITY, instant_text(due_at) if due_at else "", actor, note)


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
