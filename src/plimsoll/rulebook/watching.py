"""The standing decision tables of monitoring: which are in force for a lender on a day."""

from datetime import date
from pathlib import Path
from typing import Final

from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.ask import Compiled
from plimsoll.rulebook.underwriting import standing
from plimsoll.units.refusal import Malformed

FOLDER: Final = Path(__file__).parent.joinpath("policy", "monitoring")
"""The tables that come with the package."""

LIMIT_ACTIONS: Final = "limit-actions"


def limit_actions(rules: Rules, on: date, licence: str) -> Compiled:
    """Give the table of limit actions in force for a lender on a day; raises Malformed table_unknown."""
    for compiled in standing(rules, on, licence, FOLDER):
        if compiled.table.name == LIMIT_ACTIONS:
            return compiled
    raise Malformed("table_unknown", f"{LIMIT_ACTIONS} on {on}")
