"""Run monitoring for a day: whom it concerns is asked of the book, what is done goes through the verbs, each by a key of the day.

A night looks at customers of whom something changed, the end of a month at all of them. Running a day again changes nothing; what is
refused or fails is counted and shown, and the rest goes on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Answer, Failed
from plimsoll.app.execute_many import execute_many
from plimsoll.app.watching.ask import of_assessments, of_events, of_help, of_loans, of_places, of_reviews, of_warnings
from plimsoll.app.watching.events import lit_today, warned_out_of_turn
from plimsoll.app.watching.find import customers_in, moved, on_file, parked, read_again
from plimsoll.app.watching.month import Desk, Month, counted, month_end
from plimsoll.app.watching.places import Place, overdue_elsewhere, places_today
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

ACTOR: Final = "watch"
SHOWN: Final = 20
"""How many commands that were not taken are kept to be shown; all are counted."""


@dataclass(frozen=True, slots=True)
class Orders:
    """How to run: the rules, the instant that stamps what is done, and threads for what is worked out in columns."""

    rules: Rules
    now: datetime
    threads: int = 1


@dataclass(slots=True)
class Ran:
    """What a run did: customers in the book, those of whom something had moved, and those it touched; commands by name and by fate.

    `looked_at` counts who was looked at: those who moved, or everybody at the end of a month, of which `month` tells.
    """

    on: date
    customers: int = 0
    moved: int = 0
    looked_at: int = 0
    touched: int = 0
    parked: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    failures: int = 0
    month: dict[str, Any] = field(default_factory=dict)


def is_month_end(on: date) -> bool:
    """Tell whether a day is the last of its month."""
    return (on + timedelta(days=1)).day == 1


def watch_day(store: Store, on: date, orders: Orders, *, is_whole: bool | None = None) -> Ran:
    """Run monitoring for a day that is closed; over all customers where `is_whole` says so, or, where it is not told, as a month ends."""
    is_all = is_month_end(on) if is_whole is None else is_whole
    ran = Ran(on, customers_in(store), moved(store, on), parked=parked(store))
    ran.looked_at = ran.customers if is_all else ran.moved
    touched: set[int] = set()
    desk = Desk(store, on, on_file(store, on), orders.rules, orders.now, orders.threads)
    _do(ran, touched, orders, desk, of_loans(desk, is_whole=is_all))
    # What the loans brought is on file now: freezes, broken plans and warnings that came true count for what follows.
    read_again(store, on, desk.known, touched)
    month = month_end(desk) if is_all else None
    _do(ran, touched, orders, desk, _of_customers(desk, month))
    if month is not None:
        for one in month.shocks:
            told = execute_dossier(store, DOSSIER_WIRING, one, actor=ACTOR, now=orders.now, rules=orders.rules)
            _count(ran, DOSSIER_WIRING[type(one)].name, told)
        ran.month = counted(month)
    # A notice of the day is on file now: whoever works or lives there is offered help.
    _do(ran, touched, orders, desk, of_help(desk, is_whole=is_all))
    ran.touched = len(touched)
    return ran


def _of_customers(desk: Desk, month: Month | None) -> Iterator[Any]:
    """Give what follows from where customers stand, and from what came of them: places on record, warnings, signals of events, reviews,
    assessments."""
    found = places_today(desk.store, desk.on, desk.known, desk.rules, desk.now) if month is None else month.places
    places: dict[int, Place] = {one.customer_id: one for one in found}
    yield from of_places(desk.on, places.values())
    warned: dict[int, bool] = {}
    if month is not None:
        yield from of_warnings(desk, month)
        warned = {one.customer_id: one.is_held_out for one in month.warned.new}
    lit = lit_today(desk)
    yield from of_events(desk.on, lit, warned_out_of_turn(desk, lit, warned))
    yield from of_reviews(desk, places, warned, overdue_elsewhere(desk.store, desk.on, desk.now))
    if month is not None:
        yield from of_assessments(desk)


def _do(ran: Ran, touched: set[int], orders: Orders, desk: Desk, commands: Iterable[Any]) -> None:
    """Execute commands and count what became of each."""
    given: list[Any] = []

    def noted() -> Iterator[Any]:
        for command in commands:
            given.append(command)
            yield command

    outcomes = execute_many(desk.store, WIRING, noted(), actor=ACTOR, now=orders.now, rules=orders.rules)
    for place, outcome in enumerate(outcomes):
        command, given[place] = given[place], None
        name = WIRING[type(command)].name
        touched.add(command.customer_id)
        _count(ran, name, outcome)
        if isinstance(outcome, Failed):
            ran.failures += 1
            ran.failed += [f"{command.key}: {outcome.raised}"] if ran.failures <= SHOWN else []


def _count(ran: Ran, name: str, outcome: Any) -> None:
    """Count what was done now, and what was refused."""
    if isinstance(outcome, Answer) and not outcome.is_replayed:
        ran.done[name] += 1
    elif isinstance(outcome, Refused):
        ran.refused[f"{name}: {outcome.code}"] += 1
