"""Expected loss loan by loan, as Parquet: Arrow batches of a tape's loans through one measure, in this process or on Spark's executors.

What is fitted (chances, severity) is small and goes to the executors once; the loans stay where they are.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.app.tape.engine import SparkEngine, arrays_of
from plimsoll.app.tape.reading import Tape
from plimsoll.portfolio.ecl.of_tape import Fitted, Loans, Policy, measure
from plimsoll.portfolio.expressions.rows import keys_of
from plimsoll.portfolio.expressions.standing import standing_text
from plimsoll.units.refusal import Malformed

COLUMNS: Final = ("state", "pattern", "deep", "days", "balance", "limit")
MEASURED: Final = {"stage": "bigint", "year": "double", "life": "double", "exposure": "bigint", "allowance": "bigint"}
"""What is told of a loan beside its keys and its balance: stage, chances of default, exposure and allowance in minor units."""

BATCH: Final = 200_000


def same_python() -> None:
    """Let executors on this machine take the Python of this process; before a session starts, and only where nothing else is asked for."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


def measure_batches(batches: Iterable[Any], keys: tuple[str, ...], fitted: Fitted, policy: Policy) -> Iterator[Any]:
    """Give batches of measured loans for batches of `standing_text`, row by row in the same order."""
    for batch in batches:
        table = pa.Table.from_batches([batch])
        found = arrays_of(table.select(COLUMNS))
        told = measure(Loans(*(found[name].astype(np.int64) for name in COLUMNS)), fitted, policy)
        columns = [table[key].combine_chunks() for key in (*keys, "balance")] + [pa.array(column) for column in told]
        yield pa.RecordBatch.from_arrays(columns, names=[*keys, "balance", *MEASURED])


def write_measured(tape: Tape, month: int, fitted: Fitted, policy: Policy, folder: str) -> int:
    """Write the expected loss of every loan that owes in a month into a folder that is not there yet; give how many loans.

    Raises Malformed folder_not_empty, tape_unreadable.
    """
    text, keys = standing_text(tape.source, month), keys_of(tape.source)
    if isinstance(tape.engine, SparkEngine):
        return _on_spark(tape.engine, text, keys, fitted, policy, folder)
    path = Path(folder)
    try:
        if path.exists() and any(path.iterdir()):
            raise Malformed("folder_not_empty", file=folder)
        path.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise Malformed("file_missing", wrong.strerror or "", file=folder) from None
    unfinished, count = path / "loans.unfinished", 0
    reader = pa.table(tape.engine.columns(text)).to_batches(BATCH)
    writer = None
    for batch in measure_batches(reader, keys, fitted, policy):
        writer = writer or pq.ParquetWriter(unfinished, batch.schema, compression="zstd")
        writer.write_batch(batch)
        count += batch.num_rows
    if writer is not None:
        writer.close()
        unfinished.replace(path / "loans.parquet")
    return count


def _on_spark(engine: SparkEngine, text: str, keys: tuple[str, ...], fitted: Fitted, policy: Policy, folder: str) -> int:
    """Let executors measure; each needs `plimsoll-credit[fast]` in its Python."""
    try:
        frame = engine.session.sql(text)
        types = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
        columns = {**{name: types[name] for name in (*keys, "balance")}, **MEASURED}
        told = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        frame.mapInArrow(_Measurer(keys, fitted, policy), told).write.parquet(folder)
        return int(engine.session.read.parquet(folder).count())
    except engine.trouble as wrong:
        said = str(wrong)
        code = "folder_not_empty" if "PATH_ALREADY_EXISTS" in said else "tape_unreadable"
        raise Malformed(code, said.splitlines()[0], file=folder) from None


class _Measurer:
    """What an executor runs on its batches."""

    def __init__(self, keys: tuple[str, ...], fitted: Fitted, policy: Policy) -> None:
        self.keys, self.fitted, self.policy = keys, fitted, policy

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        return measure_batches(batches, self.keys, self.fitted, self.policy)
