"""Test clocks on record: each has a book of its own, which lives in a folder of clocks and is no book of record.

A clock stands still until it is moved, and is only moved forward. A house that lends real money has no clocks: it refuses every one of
them. The list of clocks stands in the book of the house; what happens under a clock stands in the clock's book alone.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Row, insert, select, update

from plimsoll.app.database.address import Address
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.schema_chain import test_clock
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import LIVE, House
from plimsoll.app.zones import zone_of
from plimsoll.units.refusal import Refused

FROZEN, ADVANCING, FAILED, DELETED = "frozen", "advancing", "failed", "deleted"
ZONE: Final = "Asia/Shanghai"
"""Where the days of a clock begin."""
NAME_LENGTH_MAX: Final = 200
CLOCKS_MAX: Final = 200
"""How many clocks a house keeps at a time."""
FORWARD_DAYS_MAX: Final = 3_700
"""How far one advance goes: a little over ten years."""
LEFT_AFTER_S: Final = 60
"""An advance that was not seen alive for so long was left by a process that ended: whoever asks again takes it over."""
BANK_ENDING: Final = ".bank"
FOLDER_VARIABLE: Final = "PLIMSOLL_CLOCKS"
MARK: Final = 0x434C4B
"""What SQLite keeps as `user_version` in the book of a clock, so that no house takes it for a book of record."""


class Clock(NamedTuple):
    """One clock as it is on record. `at` is where it stands (UTC), `stopped_by` the event that ended the last advance early."""

    clock_id: str
    name: str
    owner: str
    made_at: datetime
    book: str
    parent: str
    state: str
    at: datetime
    business_date: date
    target: datetime | None
    stop_on: tuple[str, ...]
    stopped_by: str
    failure: str
    beats_at: datetime | None
    version: int


class Clocks:
    """The clocks of a house, with the folder in which their books lie. Use `clocks_of`."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder

    def make(self, name: str, at: datetime, owner: str, key: str = "") -> Clock | Refused:
        """Make a clock that stands at an instant, with an empty book that takes entries from its day.

        The same key gives the clock that it gave before. Refuses clock_name_malformed, clock_too_many, key_reused.
        """
        clock = self._new(name, at.astimezone(UTC), owner, "", key)
        known = self._known(clock, key)
        if known is not None:
            return known
        refused = self._refuse_new(name)
        if refused is not None:
            return refused
        self.folder.mkdir(parents=True, exist_ok=True)
        create_store(f"sqlite:///{self.path(clock)}", open_on=clock.business_date).close()
        _mark(self.path(clock))
        return self._keep(clock)

    def branch(self, clock_id: str, name: str, owner: str, key: str = "") -> Clock | Refused:
        """Make a clock whose book is a copy of another's, to compare two futures.

        Refuses clock_unknown, clock_advancing, and what `make` refuses.
        """
        parent = self.find(clock_id)
        if isinstance(parent, Refused):
            return parent
        clock = self._new(name, parent.at, owner, clock_id, key)._replace(business_date=parent.business_date)
        known = self._known(clock, key)
        if known is not None:
            return known
        refused = self._refuse_new(name) or _refuse_moving(parent)
        if refused is not None:
            return refused
        for ending in ("", BANK_ENDING):
            _copy(self.path(parent, ending), self.path(clock, ending))
        return self._keep(clock)

    def find(self, clock_id: str) -> Clock | Refused:
        """Give a clock; refuses clock_unknown, also for one that was deleted."""
        with self.house.store.engine.connect() as connection:
            row = connection.execute(select(test_clock).where(test_clock.c.clock_id == clock_id)).first()
        return Refused("clock_unknown", "", clock_id[:NAME_LENGTH_MAX]) if row is None or row.state == DELETED else clock_from(row)

    def every(self, owner: str = "") -> list[Clock]:
        """Give the clocks of somebody, of everybody for "", newest first."""
        asked = select(test_clock).where(test_clock.c.state != DELETED).order_by(test_clock.c.made_at.desc(), test_clock.c.clock_id)
        with self.house.store.engine.connect() as connection:
            rows = connection.execute(asked if not owner else asked.where(test_clock.c.owner == owner)).all()
        return [clock_from(row) for row in rows]

    def delete(self, clock_id: str) -> Clock | Refused:
        """Delete a clock with its book; the line on record stays, as deleted. Refuses clock_unknown, clock_advancing."""
        deleted = self.retire(clock_id)
        if isinstance(deleted, Clock):
            self.sweep(deleted)
        return deleted

    def retire(self, clock_id: str) -> Clock | Refused:
        """Put on record that a clock is deleted; `sweep` takes its book away. Refuses clock_unknown, clock_advancing."""
        clock = self.find(clock_id)
        if isinstance(clock, Refused):
            return clock
        refused = _refuse_moving(clock)
        if refused is not None or not self.change(clock, {"state": DELETED}):
            return refused or Refused("clock_advancing", "", clock_id)
        return clock._replace(state=DELETED, version=clock.version + 1)

    def sweep(self, clock: Clock) -> None:
        """Take away the book of a clock that is deleted; twice is once."""
        assert clock.state == DELETED, clock.state
        for ending in ("", BANK_ENDING):
            for tail in ("", "-wal", "-shm"):
                Path(f"{self.path(clock, ending)}{tail}").unlink(missing_ok=True)

    def claim(self, clock_id: str, to: datetime, stop_on: Sequence[str]) -> Clock | Refused:
        """Take a clock for an advance: of several who ask at once, one gets it.

        Refuses clock_unknown, clock_only_forward, clock_too_far, clock_advancing.
        """
        clock = self.find(clock_id)
        if isinstance(clock, Refused):
            return clock
        if to < clock.at:
            return Refused("clock_only_forward", "", f"{to.isoformat()} is before {clock.at.isoformat()}")
        if (day_of(to) - clock.business_date).days > FORWARD_DAYS_MAX:
            return Refused("clock_too_far", "", f"{FORWARD_DAYS_MAX} days at most")
        refused = _refuse_moving(clock, self.house.now())
        if refused is not None:
            return refused
        target, seen_at = to.astimezone(UTC), self.house.now()
        taken = {"state": ADVANCING, "target": target, "stopped_by": "", "failure": "", "beats_at": seen_at}
        if not self.change(clock, {**taken, "stop_on": json.dumps(list(stop_on))}):
            return Refused("clock_advancing", "", clock_id)
        return clock._replace(
            state=ADVANCING, target=target, stop_on=tuple(stop_on), stopped_by="", failure="", beats_at=seen_at, version=clock.version + 1
        )

    def is_left(self, clock: Clock, to: datetime, stop_on: Sequence[str]) -> bool:
        """Tell whether an advance to an instant ended before its time: it failed, or whoever moved the clock was not seen for long."""
        is_same = clock.target == to.astimezone(UTC) and clock.stop_on == tuple(stop_on)
        is_over = clock.state == FAILED or (clock.state == ADVANCING and _refuse_moving(clock, self.house.now()) is None)
        return is_same and is_over

    def change(self, clock: Clock, values: Mapping[str, object]) -> bool:
        """Change the record of a clock if nobody did since it was read; tell whether."""
        same = (test_clock.c.clock_id == clock.clock_id, test_clock.c.version == clock.version)
        with self.house.store.changing() as connection:
            return connection.execute(update(test_clock).where(*same).values({**values, "version": clock.version + 1})).rowcount == 1

    def path(self, clock: Clock, ending: str = "") -> Path:
        """Give where the book of a clock lies; with an ending, what lies beside it."""
        return self.folder / f"{clock.book}{ending}"

    def _refuse_new(self, name: str) -> Refused | None:
        if not name.strip() or len(name) > NAME_LENGTH_MAX or not name.isprintable():
            return Refused("clock_name_malformed", "", repr(name)[:NAME_LENGTH_MAX])
        return Refused("clock_too_many", "", f"{CLOCKS_MAX} at most") if len(self.every()) >= CLOCKS_MAX else None

    def _known(self, clock: Clock, key: str) -> Clock | Refused | None:
        """Give the clock that a key gave before; refuses key_reused where something else was asked for under it."""
        found = self.find(clock.clock_id) if key else None
        if not isinstance(found, Clock):
            return None
        is_same = (found.name, found.owner, found.parent) == (clock.name, clock.owner, clock.parent)
        return found if is_same else Refused("key_reused", "", key)

    def _new(self, name: str, at: datetime, owner: str, parent: str, key: str) -> Clock:
        clock_id = f"clk_{sha256(key.encode()).hexdigest()[:20] if key else secrets.token_hex(10)}"
        made_at = self.house.now()
        return Clock(clock_id, name, owner, made_at, f"{clock_id}.db", parent, FROZEN, at, day_of(at), None, (), "", "", None, 1)

    def _keep(self, clock: Clock) -> Clock:
        with self.house.store.changing() as connection:
            connection.execute(insert(test_clock).values(**clock._replace(stop_on="[]")._asdict()))  # type: ignore[arg-type]  # as stored
        return clock


