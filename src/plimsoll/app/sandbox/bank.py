"""A bank that lies, as a program: what becomes of a payment stands in its cents, or was wished for. It remembers what it did.

Its memory is a file beside the book of a clock and is copied with it: the bank knows what it moved also where the house forgot.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.app.debits.port import Collected, Failed, Instruction, Part, Unclear
from plimsoll.app.sandbox.clock import day_of
from plimsoll.units.refusal import Refused

SUCCESS: Final = "success"
FAIL, LATE_SUCCESS, DUPLICATE, RETURNED, PARTIAL, SILENT = (
    *("fail", "success_after_timeout", "duplicate_notice", "returned", "partial", "never_answers"),
)
BY_CENTS: Final = {1: FAIL, 2: LATE_SUCCESS, 3: DUPLICATE, 4: RETURNED, 5: PARTIAL, 6: SILENT}
"""What an amount that ends in .01 to .06 meets; every other one is paid."""
OUTCOMES: Final = (SUCCESS, *BY_CENTS.values())
RETURNED_AFTER_DAYS: Final = 2
DUPLICATES_USUAL: Final = 1
DUPLICATES_MAX: Final = 10
WHY: Final = "insufficient_funds"
WHY_OUT: Final = "account_closed"
DEBIT, PAYOUT = "debit", "payout"
SETTLED: Final = "settled"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS paper (name TEXT PRIMARY KEY, way TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
    outcome TEXT NOT NULL, asked INTEGER NOT NULL, moved INTEGER NOT NULL, on_day TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice (id INTEGER PRIMARY KEY, name TEXT NOT NULL, what TEXT NOT NULL, due_on TEXT NOT NULL,
    sent_on TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS wish (about TEXT PRIMARY KEY, outcome TEXT NOT NULL, duplicates INTEGER NOT NULL) WITHOUT ROWID;
"""


class Paper(NamedTuple):
    """What the bank knows of one instruction: how often it was asked, what it moved and has not given back, and since which day."""

    name: str
    way: str
    minor: int
    currency: str
    outcome: str
    asked: int
    moved: int
    on_day: date


class Notice(NamedTuple):
    """What the bank says by itself: an instruction was settled (perhaps once more), or its money came back."""

    id: int
    what: str
    paper: Paper


