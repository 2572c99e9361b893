"""The scan of a book on Spark: states go to the executors as Arrow batches, and the compiled kernel of the book makes the tape of them."""

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from plimsoll.app.tape.engine import SparkEngine
from plimsoll.units.refusal import Malformed

TYPES: Final = {
    "int8": "tinyint", "int32": "int", "int64": "bigint", "string": "string", "bool": "boolean", "date32[day]": "date",
}  # fmt: skip


def scan_on_spark(states: str, day: int, folder: str, master: str) -> tuple[str, int]:
    """Write the tape of a day from states, on a cluster: give where it is and how many loans it has.

    Every executor needs `plimsoll-credit[fast]` in its Python. Raises Malformed engine_failed, tape_unreadable.
    """
    from plimsoll.app.closing.tape_states import tape_schema

    # On this machine executors are children of this process: they take the same Python.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    columns = ", ".join(f"{field.name} {TYPES[str(field.type)]}" for field in tape_schema())
    engine = SparkEngine(master)
    where = f"{folder.rstrip('/')}/day={date.fromordinal(day).isoformat()}"
    try:
        frame = engine.session.read.parquet(states)
        frame.mapInArrow(_Mover(day), columns).write.parquet(where)
        return where, int(engine.session.read.parquet(where).count())
    except engine.trouble as wrong:
        raise Malformed("tape_unreadable", str(wrong).splitlines()[0], file=states) from None
    finally:
        engine.close()


class _Mover:
    """What an executor runs on its batches."""

    def __init__(self, day: int) -> None:
        self.day = day

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        from plimsoll.app.closing.tape_states import move_batches

        return move_batches(batches, self.day)
