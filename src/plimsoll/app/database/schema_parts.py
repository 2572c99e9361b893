"""The columns that tables of a book are made of, and the collection they all stand in: see `plimsoll.app.database.schema`."""

from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, LargeBinary, MetaData, SmallInteger, Text
from sqlalchemy import text as said

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def customer() -> Column[int]:
    """Give the first column of a table of a customer."""
    return Column("customer_id", BigInteger, primary_key=True, autoincrement=False)


def loan() -> Column[int]:
    """Give the column that tells the loans of a customer apart."""
    return Column("loan_id", BigInteger, primary_key=True, autoincrement=False)


def minor(name: str) -> Column[int]:
    """Give a column of money in minor units."""
    return Column(name, BigInteger, nullable=False)


def number(name: str, *, key: bool = False) -> Column[int]:
    """Give a column of a count or a number in order."""
    return Column(name, Integer, nullable=False, primary_key=key, autoincrement=False)


def added(kind: type[Integer | Text], name: str, default: str) -> Column[Any]:
    """Give a column that was added to a table with rows, which have this default."""
    return Column(name, kind, nullable=False, server_default=said(default))


def small(name: str, *, key: bool = False) -> Column[int]:
    """Give a column of a code."""
    return Column(name, SmallInteger, nullable=False, primary_key=key, autoincrement=False)


def text(name: str, *, key: bool = False, nullable: bool = False) -> "Column[str]":
    """Give a column of text."""
    return Column(name, Text, nullable=nullable, primary_key=key)


def day(name: str, *, key: bool = False, nullable: bool = False) -> "Column[object]":
    """Give a column of a day."""
    return Column(name, Date, nullable=nullable, primary_key=key)


def instant(name: str, *, nullable: bool = False) -> "Column[object]":
    """Give a column of an instant, UTC."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def blob(name: str, *, nullable: bool = False) -> "Column[bytes]":
    """Give a column of bytes."""
    return Column(name, LargeBinary, nullable=nullable)
