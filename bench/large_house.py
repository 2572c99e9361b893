"""The house that the tests of pages look at, grown to any number of loans: its borrowers are copied in SQL, and the days of its tape too.

What pages count, list and add up is copied with each borrower: lines, loans with their states, queues, and what is on file but for the
long bodies of decisions and letters. What no list reads (commands, facts, entries, sealed data) stays with the first borrowers, so that a
page of one of them is whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Table, insert, select, text

from bench.clone import SERIES, STRIDE, copied
from plimsoll.app.database import schema
from plimsoll.app.database.opening import create_store, open_store

COPIED: Final = ("customer", "line", "loan", "loan_state", "work_item", "filing")
EMPTIED: Final = ("decision", "offer.made")
"""Kinds of filings that are counted alone, and copied without their bodies."""
LEFT: Final = (
    *("evidence", "consent.granted", "application.applied", "load_line", "offer.signed", "offer.drawn", "review.claimed", "review.opinion"),
    *("disclosure.shown", "disclosure.confirmed", "disclosure.used", "contact.attempted", "reminder.sent", "reminder.receipt"),
)
"""Kinds of filings that pages of one customer alone read."""
PAGE: Final = 5_000


def grow_house(small: Path, folder: Path, url: str, loans: int, step: Callable[[str], None]) -> int:
    """Make at `url` the book of a small house with about so many loans, and in `folder` its tape, keys and what was told of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("told.json", "vault.json"):
        shutil.copy(small / name, folder / name)
    _copy_book(f"sqlite:///{small / 'book.db'}", url)
    with open_store(url) as store, store.engine.connect() as connection:
        there = connection.execute(select(schema.loan_state.c.loan_id)).all()
        copies = max(loans // len(there), 1)
        step(f"copying {len(there)} loans {copies:,} times")
        connection.execute(text("begin"))
        for name in COPIED:
            step(f"copying {name} {copies:,} times")
            _copy(connection, schema.metadata.tables[name], copies)
        connection.execute(text("commit"))
        connection.execute(text("analyze"))
    for path in sorted((small / "tape").glob("day=*/tape.parquet")):
        step(f"copying the tape of {path.parent.name}")
        _copy_tape(path, folder / "tape" / path.parent.name / "tape.parquet", copies)
    return len(there) * (copies + 1)


def _copy_book(source: str, target: str) -> None:
    """Copy a small book into an empty one, on whichever database that is."""
    create_store(target).close()
    with open_store(source) as old, open_store(target) as new, old.engine.connect() as reading, new.changing() as writing:
        for table in schema.metadata.sorted_tables:
            rows = [row._asdict() for row in reading.execute(select(table))]
            if table.name == "account":
                continue
            if table.name == "book":
                writing.execute(table.delete())
            for first in range(0, len(rows), PAGE):
                writing.execute(insert(table), rows[first : first + PAGE])


def _copy(connection: Connection, table: Table, copies: int) -> None:
    """Add copies of every row of a table, under the numbers of the customers copied."""
    names = [column.name for column in table.columns]
    targets = ", ".join(f'"{name}"' for name in names)
    sources = [f"CASE WHEN kind IN ({_told(EMPTIED)}) THEN '{{}}' ELSE body END" if name == "body" else _moved(name) for name in names]
    kept = f" WHERE kind NOT IN ({_told(LEFT)})" if table.name == "filing" else ""
    series = SERIES[connection.dialect.name]
    sql = f"insert into {table.name} ({targets}) select {', '.join(sources)} from {table.name}, {series}{kept} order by s, customer_id"
    connection.execute(text(sql), {"copies": copies})


def _told(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


def _moved(name: str) -> str:
    return copied(name) if name == "customer_id" else f'"{name}"'


def _copy_tape(source: Path, target: Path, copies: int) -> None:
    """Write a day of the tape with copies of every loan, under the numbers of the customers copied."""
    small = pq.ParquetFile(source).read()
    place = small.schema.get_field_index("customer_id")
    first = small.column("customer_id").to_numpy()
    target.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(target, small.schema, compression="zstd") as writer:
        for begin in range(0, copies + 1, 200):
            turns = range(begin, min(begin + 200, copies + 1))
            whole = pa.concat_tables([small.set_column(place, small.schema.field(place), pa.array(first + n * STRIDE)) for n in turns])
            writer.write_table(whole.combine_chunks())


def told_of(folder: Path) -> dict[str, object]:
    """Give what was told of a house."""
    found: dict[str, object] = json.loads((folder / "told.json").read_text("utf-8"))
    return found
