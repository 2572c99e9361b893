"""A book of any size: thirty customers made and closed by real commands, then copied in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import text

from bench.book import TABLES, Ours, beginning
from bench.clone import GROWN, copy_customers
from bench.sown import Place
from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.database.opening import create_store
from plimsoll.servicing.close import decide

PATTERNS: Final = 30
NOT_COPIED: Final = {"command", "audit", "outbox", "parked"}
"""What no night reads: who gave which command, and messages."""

FIRST_DRAW: Final = date(2026, 1, 10)
SPREAD: Final = tuple(FIRST_DRAW + timedelta(days=day) for day in (0, 2, 4, *(6 + number * 24 // 27 for number in range(27))))
"""Days of drawing: one customer in thirty falls due on each of three days with nothing due or late around them, the others later."""
AT_ONCE: Final = (FIRST_DRAW,) * PATTERNS


def grow(place: Place, name: str, draws: Sequence[date], through: date, loans: int, parts: int = GROWN) -> tuple[str, int]:
    """Make a book of about so many loans, closed through a day, its tables laid out in parts; give its URL and how many loans it has."""
    url = place.empty(name)
    create_store(url).close()
    copies = max(loans // len(draws) - 1, 0)
    with Ours(url) as ours:
        last = FIRST_DRAW
        for customer, on in sorted(enumerate(draws, 1), key=lambda drawn: drawn[1]):
            if on > last:
                close(ours, on - timedelta(days=1))
            ours.execute_many(beginning(customer, on))
            last = on
        close(ours, through)
        with ours.store.engine.connect() as connection:
            connection.execute(text("begin"))
            copy_customers(connection, [table for table in TABLES if table.name not in NOT_COPIED], copies, parts)
            connection.execute(text("commit"))
            connection.execute(text("analyze"))
    return url, len(draws) * (copies + 1)


def close(ours: Ours, through: date) -> None:
    """Close the small book through a day, without its tape."""
    now = datetime.combine(through, datetime.min.time(), UTC)
    for closed in close_through(ours.store, through.toordinal(), Orders(decide, ours.rules, now), tape=None, scans=NEVER, now=now):
        assert not closed.night.parked, closed.night.parked
