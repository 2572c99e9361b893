"""One installation: a book, the rules it goes by, the keys of its vault, and the clock it lives by. What every door opens onto."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeVar, cast

from sqlalchemy import select

from plimsoll.app import config
from plimsoll.app.agencies import with_agencies
from plimsoll.app.commit_together import GroupExecutor
from plimsoll.app.database.hot_query import HotQuery, day_of
from plimsoll.app.database.schema import book
from plimsoll.app.database.store import Store
from plimsoll.app.dated_ahead import with_days_come
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Wiring, told
from plimsoll.app.execute_many import RowOutcome
from plimsoll.app.follow_up import what_follows_done, with_what_follows
from plimsoll.app.kit import wiring_of
from plimsoll.app.mode import LIVE as LIVE  # noqa: PLC0414 -- the house and its mode are one thing to others
from plimsoll.app.mode import MODES as MODES  # noqa: PLC0414
from plimsoll.app.mode import READ_ONLY as READ_ONLY  # noqa: PLC0414
from plimsoll.app.mode import SANDBOX as SANDBOX  # noqa: PLC0414
from plimsoll.app.treasury.by_hand import BY_HAND, with_parts
from plimsoll.app.treasury.throttle import with_throttle
from plimsoll.app.treasury.turn import funding_turn
from plimsoll.app.vault import Vault
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.rulebook.rules import Rules

OPEN_ON: Final = select(book.c.open_on)
_OPEN_ON: Final = HotQuery(OPEN_ON)

PARTS: Final = threading.RLock()


class Part(Protocol):
    """Something that belongs to a house while it is open."""

    def close(self) -> None:
        """End it."""


P = TypeVar("P", bound=Part)


@dataclass
class House:
    """A book with what it needs to be worked from outside. Close it, or use it as a context."""

    store: Store
    rules: Rules
    vault: Vault | None = None
    """None where no keys are configured: what needs personal data then says so."""
    mode: str = SANDBOX
    now: Callable[[], datetime] = config.now
    """The instant, UTC. A test clock hands in its own."""
    executor: GroupExecutor = field(init=False)
    touched: "SimpleQueue[int] | None" = field(init=False, default=None)
    """Where the customers of answered commands are put for whoever seals the audit chain; None where nobody does."""
    parts: dict[str, "Part"] = field(init=False, default_factory=dict)
    """What is made once for the house and closed with it, by name."""

    def __post_init__(self) -> None:
        """Start the writer that lets commands share a commit."""
        assert self.mode in MODES, self.mode
        self.executor = GroupExecutor(self.store, self.wiring(), self.rules)

    def __enter__(self) -> Self:
        """Give the house."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Answer what waits, then close."""
        self.close()

    def close(self) -> None:
        """Close what was made for the house, and answer what waits; the store stays open, since who opened it closes it."""
        while self.parts:
            self.parts.popitem()[1].close()
        self.executor.close()

    def part(self, name: str, make: Callable[[], P]) -> P:
        """Give what is made once for the house under a name, and closed with it."""
        with PARTS:
            if name not in self.parts:
                self.parts[name] = make()
            return cast("P", self.parts[name])

    def wiring(self) -> Wiring:
        """Give the commands with what they heed as it stands now: models, tables, agencies, the throttle, funders, days that came."""
        own = with_parts(self.store, with_agencies(self.store, wiring_of(self.store, self.rules)))
        return with_throttle(self.store, with_days_come(own, self.today))

    def look_again(self) -> None:
        """Let commands heed what stands by now: after a change on a dossier, and now and then for what others changed."""
        self.executor.wiring = self.wiring()

    def today(self) -> date:
        """Give the business date: the first day that still takes entries."""
        return open_day(self.store)

    def submit(self, command: Any, *, actor: str, digest: bytes = b"") -> "RowOutcome | Future[RowOutcome]":
        """Execute one command of a customer, or queue it: its outcome once it is durable, or a future of it. Raises StoreTrouble."""
        now = self.now()
        if type(command) in BY_HAND:
            return self._in_turn(command, actor, digest)
        taken = self.executor.take(command, actor=actor, now=now, digest=digest)
        if not isinstance(taken, Future):
            outcome = what_follows_done(self.executor, taken, now)
            if self.touched is not None:
                self.touched.put(command.customer_id)
            return outcome
        found = with_what_follows(self.executor, taken, now)
        if self.touched is not None:
            # A queue, so that what is answered while the sealer reads is not lost; only then are its rows there for him.
            found.add_done_callback(partial(_touch, self.touched, command.customer_id))
        return found

    def _in_turn(self, command: Any, actor: str, digest: bytes) -> RowOutcome:
        """Execute what files parts of funders, alone, by how they stand in that turn."""
        with funding_turn(self.store):
            self.look_again()
            outcome = self.executor.execute(command, actor=actor, now=self.now(), digest=digest)
        if self.touched is not None:
            self.touched.put(command.customer_id)
        return outcome

    def execute(self, command: Any, *, actor: str, digest: bytes = b"") -> RowOutcome:
        """Execute one command, on a customer or on a dossier, and give its outcome once it is durable. Raises StoreTrouble.

        `digest` is what a repeat is recognised by, b"" for the content of the command.
        """
        if type(command) in DOSSIER_WIRING:
            wired = partial(execute_dossier, self.store, DOSSIER_WIRING, command, actor=actor, now=self.now(), rules=self.rules)
            outcome = told(partial(wired, digest=digest))
            self.look_again()
            return outcome
        found = self.submit(command, actor=actor, digest=digest)
        return found.result() if isinstance(found, Future) else found


def open_day(store: Store) -> date:
    """Give the first day on which a book still takes entries."""
    ((stored,),) = _OPEN_ON.rows(store, {})
    return day_of(stored)


def _touch(touched: "SimpleQueue[int]", customer_id: int, _done: "Future[RowOutcome]") -> None:
    touched.put(customer_id)
