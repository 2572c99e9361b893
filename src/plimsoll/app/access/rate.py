"""How fast anybody may ask: a bucket for each caller and class that empties by one a request and fills again evenly.

The buckets lie in the memory of one process: two processes let through twice as much, and a process that starts begins with full ones.
A request costs a dictionary look-up and a few sums (about a microsecond); a bucket costs some 200 bytes and goes when it is full again.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from plimsoll.app.database.store import Store
from plimsoll.app.house import House
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

BUCKETS_MAX: Final = 200_000
"""So many callers are told apart at once (some 40 MB); then those with the fullest buckets are forgotten."""


class RateClass(StrEnum):
    """What is counted together."""

    LOGIN = "login"
    ONE_TIME = "one_time"
    DRAW = "draw"
    QUOTE = "quote"
    REVEAL = "reveal"
    AUTHORISE = "authorise"
    PERSON = "person"
    MACHINE = "machine"
    REFUSED = "refused"
    REFUSED_ALL = "refused_all"


KEYS: Final[Mapping[RateClass, str]] = {
    RateClass.LOGIN: "POLICY.IDENTITY.RATE.LOGIN",
    RateClass.ONE_TIME: "POLICY.IDENTITY.RATE.ONE_TIME",
    RateClass.DRAW: "POLICY.IDENTITY.RATE.DRAW",
    RateClass.QUOTE: "POLICY.IDENTITY.RATE.QUOTE",
    RateClass.REVEAL: "POLICY.IDENTITY.RATE.REVEAL",
    RateClass.AUTHORISE: "POLICY.IDENTITY.RATE.AUTHORISE",
    RateClass.PERSON: "POLICY.IDENTITY.RATE.PERSON",
    RateClass.MACHINE: "POLICY.IDENTITY.RATE.MACHINE",
    RateClass.REFUSED: "POLICY.IDENTITY.RATE.REFUSED",
    RateClass.REFUSED_ALL: "POLICY.IDENTITY.RATE.REFUSED_ALL",
}


class Allowance(NamedTuple):
    """How fast a class may be asked: so many, which come back evenly over so many seconds."""

    requests: int
    seconds: int


class Granted(NamedTuple):
    """What a bucket says to one request, and what the headers RateLimit and Retry-After are made of."""

    is_allowed: bool
    remaining: int
    """Whole requests that are left now."""
    wait_s: int
    """Seconds until the next request is let through, rounded up; 0 where it is now."""
    allowance: Allowance

    def refused(self) -> Refused:
        """Give the refusal of a request that was not let through."""
        return Refused("asked_too_fast", "", f"{self.allowance.requests} in {self.allowance.seconds} s; again in {self.wait_s} s")


def allowance_of(rules: Rules, which: RateClass, on: date) -> Allowance:
    """Give how fast a class may be asked on a day."""
    said = rules.value(KEYS[which], on)
    assert isinstance(said, Mapping), which
    count, seconds = said["count"], said["seconds"]
    assert isinstance(count, int), which
    assert isinstance(seconds, int), which
    return Allowance(count, seconds)


LIMITERS: "Final[WeakKeyDictionary[Store, Limiter]]" = WeakKeyDictionary()


def limiter_of(house: House) -> "Limiter":
    """Give the buckets that every door of this process shares for a house."""
    return LIMITERS.setdefault(house.store, Limiter(house.rules))


class Limiter:
    """The buckets of one process. Threads may share it."""

    def __init__(self, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self._turn = threading.Lock()
        self._buckets: dict[tuple[RateClass, str], tuple[float, float]] = {}
        """When it was asked last (seconds of the clock), and how much was left then."""
        self._allowances: dict[tuple[RateClass, date], Allowance] = {}

    def take(self, caller: str, which: RateClass, on: date) -> Granted:
        """Take one request of a caller out of the bucket of a class, if one is left. One that is not let through costs nothing."""
        allowance = self._allowance(which, on)
        now = self._clock()
        with self._turn:
            left = self._left(caller, which, allowance, now)
            is_allowed = left >= 1
            left -= is_allowed
            self._buckets[which, caller] = (now, left)
            if len(self._buckets) > BUCKETS_MAX:
                self._shed(now)
        # A bucket that was filled by sums of fractions may lack a billionth of one.
        wait = 0 if left >= 1 else math.ceil((1 - left) * allowance.seconds / allowance.requests - 1e-9)
        return Granted(is_allowed, int(left), 0 if is_allowed and left >= 1 else max(wait, 1), allowance)

    def take_all(self, callers: Iterable[str], which: RateClass, on: date) -> Refused | None:
        """Take one request of each caller. Refuses asked_too_fast where one of them has none left; then nothing was taken."""
        taken: list[str] = []
        for caller in callers:
            granted = self.take(caller, which, on)
            if not granted.is_allowed:
                self.give_back(taken, which)
                return granted.refused()
            taken.append(caller)
        return None

    def give_back(self, callers: Iterable[str], which: RateClass) -> None:
        """Put back what was taken for something that is not to be counted, such as signing in with the right password."""
        with self._turn:
            for caller in callers:
                found = self._buckets.get((which, caller))
                if found is not None:
                    self._buckets[which, caller] = (found[0], found[1] + 1)

    def _left(self, caller: str, which: RateClass, allowance: Allowance, now: float) -> float:
        """Give what is in a bucket now."""
        found = self._buckets.get((which, caller))
        if found is None:
            return float(allowance.requests)
        since, left = found
        return min(float(allowance.requests), left + (now - since) * allowance.requests / allowance.seconds + 1e-9)

    def _allowance(self, which: RateClass, on: date) -> Allowance:
        found = self._allowances.get((which, on))
        if found is None:
            found = self._allowances[which, on] = allowance_of(self._rules, which, on)
        return found

    def _shed(self, now: float) -> None:
        """Forget the buckets that are full again; where that is not half of them, those that were asked longest ago."""
        by_day = {which: allowance for (which, _), allowance in self._allowances.items()}
        kept = {
            key: bucket
            for key, bucket in self._buckets.items()
            if bucket[1] + (now - bucket[0]) * by_day[key[0]].requests / by_day[key[0]].seconds < by_day[key[0]].requests
        }
        if len(kept) > BUCKETS_MAX // 2:
            latest = sorted(kept.items(), key=lambda one: one[1][0])[-(BUCKETS_MAX // 2) :]
            kept = dict(latest)
        self._buckets = kept
