"""Houses of test clocks, open while they are asked for: one instant, that of the clock, and a book that need not outlive a power cut.

The book of a clock is written without waiting for the disk (`synchronous = off`): a power cut may lose it, which a book of record must
never, and a made-up one may. A process that is killed loses nothing.
"""

import threading
import time
from collections import OrderedDict
from typing import Any, Final

from sqlalchemy import event

from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.house import SANDBOX, House
from plimsoll.app.sandbox.clock import ADVANCING, Clock, Clocks
from plimsoll.app.vault import Vault
from plimsoll.units.refusal import Refused

OPEN_MAX: Final = 32
"""How many houses of clocks are kept open at a time."""
IDLE_S: Final = 60.0
"""One that nobody asked for in this time may be closed to make room."""


class OpenClocks:
    """The houses of clocks that are open in this process. Threads may share it; close it."""

    def __init__(self, clocks: Clocks, *, open_max: int = OPEN_MAX, idle_s: float = IDLE_S) -> None:
        self.clocks = clocks
        self.open_max = open_max
        self.idle_s = idle_s
        self._turn = threading.Lock()
        self._open: OrderedDict[str, tuple[House, float]] = OrderedDict()

    def house_of(self, clock_id: str) -> House | Refused:
        """Give the house of a clock, for one request; its instant is the clock's.

        Refuses clock_unknown, clock_advancing, and clock_too_many_open where all that are open are in use.
        """
        clock = self.clocks.find(clock_id)
        if isinstance(clock, Clock) and clock.state == ADVANCING:
            return Refused("clock_advancing", "", f"{clock_id}, at {clock.business_date}, to {clock.target}")
        return clock if isinstance(clock, Refused) else self.moved_house(clock)

    def moved_house(self, clock: Clock) -> House | Refused:
        """Give the house of a clock, also of one that is being moved; refuses clock_too_many_open."""
        with self._turn:
            known = self._open.pop(clock.clock_id, None)
            if known is None:
                if len(self._open) >= self.open_max and not self._made_room():
                    return Refused("clock_too_many_open", "", f"{self.open_max} at a time")
                known = (self._opened(clock), 0.0)
            self._open[clock.clock_id] = (known[0], time.monotonic())
            return known[0]

    def forget(self, clock_id: str) -> None:
        """Close the house of a clock: it was deleted."""
        with self._turn:
            known = self._open.pop(clock_id, None)
        if known is not None:
            _close(known[0])

    def close(self) -> None:
        """Close every house."""
        with self._turn:
            left, self._open = list(self._open.values()), OrderedDict()
        for house, _ in left:
            _close(house)

    def _made_room(self) -> bool:
        clock_id, (house, seen) = next(iter(self._open.items()))
        if time.monotonic() - seen < self.idle_s:
            return False
        del self._open[clock_id]
        _close(house)
        return True

    def _opened(self, clock: Clock) -> House:
        house = self.clocks.house
        store = hurried(open_store(f"sqlite:///{self.clocks.path(clock)}"))
        vault = None if house.vault is None else Vault(store, house.vault.keyring)

        def now() -> Any:
            found = self.clocks.find(clock.clock_id)
            return clock.at if isinstance(found, Refused) else found.at

        return House(store, house.rules, vault, SANDBOX, now)


def hurried(store: Store) -> Store:
    """Let a SQLite book of the sandbox be written without waiting for the disk."""

    def hurry(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous = off")

    event.listen(store.engine, "connect", hurry)
    store.engine.dispose()
    return store


def _close(house: House) -> None:
    house.close()
    house.store.close()
