"""One transaction on PostgreSQL: two round trips for one command, COPY for many."""

# ruff: noqa: S608 -- every name comes from the schema, every value is a parameter.

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from hashlib import blake2b
from itertools import chain
from typing import Any, Final

import psycopg
from psycopg import errors
from sqlalchemy import BigInteger, Date, DateTime, Integer, LargeBinary, SmallInteger, Table, Text

from plimsoll.app import schema, statements
from plimsoll.app.days import DayNumbers, StoredDates
from plimsoll.app.rows import columns
from plimsoll.app.sheet import Pending, Seen, Sheet, Taken, Want, fact_of, hold_rows, sheet_of
from plimsoll.app.trouble import Clash, LimitGuard, StoreTrouble
from plimsoll.loan.facts import Fact

MARK: Final = "%s"
CLOSE_LOCK: Final = 0x706C696D736F6C6C
"""Advisory lock: commands hold it shared; a close takes it alone for the moment in which it moves the open day."""

ROWS_PIPELINED_MAX: Final = 16
"""Up to this many rows a table go as statements without waiting between them; above it COPY costs less."""

LIMIT_PASSED: Final = "PL001"
COPY_TYPES: Final = {
    BigInteger: "int8",
    Integer: "int4",
    SmallInteger: "int2",
    Date: "date",
    DateTime: "timestamptz",
    Text: "text",
    LargeBinary: "bytea",
}

_CLAIM: Final = (
    "WITH claim AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%s) AS is_claimed, pg_advisory_xact_lock_shared(%s)) "
    "SELECT claim.is_claimed, locked.* FROM claim LEFT JOIN LATERAL ("
    + statements.CUSTOMER
    + "= %s AND claim.is_claimed FOR UPDATE OF l) AS locked ON true"
)
_CLOSE_SHARED: Final = "SELECT pg_advisory_xact_lock_shared(%s)"
_CLOSE_ALONE: Final = "SELECT pg_advisory_xact_lock(%s)"
_MOVE_OPEN_ON: Final = statements.MOVE_OPEN_ON.replace("?", MARK)
_LOCKED: Final = statements.CUSTOMER + "= ANY(%s::int8[]) ORDER BY l.customer_id FOR UPDATE OF l"
_SEEN_ONE: Final = "SELECT b.open_on, c.digest, c.answer FROM book b LEFT JOIN command c ON c.key = %s"
_SEEN: Final = statements.SEEN + "= ANY(%s)"
_OPEN: Final = statements.HELD + "s.customer_id = ANY(%s::int8[]) AND s.status <= 1"
_NAMED: Final = statements.HELD + "(s.customer_id, s.loan_id) IN (SELECT * FROM unnest(%s::int8[], %s::int8[]))"
_FACTS: Final = statements.FACTS.replace("?", MARK)
_STAGE: Final = "CREATE TEMPORARY TABLE IF NOT EXISTS staged_state (LIKE loan_state) ON COMMIT DELETE ROWS"
_COPY_STAGE: Final = statements.copy_in(schema.loan_state).replace("COPY loan_state", "COPY staged_state")
_APPLY_STAGE: Final = (
    "UPDATE loan_state SET "
    + ", ".join(f"{name} = staged.{name}" for name in statements.STATE_VALUES)
    + " FROM staged_state AS staged WHERE loan_state.customer_id = staged.customer_id AND loan_state.loan_id = staged.loan_id"
)

Connection = psycopg.Connection[tuple[Any, ...]]
Rows = Sequence[tuple[object, ...]]


@contextmanager
def troubles(*, is_committing: bool = False) -> Iterator[None]:
    """Turn what the driver raises into what the store promises."""
    try:
        yield
    except psycopg.Error as failed:
        found = trouble(failed, is_committing=is_committing)
        if found is failed:
            raise
        raise found from failed


