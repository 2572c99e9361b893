"""A town of made-up borrowers that lives day by day: what they do goes through the same commands as everybody's, a day's in bulk."""

import calendar
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, Protocol

from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import DAILY, LAST, NEVER, Closed, close_through
from plimsoll.app.database.outbox import Message, delivered, waiting
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.wiring import WIRING
from plimsoll.risk.offer import account_offer, loan_offer, product_in
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.close import decide
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_account import PAY_LATER
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.simulator.borrow import plan_draws
from plimsoll.simulator.buy import plan_purchases
from plimsoll.simulator.desk import Desk
from plimsoll.simulator.diary import Commands, Diary, Scene
from plimsoll.simulator.enter import Door, enter, open_door
from plimsoll.simulator.pay import HEARD, hear_due, stumble
from plimsoll.simulator.people import Offers, Person, make_people
from plimsoll.simulator.read_costs import READING, after_reading
from plimsoll.simulator.shown import show
from plimsoll.units.refusal import Refused

ACTOR: Final = "demo"
BEGINS_ON: Final = date(2025, 10, 1)
"""The first day of a made-up book; twelve months from here cross the day on which the cash line gets cheaper."""
CURRENCY: Final = "CNY"
MONTHLY: Final = "monthly"
DAWN, MORNING, NOON, NIGHT = time(0, 5, tzinfo=UTC), time(9, tzinfo=UTC), time(12, tzinfo=UTC), time(23, 30, tzinfo=UTC)


@dataclass(slots=True)
class Counts:
    """What a town has done: commands by name, refusals by code, messages by kind, and bugs met."""

    commands: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)


class Chore(Protocol):
    """What the house does on some days about some people, before the day begins."""

    def is_wanted(self, day: int) -> bool:
        """Tell whether anything is done on a day."""

    def do(self, store: Store, day: int) -> None:
        """Do it."""


class LivedDay(NamedTuple):
    """One day of the town: how many commands it gave, and its close; None before the first customer came."""

    day: int
    commands: int
    closed: Closed | None


class Town:
    """People, their diary, the desk of the house, and what was done so far."""

    def __init__(self, people: Sequence[Person], rules: Rules, chance: Random) -> None:
        self.people = people
        self.by_id = {person.customer_id: person for person in people}
        self.rules = rules
        self.chance = chance
        self.diary = Diary()
        self.desk = Desk()
        self.counts = Counts()
        self.answers: Commands = []
        """What people answer to the instructions of last night: money that counts on the due day."""
        self.arrivals: defaultdict[int, list[Person]] = defaultdict(list)
        for person in people:
            self.arrivals[person.opens_on].append(person)
        self.door: Door | None = None

    def scene(self, day: int) -> Scene:
        """Give what people go by on a day."""
        return Scene(day, offers_on(self.rules, date.fromordinal(day)), self.chance, self.diary)

    def commands(self, store: Store, day: int) -> Commands:
        """Give everything that people and the desk do on a day, those of one person in order."""
        scene = self.scene(day)
        if date.fromordinal(day).day == 1:
            self._plan_month(scene)
        commands, self.answers = self.answers, []
        for person, act in self.diary.acts.pop(day, ()):
            commands += act(person, scene)
        looks = self.diary.looks.pop(day, ())
        seen = show(store, {person.customer_id: person.known_loans() for person, _ in looks}, day)
        for person, look in looks:
            commands += look(person, seen[person.customer_id], scene)
        return commands + self.desk.decide(store, day)

    def settle(self, store: Store, day: int, dawn: datetime) -> None:
        """Pay what was asked for last night, before the day begins."""
        commands, self.answers = self.answers, []
        self.answered(commands, execute_many(store, WIRING, commands, actor=ACTOR, now=dawn, rules=self.rules), day)

    def enter(self, store: Store, day: int, morning: datetime) -> int:
        """Let those who come on a day apply; who signs begins to live here. Give how many commands it took."""
        if self.door is None:
            self.door = open_door(store, self.rules, self.chance.randrange(2**31))
        people = self.arrivals.pop(day, [])
        done = enter(store, self.door, people, day, morning, ACTOR)
        self.answered([command for command, _ in done], [outcome for _, outcome in done], day)
        scene, month = self.scene(day), month_of(day)
        for person in people:
            if person.is_in:
                plan_purchases(person, month, scene)
                plan_draws(person, month, scene)
        return len(done)

    def _plan_month(self, scene: Scene) -> None:
        month = month_of(scene.day)
        for person in self.people:
            if person.is_in and person.opens_on < month.start:
                stumble(person, scene)
                plan_purchases(person, month, scene)
                plan_draws(person, month, scene)

    def answered(self, commands: Commands, outcomes: Iterable[RowOutcome], day: int) -> None:
        """Take in what became of the commands of a day."""
        scene, counts = self.scene(day), self.counts
        for command, outcome in zip(commands, outcomes, strict=True):
            counts.commands[WIRING[type(command)].name] += 1
            if isinstance(outcome, Answer):
                self.diary.answered(command.key, outcome.text, scene)
            elif isinstance(outcome, Refused):
                counts.refused[outcome.code] += 1
                if isinstance(command, Draw):
                    del self.by_id[command.customer_id].draws[command.loan_id]
            else:
                counts.failed.append(f"{command}: {outcome.raised}")

    def hear(self, messages: Sequence[Message], day: int) -> None:
        """Take in what the house sent: bills, instructions, reminders."""
        scene = self.scene(day)
        for message in messages:
            self.counts.messages[message.kind] += 1
            person = self.by_id[message.customer_id]
            if message.kind == "autopay":
                self.answers += hear_due(person, json.loads(message.payload), scene)
            elif message.kind in HEARD:
                HEARD[message.kind](person, json.loads(message.payload), scene)


