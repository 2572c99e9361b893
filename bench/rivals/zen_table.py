"""zen-engine, a decision engine in Rust with a Python binding: the same table as its own document, parsed once.

Treated kindly: it is asked with a dict that is ready, without its trace unless a trace is timed, and shares come as floats, which it
turns into decimals itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Ask = Callable[[dict[str, Any]], Any]
NOWHERE = {"x": 0, "y": 0}


def ask_with(columns: Sequence[str], rows: Sequence[Sequence[str]], *, trace: bool) -> Ask:
    """Return what asks the table of these rows: cells in the engine's own language, one a column, the first row that holds."""
    import zen

    decision = zen.ZenEngine().create_decision(document(columns, rows))
    options: dict[str, Any] = {"trace": trace}
    return lambda values: decision.evaluate(values, options)


def document(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table as JSON; the row number is what it gives."""
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in columns],
        "outputs": [{"id": "row", "name": "row", "field": "row"}],
        "rules": [{"_id": f"{n}", "row": f"{n}"} | dict(zip(columns, row, strict=True)) for n, row in enumerate(rows)],
    }
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
