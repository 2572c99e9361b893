"""Read a table that an analyst brings: CSV (plain or gzip, any usual delimiter) or Parquet, whole, as columns of text or of kinds.

The file is read to its end before anything is given. Needs pyarrow.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from plimsoll.units.refusal import Malformed

GZIP_MAGIC: Final = b"\x1f\x8b"
PARQUET_MAGIC: Final = b"PAR1"
ZIP_MAGIC: Final = b"PK\x03\x04"
OLD_OFFICE_MAGIC: Final = b"\xd0\xcf\x11\xe0"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
BOM: Final = b"\xef\xbb\xbf"
DELIMITERS: Final = (",", ";", "\t", "|")
BYTES_MAX: Final = 8_000_000_000
PIECE_BYTES: Final = 1 << 24
SNIFFED_LINES: Final = 20
SNIFFED_BYTES: Final = 1 << 20
BLOCK_BYTES: Final = 1 << 24
FIELD_MAX: Final = 1 << 24
ENCODING_REMEDY: Final = "In China it is often GB18030: iconv -f GB18030 -t UTF-8 FILE > NEW."


@dataclass(frozen=True, slots=True)
class Texts:
    """A file as columns of Arrow arrays: text for CSV, what the file says for Parquet. An empty cell of a CSV is an empty text.

    `torn` are rows of a CSV with more or fewer cells than columns, by number (the first row of data is 1), with what is wrong; they are
    in no column.
    """

    name: str
    columns: Mapping[str, Any]
    rows: int
    is_csv: bool
    notes: tuple[str, ...] = ()
    torn: Mapping[int, str] = field(default_factory=dict)

    def numbered(self) -> Iterator[tuple[int, dict[str, str] | None]]:
        """Give every row of the file with its number; None for one that is torn."""
        number = 1
        for cells in self.each():
            while number in self.torn:
                yield number, None
                number += 1
            yield number, cells
            number += 1
        yield from ((one, None) for one in sorted(self.torn) if one >= number)

    def each(self) -> Iterator[dict[str, str]]:
        """Give the rows as text by column, without the empty cells: numbers of a Parquet file as Python writes them, days as ISO."""
        for batch in pa.table(dict(self.columns)).to_batches(max_chunksize=10_000):
            cells = [[_text(cell) for cell in column.to_pylist()] for column in batch.columns]
            for row in zip(*cells, strict=True):
                yield {name: cell for name, cell in zip(self.columns, row, strict=True) if cell}


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"{cell}".strip()


def read_texts(path: Path, *, keeps_torn: bool = False) -> Texts:
    """Read a file; what it is shows by its first bytes, not by its name.

    A row of a CSV with more or fewer cells than columns stops it, unless `keeps_torn`: then it is told beside the others.

    Raises Malformed with file, line and remedy: file_missing, file_empty, file_not_gzip, file_truncated, file_not_text, file_too_large,
    file_not_table, header_malformed, row_malformed.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as failed:
        raise Malformed("file_missing", failed.strerror or str(failed), file=name) from None
    if start[:4] == PARQUET_MAGIC:
        return _read_parquet(path)
    if not start:
        raise Malformed("file_empty", file=name)
    if start[:2] != GZIP_MAGIC and path.suffix == ".gz":
        raise Malformed("file_not_gzip", file=name)
    content = _unpacked(path, name, is_gzip=start[:2] == GZIP_MAGIC)
    return _read_csv(content, name, keeps_torn=keeps_torn)


def _read_parquet(path: Path) -> Texts:
    """Read the plain columns of a Parquet file; nested ones are left out and noted."""
    name = str(path)
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as wrong:
        raise Malformed("file_truncated", f"{wrong}"[:200], file=name) from None
    _check_header(list(table.column_names), name)
    columns: dict[str, Any] = {}
    notes = []
    for column, held in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_nested(held.type):
            notes.append(f"{column}: left out, a column of {held.type}")
        else:
            columns[column] = held
    if table.num_rows == 0 or not columns:
        raise Malformed("file_empty", "no rows", file=name)
    return Texts(name, columns, table.num_rows, is_csv=False, notes=tuple(notes))


def _unpacked(path: Path, name: str, *, is_gzip: bool) -> bytes:
    """Give the bytes of a text file, unpacked, without a byte order mark."""
    pieces, size = [], 0
    try:
        with gzip.open(path, "rb") if is_gzip else path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                size += len(piece)
                if size > BYTES_MAX:
                    raise Malformed("file_too_large", f"at most {BYTES_MAX:,} bytes", file=name)
                pieces.append(piece)
    except (EOFError, zlib.error, gzip.BadGzipFile) as cut:
        raise Malformed("file_truncated", f"{cut}", file=name) from None
    except OSError as failed:
        raise Malformed("file_missing", failed.strerror or str(failed), file=name) from None
    content = b"".join(pieces)
    if content[:4] in (ZIP_MAGIC, OLD_OFFICE_MAGIC):
        raise Malformed("file_not_table", "a workbook or a zip archive", file=name, remedy="Save the sheet as CSV UTF-8.")
    if content[:2] in UTF16_MARKS:
        raise Malformed("file_not_text", "UTF-16", file=name, line=1, remedy="iconv -f UTF-16 -t UTF-8 FILE > NEW.")
    if b"\0" in content[:SNIFFED_BYTES]:
        raise Malformed("file_not_table", "it holds bytes that no text has", file=name)
    return content.removeprefix(BOM)


