"""`plimsoll policy backtest`: try a table on applications of the past, and write the report on which it can be activated."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.app.population import Named, Population, read_population, stored_population
from plimsoll.app.try_table import DAYS_BACK, Tried, Under, try_table
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.policy_tables import Bench, Lender, On, bench, named, say
from plimsoll.rulebook.table.backtest import APPROVED, GROUPS, Backtest, Count, share_text
from plimsoll.rulebook.table.table import Table
from plimsoll.units.refusal import Malformed, Refused

USUAL = Named()

File = Annotated[Path, typer.Argument(metavar="FILE", help="The new table: its YAML, or the CSV with its rows.")]
Rows = Annotated[Path | None, typer.Option("--rows", metavar="FILE", help="Applications as CSV, gzip or Parquet, one a row.")]
Since = Annotated[str, typer.Option("--since", metavar="DATE", help="First day of the decisions on record. Default: a year back.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the report, which activation asks for.")]
Id = Annotated[str, typer.Option("--id", metavar="COLUMN", help="The column with the id of an application.")]
Decided = Annotated[str, typer.Option("--outcome", metavar="COLUMN", help="The column with the outcome that was decided.")]
Bad = Annotated[str, typer.Option("--bad", metavar="COLUMN", help="The column that says whether it went bad: yes, no or empty.")]
Beside = Annotated[list[str] | None, typer.Option("--beside", metavar="FILE|NAME", help="Present tables. Default: all that can be asked.")]


def backtest(
    file: File,
    rows: Rows = None,
    db: Db = "",
    on: On = "",
    since: Since = "",
    licence: Lender = "",
    beside: Beside = None,
    id_column: Id = USUAL.id,
    outcome_column: Decided = USUAL.outcome,
    bad_column: Bad = USUAL.bad,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Try a table on a file of applications, or on the decisions of a book, in the place of the present table of its name."""
    held = bench(on, licence)
    (table,) = named([str(file)], held)
    present = named(beside, held) if beside else held.standing()
    population = _population(held, rows, db, since, (table, *present), Named(id_column, outcome_column, bad_column))
    tried = _tried(table, present, population, held)
    found, report = tried.found, tried.report
    if out is not None:
        out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
        return
    print(_text(found, report, list(tried.left_out)))


def _tried(table: Table, present: tuple[Table, ...], population: Population, held: Bench) -> Tried:
    """Try the table; nothing to try it on ends the command with 3, a column that it lacks with 2."""
    try:
        tried = try_table(table, present, population, Under(*held))
    except Malformed as wrong:
        raise Stop(USAGE, wrong.text()) from None
    if isinstance(tried, Refused):
        raise Stop(NOT_FOUND, say(tried))
    return tried


def _population(held: Bench, rows: Path | None, db: str, since: str, tables: tuple[Table, ...], columns: Named) -> Population:
    """Read the applications from where the command line says."""
    if rows is not None:
        return read_population(rows, tables, columns)
    first = read_on(since, "--since") if since else held.on - timedelta(days=DAYS_BACK)
    with open_store(book_url(db)) as store:
        return stored_population(store, first, held.on, tables, held.rules)


def _text(found: Backtest, report: dict[str, Any], left_out: list[str]) -> str:
    """Write the report as people read it."""
    total = found.moved().rows
    lines = [f"{found.name} {found.table[:12]} in the place of {found.instead_of[:12] or 'none'}, {total:,} applications"]
    lines += [f"not asked, since the applications lack their columns: {', '.join(left_out)}"] if left_out else []
    lines.append(f"approved: {report['approval_before']} before, {report['approval_after']} after")
    stated = [
        ("approved before and after", found.moved((APPROVED,), (APPROVED,))),
        ("let in", found.swapped_in()),
        ("kept out", found.swapped_out()),
    ]
    counts = [("", "applications", "known", "bad", "share bad"), *((name, *_cells(count)) for name, count in stated)]
    lines += ["", aligned(counts)]
    moves = [("before \\ after", *GROUPS), *((one, *(f"{found.moved((one,), (other,)).rows:,}" for other in GROUPS)) for one in GROUPS)]
    lines += ["", aligned(moves)]
    hits = [("row", "hits", "known", "bad", "share bad"), *((row, *_cells(count)) for row, count in found.rows_hit.items())]
    lines += ["", aligned(hits)]
    lines += ["lacking: " + ", ".join(f"{name} {count:,}" for name, count in found.lacking.items())] if found.lacking else []
    known = found.explained[1]
    lines += [f"outcomes that the present tables allow: {found.explained[0]:,} of {known:,}"] if known else []
    lines += ["", f"report {report['digest']}"]
    return "\n".join(lines)


def _cells(count: Count) -> tuple[str, str, str, str]:
    return f"{count.rows:,}", f"{count.known:,}", f"{count.bad:,}", share_text(count.bad, count.known) if count.known else "-"
