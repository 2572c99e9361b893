"""`plimsoll report`: what committees read. `report month` is one page and a PDF of a month, off the tape."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.app.config import now
from plimsoll.app.database.opening import open_store
from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.exits import FAILURE, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import Currency, Engine, Map, Master, Where, opened, order_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import LANGUAGES, Refused

if TYPE_CHECKING:
    from plimsoll.app.harm import Harm

app = typer.Typer(help="What committees read: the report of a month.", no_args_is_help=True, add_completion=False)
On = Annotated[str, typer.Option("--on", metavar="DATE", help="A day of the month, such as 2026-12-31. Default: the last of the tape.")]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")]
Pdf = Annotated[str, typer.Option("--pdf", metavar="LANG", help="Also a PDF in zh-CN or en, or both (extra `documents`).")]
Book = Annotated[str, typer.Option("--db", metavar="URL", help="The book beside the tape: adds what lending does to borrowers.")]
BOTH = "both"


@app.callback()
def _report() -> None:
    """Write what committees read."""


@app.command()
def month(
    on: On = "",
    tape: Where = "",
    map_name: Map = "house",
    out: Out = Path("build/report"),
    pdf: Pdf = "",
    db: Book = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Write the report of a month: how much is bad and why, where it comes from, what it will cost, what could be worse.

    One HTML page with both languages and pictures inside, nothing beside it; the same figures as JSON; and PDF where asked for.
    """
    from plimsoll.app.report.document import html_of, object_of, pdf_of
    from plimsoll.app.report.month import month_report

    if pdf not in ("", BOTH, *LANGUAGES):
        raise Stop(USAGE, f"--pdf {pdf}: one of {', '.join(LANGUAGES)}, {BOTH}")
    with opened(order_of(tape, map_name, currency, engine, master), "balance") as found:
        refuse_ends(found)
        at = _month(on, found)
        document = month_report(found, at, lawful_rules(), _harm(db, found, at) if db else None)
        name = f"month-{found.month(at)}"
    out.mkdir(parents=True, exist_ok=True)
    files = [out / f"{name}.html", out / f"{name}.json"]
    files[0].write_text(html_of(document), "utf-8")
    told = {language: object_of(document, language) for language in LANGUAGES}
    files[1].write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for language in LANGUAGES if pdf == BOTH else [pdf] if pdf else []:
        made = pdf_of(document, language, now())
        if isinstance(made, Refused):
            raise Stop(FAILURE, made.text(language))
        files.append(out / f"{name}.{language}.pdf")
        files[-1].write_bytes(made)
    print(json.dumps({"files": [str(file) for file in files]}) if as_json else "\n".join(str(file) for file in files))


def _harm(db: str, tape: Tape, month: int) -> "Harm":
    """Read what the book tells of harm."""
    from plimsoll.app.harm import harm_of

    with open_store(db) as store:
        return harm_of(store, tape, month, lawful_rules())


def _month(on: str, tape: Tape) -> int:
    """Give the month of a day; the last of the tape without one. A day outside the tape ends the command with 2."""
    if not on:
        return tape.source.months[-1]
    day: date = read_on(on, "--on")
    found = day.year * 12 + day.month - 1
    if found not in tape.source.months:
        raise Stop(USAGE, f"--on {on}: the tape has {tape.month(tape.source.months[0])} to {tape.month(tape.source.months[-1])}")
    return found
