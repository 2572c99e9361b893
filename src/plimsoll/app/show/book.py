"""The book on its business date: who owes how much and how late, lines above their load line, decisions of a month; scans of two years."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, case, func, select

from plimsoll.app.database.schema import close_run, filing, line, loan, loan_state, parked
from plimsoll.app.database.store import Store
from plimsoll.loan.layout import OPEN

MONTH: Final = timedelta(days=30)
EARLIEST: Final = date.min + 3 * MONTH
"""A book that was never opened has no day to look back from."""
RUNS: Final = 800


@dataclass(frozen=True, slots=True)
class Late:
    """Principal by how late it is, of one product and currency, in minor units."""

    product: str
    currency: str
    loans: int
    principal: int
    over_30: int
    over_90: int


@dataclass(frozen=True, slots=True)
class ScanTotals:
    """What a scan of the book found in one currency, in minor units: its balances, principal and what of it is past due."""

    on: date
    currency: str
    ledger: dict[str, int]
    principal_minor: int | None
    past_due_minor: int | None


@dataclass(frozen=True, slots=True)
class BookSeen:
    """The book on a business date; `scans` oldest first."""

    late: tuple[Late, ...]
    lines: int
    marked: int
    over: int
    decided: int
    offered: int
    parked: int
    scans: tuple[ScanTotals, ...]


def book_seen(store: Store, today: date) -> BookSeen:
    """Give the figures of a book on its business date. Cost: one pass over loans and lines in the database."""
    today = max(today, EARLIEST)
    s, days = loan_state.c, (today - MONTH, today - 3 * MONTH)
    late = [func.coalesce(func.sum(case((s.oldest_due < one, s.principal_minor), else_=0)), 0) for one in days]
    owed = loan_state.join(loan, (loan.c.customer_id == s.customer_id) & (loan.c.loan_id == s.loan_id))
    with store.engine.connect() as connection:
        rows = connection.execute(
            select(loan.c.product, loan.c.currency, func.count(), func.sum(s.principal_minor), *late)
            .select_from(owed)
            .where(s.status == OPEN)
            .group_by(loan.c.product, loan.c.currency)
            .order_by(loan.c.product)
        ).all()
        is_marked = line.c.load_capacity_minor >= 0
        is_over = is_marked & (line.c.used_minor > line.c.load_capacity_minor)
        lines = connection.execute(
            select(func.count(), func.sum(case((is_marked, 1), else_=0)), func.sum(case((is_over, 1), else_=0))).where(
                line.c.status != "none"
            )
        ).one()
        decided, offered = (_filed(connection, kind, today) for kind in ("decision", "offer.made"))
        stopped = connection.scalar(select(func.count()).select_from(parked)) or 0
        scans = _scans(connection, today)
    late_rows = tuple(Late(row[0], row[1], row[2], int(row[3] or 0), int(row[4]), int(row[5])) for row in rows)
    return BookSeen(late_rows, lines[0] or 0, int(lines[1] or 0), int(lines[2] or 0), decided, offered, stopped, scans)


def _filed(connection: Connection, kind: str, today: date) -> int:
    """Count what was filed of a kind in the month before a day, by the index of kinds."""
    recent = (filing.c.kind == kind, filing.c.effective_on > today - MONTH, filing.c.effective_on <= today)
    return int(connection.scalar(select(func.count()).select_from(filing).where(*recent)) or 0)


def _scans(connection: Connection, today: date) -> tuple[ScanTotals, ...]:
    """Give the control totals of the scans of about two years before a day."""
    rows = connection.execute(
        select(close_run.c.closed_on, close_run.c.sums)
        .where(close_run.c.state == "done", close_run.c.closed_on <= today, close_run.c.sums != "{}")
        .order_by(close_run.c.closed_on.desc())
        .limit(RUNS)
    ).all()
    found = []
    for row in reversed(rows):
        said: dict[str, Any] = json.loads(row.sums)
        for currency, ledger in sorted(said.get("ledger", {}).items()):
            tape = said.get("tape", {}).get(currency) or {}
            found.append(ScanTotals(row.closed_on, currency, ledger, tape.get("principal_minor"), tape.get("principal_past_due_minor")))
    return tuple(found)
