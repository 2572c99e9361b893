"""The driver of PostgreSQL as the house uses it: how a connection is made, and what its errors mean."""

import select
from collections import OrderedDict
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8BinaryDumper

from plimsoll.app.database.trouble import Clash, LimitGuard, StoreTrouble

CONNECT_S: Final = 10
LOCK_MS: Final = 10_000
OPEN_STATUSES: Final = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)
LIMIT_PASSED: Final = "PL001"
DAY_CLOSED: Final = "PL002"
FORGOTTEN: Final = b"26000"
"""SQLSTATE of a prepared statement that is not there (any more)."""
DONE: Final = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
AUTO: Final = (PyFormat.AUTO,) * 65_535
"""As many as a statement may have marks: how a value is sent is left to its kind."""

PREPARED_MAX: Final = 250
"""Statements that a connection keeps prepared: those of the commands a house knows, with few rows and with many."""

Connection = psycopg.Connection[tuple[Any, ...]]


class BookConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that also asks a statement straight through the library of the server, each prepared once.

    What the driver does for every statement, so that it may be stopped, shared or streamed meanwhile, takes longer than the rows of one
    command. A statement that is asked this way is waited for to its end; locks are waited for LOCK_MS at most.
    """

    def __init__(self, pgconn: Any, row_factory: Any = tuple_row) -> None:
        """Have nothing prepared yet."""
        super().__init__(pgconn, row_factory)
        self.prepared: OrderedDict[tuple[bytes, tuple[int, ...]], bytes] = OrderedDict()
        self.prepared_count = 0
        self._turner: Any = None
        self._unasked: select.poll | None = None

    def unasked(self) -> "select.poll":
        """Give what waits for words of the server that nobody asked for."""
        if self._unasked is None:
            self._unasked = select.poll()
            self._unasked.register(self.fileno(), select.POLLIN)
        return self._unasked

    def ask(self, statement: bytes, values: Sequence[object]) -> Any:
        """Run a statement whose marks are $1, $2, …, and give its result, rows in binary; raises psycopg.Error."""
        turner = self._turner
        if turner is None:
            turner = self._turner = Transformer(self)
        sent: Any = turner.dump_sequence(values, AUTO[: len(values)])
        key = (statement, turner.types or ())
        name = self.prepared.get(key) or self._prepare(key)
        result = self.pgconn.exec_prepared(name, sent, turner.formats, pq.Format.BINARY)
        if result.status not in DONE and self._has_forgotten(result):
            result = self.pgconn.exec_prepared(self._prepare(key), sent, turner.formats, pq.Format.BINARY)
        return self._checked(result)

    def rows(self, statement: bytes, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Run a statement as `ask` does and give its rows."""
        result = self.ask(statement, values)
        self._turner.set_pgresult(result)
        found: list[tuple[Any, ...]] = self._turner.load_rows(0, result.ntuples, tuple)
        return found

    def _prepare(self, key: tuple[bytes, tuple[int, ...]]) -> bytes:
        """Prepare a statement for values of these types, and forget the one that was prepared first where there are too many."""
        if len(self.prepared) >= PREPARED_MAX:
            ended = self.pgconn.exec_(b"DEALLOCATE " + self.prepared.popitem(last=False)[1])
            if ended.status not in DONE and not self._has_forgotten(ended):
                self._checked(ended)
        self.prepared_count += 1
        name = b"book_%d" % self.prepared_count
        self._checked(self.pgconn.prepare(name, *key))
        self.prepared[key] = name
        return name

    def _has_forgotten(self, result: Any) -> bool:
        """Tell whether a statement was not run because the server no longer has it, and it may be prepared again.

        The driver lets go of everything that is prepared, ours as well, after a ROLLBACK or a DROP that it has sent. Within a transaction
        that is a clash: the transaction is lost, and whoever tries again prepares anew.
        """
        if result.error_field(pq.DiagnosticField.SQLSTATE) != FORGOTTEN:
            return False
        self.prepared.clear()
        return bool(self.pgconn.transaction_status == pq.TransactionStatus.IDLE)

    def _checked(self, result: Any) -> Any:
        if result.status in DONE:
            return result
        if self.pgconn.status == pq.ConnStatus.BAD and not result.error_field(pq.DiagnosticField.SQLSTATE):
            raise psycopg.OperationalError(result.error_message.decode("utf-8", "replace") or "the connection has ended")
        raise errors.error_from_result(result)


