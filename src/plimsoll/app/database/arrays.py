"""Columns of rows as text of PostgreSQL arrays: one statement of one shape writes any number of rows."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import BigInteger, Date, DateTime, Integer, LargeBinary, SmallInteger, Table, Text

Column: TypeAlias = Sequence[Any]

PG_TYPES: Final = {
    BigInteger: "int8",
    Integer: "int4",
    SmallInteger: "int2",
    Date: "date",
    DateTime: "timestamptz",
    Text: "text",
    LargeBinary: "bytea",
}


@cache
def types_of(table: Table) -> tuple[str, ...]:
    """Give the names that PostgreSQL has for the types of a table's columns, in their order."""
    return tuple(PG_TYPES[type(column.type)] for column in table.columns)


def arrays_of(table: Table, rows: Sequence[Sequence[object]]) -> list[str]:
    """Give one array for each column of a table."""
    return [WRITERS[kind](column) for kind, column in zip(types_of(table), zip(*rows, strict=True), strict=True)]


def numbers_text(column: Column) -> str:
    """Give whole numbers as the text of an array."""
    return "{" + ",".join(map(str, column)) + "}"


def days_text(column: Sequence[date | None]) -> str:
    """Give days as the text of an array; None is NULL."""
    return "{" + ",".join([day.isoformat() if day is not None else "NULL" for day in column]) + "}"


def instants_text(column: Sequence[datetime | None]) -> str:
    """Give instants as the text of an array; None is NULL."""
    return "{" + ",".join([f'"{at.isoformat()}"' if at is not None else "NULL" for at in column]) + "}"


def texts_text(column: Sequence[str | None]) -> str:
    """Give texts, with what stands for something else in an array escaped, as the text of an array; None is NULL."""
    return "{" + ",".join(["NULL" if text is None else _quoted(text) for text in column]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def blobs_text(column: Sequence[bytes | None]) -> str:
    """Give bytes, in hex, as the text of an array; None is NULL."""
    return "{" + ",".join(["NULL" if blob is None else f'"\\\\x{blob.hex()}"' for blob in column]) + "}"


WRITERS: Final[dict[str, Callable[[Column], str]]] = {
    "int8": numbers_text,
    "int4": numbers_text,
    "int2": numbers_text,
    "date": days_text,
    "timestamptz": instants_text,
    "text": texts_text,
    "bytea": blobs_text,
}
