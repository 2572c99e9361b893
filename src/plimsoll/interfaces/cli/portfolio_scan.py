"""`plimsoll portfolio states` and `scan`: take the states of a book out, and make the tape of a day from them, here or on a cluster."""

import json
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.exits import NOT_FOUND, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.portfolio_tape import Master, one_of
from plimsoll.portfolio.source import SPARK

HERE = "here"

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day, such as 2026-11-30.")]
Out = Annotated[str, typer.Option("--out", metavar="FOLDER", help="Where it is written.")]
States = Annotated[
    str, typer.Option("--states", metavar="FOLDER", help="What `portfolio states` wrote: a folder, or an address for Spark.")
]
Where = Annotated[str, typer.Option("--engine", metavar="NAME", help="here, or spark (extra `spark`).")]


def states(on: On, out: Out, db: Db = "", as_json: AsJson = False) -> None:
    """Write the states of all loans as Parquet: all that a scan needs, of a book that is not past the day."""
    from plimsoll.app.closing.tape_states import write_states

    with open_store(book_url(db)) as store:
        count = write_states(store, read_on(on, "--on").toordinal(), Path(out))
    told = {"states": out, "loans": count}
    print(json.dumps(told) if as_json else f"{count:,} states in {out}")


def scan(states: States, on: On, out: Out, engine: Where = HERE, master: Master = "", as_json: AsJson = False) -> None:
    """Write the tape of a day from states, by the kernel of the book over Arrow batches: in this process, or on Spark's executors."""
    day = read_on(on, "--on").toordinal()
    if one_of("--engine", engine, (HERE, SPARK)) == SPARK:
        from plimsoll.app.closing.tape_cluster import scan_on_spark

        path, count = scan_on_spark(states, day, out, master)
    else:
        from plimsoll.app.closing.tape_states import scan_states

        if not any(Path(states).glob("*.parquet")):
            raise Stop(NOT_FOUND, f"no states in {states}; `plimsoll portfolio states` writes them")
        found, count = scan_states(Path(states), day, Path(out))
        path = str(found)
    told = {"tape": path, "loans": count}
    print(json.dumps(told) if as_json else f"{count:,} loans in {path}")
