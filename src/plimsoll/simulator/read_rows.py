"""Read a table that somebody else wrote: CSV, plain or gzip, checked to its end before anything is done with it."""

import csv
import difflib
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.units.refusal import Malformed

GZIP_MAGIC: Final = b"\x1f\x8b"
LINE_LENGTH_MAX: Final = 100_000
ROWS_MAX: Final = 10_000_000
OTHER_DELIMITERS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}


class Row(NamedTuple):
    """One row: the line it ends on, counted from 1, and the text of each column asked for, in their order."""

    line: int
    values: tuple[str, ...]


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Give the rows of a file with the columns asked for; it may have others, in any order, and is read to its end.

    Raises Malformed with file and line: file_missing, file_empty, file_not_gzip, file_truncated, file_not_text, delimiter_wrong,
    column_missing, row_malformed, file_too_large.
    """
    seen = _Lines(path)
    try:
        yield from _rows(seen, columns)
    except OSError as failed:
        if isinstance(failed, gzip.BadGzipFile):
            raise Malformed("file_truncated", f"{failed}", file=str(path), line=seen.line + 1) from None
        raise Malformed("file_missing", failed.strerror or str(failed), file=str(path)) from None
    except (EOFError, zlib.error) as cut:
        raise Malformed("file_truncated", f"{cut}", file=str(path), line=seen.line + 1) from None
    except UnicodeDecodeError as foreign:
        detail = f"byte {foreign.object[foreign.start]:#04x}"
        raise Malformed("file_not_text", detail, file=str(path), line=seen.line + 1) from None
    except csv.Error as wrong:
        raise Malformed("row_malformed", f"{wrong}", file=str(path), line=seen.line) from None


class _Lines:
    """The lines of a file as text, decoded one by one, so that a bad byte has a line number."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0

    def __iter__(self) -> Iterator[str]:
        with self.path.open("rb") as raw:
            start = raw.read(2)
            raw.seek(0)
            if start != GZIP_MAGIC and self.path.suffix == ".gz" and start:
                raise Malformed("file_not_gzip", file=str(self.path))
            stream: io.BufferedReader | gzip.GzipFile = gzip.GzipFile(fileobj=raw) if start == GZIP_MAGIC else raw
            while line := stream.readline(LINE_LENGTH_MAX + 1):
                if len(line) > LINE_LENGTH_MAX or self.line > ROWS_MAX:
                    raise Malformed("file_too_large", f"at most {LINE_LENGTH_MAX} bytes a line", file=str(self.path), line=self.line + 1)
                text = line.decode("utf-8-sig" if self.line == 0 else "utf-8")
                self.line += 1
                yield text


def _rows(seen: _Lines, columns: Sequence[str]) -> Iterator[Row]:
    file = str(seen.path)
    reader = csv.reader(seen, strict=True)
    header = next(reader, None)
    if header is None:
        raise Malformed("file_empty", file=file)
    places = _places(header, columns, file)
    count = 0
    for row in reader:
        if not row:
            continue  # a blank line, as editors leave at the end
        if len(row) != len(header):
            detail = f"{len(row)} columns, the first line has {len(header)}"
            raise Malformed("row_malformed", detail, file=file, line=seen.line)
        count += 1
        yield Row(seen.line, tuple(row[place] for place in places))
    if count == 0:
        raise Malformed("file_empty", "no row below the first line", file=file, line=1)


def _places(header: Sequence[str], columns: Sequence[str], file: str) -> list[int]:
    """Find the columns asked for in the first line; raises delimiter_wrong, column_missing, row_malformed."""
    names = [name.strip() for name in header]
    missing = [name for name in columns if name not in names]
    if missing:
        for delimiter, called in OTHER_DELIMITERS.items():
            if len(names) == 1 and set(columns) & set(names[0].split(delimiter)):
                raise Malformed("delimiter_wrong", f"the columns stand between {called}", file=file, line=1)
        near = difflib.get_close_matches(missing[0], [name for name in names if name not in columns], n=1)
        remedy = f"Is {near[0]!r} meant to be {missing[0]!r}?" if near else ""
        raise Malformed("column_missing", ", ".join(missing), file=file, line=1, remedy=remedy)
    twice = [name for name in columns if names.count(name) > 1]
    if twice:
        raise Malformed("row_malformed", f"column {twice[0]!r} stands twice", file=file, line=1)
    return [names.index(name) for name in columns]
