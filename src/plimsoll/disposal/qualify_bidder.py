"""Qualify a bidder after its papers were looked at by somebody else than who registered it; or end its qualification."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.bidder import QUALIFIED, SUSPENDED, bidder_of
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class QualifyBidder:
    """Qualify a bidder until a day; a day that has passed ends its qualification at once. `evidence` names the papers."""

    key: str
    subject: str
    on: date
    until: date
    evidence: tuple[str, ...] = ()
    reason: str = ""


def decide(dossier: Dossier, command: QualifyBidder, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record; refuses bidder_unknown, maker_cannot_check, bidder_papers_missing, reasons_missing."""
    found = bidder_of(dossier.filings)
    if found is None:
        return Refused("bidder_unknown", "", dossier.subject)
    if command.until < command.on:
        if not command.reason.strip():
            return Refused("reasons_missing")
        return Written((NewFiling(SUSPENDED, "", body_of({"reason": command.reason})),), body_of({"qualified": False}))
    if found.maker == dossier.actor:
        return Refused("maker_cannot_check", "", f"{dossier.actor} registered it")
    if not command.evidence:
        return Refused("bidder_papers_missing", "", dossier.subject)
    said = {"until": command.until.toordinal(), "evidence": list(command.evidence)}
    return Written((NewFiling(QUALIFIED, "", body_of(said)),), body_of({"qualified": True, "until": command.until.isoformat()}))
