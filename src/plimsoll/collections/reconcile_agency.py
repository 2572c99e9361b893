"""Put on record how a statement of an agency compares with what reached the book."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from plimsoll.collections.agency import RECONCILED, find_agency
from plimsoll.collections.file_placements import SHA256
from plimsoll.collections.reconcile import DIFFERENCES
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import Body, NewFiling, body_of, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class ReconcileAgency:
    """A statement of the days from `from_on` through `on`, by the digest of its file; `differences` counts each kind that was found.

    `sums` says in minor units by currency what was stated, what came, and the commission earned.
    """

    key: str
    subject: str
    on: date
    from_on: date
    digest: str
    lines: int
    sums: Body
    differences: Body


def decide(dossier: Dossier, command: ReconcileAgency, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record; refuses agency_unknown, agency_statement_malformed (digest, days, differences without a name)."""
    agency = find_agency(dossier.subject, dossier.filings)
    if isinstance(agency, Refused):
        return agency
    found: dict[str, Any] = read_body(NewFiling(RECONCILED, "", command.differences))
    strange = [name for name, count in found.items() if name not in DIFFERENCES or type(count) is not int or count < 1]
    if strange or not SHA256.fullmatch(command.digest) or command.from_on > command.on:
        return Refused("agency_statement_malformed", "", ", ".join(strange) or f"{command.from_on} to {command.on}")
    said = {
        "from_on": command.from_on.toordinal(),
        "digest": command.digest,
        "lines": command.lines,
        "sums": read_body(NewFiling(RECONCILED, "", command.sums)),
        "differences": found,
    }
    answer = {"agency": agency.name, "lines": command.lines, "differences": found, "agrees": not found}
    return Written((NewFiling(RECONCILED, command.digest, body_of(said)),), body_of(answer))
