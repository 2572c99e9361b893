"""One transaction on PostgreSQL: one statement to read and one to write for a command, COPY for many."""

# ruff: noqa: S608 -- every name comes from the schema, every value is a parameter.

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from itertools import chain
from typing import Any, Final

import psycopg
from sqlalchemy import Table

from plimsoll.app.database import schema, statements
from plimsoll.app.database.arrays import WRITERS, arrays_of, numbers_text, texts_text, types_of
from plimsoll.app.database.days import DayNumbers, StoredDates
from plimsoll.app.database.driver_postgres import OPEN_STATUSES, BookConnection, troubles
from plimsoll.app.database.read_postgres import CUSTOMER, HELD, customer_sheet, hold, look, looked
from plimsoll.app.database.rows import columns
from plimsoll.app.database.sheet import Pending, Rows, Seen, Sheet, States, Taken, Want, fact_of, hold_filings
from plimsoll.app.database.trouble import Clash
from plimsoll.loan.facts import Fact

MARK: Final = "%s"
CLOSE_LOCK: Final = 0x706C696D736F6C6C
"""Advisory lock (also in triggers.py): who writes holds it shared; a close takes it alone while it moves the open day."""

ROWS_JOINED_MAX: Final = 16
"""Up to this many rows a table, one statement with a parameter for each value writes all tables."""

ROWS_IN_ARRAYS_MAX: Final = 600
"""Up to this many, one statement with an array for each column, whatever the number of rows. Above it COPY costs less."""

_LOOK: Final = look("")
_LOOK_OPEN: Final = look(statements.IS_OPEN)
_LOOK_EVERY: Final = look(statements.IS_THERE)
_LOOK_ONE: Final = look("st.loan_id = $3")
_LOOK_NAMED: Final = look("st.loan_id = ANY($3::int8[])")
_LOOK_NAMED_AND_OPEN: Final = look(f"(st.loan_id = ANY($3::int8[]) OR {statements.IS_OPEN})")
_CLAIM: Final = (
    "WITH claim AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%s) AS is_claimed) "
    "SELECT claim.is_claimed, locked.* FROM claim LEFT JOIN LATERAL ("
    + CUSTOMER
    + "= %s AND claim.is_claimed FOR UPDATE OF li) AS locked ON true"
)
_CLOSE_ALONE: Final = "SELECT pg_advisory_xact_lock(%s)"
_MOVE_OPEN_ON: Final = statements.MOVE_OPEN_ON.replace("?", MARK)
_LOCKED: Final = CUSTOMER + "= ANY(%s::int8[]) ORDER BY li.customer_id FOR UPDATE OF li"
_SEEN_ONE: Final = "SELECT bo.open_on, co.digest, co.answer FROM book bo LEFT JOIN command co ON co.key = %s"
_SEEN: Final = statements.SEEN + "= ANY(%s)"
_LOCK_LOANS: Final = " ORDER BY st.customer_id, st.loan_id FOR UPDATE OF st"
_OPEN: Final = HELD + "st.customer_id = ANY(%s::int8[]) AND " + statements.IS_OPEN + _LOCK_LOANS
_EVERY: Final = HELD + "st.customer_id = ANY(%s::int8[]) AND " + statements.IS_THERE + _LOCK_LOANS
_NAMED: Final = HELD + "(st.customer_id, st.loan_id) IN (SELECT * FROM unnest(%s::int8[], %s::int8[]))" + _LOCK_LOANS
_FACTS: Final = statements.FACTS.replace("?", MARK)
_FILINGS: Final = statements.FILINGS + "= ANY(%s::int8[])" + statements.BY_NUMBER
_FILINGS_OF_KIND: Final = statements.FILINGS + "= ANY(%s::int8[]) AND kind = ANY(%s::text[])" + statements.BY_NUMBER
_STAGE: Final = "CREATE TEMPORARY TABLE IF NOT EXISTS staged_state (LIKE loan_state, due DATE) ON COMMIT DELETE ROWS"
_COPY_STAGE: Final = statements.copy_in(schema.loan_state).replace("COPY loan_state", "COPY staged_state").replace(")", ", due)", 1)
_BY_INDEX: Final = "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
"""A staged state is found by its key: to join them otherwise reads every loan of the book, whose number only looks small to the planner."""
_APPLY_STAGE: Final = statements.update_state_from("staged_state AS staged")


