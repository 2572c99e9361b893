"""Suspend an agency: nobody is placed with it any more, and it may contact nobody, from this moment."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.agency import SUSPENDED, find_agency
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class SuspendAgency:
    """Say why. What is placed with it is called back by the rule of recalls."""

    key: str
    subject: str
    on: date
    reason: str


def decide(dossier: Dossier, command: SuspendAgency, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record; refuses agency_unknown, agency_suspended, reasons_missing."""
    agency = find_agency(dossier.subject, dossier.filings)
    if isinstance(agency, Refused):
        return agency
    if agency.suspended_by:
        return Refused("agency_suspended", "", f"{agency.name}: {agency.why}")
    if not command.reason.strip():
        return Refused("reasons_missing", "", agency.name)
    return Written((NewFiling(SUSPENDED, "", body_of({"reason": command.reason})),), body_of({"agency": agency.name, "suspended": True}))
