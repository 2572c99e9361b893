"""The store: a book of record on SQLite or PostgreSQL, shared by threads, written in transactions."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Any, Final, Protocol, Self

from sqlalchemy import Connection, Engine, exc

from plimsoll.app.database.address import Address
from plimsoll.app.database.kept_files import KeptFiles
from plimsoll.app.database.sheet import Pending, Taken, Want
from plimsoll.app.database.sqlite import SqliteTransaction
from plimsoll.app.database.sqlite import troubles as sqlite_troubles
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.loan.facts import Fact

BUSY_S: Final = 10
CONNECTIONS_MAX: Final = 32
LAID_BY_MAX: Final = 8
"""Of these so many are kept at hand; all others are there for whoever asks the pool."""


class Transaction(Protocol):
    """A write transaction, the same on both databases; nothing is stored before `save` returns."""

    @property
    def days(self) -> Mapping[int, object]:
        """Day number -> what the driver stores."""

    def instant(self, at: datetime) -> object:
        """Give an instant as it is stored."""

    def look_one(self, key: str, want: Want) -> Taken:
        """Read what one command needs without waiting for anybody; `save` stores nothing if the customer moved since."""

    def take_one(self, key: str, want: Want) -> Taken:
        """Claim a key, lock its customer and read what one command needs."""

    def take(self, keys: Sequence[str], wants: Sequence[Want]) -> Taken:
        """Lock customers and read everything some commands need."""

    def facts(self, customer_id: int, loan_id: int) -> tuple[Fact, ...]:
        """Read all facts of a loan, in the order recorded."""

    def save(self, pending: Pending) -> None:
        """Write every row and commit."""

    def move_open_day(self, on: date) -> None:
        """Move the first day that takes entries forward to `on`, alone, and commit."""

    def rollback(self) -> None:
        """Leave nothing behind."""


class Writing:
    """The context of one write transaction: a connection, and on SQLite the turn to write, held while the block runs."""

    __slots__ = ("_pooled", "_store", "_transaction")

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._pooled: Any = None
        self._transaction: Transaction | None = None

    def __enter__(self) -> Transaction:
        """Give the transaction. Raises StoreTrouble store_busy when the turn to write, or a connection, does not come."""
        store = self._store
        if store.kind == "postgresql":
            self._pooled = store.at_hand()
            self._transaction = store.begin(self._pooled.dbapi_connection)
            return self._transaction
        if not store.writing.acquire(timeout=BUSY_S):
            raise StoreTrouble("store_busy", "another writer of this process")
        try:
            self._transaction = SqliteTransaction(store.writer(), store.files)
        except BaseException:
            store.writing.release()
            raise
        return self._transaction

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Roll back what was not saved, and give back what was held."""
        assert self._transaction is not None
        try:
            self._transaction.rollback()
        finally:
            if self._pooled is not None:
                self._store.lay_by(self._pooled)
            else:
                self._store.writing.release()


