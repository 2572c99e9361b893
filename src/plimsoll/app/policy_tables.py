"""Decision tables on the register: entered as text, checked by the lint, approved by another person, activated on a back-test.

An active table stands in the place of the one that came with the package, from its day on.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from plimsoll.app import governed
from plimsoll.app.database.store import Store
from plimsoll.app.governed import Act, Artefact, Draft
from plimsoll.rulebook.table.axis import Lookup
from plimsoll.rulebook.table.lifecycle import ACTIVE, KIND, MOVES, checked, place_of, refuse_activation
from plimsoll.rulebook.table.lint import Against, lint
from plimsoll.rulebook.table.read_table import parse_table, texts_of
from plimsoll.rulebook.table.table import Table
from plimsoll.rulebook.underwriting import standing_tables
from plimsoll.units.refusal import Malformed, Refused


def enter(store: Store, path: Path, act: Act) -> Artefact | Refused:
    """Enter the table of a file as a draft. Refuses artefact_exists and what the register refuses; raises Malformed."""
    header, rows = texts_of(path, path.name)
    return enter_text(store, path.with_suffix(".yaml").name, header, rows, act)


def enter_text(store: Store, name: str, header: str, rows: str | None, act: Act) -> Artefact | Refused:
    """Enter a table by its texts, as `enter` does; `rows` is its CSV, None where the rows stand in the YAML."""
    table = parse_table(header, rows, name)
    body = json.dumps({"name": name, "yaml": header, "csv": rows}, ensure_ascii=False, sort_keys=True)
    return governed.register(store, Draft(KIND, place_of(table), table.digest, body), MOVES, act)


def report_text(report: Mapping[str, Any]) -> str:
    """Write the report of a back-test as the evidence of a step."""
    return json.dumps(report, ensure_ascii=False, sort_keys=True)


def table_of(held: Artefact) -> Table:
    """Give the table that stands on the register; raises Malformed table_malformed where it is not the one that was entered."""
    said: dict[str, Any] = json.loads(held.body)
    table = parse_table(said["yaml"], said["csv"], said["name"])
    if table.digest != held.digest:
        raise Malformed("table_malformed", f"it says {table.digest[:12]} and is registered as {held.digest[:12]}", file=said["name"])
    return table


def check(store: Store, digest: str, against: Against, lookup: Lookup, act: Act) -> Artefact | Refused:
    """Check a draft with the lint. Refuses table_not_clean, and what the register refuses."""
    held = governed.find(store, KIND, digest)
    if isinstance(held, Refused):
        return held
    table = table_of(held)
    evidence = checked(table, lint(table, against, lookup))
    if isinstance(evidence, Refused):
        return evidence
    return governed.move(store, held.digest, "check", MOVES, act._replace(evidence=evidence))


def approve(store: Store, digest: str, act: Act) -> Artefact | Refused:
    """Approve a checked table, as another person than the one who wrote it; `act` may bring the report of a back-test as evidence."""
    return _move(store, digest, "approve", act)


def activate(store: Store, digest: str, on: date, act: Act) -> Artefact | Refused:
    """Activate an approved table on the report of its back-test; the active one of its place retires.

    Refuses table_not_in_force, table_backtest_missing, table_backtest_differs, and what the register refuses.
    """
    held = governed.find(store, KIND, digest)
    if isinstance(held, Refused):
        return held
    return refuse_activation(table_of(held), act.evidence, on) or governed.move(store, held.digest, "activate", MOVES, act)


def retire(store: Store, digest: str, act: Act) -> Artefact | Refused:
    """Take a table out of use for good; where it was active, the one of the package stands again."""
    return _move(store, digest, "retire", act)


def _move(store: Store, digest: str, verb: str, act: Act) -> Artefact | Refused:
    held = governed.find(store, KIND, digest)
    return held if isinstance(held, Refused) else governed.move(store, held.digest, verb, MOVES, act)


def tables_in_use(store: Store, at: datetime | None = None) -> tuple[Table, ...]:
    """Give the tables of the package and those of the register that are active, or were at an instant.

    Of two for one day, `in_force` takes the later one.
    """
    held = governed.listed(store, KIND) if at else governed.listed(store, KIND, state=ACTIVE)
    return (*standing_tables(), *(table_of(one) for one in held if at is None or _state_at(store, one, at) == ACTIVE))


def _state_at(store: Store, held: Artefact, at: datetime) -> str:
    """Give the state that a table was in at an instant; "" before it was entered."""
    return next((step.after for step in reversed(governed.steps(store, held.digest)) if step.at <= at), "")
