"""Keep sealing beside a server: what it wrote itself within seconds, what others wrote to the same book at the next full look.

A full look compares every customer with what is sealed (about 0.6 s at a million customers); between two of them only customers whose
commands went through this house are looked at, and what belongs to no customer.
"""

import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from plimsoll.app.chain.anchor import Anchored, anchor
from plimsoll.app.chain.key import AuditKeys
from plimsoll.app.chain.seal import Sealed, seal
from plimsoll.app.house import House

FULL_LOOK_EVERY_S: Final = 60.0
COUNT_EVERY_S: Final = 3600.0
"""How often everything that was anchored is counted in the book; between, the newest alone is compared."""


class Sealer:
    """Seals a house's book whenever `once` is called; make one for a house, before it is served."""

    def __init__(
        self,
        house: House,
        keys: AuditKeys | None,
        place: Path | None = None,
        *,
        every_s: float = FULL_LOOK_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the keys that sign, None for none, and the file or folder outside the book that keeps checkpoints, None for none."""
        self.house = house
        self.keys = keys
        self.place = place
        self.every_s = every_s
        self.clock = clock
        self.looked_at = -every_s
        self.anchored: Anchored | None = None
        self.counted_at = -COUNT_EVERY_S
        self.touched: SimpleQueue[int] = SimpleQueue()
        house.touched = self.touched

    def once(self) -> Sealed:
        """Seal what waits, and anchor. Raises StoreTrouble; then call it again."""
        now = self.clock()
        touched = self._drained()
        is_full = now - self.looked_at >= self.every_s
        try:
            done = seal(self.house.store, self.keys, self.house.now(), None if is_full else touched)
        except BaseException:
            for customer_id in touched:
                self.touched.put(customer_id)
            raise
        if is_full:
            self.looked_at = now
        if self.place is not None and self.keys is not None and done.blocks:
            self._anchor(self.place, now)
        return done

    def _anchor(self, place: Path, now: float) -> None:
        """Keep what is new outside the book, and now and then count whether all that was kept still stands in it."""
        if now - self.counted_at >= COUNT_EVERY_S:
            self.anchored, self.counted_at = None, now
        known, self.anchored = self.anchored, None
        self.anchored = anchor(self.house.store, place, known)

    def _drained(self) -> set[int]:
        """Give whose commands were answered since the last time."""
        found = set()
        while True:
            try:
                found.add(self.touched.get_nowait())
            except Empty:
                return found
