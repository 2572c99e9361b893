"""Plan the reminders of a day on a large book by the command a user types, beside reading the same rows and working out none of them."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

from bench.large import SPREAD, grow
from bench.ran import plimsoll
from bench.report import Goal, Result
from bench.setting import Setting
from bench.sown import SqlitePlace
from bench.timing import Contestant, take_turns

TITLE = "the plan of a day's reminders, start of the program included"
FULL = 1_000_000
DAYS = (date(2026, 2, 7), date(2026, 2, 10))
"""Two days on which steps fall for many of the due days of the book."""
SECONDS, MEMORY_MIB = 30.0, 512
OURS, READING = "plimsoll remind --dry-run", "SQL reading of every open loan"
ROWS = "SELECT s.customer_id, s.loan_id, l.terms, s.state FROM loan_state s JOIN loan l USING (customer_id, loan_id) WHERE s.status = 1"


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with loans a second, the seconds of the whole book, and how many reminders were found."""
    setting.step("remind: making the book")
    place = SqlitePlace(setting.fresh("sqlite"))
    url, count = grow(place, "reminded", SPREAD, SPREAD[-1], setting.size(60_000, FULL))
    log = setting.folder / "remind.log"
    peak, found, turns = [0.0], dict[str, int](), iter(range(1_000))

    def ours() -> int:
        day = DAYS[next(turns) % len(DAYS)]
        ran = plimsoll(["remind", "--on", day.isoformat(), "--dry-run", "--db", url, "--json"], log)
        peak[0] = max(peak[0], ran.peak_mib)
        found[day.isoformat()] = json.loads(log.read_text("utf-8").splitlines()[-1])["planned"]
        return count

    def reading() -> int:
        with sqlite3.connect(f"file:{Path(place.path('reminded'))}?mode=ro", uri=True) as book:
            assert sum(1 for _ in book.execute(ROWS)) == count
        return count

    measured = take_turns([Contestant(OURS, ours), Contestant(READING, reading)], setting.size(2, 4), step=setting.step)
    result.add(measured, "loan", ours=OURS)
    told = ", ".join(f"{reminders:,} on {day}" for day, reminders in sorted(found.items()))
    result.notes.append(f"{count:,} loans, reminders planned: {told}; peak memory {peak[0]:.0f} MiB")
    result.goals.append(Goal(f"seconds for {FULL:,} loans", FULL / measured[0].rate(), SECONDS, at_most=True))
    result.goals.append(Goal("peak memory, MiB", peak[0], MEMORY_MIB, at_most=True))
