"""Make the contacts of a day, each asked of the gate at the moment it is made, by the debtor's clock; who does not answer is tried again.

A contact that was made before is recognised by its key, and so is what came of it: a run that goes on repeats nothing.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

from plimsoll.app import remind
from plimsoll.app.channels.port import Message, NotTaken, Sender, Taken
from plimsoll.app.collecting.choose import Chosen
from plimsoll.app.collecting.late import Standing, by_customer, standings
from plimsoll.app.collecting.people import Contact, People
from plimsoll.app.contact import attempt_contacts, record_outcomes
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.remind import Outcome
from plimsoll.app.reminders_due import Person, planned, planned_at
from plimsoll.app.wiring import WIRING
from plimsoll.app.zones import zone_of as find_zone
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.case_policy import promise_policy
from plimsoll.collections.contact_rules import COLLECT, INTERACTIVE, MESSAGES
from plimsoll.collections.plan_reminders import Planned, day_text
from plimsoll.collections.record_outcome import RecordOutcome
from plimsoll.collections.reminded import wishes_of, zone_of
from plimsoll.risk.treat.holdout import draw
from plimsoll.rulebook.reminder import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused

BY: Final = "lender"
ZONE_USUAL: Final = "Asia/Shanghai"
TEMPLATE: Final = "missed"
SLOTS, SLOT = 2, timedelta(minutes=30)
"""Calls of one try are spread over an hour."""
TALK: Final = timedelta(minutes=4)
"""After which what a debtor says takes effect."""
LATE_MAX: Final = timedelta(hours=12)
"""A contact that is later than its instant by more is not made: its day has passed."""
UNANSWERED: Final = "unanswered"
NEEDS_NUMBER: Final = frozenset(("sms", "ai_call", "call"))
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
MARK: Final = "-collect-"
"""In the id of every contact that is made here."""


class Orders(NamedTuple):
    """How a day is collected: who answers (None: people of the world), by what messages leave, to which address and blinded number, at
    which instant (`clock` is told the planned one), by which rules, who asks."""

    people: People | None
    sender: Sender
    address: Callable[[int, str], str]
    number: Callable[[int, str], str]
    clock: Callable[[datetime], datetime]
    rules: Rules
    actor: str


@dataclass(slots=True)
class Dialled:
    """What became of the contacts: those new in this run, those made before, those whose time has not come, those left to people, those
    spared because the debtor paid or promised meanwhile, when the last of it was over, and what went wrong by code."""

    made: int = 0
    denied: int = 0
    before: int = 0
    coming: int = 0
    for_people: int = 0
    spared: int = 0
    last: datetime = LONG_AGO
    reminded: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


class Try(NamedTuple):
    """A contact that waits for its instant (UTC)."""

    at: datetime
    customer_id: int
    place: int
    one: Chosen


class Reminding(NamedTuple):
    """A reminder that waits for its instant (UTC)."""

    at: datetime
    customer_id: int
    person: Person
    one: Planned


Waiting = list[tuple[datetime, int, int, Try | Reminding]]
"""A heap: by instant, reminders first, then by their number."""


def contact_all(store: Store, chosen: Sequence[Chosen], reminders: Iterable[Reminding], on: date, orders: Orders) -> Dialled:
    """Make the contacts of a day, and send its reminders, all in the order of their instants."""
    done, waiting = Dialled(), Waiting()
    for number, reminder in enumerate(reminders):
        heappush(waiting, (reminder.at, 0, number, reminder))
    times = {channel: _times(orders.rules, channel, on) for channel in ("sms", "call")}
    for one in chosen:
        if orders.people is None and one.channel == "call":
            done.for_people += 1  # it stands in the queue; whoever makes it asks the gate then
        else:
            _plan(waiting, one, 1, on, times)
    while waiting:
        at, batch, reminding, now = waiting[0][0], list[Try](), list[Reminding](), orders.clock(waiting[0][0])
        done.last = max(done.last, now + TALK)
        while waiting and waiting[0][0] == at:
            event = heappop(waiting)[3]
            if now < at:
                done.coming += 1
            elif isinstance(event, Reminding):
                reminding.append(event)
            elif now - at > LATE_MAX:
                done.failed["time_passed"] += 1
            else:
                batch.append(event)
        done.reminded.update(one.state for one in _remind(store, reminding, now, orders))
        for again in _contact(store, batch, on, now, orders, done):
            _plan(waiting, again.one, again.place + 1, on, times)
    return done


def _times(rules: Rules, channel: str, on: date) -> tuple[str, ...]:
    value = rules.value("POLICY.COLLECT.TIMES.CALL" if channel in INTERACTIVE else "POLICY.COLLECT.TIMES.MESSAGE", on)
    return tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)


def _plan(waiting: Waiting, one: Chosen, place: int, on: date, times: Mapping[str, Sequence[str]]) -> None:
    """Put a try among those that wait, if the day has one more."""
    is_call = one.channel in INTERACTIVE
    begins = times["call" if is_call else "sms"]
    if place > len(begins):
        return
    customer_id = one.standing.customer_id
    hour, minute = map(int, begins[place - 1].split(":"))
    local = datetime.combine(on, datetime.min.time()) + timedelta(hours=hour, minutes=minute)
    local += SLOT * (draw("collect slot", on, customer_id) % SLOTS if is_call else 0)
    at = local.replace(tzinfo=find_zone(_zone(one))).astimezone(UTC)
    heappush(waiting, (at, 1, customer_id, Try(at, customer_id, place, one)))


def reminders_of(store: Store, on: date) -> list[Reminding]:
    """Give the reminders of a day with their instants."""
    return [Reminding(planned_at(one, person.zone), customer_id, person, one) for customer_id, person, one, _ in planned(store, on)]


def late_reminded(reminders: Iterable[Reminding], day: int) -> frozenset[int]:
    """Give whoever is reminded on a day, by a message, of something that is late already."""
    return frozenset(one.customer_id for one in reminders if one.one.due_on < day and one.one.channel in MESSAGES)


def _remind(store: Store, found: Sequence[Reminding], now: datetime, orders: Orders) -> list[Outcome]:
    """Send the reminders of an instant."""
    way = remind.Orders(orders.sender, orders.address, orders.number, orders.clock, orders.rules, orders.actor)
    return remind.send_all(store, [(one.customer_id, one.person, one.one) for one in found], now, way) if found else []


def _zone(one: Chosen) -> str:
    """Give the debtor's time zone; one that was never told, or that nobody knows, is that of China, where the debts are."""
    told = zone_of(one.standing.book.filings) or ZONE_USUAL
    try:
        find_zone(told)
    except Malformed:
        return ZONE_USUAL
    return told


