"""Close a funder to new loans: it leaves, or is shown out; what it has lent stays its own until it is repaid or moved."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funder import CLOSED, find_funder
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class CloseFunder:
    """Take no new loans to a funder, with the reason."""

    key: str
    subject: str
    on: date
    reason: str


def decide(dossier: Dossier, command: CloseFunder, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- nothing is ruled here
    """File the end. Refuses funder_unknown, funder_closed, reason_missing."""
    found = find_funder(dossier.subject, dossier.filings)
    if isinstance(found, Refused):
        return found
    if not command.reason.strip():
        return Refused("reason_missing", "", f"closing {dossier.subject}")
    return Written((NewFiling(CLOSED, "", body_of({"reason": command.reason})),), body_of({"funder": dossier.subject}))
