"""The standing decision tables of monitoring: which are in force for a lender on a day."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from plimsoll.rulebook.by_digest import ByDigest
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.ask import Compiled
from plimsoll.rulebook.underwriting import standing
from plimsoll.units.refusal import Malformed

FOLDER: Final = Path(__file__).parent.joinpath("policy", "monitoring")
"""The tables that come with the package."""

LIMIT_ACTIONS: Final = "limit-actions"


def limit_actions(rules: Rules, on: date, licence: str) -> Compiled:
    """Give the table of limit actions in force for a lender on a day, compiled once; raises Malformed table_unknown."""
    return _limit_actions(ByDigest(rules), on, licence)


@lru_cache(maxsize=64)
def _limit_actions(known: ByDigest, on: date, licence: str) -> Compiled:
    for compiled in standing(known.rules, on, licence, FOLDER):
        if compiled.table.name == LIMIT_ACTIONS:
            return compiled
    raise Malformed("table_unknown", f"{LIMIT_ACTIONS} on {on}")
