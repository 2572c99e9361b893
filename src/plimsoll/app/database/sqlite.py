"""One transaction on SQLite: BEGIN IMMEDIATE, so that what was read stays true until the commit."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from types import TracebackType
from typing import Final

from sqlalchemy import Table

from plimsoll.app.database import schema, statements
from plimsoll.app.database.days import DayNumbers, StoredTexts
from plimsoll.app.database.kept_files import KeptFiles
from plimsoll.app.database.sheet import Pending, Row, Seen, Sheet, Taken, Want, fact_of, hold_filings, hold_rows, looked_at, sheet_of
from plimsoll.app.database.trouble import Clash, LimitGuard, StoreTrouble
from plimsoll.loan.facts import Fact

MARK: Final = "?"
UNUSABLE: Final = (
    "SQLITE_CANTOPEN",
    "SQLITE_IOERR",
    "SQLITE_NOTADB",
    "SQLITE_PERM",
    "SQLITE_READONLY",
)
_LOOK: Final = statements.handed_over(statements.look(MARK, ""))
_LOOK_OPEN: Final = statements.handed_over(statements.look(MARK, statements.IS_OPEN))
_LOOK_EVERY: Final = statements.handed_over(statements.look(MARK, statements.IS_THERE))
_LOOK_NAMED: Final = statements.handed_over(statements.look(MARK, "st.loan_id = ?"))
_FILINGS: Final = statements.FILINGS + "= ?" + statements.BY_NUMBER
_FILINGS_AFTER: Final = statements.FILINGS + "= ? AND n > ?" + statements.BY_NUMBER
_FILINGS_OF_KIND: Final = statements.FILINGS + "= ? AND kind IN ({kinds})" + statements.BY_NUMBER
_OPEN: Final = statements.HELD + "st.customer_id = ? AND " + statements.IS_OPEN
_EVERY: Final = statements.HELD + "st.customer_id = ? AND " + statements.IS_THERE
_NAMED: Final = statements.HELD + "st.customer_id = ? AND st.loan_id = ?"
_CUSTOMER: Final = statements.CUSTOMER + "= ?"
_SEEN: Final = statements.SEEN + "= ?"
_INSERTS: Final[dict[Table, str]] = {}
_CUSTOMER_ID: Final = statements.LOOK_AT_CUSTOMER + 1


def instant(at: datetime) -> str:
    """Give an instant as SQLite stores it: UTC text, microseconds, no zone."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(" ", "microseconds")[:26]


class _Troubles:
    """Turns what the driver raises into what the store promises. One for all, since it holds nothing."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Raise Clash or StoreTrouble where the driver said so, and leave everything else as it is."""
        if isinstance(raised, sqlite3.IntegrityError):
            if raised.sqlite_errorname in ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"):
                raise Clash(str(raised), str(raised).rpartition("failed: ")[2].partition(".")[0]) from raised
        elif isinstance(raised, sqlite3.OperationalError):
            found = trouble(raised)
            if found is not raised:
                raise found from raised


TROUBLES: Final = _Troubles()


def troubles() -> _Troubles:
    """Turn what the driver raises in a block into what the store promises."""
    return TROUBLES


def trouble(failed: sqlite3.Error) -> Exception:
    """Give the StoreTrouble for an error of the driver, or the error itself where it is a bug."""
    name = getattr(failed, "sqlite_errorname", "") or ""
    said = str(failed)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreTrouble("store_busy", said)
    if said.startswith("no such table"):
        return StoreTrouble("store_missing", said, "Make the book with: plimsoll book create.")
    if name.startswith("SQLITE_FULL"):
        return StoreTrouble("store_full", said)
    if name.startswith("SQLITE_CORRUPT"):
        return StoreTrouble("store_damaged", said)
    if name.startswith(UNUSABLE):
        return StoreTrouble("store_unreachable", f"{said} ({name})")
    return failed


class BookFile(sqlite3.Connection):
    """A connection that also gives rows through a function of its own.

    The driver describes every column of every SELECT anew, and for one row of many columns that takes longer than to find and read it.
    """

    _found: list[Row] | None = None

    def found(self, cursor: sqlite3.Cursor, statement: str, values: Sequence[object]) -> list[Row]:
        """Give the rows of a SELECT that hands its columns to FOUND."""
        if self._found is None:
            self._found = []
            keep = self._found.append  # of the list alone: a function that knew the connection would keep it
            self.create_function(statements.FOUND, -1, lambda *row: keep(row))
        self._found.clear()
        cursor.execute(statement, values).fetchall()
        return self._found.copy()


