"""The life of a table: draft, checked, approved, active, retired; each line is one move with its duty.

Two people at least stand behind an active table: who wrote it, and who approves and activates it. The check is the machine's (the lint
found nothing that matters), so anybody may ask for it. A table goes active on a back-test of exactly this table, and not before its day.
"""

import json
from datetime import date
from typing import Any, Final

from plimsoll.rulebook.duties import APPROVE, BUILD, OUSTED, Move
from plimsoll.rulebook.table.backtest import digest_of
from plimsoll.rulebook.table.lint import Finding, is_clean
from plimsoll.rulebook.table.table import Table
from plimsoll.units.refusal import Refused

DRAFT: Final = "draft"
CHECKED: Final = "checked"
APPROVED: Final = "approved"
ACTIVE: Final = "active"
RETIRED: Final = "retired"
STATES: Final = (DRAFT, CHECKED, APPROVED, ACTIVE, RETIRED)
KIND: Final = "table"
"""What a table is called on the register of what governs decisions."""

MOVES: Final = (
    Move("register", "", DRAFT, BUILD),
    Move("check", DRAFT, CHECKED, needs_evidence=True),
    Move("approve", CHECKED, APPROVED, APPROVE),
    Move("activate", APPROVED, ACTIVE, APPROVE, needs_evidence=True, ousts=True),
    Move("retire", DRAFT, RETIRED),
    Move("retire", CHECKED, RETIRED),
    Move("retire", APPROVED, RETIRED),
    Move("retire", ACTIVE, RETIRED, APPROVE),
    Move(OUSTED, ACTIVE, RETIRED),
)
"""Every move there is. A table never goes back: what has to change is another table, with another digest and a life of its own."""


def place_of(table: Table) -> str:
    """Give the place that a table takes, of which there is one active at most: its name, and the kinds of lender it is for."""
    return f"{table.name}@{'+'.join(sorted(table.licences))}" if table.licences else table.name


def checked(table: Table, findings: tuple[Finding, ...]) -> str | Refused:
    """Give the evidence of a check, as JSON text. Refuses table_not_clean with what was found."""
    if not is_clean(findings):
        return Refused("table_not_clean", "", "; ".join(one.text() for one in findings if one.level == "error"))
    return json.dumps({"table": table.digest, "findings": [one.text() for one in findings]}, ensure_ascii=False, sort_keys=True)


def refuse_activation(table: Table, backtest: str, on: date) -> Refused | None:
    """Refuse to activate a table before its day (table_not_in_force), or without the unchanged report of a back-test of this table.

    Refuses table_backtest_missing, table_backtest_differs.
    """
    if on < table.since:
        return Refused("table_not_in_force", "", f"{table.name} from {table.since}; on {on}")
    if not backtest.strip():
        return Refused("table_backtest_missing", "", table.name)
    try:
        report: Any = json.loads(backtest)
    except ValueError:
        return Refused("table_backtest_differs", "", "the report is not JSON")
    if not isinstance(report, dict) or digest_of(report) != report.get("digest"):
        return Refused("table_backtest_differs", "", "the report was changed")
    if report.get("table") != table.digest:
        return Refused("table_backtest_differs", "", f"of {str(report.get('table'))[:12]}, not {table.digest[:12]}")
    return None
