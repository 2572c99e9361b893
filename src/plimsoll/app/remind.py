"""Remind borrowers of a day: plan over the whole book, then decide on each message under the customer's lock right before it leaves.

What is on record as sent is not sent again, whoever runs it twice or is stopped in between. The plan reads every open loan once; what it
says is old by the time a message leaves, which is why the verb asks again what is owed.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plimsoll.app.channels.port import Message, Receipt, Sender, Taken
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_on
from plimsoll.app.scan import Packed, snapshot
from plimsoll.app.store import Store
from plimsoll.app.wiring import WIRING
from plimsoll.collections.near_due import Spoken, may_be_spoken_of, spoken_of
from plimsoll.collections.owing import Owing, due_amounts, owing_of
from plimsoll.collections.plan_reminders import Planned, Wishes, plan_reminders
from plimsoll.collections.record_receipt import RecordReceipt
from plimsoll.collections.reminded import FAILED, PREFERENCE, wishes_of, zone_of
from plimsoll.collections.send_reminder import SendReminder, offset_text
from plimsoll.loan.book import unpack_standing
from plimsoll.loan.filing import Filing
from plimsoll.loan.fold import go_on
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import Terms
from plimsoll.risk.gate import LATE
from plimsoll.rulebook.reminder import DAYS_BEFORE_MAX, Ladder, load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

ACTOR: Final = "remind"
ZONE_USUAL: Final = "Asia/Shanghai"
RISKY_DAYS: Final = 180
"""Who was late in so many days is likely to miss a day again."""
SENT, HELD, NOT_SENT, BEFORE, PLANNED = "sent", "held", "not sent", "sent before", "planned"


class Outcome(NamedTuple):
    """What became of one reminder; `why` is the rule or code that held it, `minor` what it asked for, the cost in fen of a thousand."""

    customer_id: int
    step: str
    channel: str
    due_on: int
    state: str
    why: str = ""
    minor: int = 0
    fen_per_1000: int = 0
    text: str = ""


class Person(NamedTuple):
    """What the plan has to know of a borrower."""

    wishes: Wishes
    zone: str


class Orders(NamedTuple):
    """How to send: by what, to which address, at which instant (`clock` is told the planned one), who asks, and the rules."""

    sender: Sender
    address: Callable[[int, str], str]
    clock: Callable[[datetime], datetime]
    rules: Rules
    actor: str = ACTOR


def planned(store: Store, on: date) -> Iterator[tuple[int, Person, Planned, int]]:
    """Plan the reminders of a day: customer, what is known of them, the reminder, and the amount in minor units as the book stands now."""
    ladder, day = load().ladder, on.toordinal()
    people = _people(store, day)
    for customer_id, owing in _owing(store, day, people, ladder):
        person = people.get(customer_id, Person(Wishes(), ZONE_USUAL))
        due = due_amounts(owing)
        for one in plan_reminders(due, person.wishes, ladder, day):
            yield customer_id, person, one, due[one.due_on, one.currency]


def remind(store: Store, on: date, orders: Orders) -> Iterator[Outcome]:
    """Send the reminders of a day, earliest first; give what became of each.

    One whose time has not come by the clock is left out: a later run sends it.
    """
    found = sorted(planned(store, on), key=lambda one: (one[2].minute, one[0]))
    for customer_id, person, one, _ in found:
        at = planned_at(one, person.zone)
        now = orders.clock(at)
        if now < at:
            yield Outcome(customer_id, one.step, one.channel, one.due_on, PLANNED)
        else:
            yield send(store, customer_id, person, one, now, orders)


def planned_at(one: Planned, zone: str) -> datetime:
    """Give the instant (UTC) of a reminder by the borrower's clock."""
    local = datetime.combine(date.fromordinal(one.on), datetime.min.time()) + timedelta(minutes=one.minute)
    return local.replace(tzinfo=_zone(zone)).astimezone(UTC)


def send(store: Store, customer_id: int, person: Person, one: Planned, now: datetime, orders: Orders) -> Outcome:
    """Ask under the customer's lock whether a reminder may leave, put it on record, and hand it to the channel."""
    zone = offset_text(now.astimezone(_zone(person.zone)))
    on, due_on = date.fromordinal(one.on), date.fromordinal(one.due_on)
    key = f"remind:{customer_id}:{due_on}:{one.currency}:{one.step}:{one.channel}"
    command = SendReminder(key, customer_id, on, one.step, one.channel, due_on, one.currency, zone)
    answer = execute(store, WIRING, command, actor=orders.actor, now=now, rules=orders.rules)
    base = Outcome(customer_id, one.step, one.channel, one.due_on, HELD)
    if not isinstance(answer, Answer):
        return base._replace(why=answer.code)
    said = json.loads(answer.text)
    if not said["is_sent"]:
        return base._replace(why=said["why"])
    base = base._replace(minor=said["minor"], text=said["text"])
    if answer.is_replayed:
        return base._replace(state=BEFORE)
    message = Message(said["message"], one.channel, said["language"], orders.address(customer_id, one.channel), said["text"])
    taken = orders.sender.send(message, now)
    if isinstance(taken, Taken):
        return base._replace(state=SENT, fen_per_1000=said["fen_per_1000"])
    take_receipt(store, Receipt(said["message"], FAILED, now, taken.code), orders.rules, orders.actor)
    return base._replace(state=NOT_SENT, why=taken.code)


def take_receipts(store: Store, receipts: Sequence[Receipt], rules: Rules, actor: str = ACTOR) -> dict[str, int]:
    """Record what a channel tells; give how many came to each outcome: recorded, duplicate, late, contradicts, or the code of a refusal."""
    counts: dict[str, int] = {}
    for receipt in receipts:
        outcome = take_receipt(store, receipt, rules, actor)
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def take_receipt(store: Store, receipt: Receipt, rules: Rules, actor: str = ACTOR) -> str:
    """Record one receipt; give its outcome, or the code by which it was refused: receipt_unknown, receipt_malformed."""
    owner = receipt.message.partition("-")[0]
    if not owner.isascii() or not owner.isdigit() or not 0 < int(owner[:20]) < 2**63:
        return "receipt_unknown"
    # The same receipt twice has to reach the verb, which knows a duplicate; so each instant has a key of its own.
    key = f"receipt:{receipt.message}:{receipt.state}:{receipt.at.isoformat()}"[:200]
    at = receipt.at.astimezone(UTC)
    command = RecordReceipt(key, int(owner), at.date(), receipt.message, receipt.state, receipt.code)
    answer = execute(store, WIRING, command, actor=actor, now=at, rules=rules)
    if isinstance(answer, Refused):
        return "receipt_unknown" if answer.code == "customer_unknown" else answer.code
    assert isinstance(answer, Answer), answer
    return "duplicate" if answer.is_replayed else str(json.loads(answer.text)["outcome"])


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


def _zone(name: str) -> ZoneInfo:
    """Give a time zone; one that nobody knows is that of China, where the debts are."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(ZONE_USUAL)