def connect(url: str) -> BookConnection:
    """Give a connection in autocommit mode; raises StoreTrouble store_unreachable."""
    try:
        connection = BookConnection.connect(url, autocommit=True, prepare_threshold=1, connect_timeout=CONNECT_S)
    except psycopg.Error as failed:
        raise StoreTrouble("store_unreachable", " ".join(str(failed).split())) from failed
    # One width for every number, so that a statement is prepared once and not again for each mix of small and large amounts.
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    # A statement is planned once: every one here goes through an index, and planning it again costs more than running it.
    connection.execute(f"SET TIME ZONE 'UTC'; SET lock_timeout = {LOCK_MS}; SET plan_cache_mode = force_generic_plan".encode())
    # The first statement of every transaction is prepared before any other: where they were forgotten, it is the one that tells.
    connection.ask(b"BEGIN", ())
    connection.ask(b"ROLLBACK", ())
    return connection


class _Troubles:
    """Turns what the driver raises into what the store promises. It holds nothing but whether a commit is on its way."""

    __slots__ = ("is_committing",)

    def __init__(self, *, is_committing: bool) -> None:
        self.is_committing = is_committing

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Raise Clash, LimitGuard or StoreTrouble where the driver said so, and leave everything else as it is."""
        if isinstance(raised, psycopg.Error):
            found = trouble(raised, is_committing=self.is_committing)
            if found is not raised:
                raise found from raised


TROUBLES: Final = _Troubles(is_committing=False)
COMMIT_TROUBLES: Final = _Troubles(is_committing=True)


def troubles(*, is_committing: bool = False) -> _Troubles:
    """Turn what the driver raises in a block into what the store promises."""
    return COMMIT_TROUBLES if is_committing else TROUBLES


def rows(connection: BookConnection, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Give the rows of a SELECT whose marks are $1, $2, …"""
    with TROUBLES:
        return connection.rows(statement.encode(), values)


def trouble(failed: psycopg.Error, *, is_committing: bool = False) -> Exception:
    """Give the Clash, LimitGuard or StoreTrouble for an error of the driver, or the error itself where it is a bug."""
    said = str(failed).partition("\n")[0]
    if isinstance(failed, errors.UniqueViolation | errors.SerializationFailure | errors.DeadlockDetected | errors.InvalidSqlStatementName):
        return Clash(said, failed.diag.table_name or "")
    if isinstance(failed, errors.LockNotAvailable | errors.QueryCanceled):
        return StoreTrouble("store_busy", said)
    if failed.sqlstate == LIMIT_PASSED:
        return LimitGuard(said)
    if failed.sqlstate == DAY_CLOSED:
        return Clash(said)
    if isinstance(failed, errors.UndefinedTable):
        return StoreTrouble("store_missing", said, "Make the book with: plimsoll book create.")
    if isinstance(failed, errors.DiskFull):
        return StoreTrouble("store_full", said)
    if isinstance(failed, psycopg.OperationalError):
        return StoreTrouble("outcome_unknown" if is_committing and is_cut(failed) else "store_unreachable", said)
    return failed


def is_cut(failed: psycopg.Error) -> bool:
    """Tell whether the connection ended, rather than the statement: nobody said what became of it (no state, class 08, class 57P)."""
    return failed.sqlstate is None or failed.sqlstate.startswith(("08", "57P"))
