"""`plimsoll policy lint` and `show`: what is wrong with a table, and what it says."""

import json
from typing import Annotated, Any

import typer

from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import REFUSED, Stop
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.policy_tables import Lang, Lender, On, bench, check_language, named
from plimsoll.rulebook.table.lint import Finding, examples, is_clean
from plimsoll.rulebook.table.lint import lint as lint_table
from plimsoll.rulebook.table.table import Table, Value, value_text
from plimsoll.rulebook.underwriting import against, lookup_on
from plimsoll.units.refusal import sentence

Tables = Annotated[list[str] | None, typer.Argument(metavar="[FILE|NAME]...", help="Files, or names of tables. Default: all in force.")]


def lint(tables: Tables = None, on: On = "", licence: Lender = "", lang: Lang = "en", as_json: AsJson = False) -> None:
    """Find rows that are never hit, gaps, overlaps, unknown reasons and forbidden features; 4 where something must be mended."""
    held, language = bench(on, licence), check_language(lang)
    found = named(tables or (), held)
    lookup = lookup_on(held.rules, held.on, held.licence)
    findings = [(table, lint_table(table, against(), lookup)) for table in found]
    if as_json:
        print(json.dumps([_told(table, some) for table, some in findings], ensure_ascii=False))
    else:
        for table, some in findings:
            print(f"{table.name}: {len(table.rows)} rows, {len(table.columns)} columns, digest {table.digest[:12]}; findings: {len(some)}")
            print("".join(f"  {one.text(language)}{_example(one, table)}\n" for one in some), end="")
    if not all(is_clean(some) for _, some in findings):
        raise Stop(REFUSED, sentence("table_not_clean", language))


def _example(finding: Finding, table: Table) -> str:
    """Write the values that show a finding."""
    return f"\n      e.g. {_values(table, finding.example)}" if finding.example else ""


def _values(table: Table, values: Any) -> str:
    return " ".join(f"{column.name}={value_text(values[column.name], column.currency)}" for column in table.columns)


def _told(table: Table, findings: tuple[Finding, ...]) -> dict[str, object]:
    """Give the JSON object of one table."""
    told = [one._asdict() | {"level": one.level, "example": _plain(one.example), "text": one.text()} for one in findings]
    return {"name": table.name, "file": table.file, "digest": table.digest, "clean": is_clean(findings), "findings": told}


def _plain(values: Any) -> dict[str, str] | None:
    return None if values is None else {name: value_text(value) for name, value in values.items()}


def show(
    tables: Tables = None,
    on: On = "",
    licence: Lender = "",
    lang: Lang = "en",
    with_examples: Annotated[bool, typer.Option("--examples", help="Add values by which each row is hit.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show tables as they stand on a day, with their rows, source and digest."""
    held, language = bench(on, licence), check_language(lang)
    for table in named(tables or (), held):
        values = examples(table, lookup_on(held.rules, held.on, held.licence)) if with_examples else {}
        print(json.dumps(_shown(table, values), ensure_ascii=False) if as_json else _text(table, language, values))


def _text(table: Table, language: str, values: Any) -> str:
    """Write a table as people read it; columns that no row asks for are left out."""
    asked = [place for place, _ in enumerate(table.columns) if any(row.cells[place].tests for row in table.rows)]
    head = ["id", *(table.columns[place].name for place in asked), *(result.name for result in table.results), "reason"]
    rows = [
        [
            row.id,
            *(row.cells[place].text for place in asked),
            *(value_text(row.outputs[r.name], r.currency) for r in table.results),
            row.reason,
        ]
        for row in table.rows
    ]
    until = f" until {table.until}" if table.until else ""
    lines = [
        f"{table.name}  {table.title[language]}  ({table.hit}; from {table.since}{until}; {', '.join(table.licences) or 'every lender'})",
        aligned([head, *rows], left=len(head)),
        "missing: " + ", ".join(f"{column.name} {column.missing}" for column in table.columns),
        f"source: {table.source} ({table.confidence}, review by {table.review_by})",
        f"digest: {table.digest}",
    ]
    lines += [f"  {row} is hit by {_values(table, value)}" for row, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def _shown(table: Table, values: Any) -> dict[str, Any]:
    """Give the JSON object of a table."""
    rows: list[dict[str, Any]] = []
    for row in table.rows:
        when = {column.name: cell.text for column, cell in zip(table.columns, row.cells, strict=True) if cell.tests}
        then: dict[str, Value | str] = {result.name: value_text(row.outputs[result.name], result.currency) for result in table.results}
        example = {"example": _plain(values.get(row.id))} if values else {}
        rows.append({"id": row.id, "when": when, "then": then, "reason": row.reason, "note": row.note} | example)
    return {
        "name": table.name,
        "title": dict(table.title),
        "stage": table.stage,
        "hit": table.hit,
        "licence": list(table.licences),
        "from": f"{table.since}",
        "until": f"{table.until}" if table.until else None,
        "source": table.source,
        "digest": table.digest,
        "columns": {column.name: {"type": column.kind, "missing": column.missing} for column in table.columns},
        "rows": rows,
    }
