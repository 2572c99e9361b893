"""Tell what happens under test clocks: sealed when it is asked for, listed like any events, and sent to the endpoints of whoever owns a
clock, marked with the clock's id.

The queue of a clock stands in the clock's own book, so that a house's events and those of a made-up life never stand in one line. An
event carries the time of its book; it is sent, and tried again, by the time of the world.
"""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Final

from sqlalchemy import insert, select, update

from plimsoll.app.chain.seal import seal
from plimsoll.app.database.schema_chain import hook_endpoint
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.events.listing import last_seq
from plimsoll.app.hooks.deliver import Deliverer
from plimsoll.app.hooks.endpoint import ACTIVE, Endpoint, Hooks
from plimsoll.app.hooks.queue import waits
from plimsoll.app.house import House
from plimsoll.app.sandbox.clock import Clock, clock_of
from plimsoll.app.sandbox.of_house import Sandbox, sandbox_of
from plimsoll.units.refusal import Refused

log: Final = logging.getLogger("plimsoll.clocks")
NO_SECRET: Final = b""
"""Secrets stay in the book of the house."""


def caught_up(house: House) -> str:
    """Seal what happened in the book of a clock, so that its events are there; give the clock, "" for a house of record."""
    clock_id = clock_of(house.store.address.path)
    if clock_id:
        seal(house.store, None, house.now())
    return clock_id


class ClockHooks(Hooks):
    """The endpoints of whoever owns a clock, with the queue in the book of the clock."""

    def __init__(self, hooks: Hooks, clock: Clock, store: Store) -> None:
        super().__init__(hooks.house, is_loopback_allowed=hooks.is_loopback_allowed)
        self.of_house = hooks
        self.clock = clock
        self.store = store

    def every(self, state: str = "") -> list[Endpoint]:
        """Give those of the owner's endpoints to which the house sends, by what they are there and how far this book has told them."""
        own = {one.endpoint_id: one for one in self.of_house.every(ACTIVE) if owner_of(one) == self.clock.owner}
        self._know(own)
        return [own[one.endpoint_id]._replace(seen_seq=one.seen_seq) for one in super().every(state) if one.endpoint_id in own]

    def secrets_of(self, endpoint_id: str) -> tuple[str, ...] | Refused:
        """Give the secrets that sign now, from the book of the house."""
        return self.of_house.secrets_of(endpoint_id)

    def _know(self, own: dict[str, Endpoint]) -> None:
        """Put endpoints that this book does not know into it: they are sent what happens from when they were made on.

        One that this book has given up on is tried again once its owner changed or enabled it in the house.
        """
        columns = (hook_endpoint.c.endpoint_id, hook_endpoint.c.state, hook_endpoint.c.version)
        with self.store.engine.connect() as connection:
            known = {row.endpoint_id: row for row in connection.execute(select(*columns))}
        new = [one for one in own.values() if one.endpoint_id not in known]
        again = [one for one in own.values() if (row := known.get(one.endpoint_id)) and row.state != ACTIVE and one.version >= row.version]
        if not new and not again:
            return
        now_at = last_seq(self.store)
        with self.store.changing() as connection:
            for one in new:
                seen = 0 if one.made_at <= self.clock.made_at and not self.clock.parent else now_at
                values = {**one._asdict(), "kinds": "[]", "secret": NO_SECRET, "old_secret": None, "seen_seq": seen}
                connection.execute(insert(hook_endpoint).values(**values))
            for one in again:
                values = {"state": ACTIVE, "version": one.version, "failing_since": None}
                connection.execute(update(hook_endpoint).where(hook_endpoint.c.endpoint_id == one.endpoint_id).values(**values))


def owner_of(endpoint: Endpoint) -> str:
    """Give whose an endpoint is, by whatever key it was made."""
    return endpoint.owner.partition("/")[0]


Deliver = Callable[[ClockHooks, str], Counter[str]]


def deliver(hooks: ClockHooks, clock_id: str) -> Counter[str]:
    """Send what is due of a clock."""
    return Deliverer(hooks, clock_id=clock_id).once()


class ClockTeller:
    """Sends the events of every clock of a house whose owner has endpoints. Call `once` again and again."""

    def __init__(self, house: House, deliver: Deliver = deliver) -> None:
        self.house = house
        self.deliver = deliver
        self._versions: tuple[tuple[str, int], ...] = ()
        self._told: dict[str, tuple[object, ...]] = {}
        """Clocks of which everything was told, by how their books and endpoints stood then."""

    def once(self) -> Counter[str]:
        """Seal and send what is new of each clock, and count the tries as `Deliverer.once` does."""
        counts: Counter[str] = Counter()
        hooks, sandbox = Hooks(self.house), sandbox_of(self.house)
        active = hooks.every(ACTIVE)
        self._versions = tuple((one.endpoint_id, one.version) for one in active)
        owners = {owner_of(one) for one in active}
        if not owners or isinstance(sandbox, Refused):
            return counts
        for clock in sandbox.clocks.every():
            if clock.owner in owners and self._told.get(clock.clock_id) != self._stands(sandbox, clock):
                counts += self._tell(sandbox, hooks, clock)
        return counts

    def _tell(self, sandbox: Sandbox, hooks: Hooks, clock: Clock) -> Counter[str]:
        try:
            house = sandbox.opened.moved_house(clock)
            if isinstance(house, Refused):
                return Counter()
            caught_up(house)
            counts = self.deliver(ClockHooks(hooks, clock, house.store), clock.clock_id)
        except StoreTrouble as trouble:
            # One book in trouble holds no other up; it is looked at again the next time.
            log.warning("%s: %s", clock.clock_id, trouble)
            return Counter()
        stands = self._stands(sandbox, clock)
        if not waits(house.store):
            self._told[clock.clock_id] = stands
        return counts

    def _stands(self, sandbox: Sandbox, clock: Clock) -> tuple[object, ...]:
        """Give how the files of a clock's book stand, which each write to it moves, and the endpoints of the house."""
        paths = (sandbox.clocks.path(clock, ending) for ending in ("", "-wal"))
        return (*(path.stat().st_mtime_ns if path.exists() else 0 for path in paths), self._versions)
