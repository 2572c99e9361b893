"""Evidence from a file that a provider delivers: JSON lines or CSV, one value a line, read whole and checked before anybody is asked about.

Columns: customer_id, name, value, event_at, and kind where one is needed. In CSV an empty value means that there is none; money is whole
minor units, as everywhere in evidence.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from plimsoll.app.sources.port import Fetched, Request, Unavailable
from plimsoll.rulebook.feature import SOURCES, load
from plimsoll.units.refusal import Malformed

COLUMNS: Final = ("customer_id", "name", "kind", "value", "event_at")
NEEDED: Final = ("customer_id", "name", "value", "event_at")
LINE_LENGTH_MAX: Final = 10_000
_Item = dict[str, object]


class FileSource:
    """A source whose answers all stand in one file; who is not in it has none."""

    def __init__(self, name: str, by_customer: Mapping[int, tuple[_Item, ...]]) -> None:
        self._name = name
        self._by_customer = by_customer

    @property
    def name(self) -> str:
        """Give the name of the source."""
        return self._name

    @property
    def purpose(self) -> str:
        """Give the purpose of consent: the source's own."""
        return self._name

    @property
    def people_count(self) -> int:
        """Give how many customers the file tells about."""
        return len(self._by_customer)

    def fetch(self, request: Request, now: datetime) -> Fetched | Unavailable:  # noqa: ARG002 -- a file has no time of its own
        """Give what the file says about a customer."""
        items = self._by_customer.get(request.customer_id, ())
        return Fetched(items, hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest())


def read_file(path: Path, name: str) -> FileSource:
    """Read a file of one source; the end of its name says whether it is CSV.

    Raises Malformed with file and line: evidence_source_unknown, file_missing, file_not_text, file_empty, file_too_large (a line),
    column_missing, row_malformed, field_malformed (no customer). What the values are worth is judged when they are recorded.
    """
    if name not in SOURCES:
        raise Malformed("evidence_source_unknown", f"{name!r}", remedy=f"One of: {', '.join(SOURCES)}.")
    found: dict[int, list[_Item]] = {}
    try:
        for line, row in _rows(path):
            found.setdefault(_customer(row, path.name, line), []).append(_item(row))
    except OSError as missing:
        raise Malformed("file_missing", missing.strerror or "", file=path.name) from None
    except UnicodeDecodeError as foreign:
        raise Malformed("file_not_text", f"byte {foreign.start}", file=path.name) from None
    if not found:
        raise Malformed("file_empty", file=path.name)
    return FileSource(name, {customer_id: tuple(items) for customer_id, items in found.items()})


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Give each row with the line that it stands on."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        if path.suffix.lower() == ".csv":
            yield from _csv_rows(_bounded(lines, path.name), path.name)
            return
        for number, line in enumerate(_bounded(lines, path.name), 1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
            except (ValueError, RecursionError):
                said = None
            if not isinstance(said, dict):
                raise Malformed("row_malformed", "not a JSON object", file=path.name, line=number)
            yield number, said


def _bounded(lines: Iterator[str], name: str) -> Iterator[str]:
    """Give the lines, each within the bound."""
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH_MAX:
            raise Malformed("file_too_large", f"{len(line)} characters", file=name, line=number)
        yield line


def _csv_rows(lines: Iterator[str], name: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, [])
        missing = [column for column in NEEDED if column not in header]
        if missing:
            raise Malformed("column_missing", ", ".join(missing), file=name, line=1)
        for values in reader:
            if len(values) != len(header):
                raise Malformed("row_malformed", f"{len(values)} values for {len(header)} columns", file=name, line=reader.line_num)
            row: _Item = dict(zip(header, values, strict=True))
            yield reader.line_num, row | {"value": _typed(str(row["name"]), str(row["value"]))}
    except csv.Error as wrong:
        raise Malformed("row_malformed", f"{wrong}", file=name, line=reader.line_num) from None


def _typed(name: str, text: str) -> object:
    """Give the text of a cell as JSON would say it; what does not fit its feature stays text, to be judged."""
    feature = load().features.get(name)
    if not text:
        return None
    if feature is None or feature.type in ("share", "text"):
        return text
    if feature.type == "yes-no":
        return {"true": True, "false": False}.get(text, text)
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 19 else text


def _customer(row: Mapping[str, object], name: str, line: int) -> int:
    said = row.get("customer_id")
    if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) <= 19:
        said = int(said)
    if type(said) is not int or not 0 < said < 2**63:
        raise Malformed("field_malformed", f"{said!r}"[:60], file=name, line=line, key="customer_id", remedy="A number from 1 up.")
    return said


def _item(row: Mapping[str, object]) -> _Item:
    return {key: row[key] for key in COLUMNS[1:] if key in row}
