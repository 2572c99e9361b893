"""Queries that are asked at every request: written for the driver once, since to carry them through every layer costs more than to ask."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql

from plimsoll.app.database.store import Store

DIALECTS: Final[Mapping[str, Dialect]] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": postgresql.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
}


class _Written(NamedTuple):
    """A query as a driver takes it: its text, what stands in the place of each mark, and the values that are always the same."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, object]


def day_of(stored: str | date) -> date:
    """Give the day that a driver gives as text (SQLite), or as a day."""
    return stored if isinstance(stored, date) else date.fromisoformat(stored)


class HotQuery:
    """A query with named parameters. Its rows come as the driver gives them: days and instants are text on SQLite."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self.query = query
        self.written: dict[str, _Written] = {}

    def rows(self, store: Store, said: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Give the rows as they stand now. Raises StoreTrouble."""
        text, names, fixed = self.written.get(store.kind) or self._write(store.kind)
        return store.rows(text, [said[name] if name in said else fixed[name] for name in names])

    def _write(self, kind: str) -> _Written:
        compiled = self.query.compile(dialect=DIALECTS[kind])
        assert compiled.positiontup is not None, "marks stand in an order"
        self.written[kind] = found = _Written(str(compiled), tuple(compiled.positiontup), dict(compiled.params))
        return found
