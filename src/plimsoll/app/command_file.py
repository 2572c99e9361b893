"""A file of commands: JSON, one object a line, or CSV with a header; plain or gzip. Each row is a command, or says why it is none."""

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, cast

from plimsoll.app.json_lines import LINE_MAX, read_line
from plimsoll.app.wiring import DOSSIER_COMMANDS, read_command
from plimsoll.units.refusal import Malformed

STDIN: Final = "-"
GZIP_MAGIC: Final = b"\x1f\x8b"
BOM: Final = b"\xef\xbb\xbf"
NEEDED: Final = ("key", "customer_id", "on")
NEEDED_OF_DOSSIERS: Final = ("key", "subject", "on")
NAME: Final = "command"
KEY_SHOWN: Final = 200
OTHER_DELIMITERS: Final = (";", "\t", "|")


class Row(NamedTuple):
    """One row: its line (the last one, where it has several), its key as far as it can be told, and the command or what is wrong."""

    line: int
    key: str
    command: Any
    wrong: Malformed | None


class CommandFile:
    """A file that can be read as often as needed: first to its end, so that a file cut short is found before anything is done."""

    def __init__(self, path: str, name: str = "", *, content: bytes | None = None) -> None:
        """Take the path, "-" for standard input, and the command that all rows are, "" where each says its own.

        With `content` nothing is opened: the path is only what the file is called. Raises Malformed: file_missing, file_empty.
        """
        self.shown = "standard input" if path == STDIN else path
        self.name = name
        self.named: set[str] = set()  # the commands that `check` has found
        self.path = Path(path) if content is None and path != STDIN else None
        self.content = content if content is not None else sys.stdin.buffer.read() if self.path is None else b""
        with self._raw() as raw:
            start = raw.read(len(GZIP_MAGIC))
        if not start:
            raise Malformed("file_empty", file=self.shown)
        self.is_gzip = start == GZIP_MAGIC

    def check(self) -> int:
        """Read the file to its end and give how many rows it has.

        Raises Malformed with the line: file_truncated, file_not_text, file_too_large, delimiter_wrong, column_missing, row_malformed.
        """
        rows = 0
        for _, said in self.said():
            rows += 1
            if isinstance(said, Mapping):
                self.named.add(self.name or str(said.get(NAME, "")))
        return rows

    def rows(self) -> Iterator[Row]:
        """Give every row as a command, or with what is wrong with it."""
        for line, said in self.said():
            key = said.get("key", "") if isinstance(said, Mapping) else ""
            try:
                if isinstance(said, Malformed):
                    raise said
                yield Row(line, str(key), read_command(said, self.name), None)
            except Malformed as wrong:
                yield Row(line, str(key)[:KEY_SHOWN], None, wrong)

    def said(self) -> Iterator[tuple[int, Mapping[str, object] | Malformed]]:
        """Give the line and what every row says, before it is read as a command; blank lines are passed over."""
        line = 0
        try:
            with self._open() as lines:
                first = next((text for text in lines if text.strip()), b"")
            with self._open() as lines:
                found = self._json(lines) if first.removeprefix(BOM).lstrip()[:1] in (b"{", b"[") else self._csv(lines)
                for line, said in found:
                    yield line, said
        except (EOFError, zlib.error, gzip.BadGzipFile) as cut:
            raise Malformed("file_truncated", str(cut), file=self.shown, line=line + 1) from None
        except UnicodeDecodeError as foreign:
            detail = f"byte {foreign.object[foreign.start]:#04x}"
            raise Malformed("file_not_text", detail, file=self.shown, line=line + 1) from None
        except csv.Error as wrong:
            raise Malformed("row_malformed", str(wrong), file=self.shown, line=line + 1) from None
        except OSError as failed:
            raise Malformed("file_missing", failed.strerror or str(failed), file=self.shown) from None

    def _raw(self) -> BinaryIO:
        try:
            return io.BytesIO(self.content) if self.path is None else self.path.open("rb")
        except OSError as failed:
            raise Malformed("file_missing", failed.strerror or str(failed), file=self.shown) from None

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        with self._raw() as raw:
            if not self.is_gzip:
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast(BinaryIO, unpacked)

    def _json(self, lines: BinaryIO) -> Iterator[tuple[int, Mapping[str, object] | Malformed]]:
        for line, text in enumerate(_bounded(lines, self.shown), 1):
            if not text.strip():
                continue
            text.decode("utf-8-sig")
            try:
                said = read_line(text.removeprefix(BOM).strip())
                yield line, said if isinstance(said, dict) else Malformed("json_malformed", "an object is needed")
            except Malformed as wrong:
                yield line, wrong

    def _csv(self, lines: BinaryIO) -> Iterator[tuple[int, Mapping[str, object] | Malformed]]:
        reader = csv.reader((text.decode("utf-8-sig") for text in _bounded(lines, self.shown)), strict=True)
        header = [name.strip() for name in next((row for row in reader if any(row)), [])]
        self._check_header(header, reader.line_num)
        for row in reader:
            if not any(row):
                continue
            if len(row) != len(header):
                yield reader.line_num, Malformed("row_malformed", f"{len(row)} columns, the header has {len(header)}")
                continue
            yield reader.line_num, {name: cell for name, cell in zip(header, row, strict=True) if cell}

    def _check_header(self, header: list[str], line: int) -> None:
        if len(header) == 1 and any(mark in header[0] for mark in OTHER_DELIMITERS):
            raise Malformed("delimiter_wrong", header[0][:80], file=self.shown, line=line)
        # Where each row says its own command, rows may be about customers or about dossiers.
        is_of_dossiers = self.name in DOSSIER_COMMANDS if self.name else "customer_id" not in header and "subject" in header
        needed: tuple[str, ...] = NEEDED_OF_DOSSIERS if is_of_dossiers else NEEDED
        needed = needed if self.name else (NAME, *needed)
        missing = [name for name in needed if name not in header]
        if missing:
            remedy = "Or name the command of all rows with --command." if missing == [NAME] else ""
            raise Malformed("column_missing", ", ".join(missing), file=self.shown, line=line, remedy=remedy)
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise Malformed("row_malformed", f"columns stand twice: {', '.join(twice)}", file=self.shown, line=line)


def _bounded(lines: BinaryIO, shown: str) -> Iterator[bytes]:
    """Give lines, none of them longer than a row can be."""
    number = 0
    while text := lines.readline(LINE_MAX + 1):
        number += 1
        if len(text) > LINE_MAX:
            raise Malformed("file_too_large", f"a line of more than {LINE_MAX:,} bytes", file=shown, line=number)
        yield text
