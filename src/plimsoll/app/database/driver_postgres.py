"""The driver of PostgreSQL as the house uses it: how a connection is made, and what its errors mean."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final

import psycopg
from psycopg import errors, pq
from psycopg.types.numeric import Int8BinaryDumper

from plimsoll.app.database.trouble import Clash, LimitGuard, StoreTrouble

CONNECT_S: Final = 10
LOCK_MS: Final = 10_000
OPEN_STATUSES: Final = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)
LIMIT_PASSED: Final = "PL001"
DAY_CLOSED: Final = "PL002"

Connection = psycopg.Connection[tuple[Any, ...]]


def connect(url: str) -> Connection:
    """Give a connection in autocommit mode; raises StoreTrouble store_unreachable."""
    try:
        connection = psycopg.connect(url, autocommit=True, prepare_threshold=1, connect_timeout=CONNECT_S)
    except psycopg.Error as failed:
        raise StoreTrouble("store_unreachable", " ".join(str(failed).split())) from failed
    # One width for every number, so that a statement is prepared once and not again for each mix of small and large amounts.
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    # A statement is planned once: every one here goes through an index, and planning it again costs more than running it.
    connection.execute(f"SET TIME ZONE 'UTC'; SET lock_timeout = {LOCK_MS}; SET plan_cache_mode = force_generic_plan".encode())
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


def rows(connection: Connection, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Give the rows of a SELECT whose marks are $1, $2, …; they come in binary, which costs less to read."""
    with troubles():
        return psycopg.RawCursor(connection).execute(statement.encode(), values, binary=True).fetchall()


def trouble(failed: psycopg.Error, *, is_committing: bool = False) -> Exception:
    """Give the Clash, LimitGuard or StoreTrouble for an error of the driver, or the error itself where it is a bug."""
    said = str(failed).partition("\n")[0]
    if isinstance(failed, errors.UniqueViolation | errors.SerializationFailure | errors.DeadlockDetected):
        return Clash(said, failed.diag.table_name or "")
    if isinstance(failed, errors.LockNotAvailable | errors.QueryCanceled):
        return StoreTrouble("store_busy", said)
    if failed.sqlstate == LIMIT_PASSED:
        return LimitGuard(said)
    if failed.sqlstate == DAY_CLOSED:
        return Clash(said)
    if isinstance(failed, errors.UndefinedTable):
        return StoreTrouble("store_missing", said, "Make the book with: plimsoll book create.")
    if isinstance(failed, psycopg.OperationalError):
        return StoreTrouble("outcome_unknown" if is_committing and is_cut(failed) else "store_unreachable", said)
    return failed


def is_cut(failed: psycopg.Error) -> bool:
    """Tell whether the connection ended, rather than the statement: nobody said what became of it (no state, class 08, class 57P)."""
    return failed.sqlstate is None or failed.sqlstate.startswith(("08", "57P"))
