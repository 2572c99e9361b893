"""What a query is written for: the shape of a tape, the kinds of its columns, and what a first look told of it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from plimsoll.portfolio.shape import Shape

DUCKDB, SPARK = "duckdb", "spark"
ENGINES: Final = (DUCKDB, SPARK)

TABLE: Final = "tape_source"
"""The name under which an engine knows the file."""

INTEGERS: Final = ("int8", "int16", "int32", "int64")
FRACTION, TEXT, DAY, INSTANT, OTHER = "fraction", "text", "date", "timestamp", "other"
"""Kinds of columns beside whole numbers: numbers with a fraction, text, dates, instants, and what is none of these."""


class Source(NamedTuple):
    """A tape as a query sees it.

    `currency` is the one that is looked at, empty before it is known. `months` are the months that the tape has, oldest first.
    `month_ends` are the days that stand for their months (since 1970-01-01), empty where every row does. `held` are the dimensions ("" for
    none) for which the engine holds a row for each loan, so that a question needs no pass over the tape to make them.
    """

    shape: Shape
    kinds: Mapping[str, str]
    engine: str
    currency: str = ""
    months: tuple[int, ...] = ()
    month_ends: tuple[int, ...] = ()
    held: frozenset[str] = frozenset()


def held_table(by: str) -> str:
    """Give the name under which an engine holds the loans of a tape, with the dimension that they carry."""
    return f"tape_loans_{by}" if by else "tape_loans"
