"""What was recognised a moment ago, so that not every request asks the database; never trusted for longer than a bound."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from plimsoll.app.database.store import Store

T = TypeVar("T")
KEPT_MAX: Final = 10_000
"""Entries of one store: some 10 MB. The one looked up longest ago goes first."""


class Memory(Generic[T]):
    """Answers by what was asked, each good for some seconds. Threads may share it; another process has its own."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[float, T]] = {}
        self._turn = threading.Lock()

    def get(self, key: bytes, bound_s: int, clock: Callable[[], float] = time.monotonic) -> T | None:
        """Give what was kept less than `bound_s` seconds ago, else None."""
        found = self._kept.get(key)
        return found[1] if found is not None and clock() - found[0] < bound_s else None

    def before(self, key: bytes) -> T | None:
        """Give what was kept, however long ago."""
        found = self._kept.get(key)
        return None if found is None else found[1]

    def keep(self, key: bytes, value: T, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep an answer from now."""
        with self._turn:
            self._kept.pop(key, None)
            self._kept[key] = (clock(), value)
            if len(self._kept) > KEPT_MAX:
                del self._kept[next(iter(self._kept))]

    def forget(self) -> None:
        """Keep nothing: whoever asks next is looked up."""
        with self._turn:
            self._kept.clear()


class Memories(Generic[T]):
    """One memory for each store that is open."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Store, Memory[T]] = WeakKeyDictionary()
        self._turn = threading.Lock()

    def of(self, store: Store) -> Memory[T]:
        """Give the memory of a store."""
        with self._turn:
            return self._of.setdefault(store, Memory())
