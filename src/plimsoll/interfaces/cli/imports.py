"""`plimsoll import`: a file of commands on its way into the book: tried, uploaded, shown with its effect, applied when others agreed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plimsoll.app.command_file import CommandFile
from plimsoll.app.imports.apply import apply, error_file, release
from plimsoll.app.imports.batch import STATES, Batch, Upload, batches, errors_of, found_of, upload, validate, withdraw
from plimsoll.app.imports.bounds import check_content
from plimsoll.app.imports.effect import rehearse
from plimsoll.app.imports.rows import ErrorRow, rows_of
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.cli.aligned import aligned, grouped
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, Language, read_language
from plimsoll.interfaces.cli.signed_in import Secrets, User, opened_house, refuse, signed_in, stop_of
from plimsoll.interfaces.cli.tell import plain, tell
from plimsoll.loan.filing import instant_text
from plimsoll.units.refusal import Malformed, Refused, sentence

app = typer.Typer(help="Files of commands: try one, bring it, see its effect, apply it once others agreed.", add_completion=False)

TRIED_BY: Final = "import"
SHOWN: Final = 20
HEAD: Final = ("import", "state", "command", "file", "rows", "errors", "by", "at")

File = Annotated[str, typer.Argument(metavar="FILE", help="JSON, one command a line, or CSV; plain or gzip.")]
Id = Annotated[str, typer.Argument(metavar="IMPORT", help="The import, such as imp_….")]
Name = Annotated[str, typer.Option("--command", metavar="NAME", help="What every row is, such as repay, where rows do not say it.")]
Whole = Annotated[bool, typer.Option("--all-or-none", help="Apply all rows in one transaction, or none.")]
State = Annotated[str, typer.Option("--state", metavar="STATE", help=f"One of {', '.join(STATES)}. Default: all.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for those who have to agree.")]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="Write the rows that cannot be applied as CSV. Default: print them.")]


@app.command("validate")
def try_file(file: File, db: Db = "", name: Name = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Read every row and rehearse it: errors and effect. Nothing is kept; ends with 2 where a row cannot be applied."""
    said, content = read_language(language), _content(file)
    with opened_house(db) as house, bar(_count(content, file, name), "rows") as step:
        check_content(content, file)
        effect = rehearse(house, rows_of(content, Path(file).name, name), TRIED_BY, lambda count: step("", count))
    if as_json:
        print(json.dumps(effect.plain() | {"error_rows": [one._asdict() for one in effect.errors]}, ensure_ascii=False))
    else:
        print(_effect(effect.plain()))
        _errors(effect.errors, said)
    if effect.errors:
        raise typer.Exit(USAGE)


