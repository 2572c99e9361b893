"""Approve what another reviewer decided, or return it: the second pair of eyes, never those of the first."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import AGREE, IN_REVIEW, OFFERED, READS_APPLICATION, RETURN, TO_APPROVE, filed
from plimsoll.origination.case import find_case, refuse_authority
from plimsoll.origination.queue import case
from plimsoll.origination.review import made, told
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION
AGREES, RETURNS = "agree", "return"


@dataclass(frozen=True, slots=True)
class ApproveReview:
    """Agree with the opinion of a number, which is the one that was looked at, or return it with a reason."""

    key: str
    customer_id: int
    on: date
    application_id: str
    opinion: int
    outcome: str
    role: str
    reason: str = ""


def decide(book: Book, command: ApproveReview, rules: Rules) -> Decision | Refused:
    """Let the decision stand, or give the case back to the queue.

    Refuses maker_cannot_check, review_changed (another opinion than the one looked at), decision_unknown, reasons_missing, role_unknown,
    authority_exceeded, and customer_unknown, application_unknown, application_not_ready.
    """
    found = find_case(book, command.application_id, command.on, TO_APPROVE)
    if isinstance(found, Refused):
        return found
    opinion = found.opinion
    assert opinion is not None, "what waits for approval was decided"
    assert opinion.offer is not None, "only what lends waits"
    if opinion.actor == book.actor:
        return Refused("maker_cannot_check", "POLICY.REVIEW.FOUR_EYES", book.actor)
    if command.opinion != opinion.n:
        return Refused("review_changed", "", f"{command.opinion}, now {opinion.n}")
    refused = _refuse_words(command) or refuse_authority(command.role, opinion.offer.limit_minor, opinion.offer.currency, rules, command.on)
    if refused is not None:
        return refused
    if command.outcome == RETURNS:
        return Decision(
            filings=(filed(RETURN, command.application_id, {"reason": command.reason}),),
            work=(case(found, "open", rules, command.on),),
            answer=body_of({"application_id": command.application_id, "state": IN_REVIEW}),
        )
    agreed = filed(AGREE, command.application_id, {"opinion": opinion.n, "role": command.role})
    return Decision(
        filings=(agreed, made(command.application_id, opinion.offer)),
        work=(case(found, "done", rules, command.on),),
        messages=(told(command.application_id, opinion.offer, opinion.reasons),),
        answer=body_of({"application_id": command.application_id, "state": OFFERED}),
    )


def _refuse_words(command: ApproveReview) -> Refused | None:
    if command.outcome not in (AGREES, RETURNS):
        return Refused("decision_unknown", "", f"{command.outcome!r}; one of: {AGREES}, {RETURNS}")
    return Refused("reasons_missing") if command.outcome == RETURNS and not command.reason.strip() else None
