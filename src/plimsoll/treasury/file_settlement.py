"""File a day's settlement with a funder: totals, the digest of the file, and on how many loans the funder sees it otherwise."""

import json
from dataclasses import dataclass
from datetime import date

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import Body, NewFiling, of_kind
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funder import DOSSIER, RECONCILED, SETTLED, funder_of
from plimsoll.treasury.settle import KINDS
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class FileSettlement:
    """`body` has the day, totals by kind in minor units, lines, and the SHA-256 of the file; with `differences` it reconciles that day."""

    key: str
    subject: str
    on: date
    day: date
    body: Body


def decide(dossier: Dossier, command: FileSettlement, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- nothing is ruled here
    """Put it on file. A day is settled once; it may be reconciled again, as files come. Refuses funder_unknown, settlement_filed,
    record_malformed."""
    if funder_of(dossier.subject, dossier.filings) is None:
        return Refused("funder_unknown", "", repr(dossier.subject))
    said = json.loads(command.body)
    if not isinstance(said.get("totals"), dict) or set(said["totals"]) != set(KINDS):
        return Refused("record_malformed", "", f"totals of a settlement: {', '.join(KINDS)}")
    kind = RECONCILED if "differences" in said else SETTLED
    day = command.day.isoformat()
    if kind == SETTLED and of_kind(dossier.filings, SETTLED, day):
        return Refused("settlement_filed", "", f"{DOSSIER} {dossier.subject}, {day}")
    return Written((NewFiling(kind, day, command.body),), command.body)
