"""`plimsoll clock`: test clocks of a sandbox, moved forward by the real close of every day."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Final, TypeVar

import typer

from plimsoll.app.command_file import CommandFile
from plimsoll.app.execute import Answer, Failed
from plimsoll.app.execute_many import RowOutcome
from plimsoll.app.sandbox.clock import ADVANCING, FAILED, Clock, day_of
from plimsoll.app.sandbox.of_house import Sandbox, sandbox_of
from plimsoll.app.sandbox.stops import STOPS
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, REFUSED, TRY_AGAIN, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.signed_in import opened_house
from plimsoll.interfaces.cli.tell import tell
from plimsoll.units.refusal import Malformed, Refused

app = typer.Typer(help="Test clocks: a made-up life moved forward by the real close.", no_args_is_help=True, add_completion=False)
OWNER: Final = "cli"
CODES: Final = {"clock_unknown": NOT_FOUND, "clock_advancing": TRY_AGAIN, "clock_too_many_open": TRY_AGAIN}
T = TypeVar("T")

Id = Annotated[str, typer.Argument(metavar="CLOCK", help="Its id, such as clk_0123456789abcdef0123.")]
Called = Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")]
To = Annotated[str, typer.Option("--to", metavar="INSTANT", help="Where to: 2027-01-15T09:00:00+08:00, or a date for its first moment.")]
Stops = Annotated[
    list[str] | None, typer.Option("--stop-on", metavar="TYPE", help=f"Stop after the day that brings one: {', '.join(STOPS)}.")
]


@app.command()
def make(
    name: Called,
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="Where it stands first: 2026-01-15T09:00:00+08:00, or a date.")],
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Make a clock with an empty book of its own."""
    instant = _instant(at, "--at")
    with _sandbox(db) as sandbox:
        _show(_check(sandbox.clocks.make(name, instant, OWNER)), sandbox, as_json)


@app.command("list")
def command_list(db: Db = "", as_json: AsJson = False) -> None:
    """List the clocks of the house, newest first."""
    with _sandbox(db) as sandbox:
        found = sandbox.clocks.every()
    if as_json:
        print(json.dumps([_plain(one) for one in found], ensure_ascii=False))
        return
    rows = [(one.clock_id, one.name, one.state, str(one.business_date), one.stopped_by or one.failure) for one in found]
    print(aligned([("clock", "name", "state", "day", "stopped by"), RULE, *rows], left=5) if rows else "No clock.")


@app.command()
def show(clock: Id, db: Db = "", as_json: AsJson = False) -> None:
    """Show where a clock stands, and where its book lies."""
    with _sandbox(db) as sandbox:
        _show(_check(sandbox.clocks.find(clock)), sandbox, as_json)


@app.command()
def post(
    clock: Id,
    file: Annotated[str, typer.Argument(metavar="FILE", help='JSON, one command a line, or CSV; "-" is standard input.')],
    name: Annotated[str, typer.Option("--command", metavar="NAME", help="What every row is, where rows do not say it.")] = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Give the book of a clock a file of commands at the clock's own instant; a row that is refused stores nothing."""
    refused = 0
    try:
        commands = CommandFile(file, name)
        commands.check()
    except Malformed as wrong:
        raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, wrong.text()) from None
    with _sandbox(db) as sandbox:
        house = _check(sandbox.opened.house_of(clock))
        for row in commands.rows():
            outcome = row.wrong or house.execute(row.command, actor=OWNER)
            is_done = isinstance(outcome, Answer)
            refused += not is_done
            said = {"line": row.line, "state": "done" if is_done else "refused", "key": row.key, "said": _outcome_text(outcome)}
            tell(said, "\t".join(map(str, said.values())), as_json=as_json)
    if refused:
        raise Stop(REFUSED, f"{refused:,} rows were refused; nothing of them is stored")


@app.command()
def advance(clock: Id, to: To, stop_on: Stops = None, db: Db = "", as_json: AsJson = False) -> None:
    """Move a clock forward, day by day, until its target or the first day that brings what was asked for."""
    instant = _instant(to, "--to")
    with _sandbox(db) as sandbox:
        begun = _check(sandbox.mover.start(clock, instant, stop_on or ()))
        with bar((day_of(instant) - begun.business_date).days, "days") as step:
            moved = _followed(sandbox, begun, step)
        _show(moved, sandbox, as_json)
    if moved.state == FAILED:
        raise Stop(FAILURE, f"{moved.failure}\nThe clock stands at {moved.business_date}; ask again to go on from there.")


@app.command()
def branch(clock: Id, name: Called, db: Db = "", as_json: AsJson = False) -> None:
    """Copy a clock with its book, to compare two futures."""
    with _sandbox(db) as sandbox:
        _show(_check(sandbox.clocks.branch(clock, name, OWNER)), sandbox, as_json)


@app.command()
def delete(clock: Id, db: Db = "", as_json: AsJson = False) -> None:
    """Delete a clock with its book."""
    with _sandbox(db) as sandbox:
        sandbox.opened.forget(clock)
        deleted = _check(sandbox.clocks.delete(clock))
    tell(_plain(deleted), f"{clock} is deleted, and its book with it.", as_json=as_json)


def _outcome_text(outcome: RowOutcome | Malformed) -> str:
    if isinstance(outcome, Failed):
        return outcome.raised
    return outcome.text if isinstance(outcome, Answer) else outcome.text()


def _followed(sandbox: Sandbox, begun: Clock, step: "object") -> Clock:
    """Wait until a clock stands still, and tell of its days meanwhile."""
    seen = begun
    while True:
        sandbox.mover.wait(0.2)
        found = _check(sandbox.clocks.find(begun.clock_id))
        if callable(step):
            step(found.business_date.isoformat(), (found.business_date - seen.business_date).days)
        seen = found
        if found.state != ADVANCING:
            return found


@contextmanager
def _sandbox(db: str) -> Iterator[Sandbox]:
    with opened_house(db) as house:
        yield _check(sandbox_of(house))


def _check(found: T | Refused) -> T:
    if isinstance(found, Refused):
        raise Stop(CODES.get(found.code, REFUSED), f"{found.code}: {found.text()}")
    return found


def _instant(text: str, option: str) -> datetime:
    """Read an instant with its zone; of a date the first moment of the day of the house."""
    said = f"{text}T00:00:00+08:00" if len(text) == len("2026-01-15") else text
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.utcoffset() is None:
        raise Stop(USAGE, f"{option} {text}: an instant with its zone, such as 2026-01-15T09:00:00+08:00, or a date")
    if not timedelta(0) <= found - datetime.fromisoformat("1970-01-01T00:00:00+00:00") <= timedelta(days=400 * 365):
        raise Stop(USAGE, f"{option} {text}: not of these times")
    return found


def _plain(clock: Clock) -> dict[str, object]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in clock._asdict().items()}


def _show(clock: Clock, sandbox: Sandbox, as_json: bool) -> None:
    book = f"sqlite:///{sandbox.clocks.path(clock)}"
    if as_json:
        print(json.dumps({**_plain(clock), "book": book}, ensure_ascii=False))
        return
    print(f"{clock.clock_id}  {clock.name}: {clock.state}, business date {clock.business_date} ({clock.at.isoformat(timespec='seconds')})")
    if clock.stopped_by:
        print(f"  stopped by  {clock.stopped_by}")
    print(f"  book        {book}   (give it to other commands with --db)")
