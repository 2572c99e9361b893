"""The standing table of sanctions: which is in force for a lender on a day."""

from datetime import date
from pathlib import Path
from typing import Final

from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.ask import Compiled
from plimsoll.rulebook.underwriting import compile_tables, in_force, standing_tables
from plimsoll.units.refusal import Malformed

FOLDER: Final = Path(__file__).parent.joinpath("policy", "sanctions")
"""The table that comes with the package."""

SANCTIONS: Final = "sanctions"
_COMPILED: Final[dict[tuple[str, date, str], Compiled]] = {}


def sanctions_on(rules: Rules, on: date, licence: str) -> Compiled:
    """Give the table in force for a lender on a day, compiled once; raises Malformed table_unknown."""
    key = (rules.digest, on, licence)
    if key not in _COMPILED:
        _COMPILED[key] = _compile(rules, on, licence)
    return _COMPILED[key]


def _compile(rules: Rules, on: date, licence: str) -> Compiled:
    for compiled in compile_tables(in_force(standing_tables(FOLDER), rules, on, licence), rules, on, licence):
        if compiled.table.name == SANCTIONS:
            return compiled
    raise Malformed("table_unknown", f"{SANCTIONS} on {on}")
