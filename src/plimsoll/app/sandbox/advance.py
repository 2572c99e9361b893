"""Move a test clock forward: every day as a house lives it, stopped by the first event that was asked for, or by what failed.

A day is the list of `plimsoll.app.night`, the same that a house of record works off; its bank is that of the sandbox, and its people are
quiet. A day is done or not: what fails is told on record, and the clock stands where the last good day left it. Asking again goes on.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from datetime import time as hours
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import book
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Failed, told
from plimsoll.app.house import House
from plimsoll.app.night import Way, work_day
from plimsoll.app.sandbox.clock import FAILED, FROZEN, ZONE, Clock, day_of
from plimsoll.app.sandbox.opened import OpenClocks
from plimsoll.app.sandbox.stops import STOPS, Happened, brought, due_on, refuse_stops
from plimsoll.app.zones import zone_of
from plimsoll.units.refusal import Refused

TOLD_EVERY_S: Final = 0.5
FAILURE_LENGTH_MAX: Final = 500
CLOSE_S: Final = 30.0
LEFT: Final = "the server was stopped; ask again to go on"

Money = Callable[[House, date, datetime], Happened]
"""What the sandbox bank does on a day, before anybody is reminded of it."""


class Moved(NamedTuple):
    """Where a clock came to, what stopped it ("" for its target) and why it failed ("" where it did not)."""

    at: datetime
    stopped_by: str = ""
    failure: str = ""


class Mover:
    """Moves the clocks of a house, here or in a thread of its own."""

    def __init__(self, opened: OpenClocks, money: Money) -> None:
        self.opened = opened
        self.clocks = opened.clocks
        self.money = money
        self._under_way: set[threading.Thread] = set()
        self._is_closing = False

    def advance(self, clock_id: str, to: datetime, stop_on: Sequence[str] = ()) -> Clock | Refused:
        """Move a clock to an instant, or to the end of the first day that brings one of some events, and give it as it then stands.

        Refuses clock_stop_unknown, clock_unknown, clock_only_forward, clock_too_far, clock_advancing, clock_too_many_open.
        """
        claimed = self.claim(clock_id, to, stop_on)
        return claimed if isinstance(claimed, Refused) else self._moved(claimed)

    def start(self, clock_id: str, to: datetime, stop_on: Sequence[str] = ()) -> Clock | Refused:
        """Begin to move a clock in the background, and give it as it stands now; refuses what `advance` refuses."""
        claimed = self.claim(clock_id, to, stop_on)
        if isinstance(claimed, Clock):
            self.go(claimed)
        return claimed

    def claim(self, clock_id: str, to: datetime, stop_on: Sequence[str]) -> Clock | Refused:
        """Take a clock for an advance, which `go` begins; refuses what `advance` refuses."""
        return refuse_stops(stop_on) or self.clocks.claim(clock_id, to, stop_on)

    def go(self, claimed: Clock) -> None:
        """Begin to move a clock that was claimed, in the background."""
        thread = threading.Thread(target=self._moved, args=(claimed,), name=f"plimsoll-{claimed.clock_id}", daemon=True)
        self._under_way = {one for one in self._under_way if one.is_alive()} | {thread}
        thread.start()

    def go_on(self, clock: Clock, to: datetime, stop_on: Sequence[str]) -> None:
        """Go on in the background with an advance that ended before its time; one that is under way, or done, is left alone."""
        if self.clocks.is_left(clock, to, stop_on):
            self.start(clock.clock_id, to, stop_on)

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing is moved in the background, or the time is over; tell whether nothing is."""
        for thread in self._under_way:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._under_way)

    def close(self) -> None:
        """Let what is moved in the background stop after the day it is at, which its clock then tells."""
        self._is_closing = True
        for thread in self._under_way:
            thread.join(CLOSE_S)

    def _moved(self, clock: Clock) -> Clock | Refused:
        """Move a clock that was claimed, whatever happens to it on the way."""
        house = told(partial(self.opened.moved_house, clock))
        if isinstance(house, Refused | Failed):
            why = house.text() if isinstance(house, Refused) else house.raised
            return self._settled(clock, Moved(clock.at, failure=why[:FAILURE_LENGTH_MAX]))
        assert clock.target is not None, "it was claimed"
        with house.store.keeping_files():
            return self._settled(*self._lived(house, clock))

    def _lived(self, house: House, clock: Clock) -> tuple[Clock, Moved]:
        """Live day after day; give the clock as it was put on record last, and where it came to."""
        told_at, on_record, moved = time.monotonic(), clock, Moved(clock.at)
        for moved in moves(house, clock, self.money):
            if self._is_closing and moved.at != clock.target:
                moved = moved._replace(failure=moved.failure or LEFT)  # noqa: PLW2901 -- it ends here
                break
            if time.monotonic() - told_at > TOLD_EVERY_S:
                told_at, on_record = time.monotonic(), self._told(on_record, moved)
        return on_record, moved

    def _told(self, clock: Clock, moved: Moved) -> Clock:
        """Put on record how far a clock came, so that whoever asks sees it move."""
        now = self.clocks.house.now()
        self.clocks.change(clock, {"at": moved.at, "business_date": day_of(moved.at), "beats_at": now})
        return clock._replace(version=clock.version + 1, at=moved.at)

    def _settled(self, clock: Clock, moved: Moved) -> Clock | Refused:
        state = FAILED if moved.failure else FROZEN
        values: dict[str, Any] = {"stopped_by": moved.stopped_by, "failure": moved.failure, "beats_at": None, "state": state}
        # What failed keeps its target: whoever asks for the same again goes on to it.
        values |= {} if moved.failure else {"target": None}
        self.clocks.change(clock, {**values, "at": moved.at, "business_date": day_of(moved.at)})
        return self.clocks.find(clock.clock_id)


