"""Cancel a tender on which nobody is bound yet: every deposit goes back."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class CancelTender:
    """Cancel a tender, with the reason."""

    key: str
    subject: str
    on: date
    reason: str


def decide(dossier: Dossier, command: CancelTender, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record; refuses tender_unknown, tender_not_ready, reasons_missing, and tender_bids_stand.

    A seller who has seen what is bid decides: sealed bids may be opened once they have ended, and called ones are seen at once.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    if not command.reason.strip():
        return Refused("reasons_missing")
    is_bound = any(member.hash for member in tender.members.values()) and dossier.now >= tender.closes_at
    if is_bound or tender.calls:
        return Refused("tender_bids_stand", "", dossier.subject)
    back = sorted(name for name, member in tender.members.items() if member.deposit_minor)
    said = body_of({"reason": command.reason, "deposits_back": back})
    return Written((NewFiling("tender.cancelled", "", said),), body_of({"state": "cancelled", "deposits_back": back}))
