"""Anchors: checkpoints kept outside the book, in a file that only grows, best where the book's owner cannot write.

A chain can be rewritten whole, or its end cut off, by whoever owns the database and the key; who holds an anchor can tell. The file holds
notes (`plimsoll.app.chain.checkpoint`), an empty line between them. Nothing is written where the chain no longer leads to the last one.
"""

import fcntl
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from plimsoll.app.chain.checkpoint import FIRST_LINE, NOTE_LENGTH_MAX, Note, read_note
from plimsoll.app.chain.read import blocks_from, origin_of
from plimsoll.app.database.schema_chain import audit_checkpoint
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble

FILE_BYTES_MAX: Final = 512 * 1024 * 1024
_C: Final = audit_checkpoint.c
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9.-]+")


class Anchored(NamedTuple):
    """Where the anchors are, how many were added, and the last block they speak of; how many there are, in how many bytes."""

    path: Path
    added: int
    block_n: int
    kept: int
    size: int


def anchor(store: Store, place: Path, before: Anchored | None = None) -> Anchored:
    """Add the checkpoints of a book that are newer than the last one in a file, or in the file of the book in a folder.

    The book has to hold the last one as it was anchored, and all those before it: as many as the file holds. Who anchored `before` reads
    the end of a file that nobody else wrote to since, and nothing older in the book; leave it out now and then, to have all counted.

    Raises StoreTrouble audit_anchor_unwritable, audit_anchor_malformed, audit_anchor_differs.
    """
    with store.driver() as driver:
        origin = origin_of(driver, store.kind)
    path = path_of(place, origin)
    try:
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return _add(store, file, path, origin, before)
    except OSError as failed:
        raise StoreTrouble("audit_anchor_unwritable", f"{path}: {failed.strerror}") from None


def path_of(place: Path, origin: str) -> Path:
    """Give the file that keeps the anchors of a book: the place itself, or the file of that book in a folder."""
    return place / f"{_UNUSUAL.sub('-', origin)}.notes" if place.is_dir() else place


def read_anchors(path: Path) -> list[Note]:
    """Give the checkpoints of a file of anchors, oldest first. Raises StoreTrouble audit_anchor_unwritable, audit_anchor_malformed."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise StoreTrouble("audit_anchor_malformed", f"{path}: too long")
        return notes_in(path.read_bytes(), path)
    except OSError as failed:
        raise StoreTrouble("audit_anchor_unwritable", f"{path}: {failed.strerror}") from None


def notes_in(said: bytes, path: Path) -> list[Note]:
    """Read the notes of a file. Raises StoreTrouble audit_anchor_malformed, also where they do not stand in the order of their blocks."""
    try:
        first, *parts = said.decode().split(FIRST_LINE + "\n")
        notes = [read_note(f"{FIRST_LINE}\n{part.rstrip(chr(10))}\n") for part in parts]
    except ValueError as wrong:
        raise StoreTrouble("audit_anchor_malformed", f"{path}: {wrong}") from None
    if first or any(one.block_n >= later.block_n for one, later in pairwise(notes)):
        raise StoreTrouble("audit_anchor_malformed", f"{path}: not in the order of blocks")
    return notes


def _add(store: Store, file: Any, path: Path, origin: str, before: Anchored | None) -> Anchored:
    """Append what is new to a file that is held."""
    size = file.seek(0, os.SEEK_END)
    last: Note | None
    if before is not None and size and (before.path, before.size) == (path, size):
        last, count = _last_in(file, size, path), before.kept
    else:
        file.seek(0)
        known = notes_in(file.read(FILE_BYTES_MAX), path)
        last, count = known[-1] if known else None, len(known)
        if last is not None:
            _hold_count(store, last, count)
    if last is not None:
        hold_to(store, last, origin)
        _hold_note(store, last)
    added = [read_note(said) for said in _notes_after(store, last.block_n if last is not None else 0)]
    if added:
        said = "".join(("\n" if count or at else "") + note.text() for at, note in enumerate(added)).encode()
        file.seek(0, os.SEEK_END)
        file.write(said)
        file.flush()
        os.fsync(file.fileno())
        size += len(said)
    newest = added[-1] if added else last
    return Anchored(path, len(added), newest.block_n if newest else 0, count + len(added), size)


def _last_in(file: Any, size: int, path: Path) -> Note:
    """Read the last note of a file from its end."""
    file.seek(max(0, size - 2 * NOTE_LENGTH_MAX))
    _, first, rest = file.read().rpartition(f"{FIRST_LINE}\n".encode())
    try:
        return read_note((first + rest).decode())
    except ValueError as wrong:
        raise StoreTrouble("audit_anchor_malformed", f"{path}: {wrong}") from None


def _notes_after(store: Store, block_n: int) -> list[str]:
    """Give the checkpoints after the one of a block, oldest first."""
    newer = select(_C.note).where(_C.block_n > block_n).order_by(_C.block_n)
    with store.engine.connect() as connection:
        return list(connection.execute(newer).scalars())


def _hold_note(store: Store, last: Note) -> None:
    """Hold the book to the note that was anchored last. Raises StoreTrouble audit_anchor_differs."""
    with store.engine.connect() as connection:
        found = connection.scalar(select(_C.note).where(_C.block_n == last.block_n))
    if found != last.text():
        what = "gone" if found is None else "another one"
        raise StoreTrouble("audit_anchor_differs", f"the checkpoint of block {last.block_n} is {what}")


def _hold_count(store: Store, last: Note, count: int) -> None:
    """Hold the book to as many checkpoints as were anchored. Raises StoreTrouble audit_anchor_differs."""
    with store.engine.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(audit_checkpoint).where(_C.block_n <= last.block_n))
    if found != count:
        raise StoreTrouble("audit_anchor_differs", f"{found} checkpoints up to block {last.block_n}, and {count} were anchored")


def hold_to(store: Store, last: Note, origin: str) -> None:
    """Hold the chain to what was anchored last. Raises StoreTrouble audit_anchor_differs."""
    if last.origin != origin:
        raise StoreTrouble("audit_anchor_differs", f"the anchors are of {last.origin}, the book is {origin}")
    with store.driver() as driver:
        found = blocks_from(driver, store.kind, last.block_n, 1)
    if not found or found[0].block_n != last.block_n:
        raise StoreTrouble("audit_anchor_differs", f"block {last.block_n} is not there")
    if found[0].head.hex() != last.head:
        raise StoreTrouble("audit_anchor_differs", f"block {last.block_n} has another head")
