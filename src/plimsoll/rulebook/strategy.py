"""The standing tables of collection: which segment a customer is in, and how each arm of the trial treats a case."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.ask import Compiled, Hit, compile_table
from plimsoll.rulebook.table.table import Value
from plimsoll.rulebook.underwriting import in_force, standing_tables
from plimsoll.units.refusal import Malformed

FOLDER: Final = Path(__file__).parent.joinpath("policy", "collections", "strategy")
"""The tables that come with the package."""

SEGMENTS: Final = "case-segments"
CHAMPION, CHALLENGER, BASELINE = "case-champion", "case-challenger", "case-baseline"
ABILITIES: Final = ("can", "cannot", "unknown")
WILLINGNESS: Final = ("willing", "unwilling", "unknown")
UNKNOWN: Final = "unknown"
REST: Final = "rest"
TREATMENTS: Final = (REST, "message", "ai_call", "call", "senior_call", "offer_plan")
BY_PERSON: Final = frozenset(("call", "senior_call", "offer_plan"))
"""Treatments that take a person's time."""
SKILLS: Final = ("general", "care", "plans", "senior")

_COMPILED: Final[dict[str, Compiled]] = {}
_FOUND: Final[dict[tuple[str, date, str], Compiled]] = {}
_FOUND_MAX: Final = 4_096


def table(rules: Rules, on: date, name: str) -> Compiled:
    """Give the table of a name in force on a day, ready to be asked; raises Malformed table_unknown."""
    key = rules.digest, on, name
    if key not in _FOUND:
        found = next((one for one in in_force(standing_tables(FOLDER), rules, on, "") if one.name == name), None)
        if found is None:
            raise Malformed("table_unknown", f"{name} on {on}")
        if len(_FOUND) >= _FOUND_MAX:
            _FOUND.clear()
        if found.digest not in _COMPILED:
            _COMPILED[found.digest] = compile_table(found)
        _FOUND[key] = _COMPILED[found.digest]
    return _FOUND[key]


def first_hit(compiled: Compiled, features: Mapping[str, Value | None]) -> Hit:
    """Give the row that holds; raises Malformed table_malformed where none does, which the last row of each table prevents."""
    hits = compiled.ask(features).hits
    if not hits:
        raise Malformed("table_malformed", f"{compiled.table.name} answers nothing", file=compiled.table.file)
    return hits[0]
