"""Prove what is kept beside the records from what is on record: load lines from the file, limits and standing accrual from what was told.

Files, answers of commands and closes are in the audit chain: whoever changes these columns and rows without them is found here, and with
them there.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from plimsoll.app.closing.scan import Snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.sheet import NO_LOAD_LINE
from plimsoll.ledger.chart import CODES
from plimsoll.risk.temporary_limit import KIND as TEMPORARY
from plimsoll.units.money import parse_minor

LOAD_LINE: Final = "load_line"
DRAWN_OTHERWISE: Final = "the load line is not the one that was last put on file"
ACCRUED_OTHERWISE: Final = "the standing accrual of a day is not what its close told"
LIMITED_OTHERWISE: Final = "the limit is not the one that was last told"
LIMIT_TOLD_BY: Final = ("open_line", "accept_offer", "set_limit", "raise_limit", "review_limit", "expire_limit")
"""Commands that set a limit and tell it in their answer; a line of before `open_line` did so is left out until one of the others."""
_LOAD_COLUMNS: Final = ("customer_id", "load_currency", "load_capacity_minor", "load_room_minor", "load_stress_ppb", "load_on")
_LOAD_FIELDS: Final = ("currency", "capacity_minor", "room_minor", "stress_ppb", "drawn_on")

Standing = dict[str, dict[str, int]]
"""By product and currency, and by account: minor units."""


def load_lines_off(seen: Snapshot, first: int, until: int) -> Iterator[int]:
    """Give the customers of a range whose load line is not the one that was last put on file, or is one that never was."""
    filed: dict[int, Any] = dict(seen.bodies_of(LOAD_LINE, first, until))
    for customer_id, *drawn in seen.rows(schema.line, _LOAD_COLUMNS, first, until):
        said = json.loads(filed[customer_id]) if customer_id in filed else {}
        told = [said[name] for name in _LOAD_FIELDS] if said else None
        if told != (drawn if drawn[1] != NO_LOAD_LINE else None):
            yield customer_id


def limits_off(seen: Snapshot, first: int, until: int) -> Iterator[int]:
    """Give the customers of a range whose limit is neither the last that was told nor the one that a temporary limit leaves behind."""
    told = {customer_id: json.loads(answer) for customer_id, answer in seen.answers_of(LIMIT_TOLD_BY, first, until)}
    after: dict[int, Any] = {customer_id: json.loads(body)["after"] for customer_id, body in seen.bodies_of(TEMPORARY, first, until)}
    for customer_id, limit_minor in seen.rows(schema.line, ("customer_id", "limit_minor"), first, until):
        said = told.get(customer_id, {})
        if "limit" in said and limit_minor not in (
            parse_minor(said["limit"], said["currency"]),
            after.get(customer_id, {}).get("limit_minor"),
        ):
            yield customer_id


def days_accrued_off(seen: Snapshot) -> Iterator[int]:
    """Give the days (day numbers) whose standing accrual is not what their close told, or that were never closed.

    A close that told nothing of it (it scanned nothing, or is of long ago) is left out.
    """
    found: dict[int, Standing] = defaultdict(dict)
    for day, product, currency, account, minor in seen.standing_accruals():
        found[day].setdefault(f"{product} {currency}", {})[CODES[account]] = minor
    told = {day: json.loads(sums).get("standing") for day, sums in seen.close_sums()}
    for day in sorted(found.keys() | told.keys()):
        said = told.get(day, {})
        if said is not None and said != found.get(day, {}):
            yield day


def day_text(day: int) -> str:
    """Give a day as it is told."""
    return date.fromordinal(day).isoformat()