def key_number(key: str) -> int:
    """Give the number under which a key is claimed; two keys with one number only wait for each other."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little", signed=True)


def _into_place(pending: Pending) -> list[tuple[str, Sequence[object]]]:
    """Give what writes rows that may be there already, with its parameters: rulebooks, which then stay, and rows of queues."""
    written: list[tuple[str, Sequence[object]]] = [(statements.insert_new(schema.rulebook, MARK), rules) for rules in pending.rules]
    if pending.work:
        table = schema.work_item
        written.append((statements.put_work_arrays(types_of(table)), arrays_of(table, list(pending.work.values()))))
    return written


@cache
def _whole(shape: tuple[Any, ...]) -> bytes:
    """Give the statement that writes rows of a shape: statements of `_into_place`, tables with how many rows of each, how many states,
    lines and uses of a limit.
    """
    *written, states, lines, uses = shape
    parts = tuple(one if isinstance(one, str) else statements.insert(one[0], MARK, one[1]) for one in written)
    guarded = (statements.update_state_unmoved(),) * states + (statements.update_line_terms(MARK),) * lines
    return statements.numbered(statements.joined_rows(parts, guarded + (statements.use_limit_postgres(),) * uses))


class PostgresTransaction:
    """A write transaction on one connection in autocommit mode; nothing is stored before `save` returns."""

    days = StoredDates()
    numbers = DayNumbers()

    def __init__(self, connection: BookConnection) -> None:
        self.connection = connection
        self.open_on = 0
        self.is_begun = False

    def instant(self, at: datetime) -> object:
        """Give an instant as it is stored."""
        return at

    def look_one(self, key: str, want: Want) -> Taken:
        """Read what one command needs as it stands at one moment, without a lock: `save` stores nothing if the customer moved since."""
        with troubles():
            if len(want.loan_ids) == 1 and not want.is_all_open:
                rows = self._rows(_LOOK_ONE, (key, want.customer_id, want.loan_ids[0]))
            elif want.loan_ids:
                statement = _LOOK_NAMED_AND_OPEN if want.is_all_open else _LOOK_NAMED
                rows = self._rows(statement, (key, want.customer_id, numbers_text(want.loan_ids)))
            else:
                looks = _LOOK_EVERY if want.is_every else _LOOK_OPEN if want.is_all_open else _LOOK
                rows = self._rows(looks, (key, want.customer_id))
            taken = looked(key, want, rows, self.numbers)
            if want.kinds is not None:
                self._hold_filings(taken.sheets, [want])
        self.open_on = taken.open_on
        return taken

    def take_one(self, key: str, want: Want) -> Taken:
        """Claim a key, lock its customer and read what one command needs.

        A key that another connection has claimed is not waited for: `is_claimed` is false and nothing is locked.
        """
        with troubles():
            self._begin()
            ((is_claimed, *row),) = self._rows(_CLAIM, (key_number(key), want.customer_id))
            sheet = customer_sheet(want.customer_id, tuple(row), self.numbers)
            ((open_on, digest, answer),) = self._rows(_SEEN_ONE, (key,))
            self._hold({want.customer_id: sheet}, [want])
            self.open_on = self.numbers[open_on]
            used = {key: Seen(digest, answer)} if digest is not None else {}
            return Taken(self.open_on, {want.customer_id: sheet}, used, is_claimed)

    def take(self, keys: Sequence[str], wants: Sequence[Want]) -> Taken:
        """Lock customers, in the order of their ids, and read everything some commands need; `wants` names each customer once.

        Keys are not claimed: a command with the same key waits for the same customer, and then finds the answer.
        """
        with troubles():
            self._begin()
            customers = [want.customer_id for want in wants]
            found = (customer_sheet(0, row, self.numbers) for row in self._rows(_LOCKED, (numbers_text(customers),)))
            sheets = {sheet.customer_id: sheet for sheet in found}
            for stranger in set(customers) - sheets.keys():
                sheets[stranger] = Sheet(stranger)
            ((open_on,),) = self._rows(statements.OPEN_ON)
            seen = {row[0]: Seen(row[1], row[2]) for row in self._rows(_SEEN, (list(keys),))}
            self._hold(sheets, wants)
            self.open_on = self.numbers[open_on]
            return Taken(self.open_on, sheets, seen)

    def _hold(self, sheets: Mapping[int, Sheet], wants: Sequence[Want]) -> None:
        """Lock and read the loans that are wanted: their customers are under lock, but the close of a day locks no customer."""
        with_every = [want.customer_id for want in wants if want.is_every]
        if with_every:
            hold(sheets, self._rows(_EVERY, (numbers_text(with_every),)), self.numbers)
        with_open = [want.customer_id for want in wants if want.is_all_open and not want.is_every]
        if with_open:
            hold(sheets, self._rows(_OPEN, (numbers_text(with_open),)), self.numbers)
        pairs = [(want.customer_id, loan_id) for want in wants for loan_id in want.loan_ids]
        if pairs:
            hold(sheets, self._rows(_NAMED, tuple(map(numbers_text, columns(pairs)))), self.numbers)
        self._hold_filings(sheets, wants)

    def _hold_filings(self, sheets: Mapping[int, Sheet], wants: Sequence[Want]) -> None:
        """Read the filings that are wanted, with one statement for all that want the same kinds."""
        wanted: dict[tuple[str, ...], list[int]] = {}
        for want in wants:
            if want.kinds is not None and sheets[want.customer_id].filings_count:
                wanted.setdefault(want.kinds, []).append(want.customer_id)
        for kinds, customers in wanted.items():
            chosen = (numbers_text(customers), texts_text(kinds)) if kinds else (numbers_text(customers),)
            hold_filings(sheets, self._rows(_FILINGS_OF_KIND if kinds else _FILINGS, chosen), self.numbers)

    def _begin(self) -> None:
        self.is_begun = True
        self._run("BEGIN")

    def _run(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement whose answer nobody reads."""
        self.connection.ask(statements.numbered(statement), parameters)

    def _rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows."""
        return self.connection.rows(statements.numbered(statement), parameters)

    def facts(self, customer_id: int, loan_id: int) -> tuple[Fact, ...]:
        """Read all facts of a loan, in the order recorded."""
        with troubles():
            return tuple(fact_of(row, self.numbers) for row in self._rows(_FACTS, (customer_id, loan_id)))

    def save(self, pending: Pending) -> None:
        """Write every row and commit; raises Clash, LimitGuard or StoreTrouble with nothing stored (see `outcome_unknown`)."""
        states = pending.states(self.days)
        tables = pending.inserted(self.days, states.fresh)
        longest = max(map(len, [states.changed, *[rows for _, rows in tables]]))
        is_whole = longest <= ROWS_IN_ARRAYS_MAX and not self.is_begun
        with troubles(is_committing=is_whole):
            if longest <= ROWS_JOINED_MAX:
                self._write_values(pending, tables, states)
            elif longest <= ROWS_IN_ARRAYS_MAX:
                self._write_arrays(pending, tables, states)
            else:
                if not self.is_begun:
                    self._begin()
                self._write_copied(pending, tables, states)
        if self.is_begun:
            with troubles(is_committing=True):
                self._run("COMMIT")
                self.is_begun = False

    def _write_values(self, pending: Pending, tables: list[tuple[Table, Rows]], states: States) -> None:
        """Write few rows as one statement, which is a transaction of its own where none is begun."""
        parts: list[str] = []
        values: list[object] = []
        for statement, given in _into_place(pending):
            parts.append(statement)
            values += given
        for row in chain.from_iterable([rows for _, rows in tables]):
            values += row
        _, changed, due_read = states
        for state, due in zip(changed, due_read, strict=True):
            values += state[2:]
            values += (*state[:2], due)
        lines, uses = pending.changed_lines(self.days), pending.uses()
        for line in (*lines, *uses):
            values += line
        values.append(self.days[self.open_on])
        shape = (*parts, *[(table, len(rows)) for table, rows in tables], len(changed), len(lines), len(uses))
        self.connection.ask(_whole(shape), values)

    def _write_arrays(self, pending: Pending, tables: list[tuple[Table, Rows]], states: States) -> None:
        """Write some rows as one statement, which is a transaction of its own where none is begun."""
        parts: list[str] = []
        values: list[object] = []
        for statement, given in _into_place(pending):
            parts.append(statement)
            values.extend(given)
        for table, rows in tables:
            parts.append(statements.insert_arrays(table, types_of(table)))
            values.extend(arrays_of(table, rows))
        guarded: list[str] = []
        _, changed, due_read = states
        if changed:
            guarded.append(statements.update_state_arrays(types_of(schema.loan_state)))
            values.extend((*arrays_of(schema.loan_state, changed), WRITERS["date"](due_read)))
        lines, uses = pending.changed_lines(self.days), pending.uses()
        guarded += [statements.update_line_terms(MARK)] * len(lines)
        values.extend(chain.from_iterable(lines))
        if uses:
            guarded.append(statements.use_limits_postgres())
            values.extend(numbers_text(column) for column in columns(uses))
        values += (len(changed) + len(lines) + len(uses), self.days[self.open_on])
        self._run(statements.joined(tuple(parts), tuple(guarded)), values)

    def _write_copied(self, pending: Pending, tables: list[tuple[Table, Rows]], states: States) -> None:
        """Write many rows: COPY what is new, stage what changed."""
        for statement, given in _into_place(pending):
            self._run(statement, given)
        for table, rows in tables:
            self._copy(statements.copy_in(table), types_of(table), rows)
        _, changed, due_read = states
        if changed:
            self._run(_STAGE)
            staged = [(*row, due) for row, due in zip(changed, due_read, strict=True)]
            self._copy(_COPY_STAGE, (*types_of(schema.loan_state), "date"), staged)
            self._run(_BY_INDEX)
            applied = psycopg.RawCursor(self.connection).execute(_APPLY_STAGE.encode(), prepare=False)
            if applied.rowcount != len(changed):
                raise Clash("a close moved some of the loans meanwhile")
        day = self.days[self.open_on]
        for row in pending.changed_lines(self.days):
            self._run(statements.joined((), (statements.update_line_terms(MARK),)), (*row, 1, day))
        uses = pending.uses()
        arrays = [numbers_text(column) for column in columns(uses or [(0,) * len(statements.USE_NAMES)])]
        self._run(statements.joined((), (statements.use_limits_postgres(),)), (*arrays, len(uses), day))

    def _copy(self, statement: str, types: Sequence[str], rows: Rows) -> None:
        with psycopg.RawCursor(self.connection).copy(statement.encode()) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def move_open_day(self, on: date) -> None:
        """Move the first day that takes entries forward to `on`, alone, and commit."""
        with troubles():
            self._run("BEGIN")
            self._run(_CLOSE_ALONE, (CLOSE_LOCK,))
            self._run(_MOVE_OPEN_ON, (on, on))
            self._run("COMMIT")

    def rollback(self) -> None:
        """Leave nothing behind; a broken connection has rolled back by itself."""
        if not self.is_begun:
            return
        self.is_begun = False
        try:
            if self.connection.pgconn.transaction_status in OPEN_STATUSES:
                self._run("ROLLBACK")
        except psycopg.Error:
            self.connection.close()