def _read_csv(content: bytes, name: str, *, keeps_torn: bool = False) -> Texts:
    """Read CSV text; the delimiter is the one that parts the first lines evenly."""
    if not content.strip():
        raise Malformed("file_empty", file=name)
    delimiter = _sniffed(content)
    header, notes = _header(content, delimiter, name)
    torn: dict[int, str] = {}

    def tear(row: Any) -> str:
        torn[row.number - 1] = f"{row.actual_columns} columns, the first line has {row.expected_columns}"
        return "skip"

    try:
        table = pacsv.read_csv(
            io.BytesIO(content),
            read_options=pacsv.ReadOptions(
                column_names=header, skip_rows=0, skip_rows_after_names=1, block_size=BLOCK_BYTES, use_threads=not keeps_torn
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, newlines_in_values=b'"' in content, invalid_row_handler=tear if keeps_torn else None
            ),
            convert_options=pacsv.ConvertOptions(column_types={column: pa.string() for column in header}, strings_can_be_null=False),
        )
    except pa.ArrowInvalid as wrong:
        raise _explained(content, delimiter, len(header), name, f"{wrong}") from None
    if table.num_rows == 0:
        raise (
            _explained(content, delimiter, len(header), name, "")
            if torn
            else Malformed("file_empty", "no row below the first line", file=name, line=1)
        )
    return Texts(name, dict(zip(header, table.columns, strict=True)), table.num_rows, is_csv=True, notes=notes, torn=torn)


def _sniffed(content: bytes) -> str:
    """Give the delimiter that parts the first lines into the same number of columns, and into most of them."""
    sample = content[:SNIFFED_BYTES].decode("utf-8", "replace")
    best, best_mark = ",", (False, 1)
    for delimiter in DELIMITERS:
        widths = []
        try:
            for row in csv.reader(io.StringIO(sample), delimiter=delimiter):
                if row:
                    widths.append(len(row))
                if len(widths) == SNIFFED_LINES:
                    break
        except csv.Error:
            continue
        mark = (len(set(widths)) == 1, widths[0] if widths else 1)
        if mark[1] > 1 and mark > best_mark:
            best, best_mark = delimiter, mark
    return best


def _header(content: bytes, delimiter: str, name: str) -> tuple[list[str], tuple[str, ...]]:
    """Give the column names of the first line; a column without one is called by its place. Raises header_malformed, file_not_text."""
    try:
        lines = io.StringIO(content[:SNIFFED_BYTES].decode("utf-8", "ignore") if len(content) > SNIFFED_BYTES else content.decode("utf-8"))
        header = [cell.strip() for cell in next((row for row in csv.reader(lines, delimiter=delimiter) if row), [])]
    except UnicodeDecodeError as foreign:
        raise _foreign(content, foreign, name) from None
    except csv.Error as wrong:
        raise Malformed("header_malformed", f"{wrong}", file=name, line=1) from None
    notes = []
    for place, column in enumerate(header, 1):
        if not column:
            header[place - 1] = f"column_{place}"
            notes.append(f"column {place} has no name in the first line and is called column_{place}")
    _check_header(header, name)
    return header, tuple(notes)


def _check_header(header: list[str], name: str) -> None:
    """Refuse a name that stands twice."""
    seen: dict[str, int] = {}
    for place, column in enumerate(header, 1):
        if column in seen:
            detail = f"{column!r} names column {seen[column]} and column {place}"
            raise Malformed("header_malformed", detail, file=name, line=1, key=column, remedy="Give each column its own name.")
        seen[column] = place


def _foreign(content: bytes, foreign: UnicodeDecodeError, name: str) -> Malformed:
    line = content.count(b"\n", 0, foreign.start) + 1
    return Malformed("file_not_text", f"byte {content[foreign.start]:#04x}", file=name, line=line, remedy=ENCODING_REMEDY)


def _explained(content: bytes, delimiter: str, width: int, name: str, said: str) -> Malformed:
    """Find what stopped the fast reader, and where, by reading line by line."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as foreign:
        return _foreign(content, foreign, name)
    csv.field_size_limit(FIELD_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begun = 1
    try:
        for row in reader:
            if row and len(row) != width:
                detail = f"{len(row)} columns, the first line has {width}"
                remedy = "Put cells that hold the delimiter in quotes." if len(row) > width else "Fill the row up, or take it out."
                return Malformed("row_malformed", detail, file=name, line=begun, remedy=remedy)
            begun = reader.line_num + 1
    except csv.Error as wrong:
        return Malformed("row_malformed", f"{wrong}", file=name, line=begun, remedy="Is a quotation mark left open?")
    return Malformed("row_malformed", re.sub(r"\s+", " ", said)[:200], file=name)
