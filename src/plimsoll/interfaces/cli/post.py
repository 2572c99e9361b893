"""`plimsoll post`: give a book a file of commands (what the bank collected, what was opened), with an outcome for every row."""

import json
import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Annotated, Any, Final

import typer

from plimsoll.app.agencies import NEEDED_BY, with_agencies
from plimsoll.app.command_file import CommandFile, Row
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.dated_ahead import with_days_come
from plimsoll.app.execute import Answer, Wiring
from plimsoll.app.execute_any import execute_any
from plimsoll.app.execute_many import RowOutcome
from plimsoll.app.house import open_day
from plimsoll.app.kit import wiring_of
from plimsoll.app.treasury.by_hand import NEEDED_BY as FUNDING
from plimsoll.app.treasury.by_hand import with_parts
from plimsoll.app.treasury.throttle import NEEDED_BY as THROTTLED
from plimsoll.app.treasury.throttle import with_throttle
from plimsoll.app.treasury.turn import funding_turn
from plimsoll.app.wiring import ALL_COMMANDS, DOSSIER_WIRING, WIRING
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, REFUSED, TRY_AGAIN, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, Db
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

ENGINE: Final = "decide_application"
"""The command that the models and tables of the book are read for."""
DONE, REPEATED, READABLE, REFUSED_ROW, BUSY, MALFORMED, FAILED = "done", "repeated", "readable", "refused", "busy", "malformed", "failed"
BUSY_CODES: Final = ("store_busy", "command_in_flight")
ENDS: Final = ((FAILED, FAILURE), (MALFORMED, USAGE), (BUSY, TRY_AGAIN), (REFUSED_ROW, REFUSED))
"""What the command ends with: the first of these outcomes that any row had."""

File = Annotated[str, typer.Argument(metavar="FILE", help='JSON, one command a line, or CSV; plain or gzip. "-" is standard input.')]
Name = Annotated[str, typer.Option("--command", metavar="NAME", help="What every row is, such as repay, where rows do not say it.")]
Actor = Annotated[str, typer.Option("--actor", metavar="WHO", help="Who gives the commands, for the audit trail.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only read the file and say which rows are malformed.")]
Lang = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
AsLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a row instead of text.")]


def command(
    file: File,
    db: Db = "",
    name: Name = "",
    actor: Actor = "post",
    dry_run: Dry = False,
    lang: Lang = "en",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsLines = False,
) -> None:
    """Execute a file of commands in bulk; a row that is refused or malformed stores nothing, and changes no other row.

    The file is read to its end first. Give it again after a crash: rows that were stored are recognised by their keys.
    """
    if name and name not in ALL_COMMANDS:
        raise Stop(USAGE, f"--command {name}: one of {', '.join(ALL_COMMANDS)}")
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang {lang}: one of {', '.join(LANGUAGES)}")
    if not actor.strip() or not actor.isprintable():
        raise Stop(USAGE, "--actor: a name that can be seen is needed")
    commands, count = _opened(file, name)
    counted: Counter[str] = Counter()
    if dry_run:
        _tell((_read(row) for row in commands.rows()), counted, count, lang, as_json=as_json)
    else:
        with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
            _tell(_executed(store, commands, actor), counted, count, lang, as_json=as_json)
    said = ", ".join(f"{number:,} {outcome}" for outcome, number in counted.items())
    print(f"{count:,} rows: {said or 'nothing to do'}", file=sys.stderr)
    for outcome, code in ENDS:
        if counted[outcome]:
            raise typer.Exit(code)


def _opened(file: str, name: str) -> tuple[CommandFile, int]:
    """Give the file, read once to its end, and how many rows it has; a file that is not there ends the command with 3."""
    try:
        commands = CommandFile(file, name)
        return commands, commands.check()
    except Malformed as wrong:
        raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, wrong.text()) from None


def _read(row: Row) -> tuple[Row, RowOutcome | None]:
    return row, None


def _executed(store: Store, commands: CommandFile, actor: str) -> Iterator[tuple[Row, RowOutcome | None]]:
    """Execute the rows that can be read, and give all rows in their order, each with its outcome; None for malformed ones."""
    waiting: deque[Row] = deque()

    def readable() -> Iterator[Any]:
        for row in commands.rows():
            waiting.append(row)
            if row.wrong is None:
                yield row.command

    rules = lawful_rules()

    def wiring() -> Wiring:
        own = with_days_come(wiring_of(store, rules) if ENGINE in commands.named else WIRING, partial(open_day, store))
        own = with_agencies(store, own) if NEEDED_BY & commands.named else own
        own = with_parts(store, own) if FUNDING & commands.named else own
        return with_throttle(store, own) if THROTTLED & commands.named else own

    with funding_turn(store) if FUNDING & commands.named else nullcontext():
        for outcome in execute_any(store, wiring, DOSSIER_WIRING, readable(), actor=actor, now=now(), rules=rules):
            while waiting[0].wrong is not None:
                yield waiting.popleft(), None
            yield waiting.popleft(), outcome
    while waiting:
        yield waiting.popleft(), None


def _tell(rows: Iterator[tuple[Row, RowOutcome | None]], counted: Counter[str], count: int, lang: str, *, as_json: bool) -> None:
    """Print and count the outcome of every row; a progress bar stands on a terminal where the outcomes go elsewhere."""
    with bar(0 if sys.stdout.isatty() else count, "rows") as step:
        for row, outcome in rows:
            told = _told(row, outcome, lang)
            counted[str(told["outcome"])] += 1
            print(json.dumps(told, ensure_ascii=False) if as_json else _text(told))
            step("")


def _told(row: Row, outcome: RowOutcome | None, lang: str) -> dict[str, object]:
    """Give what became of a row as an object of plain values."""
    told: dict[str, object] = {"line": row.line, "key": row.key}
    if row.wrong is not None:
        wrong = Malformed(row.wrong.code, row.wrong.detail, key=row.wrong.key, remedy=row.wrong.remedy)
        return told | {"outcome": MALFORMED, "code": wrong.code, "text": wrong.text(lang)}
    if outcome is None:
        return told | {"outcome": READABLE}
    if isinstance(outcome, Answer):
        return told | {"outcome": REPEATED if outcome.is_replayed else DONE, "answer": json.loads(outcome.text)}
    if isinstance(outcome, Refused):
        found = BUSY if outcome.code in BUSY_CODES else REFUSED_ROW
        return told | {"outcome": found, "code": outcome.code, "text": outcome.text(lang)}
    return told | {"outcome": FAILED, "text": outcome.raised}


def _text(told: dict[str, object]) -> str:
    """Write what became of a row on one line: line, outcome, key, what is said."""
    said = told.get("text") or (json.dumps(told["answer"], ensure_ascii=False) if "answer" in told else "")
    code = f"{told['code']}: " if "code" in told else ""
    return f"{told['line']}\t{told['outcome']}\t{told['key']}\t{code}{said}".rstrip()
