"""Back up a book while it is in use: one consistent moment of it in a folder, with a manifest that proves what lies there.

SQLite is copied page by page by its own online backup; PostgreSQL is copied table by table from one snapshot, in its binary form.
The keys of the vault and of the audit chain are not in it: they are kept elsewhere, and backed up elsewhere.
"""

import gzip
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Table

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble

FORMAT: Final = "plimsoll backup 1"
MANIFEST: Final = "manifest.json"
BOOK: Final = "book.db"
TABLE_ENDS: Final = ".copy.gz"
PAGES_A_STEP: Final = 4_096
BLOCK: Final = 1 << 20
GZIP_LEVEL: Final = 1


class _Copied(NamedTuple):
    """What a copy holds: rows by table, and the day that is open."""

    rows: dict[str, int]
    open_on: str


Progress = Callable[[int, int], None]
"""How far it is: done, of how many (pages of a file, or tables)."""


class Backup(NamedTuple):
    """What was written: where, the database it is of, the day that was open, rows of all tables, bytes on disk, the manifest's SHA-256."""

    folder: Path
    kind: str
    open_on: str
    rows: int
    size: int
    sha256: str


def back_up(store: Store, folder: Path, now: datetime, progress: Progress | None = None) -> Backup:
    """Write one consistent moment of a book into a new folder, whole or not at all, on disk when this returns.

    Commands go on meanwhile. Cost: the bytes of the book read and written once. Raises StoreTrouble backup_exists, store_unreachable.
    """
    if folder.exists():
        raise StoreTrouble("backup_exists", str(folder))
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True, mode=0o700)
        copied = _copy_sqlite(store, part, progress) if store.kind == "sqlite" else _copy_postgres(store, part, progress)
        manifest = _manifest(store.kind, copied, part, now)
        (part / MANIFEST).write_bytes(json.dumps(manifest, indent=1).encode() + b"\n")
        _sync(part)
        part.rename(folder)
        _sync(folder.parent)
    except OSError as failed:
        raise StoreTrouble("store_unreachable", f"{folder}: {failed.strerror}") from failed
    finally:
        shutil.rmtree(part, ignore_errors=True)
    size = sum(file["bytes"] for file in manifest["files"].values())
    return Backup(folder, store.kind, copied.open_on, sum(copied.rows.values()), size, digest_of(folder / MANIFEST))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and prove a backup: every file is there, with the bytes that the manifest says.

    Raises StoreTrouble backup_missing, backup_damaged.
    """
    try:
        said: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    except OSError as failed:
        raise StoreTrouble("backup_missing", f"{folder}: {failed.strerror}") from None
    except ValueError:
        raise StoreTrouble("backup_damaged", f"{folder / MANIFEST} is not JSON") from None
    if said.get("format") != FORMAT:
        raise StoreTrouble("backup_damaged", f"{folder / MANIFEST}: format {str(said.get('format'))[:60]!r}, wanted {FORMAT!r}")
    for name, file in said["files"].items():
        if Path(name).name != name or not (folder / name).is_file():
            raise StoreTrouble("backup_damaged", f"{name} is missing")
        if digest_of(folder / name) != file["sha256"]:
            raise StoreTrouble("backup_damaged", f"{name} is not what was written")
    return said


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hex."""
    found = sha256()
    with path.open("rb") as opened:
        while block := opened.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def _copy_sqlite(store: Store, part: Path, progress: Progress | None) -> _Copied:
    """Copy the file by the online backup of SQLite, as of the moment at which it begins; commands go on in the write-ahead log."""

    def step(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    copied = sqlite3.connect(part / BOOK)
    try:
        with store.driver() as driver:
            driver.execute("BEGIN")
            try:
                driver.execute("SELECT 1 FROM book").fetchone()  # From here on this connection sees one moment.
                driver.backup(copied, pages=PAGES_A_STEP, progress=step)
            finally:
                driver.execute("ROLLBACK")
        copied.execute("PRAGMA journal_mode = delete")
        checked = copied.execute("PRAGMA integrity_check").fetchone()[0]
        if checked != "ok":
            raise StoreTrouble("backup_damaged", f"the copy is not whole: {checked}")
        names = [table.name for table in schema.metadata.sorted_tables]
        rows = {name: copied.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608 -- names of the schema
        return _Copied(rows, str(copied.execute("SELECT open_on FROM book").fetchone()[0]))
    finally:
        copied.close()


def _copy_postgres(store: Store, part: Path, progress: Progress | None) -> _Copied:
    """Copy every table from one snapshot, in the binary form of COPY, compressed."""
    tables = schema.metadata.sorted_tables
    rows: dict[str, int] = {}
    with store.driver() as driver, driver.cursor() as cursor:
        cursor.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            open_on = cursor.execute(b"SELECT open_on FROM book").fetchone()[0]
            for done, table in enumerate(tables, 1):
                with (
                    gzip.open(part / f"{table.name}{TABLE_ENDS}", "wb", GZIP_LEVEL) as out,
                    cursor.copy(copy_of(table, "TO STDOUT")) as blocks,
                ):
                    for block in blocks:
                        out.write(block)
                rows[table.name] = cursor.rowcount
                if progress is not None:
                    progress(done, len(tables))
        finally:
            cursor.execute(b"ROLLBACK")
    return _Copied(rows, open_on.isoformat())


def copy_of(table: Table, way: str) -> bytes:
    """Give the statement of PostgreSQL that copies a table, column by column in the order of the schema: `TO STDOUT`, `FROM STDIN`."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'COPY "{table.name}" ({names}) {way} (FORMAT binary)'.encode()


def _manifest(kind: str, copied: _Copied, part: Path, now: datetime) -> dict[str, Any]:
    files = {path.name: {"bytes": path.stat().st_size, "sha256": digest_of(path)} for path in sorted(part.iterdir())}
    said = {"format": FORMAT, "kind": kind, "revision": schema.REVISION, "made_at": now.isoformat(), "open_on": copied.open_on}
    return {**said, "rows": copied.rows, "files": files}


def _sync(folder: Path) -> None:
    """See that what lies in a folder, and its names, are on disk."""
    for path in (*_files(folder), folder):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file())