def trouble(failed: psycopg.Error, *, is_committing: bool = False) -> Exception:
    """Give the Clash, LimitGuard or StoreTrouble for an error of the driver, or the error itself where it is a bug."""
    said = str(failed).partition("\n")[0]
    if isinstance(failed, errors.UniqueViolation | errors.SerializationFailure | errors.DeadlockDetected):
        return Clash(said, failed.diag.table_name or "")
    if isinstance(failed, errors.LockNotAvailable | errors.QueryCanceled):
        return StoreTrouble("store_busy", said)
    if failed.sqlstate == LIMIT_PASSED:
        return LimitGuard(said)
    if isinstance(failed, errors.UndefinedTable):
        return StoreTrouble("store_missing", said, "Make the book with: plimsoll book create.")
    if isinstance(failed, psycopg.OperationalError):
        return StoreTrouble("outcome_unknown" if is_committing and failed.sqlstate is None else "store_unreachable", said)
    return failed


def key_number(key: str) -> int:
    """Give the number under which a key is claimed; two keys with one number only wait for each other."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little", signed=True)


def array_text(numbers: Sequence[object]) -> str:
    """Give whole numbers as the text of an array, which costs the driver less than a list."""
    return "{" + ",".join(map(str, numbers)) + "}"


class PostgresTransaction:
    """A write transaction on one connection in autocommit mode; nothing is stored before `save` returns."""

    days = StoredDates()
    numbers = DayNumbers()

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.cursor = connection.cursor()
        self.pipeline = ExitStack()

    def instant(self, at: datetime) -> object:
        """Give an instant as it is stored."""
        return at

    def take_one(self, key: str, want: Want) -> Taken:
        """Claim a key, lock its customer and read what one command needs, in one round trip.

        A key that another connection is working on is not waited for: `is_claimed` is false and nothing is locked.
        """
        with troubles():
            self.pipeline.enter_context(self.connection.pipeline())
            run = self._sent
            run("BEGIN")
            claim = run(_CLAIM, (key_number(key), CLOSE_LOCK, want.customer_id))
            seen = run(_SEEN_ONE, (key,))
            opened = run(_OPEN, (array_text([want.customer_id]),)) if want.is_all_open else None
            named = run(_NAMED, self._pairs([want])) if want.loan_ids else None
            is_claimed, *row = claim.fetchall()[0]
            sheet = sheet_of(tuple(row), self.numbers) if row[0] is not None else Sheet(want.customer_id)
            open_on, digest, answer = seen.fetchall()[0]
            for found in (opened, named):
                if found is not None:
                    hold_rows({want.customer_id: sheet}, found.fetchall(), self.numbers)
            used = {key: Seen(digest, answer)} if digest is not None else {}
            return Taken(self.numbers[open_on], {want.customer_id: sheet}, used, is_claimed)

    def take(self, keys: Sequence[str], wants: Sequence[Want]) -> Taken:
        """Lock customers, in the order of their ids, and read everything some commands need; `wants` names each customer once.

        Keys are not claimed: a command with the same key waits for the same customer, and then finds the answer.
        """
        with troubles(), self.connection.pipeline():
            run = self._sent
            run("BEGIN")
            run(_CLOSE_SHARED, (CLOSE_LOCK,))
            locked = run(_LOCKED, (array_text([want.customer_id for want in wants]),))
            opened_on = run(statements.OPEN_ON)
            used = run(_SEEN, (list(keys),))
            with_open = [want.customer_id for want in wants if want.is_all_open]
            opened = run(_OPEN, (array_text(with_open),)) if with_open else None
            named = run(_NAMED, self._pairs(wants)) if any(want.loan_ids for want in wants) else None
            sheets = {want.customer_id: Sheet(want.customer_id) for want in wants}
            sheets |= {row[0]: sheet_of(row, self.numbers) for row in locked.fetchall()}
            for found in (opened, named):
                if found is not None:
                    hold_rows(sheets, found.fetchall(), self.numbers)
            seen = {row[0]: Seen(row[1], row[2]) for row in used.fetchall()}
            return Taken(self.numbers[opened_on.fetchall()[0][0]], sheets, seen)

    def _sent(self, statement: str, parameters: Sequence[object] = ()) -> "psycopg.Cursor[tuple[Any, ...]]":
        """Send a statement without waiting; the answer comes in binary, which costs less to read."""
        return self.connection.execute(statement.encode(), parameters, binary=True)

    def _pairs(self, wants: Sequence[Want]) -> tuple[str, str]:
        pairs = [(want.customer_id, loan_id) for want in wants for loan_id in want.loan_ids]
        return array_text([customer_id for customer_id, _ in pairs]), array_text([loan_id for _, loan_id in pairs])

    def facts(self, customer_id: int, loan_id: int) -> tuple[Fact, ...]:
        """Read all facts of a loan, in the order recorded."""
        with troubles():
            rows = self._sent(_FACTS, (customer_id, loan_id)).fetchall()
            return tuple(fact_of(row, self.numbers) for row in rows)

    def save(self, pending: Pending) -> None:
        """Write every row and commit; raises Clash, LimitGuard or StoreTrouble with nothing stored (see `outcome_unknown`)."""
        longest = max(len(pending.facts), len(pending.legs), len(pending.outbox), len(pending.loans), len(pending.commands))
        is_short = longest <= ROWS_PIPELINED_MAX
        with troubles():
            if is_short:
                self._write(pending, self._insert, self._update_states)
            else:
                self.pipeline.close()
                self._write(pending, self._copy, self._stage_states)
        with troubles(is_committing=True):
            self.connection.execute("COMMIT")
            self.pipeline.close()

    def _write(
        self,
        pending: Pending,
        put: Callable[[Table, Rows], None],
        put_states: Callable[[Rows], None],
    ) -> None:
        for rules in pending.rules:
            self.connection.execute(statements.insert_new(schema.rulebook, MARK).encode(), rules)
        put(schema.command, pending.commands)
        put(schema.customer, pending.customers)
        put(schema.line, pending.new_lines())
        put(schema.loan, pending.loans)
        put(schema.loan_state, pending.states(self.days, is_fresh=True))
        put(schema.fact, pending.facts)
        put(schema.journal, pending.legs)
        put(schema.outbox, pending.outbox)
        put(schema.audit, pending.audit)
        put(schema.parked, pending.parked)
        put(schema.close_shard, pending.shards)
        put_states(pending.states(self.days, is_fresh=False))
        for row in pending.changed_lines():
            self.connection.execute(statements.update_line_terms(MARK).encode(), row)
        uses = pending.uses()
        if uses:
            arrays = [array_text(column) for column in columns(uses)]
            self.connection.execute(statements.use_limit_postgres().encode(), (*arrays, len(uses)))

    def _insert(self, table: Table, rows: Rows) -> None:
        if rows:
            statement = statements.insert(table, MARK, len(rows)).encode()
            self.connection.execute(statement, tuple(chain.from_iterable(rows)) if len(rows) > 1 else rows[0])

    def _copy(self, table: Table, rows: Rows) -> None:
        if rows:
            self._copy_as(statements.copy_in(table), table, rows)

    def _copy_as(self, statement: str, table: Table, rows: Rows) -> None:
        with self.cursor.copy(statement.encode()) as copy:
            copy.set_types([COPY_TYPES[type(column.type)] for column in table.columns])
            for row in rows:
                copy.write_row(row)

    def _update_states(self, rows: Rows) -> None:
        statement = statements.update_state(MARK).encode()
        for row in rows:
            self.connection.execute(statement, row[2:] + row[:2])

    def _stage_states(self, rows: Rows) -> None:
        if rows:
            self.connection.execute(_STAGE)
            self._copy_as(_COPY_STAGE, schema.loan_state, rows)
            self.connection.execute(_APPLY_STAGE)

    def move_open_day(self, on: date) -> None:
        """Move the first day that takes entries forward to `on`, alone, and commit."""
        with troubles():
            self.connection.execute("BEGIN")
            self.connection.execute(_CLOSE_ALONE, (CLOSE_LOCK,))
            self.connection.execute(_MOVE_OPEN_ON, (on, on))
            self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Leave nothing behind; a broken connection has rolled back by itself."""
        try:
            self.pipeline.close()
            if not self.connection.closed:
                self.connection.execute("ROLLBACK")
        except psycopg.Error:
            self.connection.close()
