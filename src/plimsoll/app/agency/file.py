"""The file of its placements that an agency is given, with no more than the rule lists; and its statements, compared with what came."""

import csv
import io
import os
from collections import Counter
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.app.agency.placements import books, placements_of_agency, received_by
from plimsoll.app.cell import Table
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.exchanged_file import open_rows, write_private
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.collections.commission import Earned, earned
from plimsoll.collections.debt import Debt, debt_of
from plimsoll.collections.file_placements import FilePlacements, columns_of
from plimsoll.collections.placement import Placement
from plimsoll.collections.reconcile import Reconciled, Stated, reconcile
from plimsoll.collections.reconcile_agency import ReconcileAgency
from plimsoll.loan.filing import body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text, parse_day
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Malformed, Refused

STATEMENT: Final = ("reference", "on", "currency", "amount")
ROWS_MAX: Final = 1_000_000


class Act(NamedTuple):
    """Who acts, when, and by which rules."""

    actor: str
    now: datetime
    rules: Rules


class Filed(NamedTuple):
    """A file that was written: the SHA-256 of its bytes, how many customers, which columns."""

    digest: str
    rows: int
    columns: tuple[str, ...]


class Compared(NamedTuple):
    """A statement that was compared: its digest, its lines, what differs, and the commission on what came in its days."""

    digest: str
    lines: int
    reconciled: Reconciled
    earned: list[Earned]


def write_placements(store: Store, agency: str, on: date, out: Path, act: Act) -> Filed | Refused:
    """Write the file of an agency as of a day, and put its digest on record; nothing is written where that is refused."""
    columns = columns_of(act.rules, on)
    rows = _rows(store, agency, on, columns)
    text = io.StringIO()
    Table(text, ends="\n").rows([columns, *rows])
    content = text.getvalue().encode()
    digest = sha256(content).hexdigest()
    waiting = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        write_private(waiting, content)
        command = FilePlacements(f"file:{agency}:{on}:{digest[:32]}", agency, on, digest, len(rows), columns)
        answer = execute_dossier(store, DOSSIER_WIRING, command, actor=act.actor, now=act.now, rules=act.rules)
        if isinstance(answer, Refused):
            return answer
        waiting.replace(out)
    finally:
        waiting.unlink(missing_ok=True)
    return Filed(digest, len(rows), columns)


def read_statement(path: Path) -> tuple[list[Stated], str]:
    """Read an agency's statement: CSV with reference, on, currency, amount; give its lines and the SHA-256 of its bytes.

    Raises Malformed with file and line: file_missing, file_not_text, column_missing, agency_statement_malformed, and what days and
    amounts raise.
    """
    reader, content = open_rows(path, STATEMENT)
    try:
        lines = [_stated(row, str(path), reader.line_num) for row in reader]
    except csv.Error as wrong:
        raise Malformed("agency_statement_malformed", str(wrong), file=str(path), line=reader.line_num) from None
    return lines, sha256(content).hexdigest()


def reconcile_statement(store: Store, agency: str, path: Path, days: tuple[date, date], act: Act) -> Compared | Refused:
    """Compare a statement of some days, first and last, with what came of the agency's placements, and put the outcome on record."""
    lines, digest = read_statement(path)
    first, last = days
    helds = placements_of_agency(store, agency, with_ended=True)
    placements = {held.placement.reference: held.placement for held in helds}
    receipts = received_by(store, helds, last)
    counted = {name: [one for one in of_it if one.on >= first.toordinal()] for name, of_it in receipts.items()}
    received = {name: sum(one.minor for one in of_it) for name, of_it in counted.items()}
    outside = [line for line in lines if not first.toordinal() <= line.on <= last.toordinal()]
    if outside:
        return Refused("agency_statement_malformed", "", f"{outside[0].reference} on {day_text(outside[0].on)}, not in {first} to {last}")
    found = reconcile(lines, placements, received)
    gained = earned(one for of_it in counted.values() for one in of_it)
    sums = {"stated": dict(found.stated), "received": dict(found.received), "commission": _by_currency(gained)}
    differences = Counter(one.name for one in found.differences)
    # The same statement may be compared again once more has come: another outcome is another entry.
    outcome = sha256(body_of({"statement": digest, "days": [str(first), str(last)], "sums": sums, "differences": differences}).encode())
    key = f"statement:{agency}:{outcome.hexdigest()[:32]}"
    command = ReconcileAgency(key, agency, last, first, digest, len(lines), body_of(sums), body_of(differences))
    answer = execute_dossier(store, DOSSIER_WIRING, command, actor=act.actor, now=act.now, rules=act.rules)
    if isinstance(answer, Refused):
        return answer
    return Compared(digest, len(lines), found, gained)


def _rows(store: Store, agency: str, on: date, columns: tuple[str, ...]) -> list[list[str]]:
    """Give the rows of the file, by reference, so that their order says nothing either."""
    helds = placements_of_agency(store, agency)
    found = zip(helds, books(store, [held.customer_id for held in helds]), strict=True)
    told = [_cells(held.placement, debt_of(book, on)) for held, book in found]
    return sorted([cells[name] for name in columns] for cells in told)


def _cells(placement: Placement, debt: Debt) -> dict[str, str]:
    return {
        "reference": placement.reference,
        "currency": debt.currency,
        "owed": text_of(debt.owed_minor, debt.currency),
        "past_due": text_of(debt.late_minor, debt.currency),
        "days_past_due": str(debt.days),
        "placed_on": day_text(placement.placed_on),
        "return_by": day_text(placement.return_by),
    }


def _stated(row: dict[str, str], file: str, line: int) -> Stated:
    cells = [row.get(name) or "" for name in STATEMENT]
    if not cells[0] or None in row:
        raise Malformed("agency_statement_malformed", "a reference and as many cells as columns are needed", file=file, line=line)
    try:
        return Stated(cells[0], parse_day(cells[1]), cells[2], parse_minor(cells[3], cells[2]))
    except Malformed as wrong:
        raise Malformed(wrong.code, wrong.detail, file=file, line=line) from None


def _by_currency(gained: list[Earned]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for one in gained:
        sums[one.currency] += one.commission_minor
    return dict(sums)
