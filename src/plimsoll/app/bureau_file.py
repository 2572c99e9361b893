"""The file for the credit bureau: one record a line, as CSV or as JSON objects, in place only when it is whole."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.cell import Table
from plimsoll.risk.credit.record import COLUMNS

CSV, JSON_LINES = ".csv", ".jsonl"
SUFFIXES: Final = (CSV, JSON_LINES)


class Written(NamedTuple):
    """What a file holds: records by kind, how many are adverse or disputed, and the SHA-256 of the file."""

    kinds: Mapping[str, int]
    adverse: int
    disputed: int
    digest: str


def write_records(path: Path, records: Iterable[Mapping[str, Any]]) -> Written:
    """Write records as the name of the file asks, .csv or .jsonl."""
    assert path.suffix in SUFFIXES, path
    unfinished = path.with_name(path.name + ".unfinished")
    kinds: Counter[str] = Counter()
    adverse = disputed = 0
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        table = Table(file, ends="\n")
        if path.suffix == CSV:
            table.row(COLUMNS)
        for record in records:
            kinds[record["kind"]] += 1
            adverse += record["kind"] == "R" and record["status"] in ("overdue", "written_off")
            disputed += bool(record["disputed"])
            if path.suffix == CSV:
                values = [record.get(name, "") for name in COLUMNS]
                table.row(str(value).lower() if isinstance(value, bool) else value for value in values)
            else:
                file.write(json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
    digest = _digest(unfinished)
    unfinished.replace(path)
    return Written(dict(kinds), adverse, disputed, digest)


def _digest(path: Path) -> str:
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
