"""Prove what is kept beside the records from what is on record: load lines from the file, lines and standing accrual from what was told.

Files, answers of commands and closes are in the audit chain: whoever changes these columns and rows without them is found here, and with
them there.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from plimsoll.app.closing.scan import Snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.sheet import NO_LOAD_LINE
from plimsoll.app.trail import LIMIT_TOLD_BY, Trail
from plimsoll.ledger.chart import CODES
from plimsoll.loan.layout import NOTED, PURCHASED, REFUNDED, REPAID, SETTLED, WAIVED
from plimsoll.risk.line_limits import read_limits
from plimsoll.risk.temporary_limit import KIND as TEMPORARY
from plimsoll.risk.temporary_limit import LIMITS

LOAD_LINE: Final = "load_line"
DRAWN_OTHERWISE: Final = "the load line is not the one that was last put on file"
ACCRUED_OTHERWISE: Final = "the standing accrual of a day is not what its close told"
LIMITED_OTHERWISE: Final = "the limit is not the one that was last told"
STATUS_OTHERWISE: Final = "the status of a line is not the one that commands left"
PASSED: Final = "use of the limit is above every limit that was told"
LINE_COLUMNS: Final = (
    *("limit_minor", "used_minor", "cash_limit_minor", "cash_used_minor", "later_limit_minor", "later_used_minor"),
    *("currency", "status"),
)
TOLD: Final = '"limit":'
TAKES: Final = frozenset((REPAID, SETTLED, PURCHASED, NOTED, WAIVED, REFUNDED))
"""Facts that never raise what is in use without asking the limit; a reversal or a reschedule may."""
_LOAD_COLUMNS: Final = ("customer_id", "load_currency", "load_capacity_minor", "load_room_minor", "load_stress_ppb", "load_on")
_LOAD_FIELDS: Final = ("currency", "capacity_minor", "room_minor", "stress_ppb", "drawn_on")

Row = tuple[Any, ...]
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


def lines_off(
    seen: Snapshot, trail: Trail, lines: Sequence[Row], facts: Sequence[Row], first: int, until: int
) -> Iterator[tuple[str, int]]:
    """Give what is wrong with the lines of a range: LINE_COLUMNS after the customer. Of facts the kind stands fourth.

    A limit, with its sub-limits where they were told, is the last that was told, or what a limit for a while leaves behind.
    """
    after: dict[int, Any] = {customer_id: json.loads(body)["after"] for customer_id, body in seen.bodies_of(TEMPORARY, first, until)}
    over = []
    for customer_id, limit, used, cash, cash_used, later, later_used, _, status in lines:
        if status != trail.status.get(customer_id, schema.STATUS_NONE):
            yield STATUS_OTHERWISE, customer_id
        said = trail.limits.get(customer_id)
        if said is None:
            continue
        left = [after.get(customer_id, {}).get(name) for name in LIMITS]
        if [limit, cash, later] not in (_told_or(said, [limit, cash, later]), left):
            yield LIMITED_OTHERWISE, customer_id
        if used > limit or cash_used > cash or later_used > later:
            over.append((customer_id, (used, cash_used, later_used)))
    raised = {row[0] for row in facts if row[3] not in TAKES} if over else set()
    for customer_id, uses in over:
        answers = [
            read_limits(json.loads(answer)) for _, answer in seen.answers_of(LIMIT_TOLD_BY, customer_id, customer_id + 1) if TOLD in answer
        ]
        if customer_id not in raised and any(
            None not in told and used > max(told) for used, told in zip(uses, zip(*answers, strict=True), strict=True)
        ):
            yield PASSED, customer_id


def _told_or(answer: str, found: Sequence[int]) -> list[int]:
    """Give the limit and both sub-limits as an answer tells them, as they were found where it tells nothing."""
    return [held if told is None else told for told, held in zip(read_limits(json.loads(answer)), found, strict=True)]


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
