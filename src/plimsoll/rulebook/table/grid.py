"""Take a CSV apart as spreadsheets write it: a byte order mark, semicolons or tabs, empty rows, empty columns at the end."""

import csv
from dataclasses import dataclass
from typing import Final

from plimsoll.units.refusal import Malformed

ROWS_MAX: Final = 5_000
COLUMNS_MAX: Final = 200
_DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of a spreadsheet that is not empty: its cells by the name in the first row, and the line of the file it ends on."""

    line: int
    cells: dict[str, str]


def read_grid(text: str, name: str) -> tuple[list[str], list[GridRow]]:
    """Give the names of the first row and the rows below it.

    Raises Malformed file_empty, table_malformed (a name twice or none), table_row_ragged, file_too_large, delimiter_wrong.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise Malformed("file_empty", file=name)
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as wrong:
        raise Malformed("table_malformed", f"{wrong}", file=name, line=reader.line_num) from None
    if len(rows) > ROWS_MAX + 1:
        raise Malformed("file_too_large", f"{len(rows) - 1} rows, at most {ROWS_MAX}", file=name)
    (line, header), *below = rows
    names = _header(header, name, line)
    return names, [GridRow(line, _cells(cells, names, name, line)) for line, cells in below]


def _header(cells: list[str], name: str, line: int) -> list[str]:
    """Give the names of the columns; empty ones at the end were left by the spreadsheet."""
    names = _trimmed(cells)
    if len(names) < 2:
        raise Malformed("delimiter_wrong", f"one column: {names[0][:60]!r}", file=name, line=line)
    if len(names) > COLUMNS_MAX:
        raise Malformed("file_too_large", f"{len(names)} columns, at most {COLUMNS_MAX}", file=name)
    for place, one in enumerate(names, 1):
        if not one:
            raise Malformed("table_malformed", f"column {place} has no name", file=name, line=line)
        if names.index(one) != place - 1:
            raise Malformed("table_malformed", f"two columns are called {one!r}", file=name, line=line, key=one)
    return names


def _cells(cells: list[str], names: list[str], name: str, line: int) -> dict[str, str]:
    """Give the cells of a row by column; raises Malformed table_row_ragged where there are more or fewer than names."""
    if len(cells) < len(names) or _trimmed(cells[len(names) :]):
        raise Malformed("table_row_ragged", f"{len(cells)} cells, {len(names)} columns", file=name, line=line)
    return dict(zip(names, cells, strict=False))


def _trimmed(cells: list[str]) -> list[str]:
    """Give a row without the empty cells at its end."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]
