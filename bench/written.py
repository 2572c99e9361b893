"""What a command wrote, row by row, so that raw SQL can write exactly the same in the same transactions.

Ours runs first, one command for each customer, on one copy of a book; the difference to an untouched copy is read back and
grouped by customer. Raw SQL then writes those rows into the untouched copy with the driver alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Table

Values = tuple[Any, ...]
STYLES = {"sqlite": "?", "postgresql": "%s"}


class Found(Protocol):
    """The answer of a raw connection."""

    def fetchall(self) -> list[Any]: ...


class Raw(Protocol):
    """A connection of sqlite3 or psycopg, as far as both are the same."""

    def execute(self, sql: Any, /) -> Found: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Written:
    """The rows of one command: new ones by table, and changed ones as (values of the changed columns, key)."""

    customer_id: int
    inserted: dict[str, list[Values]] = field(default_factory=dict)
    changed: dict[str, list[Values]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statements:
    """SQL text by table, with the placeholders of one driver."""

    insert: Mapping[str, str]
    update: Mapping[str, str]


def keyed(table: Table) -> tuple[list[str], list[str]]:
    """Return the names of the primary key columns of a table, and of the others."""
    key = [column.name for column in table.primary_key.columns]
    return key, [column.name for column in table.columns if column.name not in key]


def statements(tables: Sequence[Table], dialect: str) -> Statements:
    """Return one insert and one update by primary key for each table."""
    mark = STYLES[dialect]
    insert, update = {}, {}
    for table in tables:
        names = [column.name for column in table.columns]
        insert[table.name] = f"insert into {table.name} ({', '.join(names)}) values ({', '.join([mark] * len(names))})"
        key, others = keyed(table)
        sets, wheres = (", ".join(f"{name} = {mark}" for name in others), " and ".join(f"{name} = {mark}" for name in key))
        update[table.name] = f"update {table.name} set {sets} where {wheres}"
    return Statements(insert, update)


def rows(connection: Raw, table: Table) -> dict[Values, Values]:
    """Return all rows of a table by primary key, in its order, as the driver gives them."""
    key, _ = keyed(table)
    places = [list(table.columns.keys()).index(name) for name in key]
    names = ", ".join(table.columns.keys())
    found = connection.execute(f"select {names} from {table.name} order by {', '.join(key)}").fetchall()
    return {tuple(row[at] for at in places): tuple(row) for row in found}


def difference(before: Raw, after: Raw, tables: Sequence[Table]) -> list[Written]:
    """Return what stands in `after` and not in `before`, by customer, in the order of the tables. Every table has `customer_id`."""
    found: dict[int, Written] = {}
    for table in tables:
        _, others = keyed(table)
        names = list(table.columns.keys())
        old = rows(before, table)
        for at, row in rows(after, table).items():
            known = old.get(at)
            if known == row:
                continue
            customer_id = row[names.index("customer_id")]
            one = found.setdefault(customer_id, Written(customer_id))
            if known is None:
                one.inserted.setdefault(table.name, []).append(row)
            else:
                one.changed.setdefault(table.name, []).append((*(row[names.index(name)] for name in others), *at))
    return [found[customer_id] for customer_id in sorted(found)]
