"""States of loans as Parquet, and the tape of a day from them: the compiled kernel over Arrow batches, here or on a cluster.

A state is what the book caches of a loan (docs/reference/tables.md). With its terms it tells where the loan stands on any later day, so a
file of states is all that a scan needs: no database, no facts.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.app.closing.columns import Loans, read_loans
from plimsoll.app.closing.scan import snapshot
from plimsoll.app.closing.shard import Joined
from plimsoll.app.closing.tape import move_part, table_of
from plimsoll.app.database.store import Store
from plimsoll.units.refusal import Malformed

CUSTOMERS_A_FILE: Final = 50_000
SCHEMA: Final = pa.schema([
    ("customer_id", pa.int64()),
    ("loan_id", pa.int64()),
    ("opened_on", pa.int64()),
    ("as_of", pa.int64()),
    ("status", pa.int64()),
    ("offer", pa.string()),
    ("terms", pa.binary()),
    ("posted", pa.binary()),
    ("state", pa.binary()),
])  # fmt: skip
"""A row a loan; days are day numbers, terms and states the blobs of the book."""


def write_states(store: Store, day: int, folder: Path) -> int:
    """Write the states of all loans that had begun by a day, a file for some customers; give how many loans.

    Raises Malformed states_later for a book that has moved past the day, and folder_not_empty where the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Malformed("folder_not_empty", file=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with snapshot(store) as seen:
        for number, (first, until) in enumerate(seen.bounds(CUSTOMERS_A_FILE)):
            loans = read_loans(seen, first, until, day)
            if not len(loans.loan_id):
                continue
            if int(loans.as_of.max()) > day:
                later = date.fromordinal(int(loans.as_of.max())).isoformat()
                raise Malformed("states_later", f"{later} is later than {date.fromordinal(day).isoformat()}")
            path = folder / f"part-{number:05d}.parquet"
            unfinished = path.with_suffix(".unfinished")
            pq.write_table(_table_of(loans), unfinished, compression="zstd")
            unfinished.replace(path)
            count += len(loans.loan_id)
    return count


def _table_of(loans: Loans) -> pa.Table:
    """Give loans as rows of the schema."""
    columns = [loans.customer_id, loans.loan_id, loans.opened_on, loans.as_of, loans.status]
    offers = pa.array(loans.offers, pa.string()).take(pa.array(loans.offer))
    return pa.table([*(pa.array(one) for one in columns), offers, *map(_blobs, (loans.terms, loans.posted, loans.state))], schema=SCHEMA)


def _blobs(joined: Joined) -> pa.Array:
    """Give joined blobs as a column of them, without a copy of any."""
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(joined.sizes)]).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), len(joined.sizes), [None, pa.py_buffer(ends), pa.py_buffer(joined.blobs)])


def _joined(column: pa.Array) -> Joined:
    """Give a column of blobs as joined ones."""
    ends = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    blobs = column.buffers()[2]
    return Joined(blobs[int(ends[0]) : int(ends[-1])].to_pybytes() if blobs is not None else b"", np.diff(ends).astype(np.int64))


def loans_of(batch: pa.RecordBatch) -> Loans:
    """Give the rows of a batch as the columns that the kernel takes."""
    customer_id, loan_id, opened_on, as_of, status = (batch.column(name).to_numpy().astype(np.int64) for name in SCHEMA.names[:5])
    offers = batch.column("offer").dictionary_encode()
    terms, posted, state = (_joined(batch.column(name).cast(pa.binary())) for name in SCHEMA.names[6:])
    names, places = offers.dictionary.to_pylist(), offers.indices.to_numpy().astype(np.int64)
    return Loans(customer_id, loan_id, opened_on, as_of, status, names, places, terms, posted, state)


def move_batches(batches: Iterable[pa.RecordBatch], day: int) -> Iterator[pa.RecordBatch]:
    """Give the tape of a day for batches of states: the kernel of the book, over Arrow, wherever this runs."""
    for batch in batches:
        if batch.num_rows:
            yield from table_of(move_part(loans_of(batch), day)).combine_chunks().to_batches()


def tape_schema() -> pa.Schema:
    """Give the columns of the tape."""
    nothing = np.empty(0, np.int64)
    none = Joined(b"", nothing)
    return table_of(move_part(Loans(nothing, nothing, nothing, nothing, nothing, ["none XXX"], nothing, none, none, none), 1)).schema


def scan_states(states: Path, day: int, folder: Path) -> tuple[Path, int]:
    """Write the tape of a day from a folder of states, here: `FOLDER/day=YYYY-MM-DD/tape.parquet`; give its path and how many loans."""
    path = folder / f"day={date.fromordinal(day).isoformat()}" / "tape.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished, count = path.with_suffix(".unfinished"), 0
    with pq.ParquetWriter(unfinished, tape_schema(), compression="zstd") as writer:
        for file in sorted(states.glob("*.parquet")):
            for batch in move_batches(pq.ParquetFile(file).iter_batches(), day):
                writer.write_batch(batch)
                count += batch.num_rows
    unfinished.replace(path)
    return path, count
