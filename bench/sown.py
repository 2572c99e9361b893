"""A book with many customers who each owe one loan, in as many equal copies as there are contestants."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psycopg

from bench.book import TABLES, Ours, make_book, repayments
from bench.postgres import Server
from bench.rivals.raw_sql import open_sqlite
from bench.setting import Setting
from bench.written import Raw, Statements, Written, difference, statements


class Place(Protocol):
    """Where books are: a kind of database that can copy one."""

    @property
    def kind(self) -> str: ...

    def empty(self, name: str) -> str: ...

    def copy(self, name: str, target: str) -> str: ...

    def raw(self, name: str) -> Raw: ...


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    """Books as files in one folder."""

    folder: Path
    kind: str = "sqlite"

    def path(self, name: str) -> Path:
        """Return the file of a book."""
        return self.folder / f"{name}.db"

    def empty(self, name: str) -> str:
        """Return the URL of a book that is not there yet."""
        for end in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{end}").unlink(missing_ok=True)
        return f"sqlite:///{self.path(name)}"

    def copy(self, name: str, target: str) -> str:
        """Copy a book that nobody has open and return the URL of the copy."""
        url = self.empty(target)
        shutil.copyfile(self.path(name), self.path(target))
        return url

    def raw(self, name: str) -> sqlite3.Connection:
        """Return a connection of the driver."""
        return open_sqlite(self.path(name))


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """Books as databases of one server."""

    server: Server
    kind: str = "postgresql"

    def empty(self, name: str) -> str:
        """Return the URL of an empty database."""
        return self.server.fresh(f"bench_{name}")

    def copy(self, name: str, target: str) -> str:
        """Copy a book that nobody has open and return the URL of the copy."""
        return self.server.fresh(f"bench_{target}", like=f"bench_{name}")

    def raw(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection of the driver."""
        return psycopg.connect(self.server.database(f"bench_{name}"))


@dataclass(slots=True)
class Sown:
    """A book called `book` that stays as it was made, one repayment a customer to come, and the rows that these repayments write."""

    place: Place
    customers: int
    written: list[Written] = field(default_factory=list)

    def grow(self) -> None:
        """Make the book by real commands, and read from a spent copy what the repayments write."""
        make_book(self.place.empty("book"), self.customers)
        with Ours(self.place.copy("book", "spent")) as ours:
            ours.execute_many(repayments(range(1, self.customers + 1)))
        before, after = self.place.raw("book"), self.place.raw("spent")
        self.written = difference(before, after, TABLES)
        before.close()
        after.close()
        assert len(self.written) == self.customers

    def statements(self) -> Statements:
        """Return the SQL of the raw writers."""
        return statements(TABLES, self.place.kind)


def sow(setting: Setting, kind: str, customers: int) -> Sown:
    """Return a sown book on a kind of database."""
    place = PostgresPlace(setting.postgres()) if kind == "postgresql" else SqlitePlace(setting.fresh("sqlite"))
    setting.step(f"making a book of {customers:,} customers on {kind}")
    sown = Sown(place, customers)
    sown.grow()
    return sown
