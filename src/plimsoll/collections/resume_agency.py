"""Let an agency work again that was suspended; somebody else says so than who suspended it."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.agency import RESUMED, find_agency
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class ResumeAgency:
    """Say what was put right."""

    key: str
    subject: str
    on: date
    reason: str


def decide(dossier: Dossier, command: ResumeAgency, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record; refuses agency_unknown, agency_not_suspended, agency_same_person, reasons_missing."""
    agency = find_agency(dossier.subject, dossier.filings)
    if isinstance(agency, Refused):
        return agency
    if not agency.suspended_by:
        return Refused("agency_not_suspended", "", agency.name)
    if dossier.actor == agency.suspended_by:
        return Refused("agency_same_person", "", f"{dossier.actor} suspended {agency.name}")
    if not command.reason.strip():
        return Refused("reasons_missing", "", agency.name)
    return Written((NewFiling(RESUMED, "", body_of({"reason": command.reason})),), body_of({"agency": agency.name, "suspended": False}))