class Span(NamedTuple):
    """When a made-up book is lived: how many months, from the first day of a month; `bad_month` (from 0) brings bad customers."""

    months: int
    begins_on: date = BEGINS_ON
    bad_month: int = -1

    @property
    def days(self) -> range:
        """Give all its days."""
        return range(self.begins_on.toordinal(), month_of(firsts(self.months, self.begins_on)[-1]).stop)


def make_town(borrowers: int, span: Span, rules: Rules, chance: Random) -> Town:
    """Give a town of some borrowers who come during the first two thirds of some months; the same for the same chance."""
    months = [month_of(first) for first in firsts(span.months, span.begins_on)]
    return Town(make_people(borrowers, months, offers_on(rules, span.begins_on), chance, span.bad_month), rules, chance)


def firsts(months: int, begins_on: date = BEGINS_ON) -> list[int]:
    """Give the first day of each month of a made-up book."""
    start = begins_on.year * 12 + begins_on.month - 1
    return [date(n // 12, n % 12 + 1, 1).toordinal() for n in range(start, start + months)]


def month_of(day: int) -> range:
    """Give the days of the month that a day lies in."""
    found = date.fromordinal(day)
    first = day - found.day + 1
    return range(first, first + calendar.monthrange(found.year, found.month)[1])


def offers_on(rules: Rules, on: date) -> Offers:
    """Give what the house offers on a day."""
    cash, later = product_in(rules, CASH_LINE, on, CURRENCY), product_in(rules, PAY_LATER, on, CURRENCY)
    assert not isinstance(cash, Refused), cash
    assert not isinstance(later, Refused), later
    cash_offer, later_offer = loan_offer(cash), account_offer(later)
    assert not isinstance(cash_offer, Refused), cash_offer
    assert not isinstance(later_offer, Refused), later_offer
    return Offers(cash_offer, later_offer, CURRENCY)


def live(
    store: Store, town: Town, days: range, *, tape: Path, scans: str = MONTHLY, threads: int = 1, chores: Sequence[Chore] = ()
) -> Iterator[LivedDay]:
    """Live some days: the house does its chores, who comes applies, the day's commands are given in bulk, the day is closed, what the
    house sends is heard.

    Tape and control totals are taken on every day ("daily"), or on the last of each month ("monthly"); always on the last day.
    """
    for day in days:
        on = date.fromordinal(day)
        if wanted := [chore for chore in chores if chore.is_wanted(day)]:
            # Money that counts on the due day is there before anybody asks for it.
            town.settle(store, day, datetime.combine(on, DAWN))
            for chore in wanted:
                chore.do(store, day)
        morning, noon, night = (datetime.combine(on, hour) for hour in (MORNING, NOON, NIGHT))
        entered = town.enter(store, day, morning)
        commands = after_reading(store, town.commands(store, day), on, noon, town.rules, ACTOR)
        outcomes = execute_many(store, WIRING, commands, actor=ACTOR, now=noon + READING, rules=town.rules)
        town.answered(commands, outcomes, day)
        is_scanned = scans == DAILY or day == days[-1] or day == month_of(day)[-1]
        orders = Orders(decide, town.rules, night)
        closed = list(close_through(store, day, orders, tape=tape, scans=LAST if is_scanned else NEVER, now=night, threads=threads))
        deliver(store, town, day + 1, night)
        yield LivedDay(day, entered + len(commands), closed[-1] if closed else None)


def deliver(store: Store, town: Town, day: int, at: datetime) -> None:
    """Bring every message that waits to whom it is for, and mark it delivered; it is heard on a day."""
    while messages := waiting(store):
        town.hear(messages, day)
        delivered(store, messages, at)
