"""Close a book through a day: every day in order, each with its agenda, tape, standing accrual and control totals."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from plimsoll.app.closing.close import Night, Orders, close_day, days_to_close, finish_day
from plimsoll.app.closing.control import Control
from plimsoll.app.database.store import Store

DAILY, LAST, NEVER = "daily", "last", "never"


@dataclass(frozen=True, slots=True)
class Closed:
    """One closed day: what the night did, and its control totals where they were taken."""

    night: Night
    control: Control | None


def close_through(
    store: Store, through: int, orders: Orders, *, tape: Path | None, scans: str = DAILY, now: datetime, threads: int = 1
) -> Iterator[Closed]:
    """Close every day that is open up to and with `through`, and give each when it is done.

    `scans` says on which days the whole book is scanned for tape, standing accrual and control totals: every day ("daily"), the last
    one ("last"), or none ("never"). A day is only marked closed when what was asked of it is done, so a stopped close goes on there.
    """
    days = days_to_close(store, through)
    for day in days:
        night = close_day(store, day, orders)
        is_scanned = scans == DAILY or (scans == LAST and day == days[-1])
        control = _scan(store, day, now, tape, threads) if is_scanned else None
        finish_day(store, day, now, control.text() if control else "{}")
        yield Closed(night, control)


def _scan(store: Store, day: int, now: datetime, tape: Path | None, threads: int) -> Control:
    """Scan the whole book; what that needs is imported when it is first asked for, and not by a night that scans nothing."""
    control: Control = importlib.import_module("plimsoll.app.closing.standing").stand(store, day, now, tape=tape, threads=threads)
    return control