def _contact(store: Store, batch: Sequence[Try], on: date, now: datetime, orders: Orders, done: Dialled) -> list[Try]:
    """Make the contacts of an instant; give those that nobody answered. Whoever has paid or promised meanwhile is left alone."""
    fresh = by_customer(standings(store, [one.customer_id for one in batch], on))
    owing = [one._replace(one=one.one._replace(standing=fresh[one.customer_id])) for one in batch if _still_owes(fresh, one)]
    done.spared += len(batch) - len(owing)
    asked = [(one, command) for one in owing if (command := _command(one, on, orders)) is not None]
    if len(asked) < len(owing):
        done.failed["address_unknown"] += len(owing) - len(asked)
    outcomes = attempt_contacts(store, WIRING, [command for _, command in asked], actor=orders.actor, now=now, rules=orders.rules)
    made: list[tuple[Try, AttemptContact]] = []
    for (one, command), outcome in zip(asked, outcomes, strict=True):
        if not isinstance(outcome, Answer):
            done.failed[outcome.code if isinstance(outcome, Refused) else outcome.raised] += 1
        elif not json.loads(outcome.text)["allowed"]:
            done.denied += not outcome.is_replayed
        else:
            made.append((one, command))
            done.made += not outcome.is_replayed
            done.before += outcome.is_replayed
            # Made-up debtors take calls themselves.
            if not outcome.is_replayed and (orders.people is None or one.one.channel not in INTERACTIVE):
                _leave(one, command, now, orders, done)
    return _hear(store, made, on, now, orders, done) if orders.people is not None else []


