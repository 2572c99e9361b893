"""Whom to remind of what on a day: one reading of the open loans, of which only those are worked out that the ladder can speak of.

What the plan says is old by the time a message leaves, which is why the verb that sends asks again what is owed.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from plimsoll.app.file import filings_on
from plimsoll.app.scan import Packed, snapshot
from plimsoll.app.store import Store
from plimsoll.app.zones import zone_of as find_zone
from plimsoll.collections.near_due import Spoken, may_be_spoken_of, spoken_of
from plimsoll.collections.owing import Owing, due_amounts, owing_of
from plimsoll.collections.plan_reminders import Planned, Wishes, plan_reminders
from plimsoll.collections.reminded import PREFERENCE, wishes_of, zone_of
from plimsoll.loan.book import unpack_standing
from plimsoll.loan.filing import Filing
from plimsoll.loan.fold import go_on
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import Terms
from plimsoll.risk.gate import LATE
from plimsoll.rulebook.reminder import DAYS_BEFORE_MAX, Ladder, load
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Malformed, Refused

ZONE_USUAL: Final = "Asia/Shanghai"
RISKY_DAYS: Final = 180
"""Who was late in so many days is likely to miss a day again."""


class Person(NamedTuple):
    """What the plan has to know of a borrower."""

    wishes: Wishes
    zone: str


def planned(store: Store, on: date) -> Iterator[tuple[int, Person, Planned, int]]:
    """Plan the reminders of a day: customer, what is known of them, the reminder, and the amount in minor units as the book stands now."""
    ladder, day = load().ladder, on.toordinal()
    people = _people(store, day)
    for customer_id, owing in _owing(store, day, people, ladder):
        person = people.get(customer_id, Person(Wishes(), ZONE_USUAL))
        due = due_amounts(owing)
        for one in plan_reminders(due, person.wishes, ladder, day):
            yield customer_id, person, one, due[one.due_on, one.currency]


def planned_at(one: Planned, zone: str) -> datetime:
    """Give the instant (UTC) of a reminder by the borrower's clock."""
    local = datetime.combine(date.fromordinal(one.on), datetime.min.time()) + timedelta(minutes=one.minute)
    return local.replace(tzinfo=zone_in(zone)).astimezone(UTC)


def _people(store: Store, day: int) -> Mapping[int, Person]:
    """Give what is on file of those who wish for something of their own, or were late not long ago."""
    filed: dict[int, list[Filing]] = {}
    for customer_id, filing in filings_on(store, PREFERENCE, 1, day):
        filed.setdefault(customer_id, []).append(filing)
    risky = {customer_id for customer_id, _ in filings_on(store, LATE, max(day - RISKY_DAYS, 1), day)}
    people = {}
    for customer_id in filed.keys() | risky:
        own = sorted(filed.get(customer_id, []), key=lambda one: one.n)
        people[customer_id] = Person(wishes_of(own, is_risky=customer_id in risky), zone_of(own) or ZONE_USUAL)
    return people


def _owing(store: Store, day: int, people: Mapping[int, Person], ladder: Ladder) -> Iterator[tuple[int, list[Owing]]]:
    """Give what those owe whom the ladder may speak to on a day, through the days that it looks ahead, in the order of customers.

    Every open loan is read; only what has a due day that is spoken of is worked out.
    """
    spoken = {payday: spoken_of(ladder, day, payday) for payday in {0, *(person.wishes.payday for person in people.values())}}
    with snapshot(store) as seen:
        for first, until in seen.bounds():
            for customer_id, held in groupby(seen.loans(OPEN, first, until), key=attrgetter("customer_id")):
                payday = people[customer_id].wishes.payday if customer_id in people else 0
                found: list[Owing] = []
                for one in held:
                    found += _owed(one, day, spoken[payday])
                if found:
                    yield customer_id, found


def _owed(one: Packed, day: int, spoken: Spoken) -> tuple[Owing, ...]:
    """Give what one loan asks for as it stands on a day; nothing where no due day of it can be spoken of."""
    terms, flat = unpack(one.terms), unpack(one.state)
    if not may_be_spoken_of(terms, flat, spoken, is_behind=0 < one.next_on <= day):
        return ()
    agreed, standing = Terms.unpack(one.currency, tuple(terms)), unpack_standing(one.state)
    if one.as_of < day:
        moved = go_on(agreed, standing, (), day)
        assert not isinstance(moved, Refused), "moving to a day refuses nothing"
        standing = moved
    return owing_of(one.loan_id, agreed, standing, day + DAYS_BEFORE_MAX)


def zone_in(name: str) -> tzinfo:
    """Give a time zone; one that nobody knows any more is that of China, where the debts are."""
    try:
        return find_zone(name)
    except Malformed:
        return ZoneInfo(ZONE_USUAL)
