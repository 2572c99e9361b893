"""Our tables and another engine's hit the same rows: 500 random tables, each asked with rows near its thresholds."""

import json
import random

import pytest

from plimsoll.rulebook.table.ask import compile_table
from plimsoll.rulebook.table.table import Value
from plimsoll.units.rate import Rate
from tests.made_tables import Made, make_up, values_of

CASES = 500
ROWS_EACH = 3
NOWHERE = {"x": 0, "y": 0}


def test_random_tables_hit_the_same_rows_as_zen_engine():
    zen = pytest.importorskip("zen", reason="the package zen-engine is not installed")
    engine, chance = zen.ZenEngine(), random.Random(20_261_121)
    hits = 0
    for number in range(CASES):
        hit = ("first", "collect")[number % 2]
        made = make_up(chance, hit, rules=("no-match",))
        compiled, theirs = compile_table(made.table), engine.create_decision(graph(made))
        for _ in range(ROWS_EACH):
            values = values_of(chance, made)
            ours = [one.rule_id for one in compiled.ask(values).hits]
            found = theirs.evaluate({name: told(value, kind) for (name, kind, _), value in zip(made.columns, values.values(), strict=True)})
            result = found["result"]
            other = [one["out"] for one in (result if hit == "collect" else [result] if result else [])]
            assert ours == other, (made.rows, values)
            hits += len(ours)
    assert hits > CASES, "the tables hit too little to prove anything"


def graph(made: Made) -> str:
    """The table as the other engine's document."""
    # A column without a field takes whole expressions; the short form of a cell there has no order of "and" and "or".
    inputs = [{"id": name, "name": name} for name, _, _ in made.columns]
    outputs = [{"id": "out", "name": "out", "field": "out"}]
    rules = [
        {"_id": f"R{n}", "out": f"'R{n}'"} | {name: said(cell, name, kind) for cell, (name, kind, _) in zip(row, made.columns, strict=True)}
        for n, row in enumerate(made.cells)
    ]
    content = {"hitPolicy": made.table.hit, "inputs": inputs, "outputs": outputs, "rules": rules}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": NOWHERE},
        {"id": "table", "type": "decisionTableNode", "name": "table", "position": NOWHERE, "content": content},
        {"id": "end", "type": "outputNode", "name": "end", "position": NOWHERE},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "end", "type": "edge"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def said(cell: str, name: str, kind: str) -> str:
    """A cell in the other engine's language."""
    if cell in ("", "-"):
        return ""
    return " or ".join(f"({expression(part, name, kind)})" for part in cell.split(" or "))


def expression(part: str, name: str, kind: str) -> str:
    """One alternative of a cell as an expression."""
    if part in ("missing", "known"):
        return f"{name} == null" if part == "missing" else f"{name} != null"
    if part.startswith("not "):
        return f"{name} != null and {name} not in {listed(part, kind)}"
    if kind in ("text", "yes-no") or part.startswith("in "):
        return f"{name} in {listed(part, kind)}"
    if ".." in part:
        low, high = part.strip("[]()").split("..")
        return f"{name} {'>' if part[0] == '(' else '>='} {low} and {name} {'<' if part[-1] == ')' else '<='} {high}"
    op, _, threshold = part.rpartition(" ")
    return f"{name} != null and {name} {op or '=='} {threshold}"


def listed(part: str, kind: str) -> str:
    """The values of a list, in brackets."""
    words = part.removeprefix("not ").removeprefix("in ").split(",")
    if kind == "text":
        return "[" + ", ".join(f"'{word}'" for word in words) + "]"
    if kind == "yes-no":
        return "[" + ", ".join({"yes": "true", "no": "false"}.get(word.lower(), word.lower()) for word in words) + "]"
    return "[" + ", ".join(words) + "]"


def told(value: Value | None, kind: str) -> object:
    """A value as JSON has it."""
    if isinstance(value, Rate):
        return value.num / value.den
    if kind == "money" and isinstance(value, int):
        return value / 100
    return float(value) if kind == "number" and isinstance(value, str) else value
