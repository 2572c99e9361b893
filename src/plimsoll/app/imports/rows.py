"""The rows of a file as commands: each can be read, is a verb that may come in a file, holds no formula, and stands once."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final, NamedTuple

from plimsoll.app.access.verbs import NAMES, VERBS
from plimsoll.app.command_file import CommandFile, Row
from plimsoll.app.imports.bounds import ROWS_MAX
from plimsoll.units.refusal import Malformed

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\x00")
"""What begins a cell that a spreadsheet would calculate, or that hides one."""


class ErrorRow(NamedTuple):
    """A row that cannot be applied: its line, its key as far as it can be told, the code and what is said of it."""

    line: int
    key: str
    code: str
    detail: str


def rows_of(content: bytes, name: str, verb: str) -> Iterator[Row]:
    """Give every row of a file as a command, or with what is wrong with it; `verb` is that of all rows, "" where each says its own.

    Raises Malformed where the file as a whole cannot be read, import_too_many_rows. Of a row: what `read_command` raises,
    import_formula, import_key_twice, import_verb_not_taken.
    """
    keys: set[str] = set()
    for count, row in enumerate(CommandFile(name, verb, content=content).rows(), 1):
        if count > ROWS_MAX:
            raise Malformed("import_too_many_rows", f"more than {ROWS_MAX:,}", file=name, line=row.line)
        wrong = row.wrong or _wrong(row, keys)
        yield row if wrong is None else row._replace(command=None, wrong=wrong)
        keys.add(row.key)


def takes(verb: str) -> bool:
    """Tell whether a verb may come in a file: not where it says of who asks what only the door can check, row by row."""
    access = VERBS[verb]
    return not (access.ranked or access.kept or access.own)


def _wrong(row: Row, keys: set[str]) -> Malformed | None:
    verb = NAMES[type(row.command)]
    if not takes(verb):
        return Malformed("import_verb_not_taken", verb)
    if row.key in keys:
        return Malformed("import_key_twice", row.key, key="key")
    found = formula_in(row.command)
    return Malformed("import_formula", found, key=found) if found else None


def formula_in(command: Any) -> str:
    """Give the first field of a command whose text begins like a formula, "" where none does."""
    for one in fields(command):
        value = getattr(command, one.name)
        texts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(text, str) and text.startswith(FORMULA) for text in texts):
            return one.name
    return ""


def error_of(row: Row) -> ErrorRow:
    """Give a row that cannot be read as an error."""
    wrong = row.wrong
    assert wrong is not None, "a row with nothing wrong is no error"
    detail = ": ".join(part for part in (wrong.key, wrong.detail) if part)
    return ErrorRow(row.line, row.key, wrong.code, detail)


def safe(cell: str) -> str:
    """Give a cell of a CSV file that no spreadsheet calculates: what begins like a formula gets a ' before it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def plain(row: ErrorRow) -> Mapping[str, object]:
    """Give an error as plain values."""
    return row._asdict()
