"""Ask a question about a package: everybody in the tender will see it with its answer, not who asked."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_member, find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """A question of a bidder."""

    key: str
    subject: str
    on: date
    bidder: str
    question_id: str
    text: str


def decide(dossier: Dossier, command: AskQuestion, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record before bids begin.

    Refuses tender_unknown, tender_not_ready, bidder_not_in_tender, question_malformed, question_exists, question_late.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    member = find_member(tender, command.bidder)
    if isinstance(member, Refused):
        return member
    if not command.text.strip() or not 0 < len(command.question_id) <= 60:
        return Refused("question_malformed", "", command.question_id[:60])
    if command.question_id in tender.questions:
        return Refused("question_exists", "", command.question_id)
    if dossier.now >= tender.bids_from:
        return Refused("question_late", "", command.question_id)
    said = body_of({"bidder": command.bidder, "text": command.text})
    return Written((NewFiling("tender.asked", command.question_id, said),), body_of({"question_id": command.question_id}))
