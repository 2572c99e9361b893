"""Restore a book from a backup into an empty place, and hold back what it would send: it may have left after the backup was made.

What the house forgot, the world remembers: a payment instruction that waited at the time of the backup may have been paid since. So
every message that waits in a restored book is held, until the bank was asked or somebody says what became of it (`app.outbox`).
"""

import gzip
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, insert, literal, select

from plimsoll.app.back_up import BLOCK, BOOK, TABLE_ENDS, Progress, copy_of, read_manifest
from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.schema import REVISION, metadata, outbox, outbox_held
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble

MADE_WITH_THE_BOOK: Final = ("book", "account")
"""Tables that a new book already has rows in."""


class Restored(NamedTuple):
    """What came back: the day that is open, rows of all tables, and how many messages are held back."""

    open_on: str
    rows: int
    held: int


def restore(folder: Path, url: str, now: datetime, *, allow_unsafe: bool = False, progress: Progress | None = None) -> Restored:
    """Make the book at `url` from a backup, whole or not at all; a book that is there stays untouched.

    Raises StoreTrouble backup_missing, backup_damaged, backup_differs (of another database, or of other tables), store_exists, and
    what making a store raises.
    """
    said = read_manifest(folder)
    address = read_address(url)
    if said["kind"] != address.kind:
        raise StoreTrouble("backup_differs", f"the backup is of {said['kind']}, {address.shown()} is {address.kind}")
    if said["revision"] != REVISION:
        raise StoreTrouble("backup_differs", f"the backup is at {said['revision']}, this program at {REVISION}")
    if address.kind == "sqlite":
        return _restore_sqlite(folder, said, address.path, url, now)
    with create_store(url, open_on=date.fromisoformat(said["open_on"]), allow_unsafe=allow_unsafe) as store:
        held = _fill_postgres(store, folder, now, progress)
    return Restored(said["open_on"], sum(said["rows"].values()), held)


def _restore_sqlite(folder: Path, said: dict[str, Any], path: Path | None, url: str, now: datetime) -> Restored:
    """Copy the file beside where it belongs, hold back what waits, then let it have its name."""
    if path is None:
        raise StoreTrouble("store_url_malformed", "a book in memory cannot be restored")
    if path.exists():
        raise StoreTrouble("store_exists", str(path))
    part = path.with_name(f".{path.name}.part")
    try:
        shutil.copyfile(folder / BOOK, part)
        part.chmod(0o600)
        with open_store(url.removesuffix(path.name) + part.name) as store:
            with store.changing() as connection:
                held = _hold_back(connection, now)
            with store.driver() as driver:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        part.rename(path)
    except OSError as failed:
        raise StoreTrouble("store_unreachable", f"{path}: {failed.strerror}") from failed
    finally:
        for end in ("", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)
    return Restored(said["open_on"], sum(said["rows"].values()), held)


def _fill_postgres(store: Store, folder: Path, now: datetime, progress: Progress | None) -> int:
    """Fill the tables of a new book, in the order in which they lean on each other, in one transaction."""
    tables = metadata.sorted_tables
    with store.changing() as connection:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor:
            for name in MADE_WITH_THE_BOOK:
                cursor.execute(f'DELETE FROM "{name}"'.encode())  # noqa: S608 -- names of this file
            for done, table in enumerate(tables, 1):
                with gzip.open(folder / f"{table.name}{TABLE_ENDS}", "rb") as kept, cursor.copy(copy_of(table, "FROM STDIN")) as into:
                    while block := kept.read(BLOCK):
                        into.write(block)
                if progress is not None:
                    progress(done, len(tables))
        return _hold_back(connection, now)


def _hold_back(connection: Connection, now: datetime) -> int:
    """Hold back every message that waits and is not held from an earlier restore; give how many are held."""
    columns = outbox.c
    known = select(literal(1)).where(
        outbox_held.c.customer_id == columns.customer_id,
        outbox_held.c.command_n == columns.command_n,
        outbox_held.c.n == columns.n,
    )
    waits = select(
        *(columns.customer_id, columns.command_n, columns.n, literal(now), literal(""), literal(""), literal("")),
    ).where(columns.delivered_at.is_(None), ~known.exists())
    names = ["customer_id", "command_n", "n", "held_at", "settled_by", "verdict", "reason"]
    connection.execute(insert(outbox_held).from_select(names, waits))
    return int(connection.execute(select(func.count()).select_from(outbox_held).where(outbox_held.c.verdict == "")).scalar_one())