def _still_owes(fresh: Mapping[int, Standing], one: Try) -> bool:
    """Tell whether a case still asks for money: open, something late, and no promise to wait for."""
    found = fresh.get(one.customer_id)
    return found is not None and found.debt.late_minor > 0 and found.case.open_promise() is None


def _command(one: Try, on: date, orders: Orders) -> AttemptContact | None:
    """Give the contact to ask the gate about; None where nobody knows the number."""
    channel, customer_id = one.one.channel, one.customer_id
    number = orders.number(customer_id, channel)
    if channel in NEEDS_NUMBER and not number:
        return None
    name = f"{customer_id}{MARK}{on:%Y%m%d}-{channel}-{one.place}"
    key, zone = f"contact:{name}", _zone(one.one)
    template = TEMPLATE if channel != "call" else ""
    return AttemptContact(key, customer_id, on, name, channel, COLLECT, BY, zone, number=number, template=template)


def _leave(one: Try, command: AttemptContact, now: datetime, orders: Orders, done: Dialled) -> None:
    """Hand a message to its channel."""
    words, rules = load().words(TEMPLATE, command.on), orders.rules
    assert words is not None, f"{TEMPLATE} is in force"
    filings, case, debt = one.one.standing.book.filings, one.one.standing.case, one.one.standing.debt
    language = wishes_of(filings).language
    parts = {
        "lender": rules.lender.name[language],
        "amount": f"{text_of(debt.late_minor, debt.currency)} {debt.currency}",
        "due_on": day_text(command.on.toordinal() - max(case.days, debt.days), language),
        "help": load().phrase("help", language, {"phone": rules.lender.phone}),
        "effect": load().phrase("effect", language),
    }
    address = orders.address(command.customer_id, command.channel)
    message = Message(command.contact_id, command.channel, language, address, words.filled(language, parts))
    taken = orders.sender.send(message, now) if address else NotTaken("address_unknown")
    if not isinstance(taken, Taken):
        done.failed[taken.code] += 1


def _hear(store: Store, made: Sequence[tuple[Try, AttemptContact]], on: date, now: datetime, orders: Orders, done: Dialled) -> list[Try]:
    """Let the debtors answer, put it on record, and give the tries that nobody answered."""
    assert orders.people is not None
    broken_max = promise_policy(orders.rules, on).broken
    told: list[RecordOutcome] = []
    said: list[Any] = []
    again = []
    for one, command in made:
        answered = orders.people.answer(_contact_of(one, command, now, broken_max))
        if answered.outcome:
            told.append(RecordOutcome(f"outcome:{command.contact_id}", command.customer_id, on, command.contact_id, answered.outcome))
        if answered.outcome == UNANSWERED:
            again.append(one)
        said += answered.commands
    later = now + TALK
    outcomes: list[RowOutcome] = []
    if told:
        outcomes += record_outcomes(store, WIRING, told, actor=orders.actor, now=later, rules=orders.rules)
    if said:
        outcomes += execute_many(store, WIRING, said, actor=orders.actor, now=later, rules=orders.rules)
    for outcome in outcomes:
        if not isinstance(outcome, Answer):
            done.failed[outcome.code if isinstance(outcome, Refused) else outcome.raised] += 1
    return again


def _contact_of(one: Try, command: AttemptContact, now: datetime, broken_max: int) -> Contact:
    standing = one.one.standing
    return Contact(
        customer_id=one.customer_id,
        contact_id=command.contact_id,
        channel=command.channel,
        treatment=one.one.treatment,
        on=command.on,
        at=now,
        place=one.place,
        currency=standing.debt.currency,
        late_minor=standing.debt.late_minor,
        can_promise=standing.case.broken() < broken_max and standing.case.open_promise() is None,
        is_payday_known=wishes_of(standing.book.filings).payday > 0,
    )
