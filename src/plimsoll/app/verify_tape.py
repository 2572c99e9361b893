"""Prove what closes told of their days: tape = ledger to the minor unit, ledger = entries and standing accrual, file = what was written.

What a close told is in the audit chain. A tape whose file is not in the folder (kept elsewhere, or thrown away) is left out and counted.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.app.closing.scan import Snapshot
from plimsoll.app.closing.standing import against_tape
from plimsoll.app.closing.tape import NUMBERS, digest_of, path_of
from plimsoll.app.database.store import Store
from plimsoll.app.held_money import house_balances
from plimsoll.ledger.chart import CODES

COLUMNS: Final = [name for name, _ in NUMBERS]
Sums = dict[str, dict[str, int]]
"""By currency, and by account or column: minor units."""


@dataclass(slots=True)
class Tapes:
    """The tapes of a book's days: how many closes told of one, and of how many the file was there and compared."""

    told: int = 0
    found: int = 0


def closes_off(store: Store, seen: Snapshot, folder: Path | None, tapes: Tapes) -> Iterator[str]:
    """Give what is wrong with what the closes told of tapes and ledger, day by day; count the tapes. Without a folder no file is read."""
    days = [(day, told) for day, told in _told(seen) if "tape" in told]
    for day, told in days:
        name = date.fromordinal(day).isoformat()
        for currency, ledger in told["ledger"].items():
            yield from (f"control totals of {name}: {one}" for one in against_tape(currency, ledger, told["tape"][currency]))
        # A close of before this was kept does not tell whether it wrote a file: one that is there is looked at.
        path = path_of(folder, day) if folder is not None and told.get("tape_sha256") != "" else None
        if path is None or not (path.is_file() or told.get("tape_sha256")):
            continue
        tapes.told += 1
        if path.is_file():
            tapes.found += 1
            if not _is_same(path, told):
                yield f"the tape of {name} is not the one that its close wrote"
    for day, told in days[-1:]:
        if _ledger_of(store, seen, day, told) != told["ledger"]:
            yield f"control totals of {date.fromordinal(day).isoformat()}: the ledger is not entries and standing accrual together"


def _told(seen: Snapshot) -> Iterator[tuple[int, Any]]:
    """Give every closed day with what its close told, in order."""
    yield from ((day, json.loads(sums)) for day, sums in sorted(seen.close_sums()))


def _is_same(path: Path, told: Mapping[str, Any]) -> bool:
    """Tell whether a tape is what its close told: by its digest, or, of a close that told none, by the sums of its columns of money."""
    if told.get("tape_sha256"):
        return digest_of(path) == str(told["tape_sha256"])
    try:
        rows = pq.read_table(path, columns=["currency", *COLUMNS], partitioning=None)
    except (pa.ArrowException, OSError):
        return False
    summed = rows.group_by("currency").aggregate([(name, "sum") for name in COLUMNS]).to_pylist()
    found: Sums = {row["currency"]: {name: row[f"{name}_sum"] for name in COLUMNS} for row in summed}
    return found == {currency: sums for currency, sums in told["tape"].items() if currency in found or any(sums.values())}


def _ledger_of(store: Store, seen: Snapshot, day: int, told: Mapping[str, Any]) -> Sums:
    """Work the general ledger of a day out again; as it was told where the close did not tell its standing accrual."""
    if "standing" not in told:
        return dict(told["ledger"])
    ledger: Sums = {currency: dict.fromkeys(CODES, 0) for currency in told["ledger"]}
    for currency, _, account, minor in seen.sum_legs_until(day):
        ledger.setdefault(currency, dict.fromkeys(CODES, 0))[CODES[account]] += minor
    parts = [(offer.rpartition(" ")[2], standing) for offer, standing in told["standing"].items()]
    for currency, added in (*parts, *house_balances(store, date.fromordinal(day)).items()):
        known = ledger.setdefault(currency, dict.fromkeys(CODES, 0))
        for code, minor in added.items():
            known[code] = known.get(code, 0) + minor
    return ledger