@app.command("upload")
def bring(
    file: File,
    user: User,
    db: Db = "",
    name: Name = "",
    whole: Whole = False,
    password_file: Secrets = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Bring a file and check it: it is then valid or invalid, with its effect; nothing else is changed."""
    said, content = read_language(language), _content(file)
    with opened_house(db) as house, signed_in(house, user, password_file, said) as who:
        door = open_door(house)
        refuse(door.may(who, "import.make"), said)
        sent = refuse(upload(house, who, Upload(Path(file).name, content, name, whole)), said)
        with bar(_count(content, file, name), "rows") as step:
            found = refuse(validate(house, who, sent.import_id, door.may, lambda count: step("", count)), said)
        errors = refuse(errors_of(house, found.import_id), said)
    _tell(found, as_json=as_json)
    if not as_json:
        _errors(list(errors), said)
        print(
            f"Apply it with: plimsoll import apply {found.import_id} --user {user}" if found.state == "valid" else "It cannot be applied."
        )


@app.command("apply")
def apply_file(
    import_id: Id,
    user: User,
    db: Db = "",
    reason: Reason = "",
    password_file: Secrets = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Apply a checked file, or put it before others where policy asks for it."""
    said = read_language(language)
    with opened_house(db) as house, signed_in(house, user, password_file, said) as who:
        refuse(open_door(house).may(who, "import.apply"), said)
        found = apply(house, who, import_id, reason)
    if isinstance(found, Refused):
        raise stop_of(found, said)
    if isinstance(found, Batch):
        _tell(found, as_json=as_json)
    else:
        words = f"{import_id} waits for {found.checkers} to agree: plimsoll approval show {found.approval_id}"
        tell(plain(found), words, as_json=as_json)


@app.command("withdraw")
def take_back(
    import_id: Id, user: User, db: Db = "", password_file: Secrets = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Take a file back that is not applied."""
    said = read_language(language)
    with opened_house(db) as house, signed_in(house, user, password_file, said) as who:
        release(house, import_id)
        _tell(refuse(withdraw(house, who, import_id), said), as_json=as_json)


@app.command("show")
def show(import_id: Id, db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Show a file with its effect."""
    with opened_house(db) as house:
        _tell(refuse(found_of(house, import_id), read_language(language)), as_json=as_json)


@app.command("list")
def list_files(db: Db = "", state: State = "", as_json: AsJson = False) -> None:
    """List files."""
    if state and state not in STATES:
        raise Stop(USAGE, f"--state {state}: one of {', '.join(STATES)}")
    with opened_house(db) as house:
        found = batches(house, state=state, limit=200)
    if as_json:
        tell({"imports": [plain(one) for one in found]}, "", as_json=True)
        return
    rows = [
        (one.import_id, one.state, one.kind, one.name, str(one.rows_count), str(one.errors_count), one.made_by, instant_text(one.made_at))
        for one in found
    ]
    print(aligned([HEAD, *rows], left=4) if rows else "No file was brought.")


@app.command("errors")
def list_errors(import_id: Id, db: Db = "", out: Out = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Give the rows that cannot be applied, or were refused, as CSV that no spreadsheet calculates."""
    said = read_language(language)
    with opened_house(db) as house:
        found = refuse(errors_of(house, import_id), said)
    if as_json:
        print(json.dumps({"errors": [one._asdict() for one in found]}, ensure_ascii=False))
    elif out:
        Path(out).write_text(error_file(found, said), "utf-8", newline="")
        print(f"{len(found):,} rows in {out}")
    else:
        print(error_file(found, said), end="")


def _content(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as failed:
        raise Stop(NOT_FOUND, f"{file}: {failed.strerror}") from None


def _count(content: bytes, file: str, name: str) -> int:
    """Count the rows for the bar; what cannot be counted is told when the rows are read."""
    try:
        check_content(content, file)
        return CommandFile(file, name, content=content).check()
    except Malformed:
        return 0


def _tell(found: Batch, *, as_json: bool) -> None:
    head = f"{found.import_id}  {found.state}  {found.name}  {found.made_by}  sha256 {found.sha256}"
    tell(plain(found), "\n".join([head, *([_effect(found.effect)] if found.effect else [])]), as_json=as_json)


def _effect(said: Mapping[str, Any]) -> str:
    """Write what a file would do."""
    head = f"{said['rows']:,} rows: {said['ok']:,} can be applied, {said['errors']:,} cannot, {said['repeats']:,} are there already"
    lines = [head, f"{said['customers']:,} customers, {said['customers_unknown']:,} of them unknown"]
    totals = {verb: (currency, grouped(minor, currency)) for verb, currency, minor in said["totals"]}
    rows = [(verb, f"{count:,}", *totals.get(verb, ("", ""))) for verb, count in said["verbs"].items()]
    lines += [aligned(rows, left=1)] if rows else []
    ledger = [(account, currency, grouped(minor, currency)) for account, currency, minor in said["ledger"]]
    lines += ["Ledger", aligned(ledger, left=2)] if ledger else []
    if "applied" in said:
        done = said["applied"]
        lines.append(f"Applied: {done['done']:,} done, {done['repeated']:,} repeated, {done['errors']:,} not")
    return "\n".join(lines)


def _errors(errors: list[ErrorRow], language: str) -> None:
    for one in errors[:SHOWN]:
        print(f"line {one.line}  {one.key}  {one.code}: {sentence(one.code, language)} {one.detail}".rstrip())
    if len(errors) > SHOWN:
        print(f"and {len(errors) - SHOWN:,} more")
