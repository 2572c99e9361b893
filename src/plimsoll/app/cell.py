"""Write tables that leave the house as CSV: no spreadsheet takes a cell for a formula, and a number stays a number.

A text that begins with = + - @, a tab, a carriage return or NUL gets an apostrophe before it (OWASP ASVS 1.2.10). A number, also a
negative one, is written as it is.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

MARKS: Final = ("=", "+", "-", "@", "\t", "\r", "\x00")
_NUMBER: Final = re.compile(r"-(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


class Written(Protocol):
    """Where a table is written to."""

    def write(self, text: str, /) -> object:
        """Take a text."""


def cell(value: object) -> object:
    """Give a value as a cell: a text that a spreadsheet would calculate with an apostrophe before it."""
    return "'" + value if isinstance(value, str) and value.startswith(MARKS) and not _NUMBER.fullmatch(value) else value


class Table:
    """A table that is being written, row by row."""

    def __init__(self, file: Written, *, ends: str = "\r\n") -> None:
        """Take where it goes, and what ends a row: CR LF as RFC 4180 says, or LF alone."""
        self._rows = csv.writer(file, lineterminator=ends)

    def row(self, values: Iterable[object]) -> None:
        """Write one row."""
        self._rows.writerow([cell(value) for value in values])

    def rows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write several."""
        for values in rows:
            self.row(values)

    def named(self, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
        """Write the columns above rows that name their cells, and give how many rows there were; what is not named is empty."""
        self.row(columns)
        count = 0
        for values in rows:
            self.row([values.get(name, "") for name in columns])
            count += 1
        return count
