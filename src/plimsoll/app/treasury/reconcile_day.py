"""Compare a funder's own file of a day with ours, loan by loan, and put on record in how many loans they differ."""

import csv
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.exchanged_file import open_rows
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.treasury.settle_day import COLUMNS, TOTAL, Days, filed_of, work_out
from plimsoll.app.treasury.shares import funders_of, refuse_future
from plimsoll.app.treasury.tape_day import read_day
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.loan.filing import body_of
from plimsoll.treasury.file_settlement import FileSettlement
from plimsoll.treasury.settle import KINDS, Difference, Line, Sums, reconcile
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Malformed, Refused

NEEDED: Final = COLUMNS[:-1]
ID_MAX: Final = 2**63 - 1


class Theirs(NamedTuple):
    """A funder's file: its lines, the totals it states, the SHA-256 of its bytes."""

    lines: list[Line]
    stated: Sums
    digest: str


class Compared(NamedTuple):
    """What a comparison found: lines of both, and every loan that they do not agree on."""

    ours: int
    theirs: int
    digest: str
    differences: list[Difference]


def reconcile_day(store: Store, name: str, path: Path, day: date, tape: Path, act: Act) -> Compared | Refused:
    """Compare and file. Refuses date_in_future, funder_unknown, settlement_missing, settlement_altered.

    Raises Malformed for a file that is sent back whole, with nothing stored: settlement_malformed, settlement_totals_wrong,
    settlement_duplicate, settlement_loan_unknown, and what reading finds.
    """
    refused = refuse_future(day, act.now.date())
    if refused is not None:
        return refused
    funder = funders_of(store).get(name)
    if funder is None:
        return Refused("funder_unknown", "", repr(name))
    theirs = read_file(path, funder.currency)
    filed = filed_of(store, name, day)
    if filed is None:
        return Refused("settlement_missing", "", f"{name}, {day}")
    done = work_out(store, Days(day, date.fromisoformat(filed["since"]), tape))
    if sha256(done.files[name]).hexdigest() != filed["sha256"]:
        return Refused("settlement_altered", "", f"{name}, {day}")
    known = set(read_day(tape, day).ids)
    strangers = [line for line in theirs.lines if (line.customer_id, line.loan_id) not in known]
    if strangers:
        detail = f"loan {strangers[0].loan_id} of customer {strangers[0].customer_id}"
        raise Malformed("settlement_loan_unknown", f"{len(strangers):,} lines, such as {detail}", file=str(path))
    try:
        found = reconcile(done.lines[name], theirs.lines, theirs.stated)
    except Malformed as wrong:
        raise Malformed(wrong.code, wrong.detail, file=str(path)) from None
    said = {"sha256": theirs.digest, "differences": len(found), "lines": len(theirs.lines), "day": day.isoformat()}
    body = body_of(said | {"totals": theirs.stated._asdict(), "why": sorted({one.why for one in found})})
    command = FileSettlement(f"reconcile:{name}:{day}:{theirs.digest[:16]}", name, act.now.date(), day, body)
    answer = execute_dossier(store, DOSSIER_WIRING, command, actor=act.actor, now=act.now, rules=act.rules)
    if isinstance(answer, Refused) and answer.code != "key_reused":
        return answer
    return Compared(len(done.lines[name]), len(theirs.lines), theirs.digest, found)


def read_file(path: Path, currency: str) -> Theirs:
    """Read a funder's file: the columns of ours (`net` may be missing), its totals in a line whose customer_id is "total".

    Raises Malformed with file and line: file_missing, file_not_text, column_missing, settlement_malformed, settlement_totals_wrong.
    """
    reader, content = open_rows(path, NEEDED)
    lines: list[Line] = []
    stated: list[Sums] = []
    try:
        for row in reader:
            if row["customer_id"] == TOTAL:
                stated.append(_sums(row, currency))
            else:
                lines.append(Line(_whole(row["customer_id"]), _whole(row["loan_id"]), currency, _sums(row, currency)))
    except (csv.Error, ValueError) as wrong:
        raise Malformed("settlement_malformed", str(wrong), file=str(path), line=reader.line_num) from None
    except Malformed as wrong:
        raise Malformed("settlement_malformed", f"{wrong.code} {wrong.detail}", file=str(path), line=reader.line_num) from None
    if len(stated) != 1:
        raise Malformed("settlement_totals_wrong", f"{len(stated)} lines with totals, one is needed", file=str(path))
    return Theirs(lines, stated[0], sha256(content).hexdigest())


def _sums(row: dict[str, str], currency: str) -> Sums:
    if row["currency"] != currency or None in row:
        raise ValueError(f"a line of {row['currency']}, the funder lends {currency}")
    return Sums(*(parse_minor(row[kind] or "", currency) for kind in KINDS))


def _whole(text: str | None) -> int:
    if not (text or "").isdecimal() or int(text or "") > ID_MAX:
        raise ValueError(f"{text!r} is no id")
    return int(text or "")