def moves(house: House, clock: Clock, money: Money) -> Iterator[Moved]:
    """Close day after day and give where the clock stands after each; the last one is where it stays.

    A book may be ahead of what is on record of its clock, where whoever moved it was killed: days before its last one are not lived again.
    """
    assert clock.target is not None, "it was claimed"
    last, stop_on, at = day_of(clock.target), frozenset(clock.stop_on), clock.at
    for day in range(max(clock.business_date.toordinal(), _last_closed(house)), last.toordinal()):
        found = _night(house, day, at, money, is_looked_at=bool(stop_on))
        if isinstance(found, str):
            yield Moved(at, failure=found[:FAILURE_LENGTH_MAX])
            return
        at = max(at, _begins(day + 1))
        hit = next((one for one in STOPS if one in stop_on and one in found), "")
        yield Moved(at, hit)
        if hit:
            return
    yield Moved(clock.target)


def _last_closed(house: House) -> int:
    """Give the last day on which a book takes no entries any more, which may not have been lived to its end."""
    with house.store.engine.connect() as connection:
        open_on = connection.scalar(select(book.c.open_on))
    return open_on.toordinal() - 1 if open_on is not None else 0


def _night(house: House, day: int, earliest: datetime, money: Money, *, is_looked_at: bool) -> frozenset[str] | str:
    """Do what a day asks for; give what it brought, or why it failed."""
    try:
        done = told(partial(_lived, house, day, earliest, money, is_looked_at=is_looked_at))
    except StoreTrouble as trouble:
        return f"{date.fromordinal(day)}: {trouble.code}: {trouble}"
    return f"{date.fromordinal(day)}: {done.raised}" if isinstance(done, Failed) else done


def _lived(house: House, day: int, earliest: datetime, money: Money, *, is_looked_at: bool) -> frozenset[str]:
    """Live a day as a house does, by the one list of its work, never before where the clock stood.

    Raises RuntimeError where a loan could not be moved, or something met a bug.
    """
    on, store, happened = date.fromordinal(day), house.store, Happened()

    def clock(planned: datetime) -> datetime:
        return max(planned, earliest)

    def paid(house: House, on: date, at: datetime) -> None:
        nonlocal happened
        happened = money(house, on, at)

    due = due_on(store, day) if is_looked_at else frozenset()
    for done in work_day(house, on, Way(clock, paid, partial(_contacts, clock=clock))):
        if done.failed:
            raise RuntimeError(f"{done.name}: {len(done.failed)} failed, the first of them: {done.failed[0]}")
    return brought(store, day, due, happened) if is_looked_at else frozenset()


def _contacts(house: House, clock: Callable[[datetime], datetime]) -> Any:
    from plimsoll.app.sandbox.quiet import contacts_of  # imported by a day that collects: it needs the extra `fast`

    return contacts_of(house, clock)


def _begins(day: int) -> datetime:
    return _at(date.fromordinal(day), hours(0))


def _at(on: date, hour: hours) -> datetime:
    return datetime.combine(on, hour, zone_of(ZONE)).astimezone(UTC)


def no_money(house: House, on: date, at: datetime) -> Happened:  # noqa: ARG001 -- every way of paying is called alike
    """Let nobody pay by themselves."""
    return Happened()