class SqliteTransaction:
    """A write transaction on one connection; nothing is stored before `save` returns."""

    days = StoredTexts()
    numbers = DayNumbers()

    def __init__(self, connection: BookFile, files: KeptFiles | None = None) -> None:
        self.connection = connection
        self.files = files
        self.cursor = connection.cursor()  # one for all statements of a command: to make one for each costs as much as a small statement
        with troubles():
            self.cursor.execute("BEGIN IMMEDIATE")

    def instant(self, at: datetime) -> object:
        """Give an instant as it is stored."""
        return instant(at)

    def look_one(self, key: str, want: Want) -> Taken:
        """Read everything one command needs, under lock: with one writer at a time there is nothing to gain from less."""
        return self.take_one(key, want)

    def take_one(self, key: str, want: Want) -> Taken:
        """Read everything one command needs. The whole database is under lock, so the key is always claimed."""
        if len(want.loan_ids) > 1 or (want.loan_ids and want.is_all_open):
            return self.take([key], [want])
        with troubles():
            if want.loan_ids:
                rows = self.connection.found(self.cursor, _LOOK_NAMED, (key, want.customer_id, want.loan_ids[0]))
            else:
                looks = _LOOK_EVERY if want.is_every else _LOOK_OPEN if want.is_all_open else _LOOK
                rows = self.connection.found(self.cursor, looks, (key, want.customer_id))
        first = rows[0]
        sheet = Sheet(want.customer_id)
        if first[_CUSTOMER_ID] is not None:
            sheet = sheet_of(first[statements.LOOK_AT_CUSTOMER : statements.LOOK_AT_LOANS], self.numbers)
        if len(first) > statements.LOOK_AT_LOANS and first[statements.LOOK_AT_LOANS] is not None:
            hold_rows({sheet.customer_id: sheet}, [row[statements.LOOK_AT_LOANS :] for row in rows], self.numbers)
        if want.kinds is not None:
            self._hold_filings(sheet, want.kinds)
        return looked_at(key, first, sheet, self.numbers)

    def take(self, keys: Sequence[str], wants: Sequence[Want]) -> Taken:
        """Read everything some commands need; `wants` names each customer once."""
        with troubles():
            run = self.connection.execute
            open_on = self.numbers[run(statements.OPEN_ON).fetchone()[0]]
            seen = {row[0]: Seen(row[1], row[2]) for key in keys for row in run(_SEEN, (key,))}
            return Taken(open_on, {want.customer_id: self._sheet(want) for want in wants}, seen)

    def _sheet(self, want: Want) -> Sheet:
        row = self.connection.execute(_CUSTOMER, (want.customer_id,)).fetchone()
        if row is None:
            return Sheet(want.customer_id)
        sheet = sheet_of(row, self.numbers)
        self._hold(sheet, want)
        return sheet

    def _hold(self, sheet: Sheet, want: Want) -> None:
        sheets = {sheet.customer_id: sheet}
        if want.is_all_open or want.is_every:
            hold_rows(sheets, self.connection.execute(_EVERY if want.is_every else _OPEN, (sheet.customer_id,)), self.numbers)
        for loan_id in want.loan_ids:
            if loan_id not in sheet.loans:
                hold_rows(sheets, self.connection.execute(_NAMED, (sheet.customer_id, loan_id)), self.numbers)
        if want.kinds is not None:
            self._hold_filings(sheet, want.kinds)

    def _hold_filings(self, sheet: Sheet, kinds: tuple[str, ...]) -> None:
        """Read filings of some kinds, () for all; of a file that is kept only what came since."""
        if sheet.filings_count and self.files is not None:
            with troubles():
                after = partial(self.connection.execute, _FILINGS_AFTER)
                sheet.filings = self.files.of(sheet.customer_id, sheet.filings_count, kinds, after, self.numbers)
                sheet.read_kinds = kinds
        elif sheet.filings_count:
            statement = _FILINGS_OF_KIND.format(kinds=", ".join("?" * len(kinds))) if kinds else _FILINGS
            with troubles():
                rows = self.connection.execute(statement, (sheet.customer_id, *kinds))
                hold_filings({sheet.customer_id: sheet}, rows, self.numbers)

    def facts(self, customer_id: int, loan_id: int) -> tuple[Fact, ...]:
        """Read all facts of a loan, in the order recorded."""
        with troubles():
            rows = self.connection.execute(statements.FACTS, (customer_id, loan_id))
            return tuple(fact_of(row, self.numbers) for row in rows)

    def save(self, pending: Pending) -> None:
        """Write every row and commit; raises Clash, LimitGuard or StoreTrouble with nothing stored."""
        with troubles():
            for row in pending.rules:
                self.cursor.execute(statements.insert_new(schema.rulebook, MARK), row)
            states = pending.states(self.days)
            for table, rows in pending.inserted(self.days, states.fresh):
                self._insert(table, rows)
            if pending.work:
                self.connection.executemany(statements.put_work(), pending.work.values())
            self._change(statements.update_state(MARK), [row[2:] + row[:2] for row in states.changed])
            self._change(statements.update_line_terms(MARK), pending.changed_lines(self.days))
            self._change(statements.use_limit_sqlite(), pending.uses())
            self.cursor.execute("COMMIT")

    def _insert(self, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
        statement = _INSERTS.get(table) or _INSERTS.setdefault(table, statements.insert(table, MARK))
        if len(rows) == 1:
            self.cursor.execute(statement, rows[0])
        else:
            self.cursor.executemany(statement, rows)

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run an UPDATE for each row; each must change exactly one row of the table."""
        if len(rows) == 1:
            changed = self.cursor.execute(statement, rows[0]).rowcount
        else:
            changed = self.cursor.executemany(statement, rows).rowcount if rows else 0
        if changed != len(rows):
            raise LimitGuard("the limit would be passed")

    def move_open_day(self, on: date) -> None:
        """Move the first day that takes entries forward to `on`, and commit."""
        with troubles():
            self.connection.execute(statements.MOVE_OPEN_ON, (on.isoformat(), on.isoformat()))
            self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Leave nothing behind."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
