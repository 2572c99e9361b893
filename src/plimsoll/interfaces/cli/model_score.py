"""`plimsoll model score`: the points and the probability of every row of a table, by a model file."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.cell import Table
from plimsoll.interfaces.cli.model_order import File, say

ModelFile = Annotated[Path, typer.Option("--model", metavar="MODEL", help="A model file, written by `plimsoll model train`.")]
Keep = Annotated[str, typer.Option("--keep", metavar="A,B", help="Columns of the table to write beside the score, such as an id.")]
Reasons = Annotated[int, typer.Option("--reasons", metavar="N", min=0, max=20, help="How many reasons to give for what cost points.")]
AsLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a row instead of CSV.")]


def score(file: File, model: ModelFile, keep: Keep = "", reasons: Reasons = 0, as_json: AsLines = False) -> None:
    """Score every row: points (more is better), the probability of bad, and where asked the reasons of what cost points."""
    from plimsoll.app.modelling.file import read_model_file
    from plimsoll.app.table_file import read_table
    from plimsoll.interfaces.cli.model_options import read_names
    from plimsoll.risk.score.tree_columns import score_table

    scorer, _ = read_model_file(model)
    table = read_table(file)
    kept = [table.column(name) for name in read_names(keep)]
    absent = [name for name in scorer.features if name not in table.columns]
    if absent:
        say(f"columns that the model looks at and the table lacks count as missing: {', '.join(absent)}")
    scores = score_table(scorer, table)
    columns = list(table.columns.values())
    names = [column.name for column in kept] + ["points", "probability"] + (["reasons"] if reasons else [])
    written = Table(sys.stdout, ends="\n")
    if not as_json:
        written.row(names)
    for row, (points, probability) in enumerate(zip(scores.points.tolist(), scores.probabilities.tolist(), strict=True)):
        cells: list[object] = [*(column.shown_value(row) for column in kept), points, f"{probability:.6f}"]
        if reasons:
            parts = scorer.score({column.name: column.value(row) for column in columns}).costs(reasons)
            cells.append(" ".join(dict.fromkeys(part.reason for part in parts)))
        if as_json:
            cells[len(kept) + 1] = probability
            print(json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False))
        else:
            written.row(cells)
