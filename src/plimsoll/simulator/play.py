"""Play stages of a life that is known beforehand: the commands of some days in bulk, then the close of those days."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.closing.close import ACTOR as CLOSE
from plimsoll.app.closing.close import Night, Orders
from plimsoll.app.closing.standing import Control
from plimsoll.app.closing.through import LAST, NEVER, close_through
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.wiring import WIRING
from plimsoll.units.refusal import Refused

TOLD_EVERY: Final = 500
"""Commands after which the progress is told."""
NOT_TAKEN_KEPT: Final = 20
"""How many commands that were not taken are kept to be shown; all are counted."""

Tell = Callable[[str, int], None]
"""Told what goes on and how much of the whole is done by it; a progress bar."""
Hear = Callable[[Any, Answer], None]
"""Told each command that was taken, with its answer."""


class Stage(NamedTuple):
    """The commands of some days, in order, and the day through which the book is closed after them."""

    commands: Iterable[Any]
    through: int


@dataclass(slots=True)
class Played:
    """What was played: commands, how many of them were not taken and why, and what the nights did."""

    commands: int = 0
    not_taken: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    nights: int = 0
    visits: int = 0
    parked: list[tuple[int, int, str]] = field(default_factory=list)
    control: Control | None = None

    def add(self, night: Night) -> None:
        """Count one night."""
        self.nights += 1
        self.visits += night.due
        self.parked += night.parked


class Player:
    """Plays stages on a book, one after the other. Playing the same stages again changes nothing: every key is known."""

    def __init__(self, store: Store, actor: str, orders: Orders, tell: Tell, hear: Hear | None = None) -> None:
        self.store = store
        self.actor = actor
        self.orders = orders
        self.tell = tell
        self.hear = hear
        self.played = Played()

    def play(self, stage: Stage, *, is_last: bool = False) -> None:
        """Execute the commands of a stage and close its days; the last one takes control totals of the whole book."""
        for command, outcome in self._executed(stage.commands):
            self.played.commands += 1
            if self.played.commands % TOLD_EVERY == 0:
                self.tell(command.on.isoformat(), TOLD_EVERY)
            if isinstance(outcome, Answer):
                if self.hear is not None:
                    self.hear(command, outcome)
                continue
            code = outcome.code if isinstance(outcome, Refused) else "failed"
            self.played.not_taken[code] += 1
            if len(self.played.examples) < NOT_TAKEN_KEPT:
                said = outcome.text() if isinstance(outcome, Refused) else outcome.raised
                self.played.examples.append(f"{command.key}: {said}")
        scans = LAST if is_last else NEVER
        for closed in close_through(self.store, stage.through, self.orders, tape=None, scans=scans, now=self.orders.now):
            self.played.add(closed.night)
            self.played.control = closed.control or self.played.control
            self.tell(f"close of {date.fromordinal(closed.night.day)}", 0)

    def _executed(self, commands: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Execute in bulk and give each command with its outcome."""
        given: list[Any] = []

        def noted() -> Iterator[Any]:
            for command in commands:
                given.append(command)
                yield command

        outcomes = execute_many(self.store, WIRING, noted(), actor=self.actor, now=self.orders.now, rules=self.orders.rules)
        for place, outcome in enumerate(outcomes):
            yield given[place], outcome
            given[place] = None  # an executed command is not held


def others_in(store: Store, actor: str, customers: Set[int]) -> bool:
    """Tell whether a book holds what a replay by `actor` of these customers does not make: other customers, or other people's commands."""
    columns = schema.audit.c
    with store.engine.connect() as connection:
        others = select(columns.actor).where(columns.actor.not_in((actor, CLOSE))).limit(1)
        if connection.execute(others).first() is not None:
            return True
        found = connection.execute(select(schema.customer.c.customer_id))
        return any(row.customer_id not in customers for row in found)
