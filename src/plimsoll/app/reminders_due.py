"""Whom to remind of what on a day: one reading of the open loans, of which only those are worked out that the ladder can speak of.

What the plan says is old by the time a message leaves, which is why the verb that sends asks again what is owed.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_on
from plimsoll.app.owing_near import owing_near
from plimsoll.app.zones import zone_of as find_zone
from plimsoll.collections.near_due import Spoken, spoken_of
from plimsoll.collections.owing import due_amounts
from plimsoll.collections.plan_reminders import Planned, Wishes, plan_reminders
from plimsoll.collections.reminded import PREFERENCE, wishes_of, zone_of
from plimsoll.risk.gate import LATE
from plimsoll.rulebook.reminder import DAYS_BEFORE_MAX, load
from plimsoll.units.refusal import Malformed

ZONE_USUAL: Final = "Asia/Shanghai"
RISKY_DAYS: Final = 180
"""Who was late in so many days is likely to miss a day again."""


class Person(NamedTuple):
    """What the plan has to know of a borrower."""

    wishes: Wishes
    zone: str


USUAL: Final = Person(Wishes(), ZONE_USUAL)


def planned(store: Store, on: date) -> Iterator[tuple[int, Person, Planned, int]]:
    """Plan the reminders of a day: customer, what is known of them, the reminder, and the amount in minor units as the book stands now."""
    ladder, day = load().ladder, on.toordinal()
    people = _people(store, day)
    spoken = {payday: spoken_of(ladder, day, payday) for payday in {0, *(person.wishes.payday for person in people.values())}}

    def spoken_to(customer_id: int) -> Spoken:
        return spoken[people.get(customer_id, USUAL).wishes.payday]

    for customer_id, owing in owing_near(store, day, day + DAYS_BEFORE_MAX, spoken_to):
        person = people.get(customer_id, USUAL)
        due = due_amounts(owing)
        for one in plan_reminders(due, person.wishes, ladder, day):
            yield customer_id, person, one, due[one.due_on, one.currency]


def planned_at(one: Planned, zone: str) -> datetime:
    """Give the instant (UTC) of a reminder by the borrower's clock."""
    local = datetime.combine(date.fromordinal(one.on), datetime.min.time()) + timedelta(minutes=one.minute)
    return local.replace(tzinfo=zone_in(zone)).astimezone(UTC)


def _people(store: Store, day: int) -> Mapping[int, Person]:
    """Give what is on file of those who wish for something of their own, or were late not long ago; equal wishes are kept once."""
    last: dict[int, tuple[int, Person]] = {}
    read: dict[str, Person] = {}
    for customer_id, filing in filings_on(store, PREFERENCE, 1, day):
        person = read.get(filing.body)
        if person is None:
            person = read[filing.body] = Person(wishes_of((filing,)), zone_of((filing,)) or ZONE_USUAL)
        if customer_id not in last or last[customer_id][0] < filing.n:
            last[customer_id] = filing.n, person
    people = {customer_id: person for customer_id, (_, person) in last.items()}
    risky = {person: person._replace(wishes=person.wishes._replace(is_risky=True)) for person in {USUAL, *read.values()}}
    for customer_id in {customer_id for customer_id, _ in filings_on(store, LATE, max(day - RISKY_DAYS, 1), day)}:
        people[customer_id] = risky[people.get(customer_id, USUAL)]
    return people


def zone_in(name: str) -> tzinfo:
    """Give a time zone; one that nobody knows any more is that of China, where the debts are."""
    try:
        return find_zone(name)
    except Malformed:
        return ZoneInfo(ZONE_USUAL)
