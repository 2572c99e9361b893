"""Files that are exchanged with agencies and funders: theirs are read strictly, ours are for the eyes of their owner alone."""

import csv
import io
import os
from collections.abc import Collection
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.units.refusal import Malformed

FILE_MODE: Final = 0o600


class Rows(NamedTuple):
    """A file of columns: what gives its rows, line by line, and its bytes."""

    reader: "csv.DictReader[str]"
    content: bytes


def open_rows(path: Path, needed: Collection[str]) -> Rows:
    """Open a CSV file in UTF-8 that has some columns; raises Malformed file_missing, file_not_text, column_missing, with file and line."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as failed:
        raise Malformed("file_missing", failed.strerror or str(failed), file=str(path)) from None
    except UnicodeDecodeError as foreign:
        raise Malformed("file_not_text", f"byte {foreign.start}", file=str(path)) from None
    reader = csv.DictReader(io.StringIO(text), strict=True)
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise Malformed("column_missing", ", ".join(missing), file=str(path), line=1)
    return Rows(reader, content)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb") as file:
        file.write(content)


def place_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, in place only when whole."""
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(waiting, content)
    waiting.replace(path)
