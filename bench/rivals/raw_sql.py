"""Raw SQL through the drivers alone: the same rows as ours, in the same transactions, without deciding or checking anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, LargeBinary, SmallInteger, Table, Text

from bench.written import Statements, Values, Written, keyed

Connection = psycopg.Connection[tuple[object, ...]]
BUSY_S = 30
TYPES: dict[type, str] = {
    BigInteger: "int8",
    Integer: "int4",
    SmallInteger: "int2",
    Text: "text",
    Date: "date",
    DateTime: "timestamptz",
    LargeBinary: "bytea",
}


def open_sqlite(path: Path) -> sqlite3.Connection:
    """Return a connection whose commits are durable: write-ahead log, synchronous FULL."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    return connection


def write_sqlite(connection: sqlite3.Connection, sql: Statements, written: Written) -> None:
    """Write the rows of one command in one durable transaction."""
    connection.execute("begin immediate")
    for name, rows in written.inserted.items():
        for row in rows:
            connection.execute(sql.insert[name], row)
    for name, rows in written.changed.items():
        for row in rows:
            connection.execute(sql.update[name], row)
    connection.execute("commit")


def write_sqlite_many(connection: sqlite3.Connection, sql: Statements, written: Sequence[Written]) -> None:
    """Write the rows of many commands in one transaction, table by table."""
    connection.execute("begin immediate")
    for name, rows in by_table(written, lambda one: one.inserted).items():
        connection.executemany(sql.insert[name], rows)
    for name, rows in by_table(written, lambda one: one.changed).items():
        connection.executemany(sql.update[name], rows)
    connection.execute("commit")


def write_postgres(connection: Connection, sql: Statements, written: Written) -> None:
    """Write the rows of one command in one durable transaction, one statement a row."""
    for name, rows in written.inserted.items():
        for row in rows:
            connection.execute(sql.insert[name].encode(), row)
    for name, rows in written.changed.items():
        for row in rows:
            connection.execute(sql.update[name].encode(), row)
    connection.commit()


def write_postgres_pipelined(connection: Connection, sql: Statements, written: Written) -> None:
    """Write the rows of one command in one durable transaction without waiting between the statements."""
    with connection.pipeline():
        write_postgres(connection, sql, written)


def one_statement(tables: Mapping[str, Table], shape: Written) -> str:
    """Return one statement that writes everything a command of this shape writes, each table a part of one WITH; marks are $1, $2, …"""
    parts, mark = [], count(1)
    for name, rows in shape.inserted.items():
        columns = list(tables[name].columns)
        values = ["(" + ", ".join(f"${next(mark)}::{TYPES[type(column.type)]}" for column in columns) + ")" for _ in rows]
        parts.append(f"insert into {name} ({', '.join(column.name for column in columns)}) values {', '.join(values)}")
    for name, rows in shape.changed.items():
        key, others = keyed(tables[name])
        for _ in rows:
            sets = ", ".join(f"{column} = ${next(mark)}" for column in others)
            on = " and ".join(f"{column} = ${next(mark)}" for column in key)
            parts.append(f"update {name} set {sets} where {on}")
    return "with " + ", ".join(f"w{at} as ({part})" for at, part in enumerate(parts)) + " select 1"


def write_postgres_at_once(connection: Connection, sql: str, written: Written) -> None:
    """Write the rows of one command in one statement, which is its own durable transaction; the connection is in autocommit mode.

    The driver's raw cursor sends the text as it is; its usual one would read through so many marks again each time.
    """
    values = [value for part in (written.inserted, written.changed) for rows in part.values() for row in rows for value in row]
    psycopg.RawCursor(connection).execute(sql.encode(), values, prepare=True)


def write_postgres_copy(connection: Connection, tables: Mapping[str, Table], written: Sequence[Written]) -> None:
    """Write the rows of many commands in one transaction: new rows by binary COPY, changed rows by COPY beside and one update."""
    with connection.cursor() as cursor:
        for name, rows in by_table(written, lambda one: one.inserted).items():
            copy_rows(cursor, name, list(tables[name].columns), rows)
        for name, rows in by_table(written, lambda one: one.changed).items():
            key, others = keyed(tables[name])
            cursor.execute(f"create temporary table changed_{name} (like {name}) on commit drop".encode())
            copy_rows(cursor, f"changed_{name}", [tables[name].c[column] for column in others + key], rows)
            sets, on = ", ".join(f"{column} = c.{column}" for column in others), " and ".join(f"t.{column} = c.{column}" for column in key)
            cursor.execute(f"update {name} t set {sets} from changed_{name} c where {on}".encode())
    connection.commit()


def copy_rows(cursor: psycopg.Cursor[tuple[object, ...]], target: str, columns: Sequence[Column[Any]], rows: Sequence[Values]) -> None:
    """Copy rows into a table in binary."""
    names = ", ".join(column.name for column in columns)
    with cursor.copy(f"copy {target} ({names}) from stdin (format binary)".encode()) as copy:
        copy.set_types([TYPES[type(column.type)] for column in columns])
        for row in rows:
            copy.write_row(row)


def by_table(written: Sequence[Written], part: Callable[[Written], dict[str, list[Values]]]) -> dict[str, list[Values]]:
    """Return the rows of many commands table by table, in the order in which the tables are written."""
    found: dict[str, list[Values]] = {}
    for one in written:
        for name, rows in part(one).items():
            found.setdefault(name, []).extend(rows)
    return found
