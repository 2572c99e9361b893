"""A table on its way to the register: its texts as people edit them, a header as YAML and rows as CSV, and what is wrong with them.

Nothing is kept before it is registered: a table on the register never changes, so an edit is another table with a life of its own.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.governed import find
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.grid import read_grid
from plimsoll.rulebook.table.lifecycle import KIND
from plimsoll.rulebook.table.lint import Finding, lint
from plimsoll.rulebook.table.read_table import FIXED, parse_table, texts_of
from plimsoll.rulebook.table.table import Table, value_text
from plimsoll.rulebook.underwriting import FOLDER, against, lookup_on, standing_tables
from plimsoll.units.refusal import Refused

PREFIX_MIN: Final = 6
_ROWS: Final = re.compile(r"^rows:.*?(?=^[a-z_]+:|\Z)", re.MULTILINE | re.DOTALL)


class DraftText(NamedTuple):
    """The texts of a table: `name` of its YAML file, the YAML without rows, and the rows as CSV."""

    name: str
    header: str
    rows: str

    def table(self) -> Table:
        """Read the table; raises Malformed with file, line and column."""
        return parse_table(self.header, self.rows, self.name)

    def grid(self) -> tuple[list[str], list[dict[str, str]]]:
        """Give the names of the columns and the rows by column; raises Malformed as `read_grid` does."""
        names, rows = read_grid(self.rows, Path(self.name).with_suffix(".csv").name)
        return names, [dict(row.cells) for row in rows]


def draft_of(store: Store, named: str) -> DraftText | Refused:
    """Give the texts of a table of the package or of the register. Refuses artefact_unknown, artefact_ambiguous."""
    own = next((one for one in standing_tables() if len(named) >= PREFIX_MIN and one.digest.startswith(named.lower())), None)
    if own is not None:
        path = FOLDER / Path(own.file).name
        header, rows = texts_of(path, path.name)
        return _draft(path.name, header, rows)
    held = find(store, KIND, named)
    if isinstance(held, Refused):
        return held
    said: dict[str, Any] = json.loads(held.body)
    return _draft(said["name"], said["yaml"], said["csv"])


def _draft(name: str, header: str, rows: str | None) -> DraftText:
    """Put rows that stand in the YAML beside it: the same table, written another way."""
    if rows is not None:
        return DraftText(name, header, rows)
    table = parse_table(header, None, name)
    return DraftText(name, _ROWS.sub("", header), rows_of(table))


def rows_of(table: Table) -> str:
    """Write the rows of a table as CSV."""
    names = ["id", *(column.name for column in table.columns), *(result.name for result in table.results), "reason", "note"]
    rows = [
        {"id": row.id, "reason": row.reason, "note": row.note}
        | {column.name: cell.text for column, cell in zip(table.columns, row.cells, strict=True)}
        | {result.name: value_text(row.outputs[result.name]) for result in table.results}
        for row in table.rows
    ]
    return grid_text(names, rows)


def grid_text(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Write rows by column as CSV; a row without an id is left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows if row.get(FIXED[0], "").strip())
    return out.getvalue()


def findings_of(table: Table, rules: Rules, on: date) -> tuple[Finding, ...]:
    """Give what the lint finds for the house's own lender on a day, errors first."""
    return lint(table, against(), lookup_on(rules, on, rules.lender.licence))
