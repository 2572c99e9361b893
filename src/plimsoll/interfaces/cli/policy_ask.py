"""`plimsoll policy ask`: the dry run of one application through tables, with every row that held and the values that met it."""

import json
from typing import Annotated, Any

import typer

from plimsoll.app.population import columns_of, value_of
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.policy_tables import Lang, Lender, On, bench, check_language, named
from plimsoll.rulebook.reason import load as load_reasons
from plimsoll.rulebook.table.ask import Lacking, Outcome
from plimsoll.rulebook.table.judge import judge
from plimsoll.rulebook.table.table import Table, Value, value_text
from plimsoll.rulebook.underwriting import Walked, walk
from plimsoll.units.refusal import Malformed

Values = Annotated[list[str], typer.Argument(metavar="[FILE|NAME]... FEATURE=VALUE...", help="Tables, and what is known.")]


def ask(words: Values, on: On = "", licence: Lender = "", lang: Lang = "en", as_json: AsJson = False) -> None:
    """Ask tables with values: platform_score=640 dti=0.62 requested_minor=500000 (amounts in minor units); what is left out is missing."""
    held, language = bench(on, licence), check_language(lang)
    tables = named([word for word in words if "=" not in word], held)
    features = _features([word for word in words if "=" in word], tables)
    walked = walk(held.compile(tables), features)
    if as_json:
        print(json.dumps(_told(walked, tables), ensure_ascii=False))
        return
    for table in tables:
        print("\n".join(_lines(table, walked.outcomes[table.name], language)))
    print(f"verdict: {walked.verdict}")
    for code in walked.reasons:
        reason = load_reasons().by_code.get(code)
        print(f"  {code}: {reason.said[language] if reason else ''}")


def _features(words: list[str], tables: tuple[Table, ...]) -> dict[str, Value | None]:
    """Read NAME=VALUE words by the columns of the tables."""
    columns, found = columns_of(tables), dict[str, Value | None]()
    for word in words:
        name, _, text = word.partition("=")
        if name not in columns:
            raise Stop(USAGE, Malformed("table_column_unknown", repr(name), remedy=f"Known: {', '.join(columns)}.").text())
        try:
            found[name] = None if text in ("", "missing") else value_of(text, columns[name])
        except Malformed as wrong:
            raise Stop(USAGE, wrong.at(key=name).text()) from None
    return found


def _lines(table: Table, outcome: Outcome, language: str) -> list[str]:
    """Write what one table says."""
    lines = [f"{table.name} ({table.title[language]}; {table.digest[:12]}): {judge(outcome).verdict}"]
    for hit in outcome.hits:
        given = ", ".join(f"{result.name} {value_text(hit.outputs[result.name], result.currency)}" for result in table.results)
        why = "; ".join(one.text() for one in hit.deciding) or "for everything else"
        lines.append(f"  {hit.rule_id}: {given}{f', {hit.reason}' if hit.reason else ''}: {why}")
    waiting: dict[Lacking, list[str]] = {}
    for lacking in outcome.missing:
        waiting.setdefault(lacking._replace(rule_id=""), []).append(lacking.rule_id)
    for lacking, rows in waiting.items():
        said = "missing" if lacking.value is None else f"{value_text(lacking.value)}, which cannot be meant"
        lines.append(f"  {', '.join(rows)}: {lacking.rule}, {lacking.reason}: {lacking.column} is {said}")
    return lines


def _told(walked: Walked, tables: tuple[Table, ...]) -> dict[str, Any]:
    """Give the JSON object of a dry run."""
    return {
        "verdict": walked.verdict,
        "reasons": list(walked.reasons),
        "tables": {table.name: told(walked.outcomes[table.name]) | {"digest": table.digest} for table in tables},
    }


def told(outcome: Outcome) -> dict[str, Any]:
    """Give what a table answered as JSON has it: rows, what they give, and the conditions that held."""
    hits = [
        {
            "row": hit.rule_id,
            "outputs": {name: value_text(value) for name, value in hit.outputs.items()},
            "reason": hit.reason,
            "because": [
                {"column": d.column, "value": d.shown(), "op": d.op, "threshold": d.threshold, "rule": d.rule} for d in hit.deciding
            ],
        }
        for hit in outcome.hits
    ]
    missing = [{"row": one.rule_id, "column": one.column, "rule": one.rule, "reason": one.reason} for one in outcome.missing]
    return {"hits": hits, "missing": missing}
