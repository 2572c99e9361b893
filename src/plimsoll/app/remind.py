"""Remind borrowers of a day: each message of the plan is decided on under the customer's lock right before it leaves.

What is on record as sent is not sent again, whoever runs it twice or is stopped in between.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from plimsoll.app.channels.port import Message, NotTaken, Receipt, Sender, Taken
from plimsoll.app.contact import Dial, dialling
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Verb, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.numbers import WHERE
from plimsoll.app.receipts import ACTOR, take_receipt
from plimsoll.app.reminders_due import Person, planned, planned_at, zone_in
from plimsoll.app.wiring import WIRING
from plimsoll.collections import send_reminder
from plimsoll.collections.contact_rules import CALL, INTERACTIVE
from plimsoll.collections.plan_reminders import Planned
from plimsoll.collections.queue_call import QueueCall
from plimsoll.collections.reminded import FAILED
from plimsoll.collections.reminder import About, message_of, offset_text, read_zone
from plimsoll.collections.send_reminder import SendReminder
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

SENT, HELD, NOT_SENT, BEFORE, PLANNED, QUEUED = "sent", "held", "not sent", "sent before", "planned", "queued"
NOBODY_KNOWS: Final = "address_unknown"


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


class Orders(NamedTuple):
    """How to send: by what, to which address and number, at which instant (`clock` is told the planned one), by which rules, who asks.

    `address` and `number` are asked with customer and channel: the number before anything is put on record, "" where nobody knows it.
    """

    sender: Sender
    address: Callable[[int, str], str]
    number: Callable[[int, str], str]
    clock: Callable[[datetime], datetime]
    rules: Rules
    actor: str = ACTOR


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


def send(store: Store, customer_id: int, person: Person, one: Planned, now: datetime, orders: Orders) -> Outcome:
    """Ask under the customer's lock whether a reminder may leave, put it on record, and hand it to the channel.

    A call that a person makes is put into the queue instead. Where nobody knows the number nothing is asked, and nothing leaves.
    """
    base = Outcome(customer_id, one.step, one.channel, one.due_on, HELD)
    if one.channel == CALL:
        return _queue(store, customer_id, person, one, now, orders, base)
    command = _command(customer_id, person, one, now, orders)
    if command is None:
        return base._replace(state=NOT_SENT, why=NOBODY_KNOWS)
    return _leave(store, command, base, ask(store, command, now, orders), now, orders)


def send_all(store: Store, found: Sequence[tuple[int, Person, Planned]], now: datetime, orders: Orders) -> list[Outcome]:
    """Do what `send` does for reminders of one instant, and put those that are no calls on record together; give the outcomes in order."""
    outcomes: dict[int, Outcome] = {}
    asked: dict[int, SendReminder] = {}
    for place, (customer_id, person, one) in enumerate(found):
        command = _command(customer_id, person, one, now, orders) if one.channel not in (*INTERACTIVE, CALL) else None
        if command is None:
            outcomes[place] = send(store, customer_id, person, one, now, orders)
        else:
            asked[place] = command
    answers = execute_many(store, WIRING, asked.values(), actor=orders.actor, now=now, rules=orders.rules)
    for (place, command), answer in zip(asked.items(), list(answers), strict=True):
        customer_id, _, one = found[place]
        base = Outcome(customer_id, one.step, one.channel, one.due_on, HELD)
        if isinstance(answer, Answer):
            said = json.loads(answer.text) | {"is_replayed": answer.is_replayed}
            outcomes[place] = _leave(store, command, base, said, now, orders)
        else:
            outcomes[place] = base._replace(why=answer.code if isinstance(answer, Refused) else answer.raised)
    return [outcomes[place] for place in range(len(found))]


def _command(customer_id: int, person: Person, one: Planned, now: datetime, orders: Orders) -> SendReminder | None:
    """Give the command that sends a reminder; None where nobody knows the number."""
    number = orders.number(customer_id, one.channel)
    if one.channel in WHERE and not number:
        return None
    zone = offset_text(now.astimezone(zone_in(person.zone)))
    on, due_on = date.fromordinal(one.on), date.fromordinal(one.due_on)
    return SendReminder(_key(customer_id, one), customer_id, on, one.step, one.channel, due_on, one.currency, zone, number)


def _leave(store: Store, command: SendReminder, base: Outcome, said: dict[str, Any] | Refused, now: datetime, orders: Orders) -> Outcome:
    """Hand a reminder that may leave to its channel, once."""
    if isinstance(said, Refused):
        return base._replace(why=said.code)
    if not said["is_sent"]:
        return base._replace(why=said["why"])
    base = base._replace(minor=said["minor"], text=said["text"])
    if said["is_replayed"]:
        return base._replace(state=BEFORE)
    address = orders.address(command.customer_id, command.channel)
    message = Message(said["message"], command.channel, said["language"], address, said["text"])
    taken = orders.sender.send(message, now) if message.address else NotTaken(NOBODY_KNOWS)
    if isinstance(taken, Taken):
        return base._replace(state=SENT, fen_per_1000=said["fen_per_1000"])
    take_receipt(store, Receipt(said["message"], FAILED, now, taken.code), orders.rules, orders.actor)
    return base._replace(state=NOT_SENT, why=taken.code)


def ask(store: Store, command: SendReminder, now: datetime, orders: Orders) -> dict[str, Any] | Refused:
    """Decide on a reminder; a call is on the list of its number meanwhile, so that debtors with one phone are counted together."""
    wiring, dials = WIRING, []
    if command.channel in INTERACTIVE:
        zone = read_zone(command.zone)
        contact_id = message_of(About(command.customer_id, command.on, command.step, command.channel, command.due_on, command.currency, ""))
        dials = [Dial(command.customer_id, contact_id, command.number, now, now.astimezone(zone).toordinal())]
    with dialling(store, dials, now) as listed:
        if dials:
            elsewhere = listed.dials.get((command.customer_id, dials[0].contact_id), ())
            decide = partial(send_reminder.decide, elsewhere=elsewhere)
            wiring = {**WIRING, SendReminder: Verb("send_reminder", decide, send_reminder.READS)}
        answer = execute(store, wiring, command, actor=orders.actor, now=now, rules=orders.rules)
        if not isinstance(answer, Answer):
            return answer
        said: dict[str, Any] = json.loads(answer.text)
        if said["is_sent"] and not answer.is_replayed:
            for dial in dials:
                listed.keep(dial.customer_id, dial.contact_id)
    return said | {"is_replayed": answer.is_replayed}


def _queue(store: Store, customer_id: int, person: Person, one: Planned, now: datetime, orders: Orders, base: Outcome) -> Outcome:
    """Put a call that a person makes into the queue."""
    zone = offset_text(now.astimezone(zone_in(person.zone)))
    on, due_on = date.fromordinal(one.on), date.fromordinal(one.due_on)
    command = QueueCall(f"queue:{_key(customer_id, one)}", customer_id, on, one.step, due_on, one.currency, zone)
    answer = execute(store, WIRING, command, actor=orders.actor, now=now, rules=orders.rules)
    if not isinstance(answer, Answer):
        return base._replace(why=answer.code)
    said = json.loads(answer.text)
    if not said["is_queued"]:
        return base._replace(why=said["why"])
    return base._replace(state=BEFORE if answer.is_replayed else QUEUED, minor=said["minor"])


def _key(customer_id: int, one: Planned) -> str:
    return f"remind:{customer_id}:{date.fromordinal(one.due_on)}:{one.currency}:{one.step}:{one.channel}"