class Claim:
    """The context of a key that one command holds in this process, so that nobody else of it begins with the same."""

    __slots__ = ("_held", "_is_free", "_key")

    def __init__(self, held: dict[str, object], key: str) -> None:
        self._held = held
        self._key = key
        self._is_free = False

    def __enter__(self) -> bool:
        """Claim the key; tell whether it was free."""
        self._is_free = self._held.setdefault(self._key, self) is self
        return self._is_free

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the key, if it was free."""
        if self._is_free:
            del self._held[self._key]


class Store:
    """An open book. Use `open_store`; close it, or use it as a context. Threads may share it."""

    def __init__(self, address: Address, engine: Engine) -> None:
        self.address = address
        self.kind = address.kind
        self.engine = engine
        self.writing = threading.Lock()
        """One writer at a time on SQLite: waiting here is fair and cheap, waiting for the file is neither."""
        self.keys_in_flight: dict[str, object] = {}
        self.rules_recorded: set[str] = set()
        """Rulebook digests that are known to stand in the book."""
        self.files: KeptFiles | None = None
        """What is kept of files on SQLite, `keeping_files`."""
        self._changes = threading.local()
        """The connection of the change that a thread is at, so that a change within it is part of it."""
        self._writer: Any = None
        self._laid_by: deque[Any] = deque()
        """Connections at hand, the last used first; threads may share a deque."""
        self._begin: Callable[[Any], Transaction] | None = None
        self._ask: Callable[[Any, str, Sequence[object]], list[tuple[Any, ...]]] | None = None

    def __enter__(self) -> Self:
        """Give the store."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        while self._laid_by:
            give_back(self._laid_by.pop())
        self.engine.dispose()

    def transaction(self) -> "Writing":
        """Give a write transaction as a context; whatever was not saved when it ends is rolled back."""
        return Writing(self)

    @contextmanager
    def keeping_files(self) -> Iterator[None]:
        """Keep the files that are read while the block runs, for work that comes back to the same customers; not on PostgreSQL."""
        if self.files is not None or self.kind != "sqlite":
            yield
            return
        self.files = KeptFiles()
        try:
            yield
        finally:
            self.files = None

    def writer(self) -> Any:
        """Give the one connection (sqlite3) that writes; `writing` is held by who asks."""
        if self._writer is None:
            self._writer = self.pooled()
        return self._writer.driver_connection

    def begin(self, connection: Any) -> Transaction:
        """Give a transaction on a connection (psycopg); the driver is imported when it is first needed."""
        if self._begin is None:
            from plimsoll.app.database.postgres import PostgresTransaction

            self._begin = PostgresTransaction
        return self._begin(connection)

    def pooled(self) -> Any:
        """Give a connection from the pool; `give_back` it. One whose server went away meanwhile is dropped for another."""
        for _ in range(CONNECTIONS_MAX + 1):
            try:
                pooled = self.engine.raw_connection()
            except exc.TimeoutError as failed:
                raise StoreTrouble("store_busy", f"all {CONNECTIONS_MAX} connections are in use") from failed
            if self.kind == "sqlite" or not is_stale(pooled.driver_connection):
                return pooled
            pooled.invalidate()
        raise StoreTrouble("store_unreachable", "the server ends every connection at once")

    def at_hand(self) -> Any:
        """Give a connection that was laid by, else one of the pool; `lay_by` it. What the pool does for each costs more than a query."""
        try:
            pooled = self._laid_by.pop()
        except IndexError:
            return self.pooled()
        if self.kind == "postgresql" and is_stale(pooled.dbapi_connection):
            pooled.invalidate()
            return self.pooled()
        return pooled

    def lay_by(self, pooled: Any) -> None:
        """Keep a connection at hand for the next who asks; what is broken, or one too many, goes back to the pool."""
        if len(self._laid_by) < LAID_BY_MAX and not getattr(pooled.dbapi_connection, "closed", False):
            self._laid_by.append(pooled)
        else:
            give_back(pooled)

    def rows(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Give the rows of a SELECT that is written for the driver, as they stand now; marks are `?` on SQLite, `$1` on PostgreSQL."""
        pooled = self.at_hand()
        try:
            if self.kind == "postgresql":
                return self._asked(pooled.dbapi_connection, statement, values)
            with sqlite_troubles():
                found: list[tuple[Any, ...]] = pooled.dbapi_connection.execute(statement, values).fetchall()
                return found
        finally:
            self.lay_by(pooled)

    def _asked(self, connection: Any, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if self._ask is None:
            from plimsoll.app.database.driver_postgres import rows

            self._ask = rows
        return self._ask(connection, statement, values)

    @contextmanager
    def driver(self) -> Iterator[Any]:
        """Give a connection of the driver itself (sqlite3 or psycopg), in autocommit mode, from the pool."""
        pooled = self.pooled()
        try:
            yield pooled.driver_connection
        finally:
            give_back(pooled)

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Give a connection of SQLAlchemy in one transaction, committed when the block ends well, for changes that are not commands.

        Within such a block of the same thread it is that transaction again: what is changed in both is one change.
        Everywhere else a connection of `engine` commits each statement by itself, `engine.begin()` included.
        """
        under_way: Connection | None = getattr(self._changes, "connection", None)
        if under_way is not None:
            yield under_way
            return
        is_sqlite = self.kind == "sqlite"
        if is_sqlite and not self.writing.acquire(timeout=BUSY_S):
            raise StoreTrouble("store_busy", "another writer of this process")
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
                self._changes.connection = connection
                try:
                    yield connection
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    # A full disk makes SQLite roll back by itself.
                    if not is_sqlite or connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
                        connection.exec_driver_sql("ROLLBACK")
                    raise
                finally:
                    self._changes.connection = None
        finally:
            if is_sqlite:
                self.writing.release()

    def move_open_day(self, on: date) -> None:
        """Let entries be posted on `on` or later only; waits until commands that saw the day before have committed."""
        with self.transaction() as transaction:
            transaction.move_open_day(on)

    def claimed(self, key: str) -> "Claim":
        """Claim a key in this process while a block runs; the block is told whether it was free."""
        return Claim(self.keys_in_flight, key)


def give_back(pooled: Any) -> None:
    """Give a connection back to the pool, or drop it where it is broken."""
    if getattr(pooled.driver_connection, "closed", False):
        pooled.invalidate()
    else:
        pooled.close()


def is_stale(connection: Any) -> bool:
    """Tell whether the server has something to say on a connection (`BookConnection`) that nobody asked: that it ended it."""
    return bool(connection.unasked().poll(0))
