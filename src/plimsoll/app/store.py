"""The store: a book of record on SQLite or PostgreSQL, shared by threads, written in transactions."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Any, Final, Protocol, Self

from sqlalchemy import Engine, exc

from plimsoll.app.address import Address
from plimsoll.app.sheet import Pending, Taken, Want
from plimsoll.app.sqlite import SqliteTransaction
from plimsoll.app.trouble import StoreTrouble
from plimsoll.loan.facts import Fact

BUSY_S: Final = 10
CONNECTIONS_MAX: Final = 32


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


class Store:
    """An open book. Use `open_store`; close it, or use it as a context. Threads may share it."""

    def __init__(self, address: Address, engine: Engine) -> None:
        self.address = address
        self.engine = engine
        self.writing = threading.Lock()
        """One writer at a time on SQLite: waiting here is fair and cheap, waiting for the file is neither."""
        self.keys_in_flight: dict[str, object] = {}
        self.rules_recorded: set[str] = set()
        """Rulebook digests that are known to stand in the book."""

    def __enter__(self) -> Self:
        """Give the store."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give a write transaction; whatever was not saved when it ends is rolled back."""
        if self.address.kind == "postgresql":
            with self._postgres_transaction() as transaction:
                yield transaction
        else:
            with self._sqlite_transaction() as transaction:
                yield transaction

    @contextmanager
    def _sqlite_transaction(self) -> Iterator[Transaction]:
        if not self.writing.acquire(timeout=BUSY_S):
            raise StoreTrouble("store_busy", "another writer of this process")
        try:
            with self.driver() as connection:
                transaction = SqliteTransaction(connection)
                try:
                    yield transaction
                finally:
                    transaction.rollback()
        finally:
            self.writing.release()

    @contextmanager
    def _postgres_transaction(self) -> Iterator[Transaction]:
        from plimsoll.app.postgres import PostgresTransaction

        with self.driver() as connection:
            transaction = PostgresTransaction(connection)
            try:
                yield transaction
            finally:
                transaction.rollback()

    @contextmanager
    def driver(self) -> Iterator[Any]:
        """Give a connection of the driver itself (sqlite3 or psycopg), in autocommit mode, from the pool."""
        try:
            pooled = self.engine.raw_connection()
        except exc.TimeoutError as failed:
            raise StoreTrouble("store_busy", f"all {CONNECTIONS_MAX} connections are in use") from failed
        connection = pooled.driver_connection
        try:
            yield connection
        finally:
            if getattr(connection, "closed", False):
                pooled.invalidate()
            else:
                pooled.close()

    def move_open_day(self, on: date) -> None:
        """Let entries be posted on `on` or later only; waits until commands that saw the day before have committed."""
        with self.transaction() as transaction:
            transaction.move_open_day(on)

    @contextmanager
    def claimed(self, key: str) -> Iterator[bool]:
        """Tell whether a key is free in this process, and hold it while the block runs if it is."""
        mine = object()
        is_free = self.keys_in_flight.setdefault(key, mine) is mine
        try:
            yield is_free
        finally:
            if is_free:
                del self.keys_in_flight[key]
