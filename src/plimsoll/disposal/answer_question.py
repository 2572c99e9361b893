"""Answer a question: everybody in the tender sees the same answer before bids begin."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """The answer to a question."""

    key: str
    subject: str
    on: date
    question_id: str
    text: str


def decide(dossier: Dossier, command: AnswerQuestion, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record.

    Refuses tender_unknown, tender_not_ready, question_unknown, question_malformed, question_answered, question_late.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    question = tender.questions.get(command.question_id)
    if question is None:
        return Refused("question_unknown", "", command.question_id)
    if not command.text.strip():
        return Refused("question_malformed", "", command.question_id)
    if question.answer:
        return Refused("question_answered", "", command.question_id)
    if dossier.now >= tender.bids_from:
        return Refused("question_late", "", command.question_id)
    said = body_of({"text": command.text})
    return Written((NewFiling("tender.answered", command.question_id, said),), body_of({"question_id": command.question_id}))