class LyingBank:
    """The bank of one sandbox book. Instructions are told apart by their names; what it is asked again it answers by its memory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def debit(self, instruction: Instruction, now: datetime) -> Collected | Part | Failed | Unclear:
        """Take money from a borrower, or tell what became of it; see `BY_CENTS`."""
        paper = self._asked(instruction.instruction, DEBIT, instruction.minor, instruction.currency, day_of(now))
        if paper.outcome == FAIL or (paper.outcome == PARTIAL and not paper.moved):
            return Failed(WHY)
        if paper.outcome == SILENT or (paper.outcome == LATE_SUCCESS and paper.asked == 1):
            return Unclear("no answer in time")
        reference = f"bank-{paper.name}"
        return Part(paper.moved, WHY, reference, paper.on_day) if paper.outcome == PARTIAL else Collected(reference, paper.on_day)

    def pay_out(self, name: str, minor: int, currency: str, now: datetime, *, lies: bool = True) -> Collected | Failed | Unclear:
        """Pay money out, or tell what became of it; without lies it is paid. A part is followed by the rest when it is asked after."""
        paper = self._asked(name, PAYOUT, minor, currency, day_of(now), lies=lies)
        if paper.outcome == FAIL:
            return Failed(WHY_OUT)
        if paper.outcome == SILENT or (paper.outcome in (LATE_SUCCESS, PARTIAL) and paper.asked == 1):
            return Unclear("no answer in time")
        if paper.outcome == PARTIAL and paper.moved < paper.minor:
            with self._open() as connection:
                connection.execute("UPDATE paper SET moved = minor WHERE name = ?", (name,))
        return Collected(f"bank-{name}", paper.on_day)

    def wish(self, about: str, outcome: str, duplicates: int = DUPLICATES_USUAL) -> Refused | None:
        """Say what becomes of the next instruction whose name begins with `about`, whatever its cents. Refuses payment_outcome_unknown."""
        if outcome not in OUTCOMES or not 1 <= duplicates <= DUPLICATES_MAX:
            return Refused("payment_outcome_unknown", "", f"{outcome[:40]} {duplicates}; one of: {', '.join(OUTCOMES)}")
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO wish VALUES (?, ?, ?)", (about, outcome, duplicates))
        return None

    def notices(self, on: date) -> list[Notice]:
        """Give what the bank says by itself by a day and has not said yet. Money that comes back has come back when it is said."""
        asked = f"SELECT n.id, n.what, {_COLUMNS} FROM notice n JOIN paper p ON p.name = n.name WHERE n.sent_on = '' AND n.due_on <= ?"  # noqa: S608
        with self._open() as connection:
            rows = connection.execute(f"{asked} ORDER BY n.id", (on.isoformat(),)).fetchall()
        return [Notice(row[0], row[1], _paper(row[2:])) for row in rows]

    def heard(self, notice: Notice, on: date) -> None:
        """Note that the house took a notice in: until then the bank says it again."""
        with self._open() as connection:
            connection.execute("UPDATE notice SET sent_on = ? WHERE id = ?", (on.isoformat(), notice.id))
            if notice.what == RETURNED:
                connection.execute("UPDATE paper SET moved = 0 WHERE name = ?", (notice.paper.name,))

    def papers(self) -> list[Paper]:
        """Give everything that the bank remembers, by name."""
        with self._open() as connection:
            return [_paper(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM paper p ORDER BY name")]  # noqa: S608

    def _asked(self, name: str, way: str, minor: int, currency: str, on: date, *, lies: bool = True) -> Paper:
        """Take an instruction in, or find it, and count that it was asked for."""
        with self._open() as connection:
            if connection.execute("UPDATE paper SET asked = asked + 1 WHERE name = ?", (name,)).rowcount == 0:
                outcome, duplicates = self._outcome(connection, name, minor) if lies else (SUCCESS, 0)
                moved = 0 if outcome in (FAIL, SILENT) else minor // 2 if outcome == PARTIAL else minor
                row = (name, way, minor, currency, outcome, 1, moved, on.isoformat())
                connection.execute("INSERT INTO paper VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                for what, days in _said_later(outcome, duplicates):
                    due = (on + timedelta(days=days)).isoformat()
                    connection.execute("INSERT INTO notice (name, what, due_on, sent_on) VALUES (?, ?, ?, '')", (name, what, due))
            return _paper(connection.execute(f"SELECT {_COLUMNS} FROM paper p WHERE name = ?", (name,)).fetchone())  # noqa: S608

    def _outcome(self, connection: sqlite3.Connection, name: str, minor: int) -> tuple[str, int]:
        for about, outcome, duplicates in connection.execute("SELECT about, outcome, duplicates FROM wish ORDER BY about"):
            if name.startswith(about):
                connection.execute("DELETE FROM wish WHERE about = ?", (about,))
                return str(outcome), int(duplicates)
        return BY_CENTS.get(minor % 100, SUCCESS), DUPLICATES_USUAL

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Give the memory in one transaction."""
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = off")
            connection.executescript(_TABLES)
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()


_COLUMNS: Final = "p.name, p.way, p.minor, p.currency, p.outcome, p.asked, p.moved, p.on_day"


def _paper(row: tuple[str, str, int, str, str, int, int, str]) -> Paper:
    return Paper(*row[:-1], date.fromisoformat(row[-1]))


def _said_later(outcome: str, duplicates: int) -> list[tuple[str, int]]:
    """Give what the bank says by itself later: what, and after how many days."""
    if outcome == DUPLICATE:
        return [(SETTLED, 1)] * duplicates
    return [(RETURNED, RETURNED_AFTER_DAYS)] if outcome == RETURNED else []
