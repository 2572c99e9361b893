"""Figures of a whole book that take seconds: made beside the pages, kept for the business date, in memory and in files beside the tape.

A page never waits long for them: it is given what stands, with the instant it was made at, or hears since when it is being made. What
stands goes by a key: the book, the rules, the business date, and a mark that moves when something was written. A figure whose mark has
moved is made anew, though not again before it is `REST` times as old as it took; until then it is shown with its instant.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import select, text

from plimsoll.app.business_day import business_day
from plimsoll.app.config import tape_folder
from plimsoll.app.database.address import read_address
from plimsoll.app.database.schema import book
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.figures_file import read_value, written_value
from plimsoll.app.house import READ_ONLY, House
from plimsoll.units.refusal import Refused

PART: Final = "kept figures"
WAIT_S: Final = 0.1
"""How long a page waits for a figure that is not made yet."""
REST: Final = 60
WORKERS: Final = 1
"""One figure at a time, so that the rest of the machine is there for pages."""
AGAIN_S: Final = 10.0
"""When a figure that could not be made is tried again."""
CREATED: Final = select(book.c.created_at)
log: Final = logging.getLogger("plimsoll.figures")


class Figure(NamedTuple):
    """How a figure is made, and what it is made of: the book, its tape, or both. Its file is named by its name."""

    name: str
    make: Callable[[House], object]
    of_book: bool = True
    of_tape: bool = False
    is_filed: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """A figure as it was made: on which business date, at which instant; since when it is being made anew, None where it is not."""

    value: Any
    on: date
    at: datetime
    anew_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class BeingMade:
    """A figure that nothing stands of yet, and since when it is being made."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """What a figure holds for: the book by its beginning, the rules, the business date, and the mark of what it is made of."""

    book: str
    rules: str
    on: date
    mark: str

    def is_of(self, other: "Key") -> bool:
        """Tell whether two keys are of one book under one rulebook."""
        return (self.book, self.rules) == (other.book, other.rules)


@dataclass(frozen=True, slots=True)
class _Kept:
    key: Key
    made: Made
    took_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class _Making:
    kept: "Future[_Kept]"
    since: datetime
    begun_s: float

    def is_over(self) -> bool:
        """Tell whether it is made, or failed so long ago that it may be tried again."""
        return self.kept.done() and (self.kept.exception() is None or time.monotonic() - self.begun_s > AGAIN_S)

    def is_broken_off(self) -> bool:
        """Tell whether whoever made it was ended; to those who wait for it, it is still being made."""
        return self.kept.done() and isinstance(self.kept.exception(), MakerEnded)


class MakerEnded(Exception):
    """Whoever made a figure was ended before it was made; it is made again."""


class KeptFigures:
    """The figures of one house. Threads may share it; closing it waits for those that are under way.

    `maker` makes one by an instant: here, unless a process beside this one does (`app/figures_process.py`). Raises MakerEnded.
    """

    def __init__(self, house: House, wait_s: float = WAIT_S) -> None:
        self.house, self.wait_s = house, wait_s
        self.maker: Callable[[Figure, datetime], object] = self._make_here
        self._kept: dict[str, _Kept] = {}
        self._making: dict[str, _Making] = {}
        self._turning = threading.Lock()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="plimsoll-figures")

    def look(self, figure: Figure, until: float | None = None) -> Made | BeingMade:
        """Give a figure as it stands, else since when it is being made. Raises what making it raised.

        Waits to be given it fresh until an instant of `time.monotonic`, by default `wait_s` from now.
        """
        until = time.monotonic() + self.wait_s if until is None else until
        key = self.key_of(figure)
        kept = self._standing(figure, key)
        if kept is not None and (kept.key == key or self._rests(kept, key)):
            return kept.made
        making = self._begin(figure, key)
        wait((making.kept,), max(0.0, until - time.monotonic()))
        if making.kept.done() and not making.is_broken_off():
            return making.kept.result().made
        return BeingMade(making.since) if kept is None else replace(kept.made, anew_since=making.since)

    def make(self, figure: Figure) -> None:
        """Make a figure and wait for it, where it does not stand or has rested long enough. Raises what making it raised, or MakerEnded."""
        key = self.key_of(figure)
        kept = self._standing(figure, key)
        if kept is None or not (kept.key == key or self._rests(kept, key)):
            self._begin(figure, key).kept.result()

    def took(self) -> dict[str, float]:
        """Give the seconds that each figure took that stands in memory."""
        return {name: one.took_s for name, one in self._kept.items()}

    def forget(self) -> None:
        """Let go of what stands in memory."""
        self._kept, self._making = {}, {}

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._workers.shutdown(wait=True, cancel_futures=True)
        self.forget()

    def key_of(self, figure: Figure) -> Key:
        """Give the key of a figure as the book stands now."""
        store = self.house.store
        with store.engine.connect() as connection:
            created = connection.execute(CREATED).scalar_one()
        marks = [mark(store) for mark, is_asked in ((book_mark, figure.of_book), (tape_mark, figure.of_tape)) if is_asked]
        return Key(instant_of(created).isoformat(), self.house.rules.digest, business_day(self.house), " ".join(marks))

    def _standing(self, figure: Figure, key: Key) -> _Kept | None:
        """Give what stands of a figure, be it of an earlier day: from memory, else from its file."""
        kept = self._kept.get(figure.name)
        if kept is None or kept.key.on != key.on:
            filed = self._read(figure)
            if filed is not None and filed.key.is_of(key) and (kept is None or filed.ended_s > kept.ended_s):
                kept = self._kept[figure.name] = filed
        return kept if kept is not None and kept.key.is_of(key) else None

    def _rests(self, kept: _Kept, key: Key) -> bool:
        return kept.key.on == key.on and 0 <= time.time() - kept.ended_s < REST * kept.took_s

    def _begin(self, figure: Figure, key: Key) -> "_Making":
        """Begin to make a figure, or join whoever makes it; one that could not be made is tried again after a while."""
        with self._turning:
            found = self._making.get(figure.name)
            if found is None or found.is_over():
                since = found.since if found is not None and found.is_broken_off() else self.house.now()
                found = _Making(self._workers.submit(self._make, figure, key), since, time.monotonic())
                self._making[figure.name] = found
        return found

    def _make(self, figure: Figure, key: Key) -> _Kept:
        at, begun = self.house.now(), time.monotonic()
        value = self.maker(figure, at)
        if business_day(self.house) != key.on:  # a day was closed meanwhile, and what was read may be of either
            return self._make(figure, self.key_of(figure))
        kept = _Kept(key, Made(value, key.on, at), time.monotonic() - begun, time.time())
        self._kept[figure.name] = kept
        if not isinstance(value, Refused):
            self._write(figure, kept)
        return kept

    def _make_here(self, figure: Figure, _: datetime) -> object:
        return figure.make(self.house)

    def _file(self, figure: Figure) -> Path | None:
        """Give where a figure is filed; None where it is not, there is no tape, or the house only reads."""
        if not figure.is_filed or self.house.mode == READ_ONLY or not _is_on_disk(self.house.store):
            return None
        tape = tape_folder(self.house.store.address.url)
        return figures_folder(tape) / f"{figure.name.replace(' ', '-')}.json" if tape.is_dir() else None

    def _read(self, figure: Figure) -> _Kept | None:
        path = self._file(figure)
        if path is None or not path.is_file():
            return None
        try:
            said = json.loads(path.read_text("utf-8"))
            key = Key(said["book"], said["rules"], date.fromisoformat(said["on"]), said["mark"])
            made = Made(read_value(said["value"]), key.on, datetime.fromisoformat(said["at"]))
            return _Kept(key, made, said["took_s"], said["ended_s"])
        except (OSError, ValueError, KeyError, TypeError) as unread:
            log.info("%s: made anew, since its file is not as this version writes it: %s", figure.name, unread)
            return None

    def _write(self, figure: Figure, kept: _Kept) -> None:
        path = self._file(figure)
        if path is None:
            return
        said = {
            "book": kept.key.book,
            "rules": kept.key.rules,
            "on": kept.key.on.isoformat(),
            "mark": kept.key.mark,
            "at": kept.made.at.isoformat(),
            "took_s": kept.took_s,
            "ended_s": kept.ended_s,
            "value": written_value(kept.made.value),
        }
        unfinished = path.with_suffix(f".unfinished-{threading.get_ident()}")
        try:
            path.parent.mkdir(exist_ok=True)
            unfinished.write_text(json.dumps(said), "utf-8")
            unfinished.replace(path)
        except OSError as failed:
            log.warning("%s is not kept: %s", figure.name, failed)


def figures_folder(tape: Path) -> Path:
    """Give where figures are filed: beside the tape."""
    return tape.with_suffix(".figures")


def _is_on_disk(store: Store) -> bool:
    return store.kind == "postgresql" or read_address(store.address.url).path is not None


def book_mark(store: Store) -> str:
    """Give a mark that moves whenever something may have been written to a book, and costs nothing to read.

    Of a SQLite file its size and age with those of its log; of PostgreSQL the number of the next transaction that writes.
    """
    if store.kind == "postgresql":
        with store.engine.connect() as connection:
            return str(connection.execute(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")).scalar_one())
    path = read_address(store.address.url).path
    if path is None:
        return str(time.monotonic_ns())
    return " ".join(_stamp(one) for one in (path, path.with_name(path.name + "-wal")))


def tape_mark(store: Store) -> str:
    """Give a mark that moves with every day that is added to a tape, or written anew at its end."""
    days = sorted(tape_folder(store.address.url).glob("day=*/tape.parquet"))
    return f"{len(days)} {days[-1].parent.name} {_stamp(days[-1])}" if days else ""


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except FileNotFoundError:
        return "0"
    return f"{found.st_size} {found.st_mtime_ns}"


def kept_figures(house: House) -> KeptFigures:
    """Give the figures of a house."""
    return house.part(PART, lambda: KeptFigures(house))
