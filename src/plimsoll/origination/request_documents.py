"""Ask the borrower for documents: the case waits until all of them are provided."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import ASK, IN_REVIEW, READS_APPLICATION, filed
from plimsoll.origination.case import find_case, read_words, refuse_not_held
from plimsoll.origination.queue import case
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION


@dataclass(frozen=True, slots=True)
class RequestDocuments:
    """Ask for some kinds of documents (words with spaces between them), and say why."""

    key: str
    customer_id: int
    on: date
    application_id: str
    documents: str
    reason: str = ""


def decide(book: Book, command: RequestDocuments, rules: Rules) -> Decision | Refused:
    """Ask, and tell the customer; what was provided before may not be asked for again.

    Refuses document_unknown, document_provided, review_claimed, review_not_claimed, and customer_unknown, application_unknown,
    application_not_ready.
    """
    found = find_case(book, command.application_id, command.on, IN_REVIEW)
    if isinstance(found, Refused):
        return found
    asked = read_words(command.documents)
    refused = refuse_not_held(found, book) or refuse_documents(asked, found.provided, rules, command.on)
    if refused is not None:
        return refused
    told = {"application_id": command.application_id, "documents": list(asked)}
    return Decision(
        filings=(filed(ASK, command.application_id, {"documents": list(asked), "reason": command.reason}),),
        work=(case(found, "waiting", rules, command.on, assigned_to=book.actor),),
        messages=(("documents_asked", body_of(told | {"reason": command.reason})),),
        answer=body_of(told),
    )


def refuse_documents(asked: tuple[str, ...], provided: tuple[str, ...], rules: Rules, on: date) -> Refused | None:
    """Refuse kinds that are not on the list (document_unknown), or that the house already has (document_provided)."""
    known = rules.value("POLICY.REVIEW.DOCUMENTS", on)
    assert isinstance(known, tuple)
    strange = [one for one in asked if one not in known]
    if strange or not asked:
        said = ", ".join(strange) or "none"
        return Refused("document_unknown", "POLICY.REVIEW.DOCUMENTS", f"{said}; known: {', '.join(str(one) for one in known)}")
    again = [one for one in asked if one in provided]
    return Refused("document_provided", "", ", ".join(again)) if again else None