def clocks_of(house: House, folder: Path) -> Clocks | Refused:
    """Give the clocks of a house; refuses clock_in_live for a house that lends real money."""
    return Refused("clock_in_live") if house.mode == LIVE else Clocks(house, folder)


def clocks_folder(address: Address) -> Path:
    """Give where the books of clocks lie: what `PLIMSOLL_CLOCKS` names, else beside a SQLite file, else in the working folder."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    if named:
        return Path(named)
    return address.path.with_suffix(".clocks") if address.path is not None else Path("plimsoll.clocks")


def refuse_clock_book(path: Path) -> Refused | None:
    """Refuse the book of a test clock where a book of record is wanted: clock_book_in_live."""
    if not path.is_file():
        return None
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        is_clock = connection.execute("PRAGMA user_version").fetchone()[0] == MARK
    return Refused("clock_book_in_live", "", path.name) if is_clock else None


def clock_of(path: Path | None) -> str:
    """Give the clock whose book lies at a path, "" for a book of record."""
    return "" if path is None or refuse_clock_book(path) is None else path.stem


def day_of(at: datetime) -> date:
    """Give the business day of an instant."""
    return at.astimezone(zone_of(ZONE)).date()


def clock_from(row: Row[tuple[object, ...]]) -> Clock:
    """Give a clock from its row."""
    said = dict(row._mapping)  # noqa: SLF001 -- the public way to a row's names
    for name in ("made_at", "at", "target", "beats_at"):
        said[name] = instant_of(said[name]) if said[name] is not None else None
    return Clock(**{**said, "stop_on": tuple(json.loads(said["stop_on"]))})


def _refuse_moving(clock: Clock, now: datetime | None = None) -> Refused | None:
    """Refuse a clock that is being moved; given the instant, not one whose mover was not seen for long."""
    if clock.state != ADVANCING:
        return None
    assert clock.beats_at is not None, "who moves a clock is seen alive"
    if now is not None and (now - clock.beats_at).total_seconds() > LEFT_AFTER_S:
        return None
    return Refused("clock_advancing", "", f"{clock.clock_id}, at {clock.business_date}, to {clock.target}")


def _copy(source: Path, target: Path) -> None:
    """Copy a database as it stands, also while somebody writes to it."""
    if source.exists():
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)


def _mark(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {MARK}")
