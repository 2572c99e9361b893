"""Provide documents that were asked for: they lie in the vault, the file holds where. With the last of them the case is open again."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import body_of
from plimsoll.origination.application import DOCUMENTS_ASKED, PROVIDE, READS_APPLICATION, filed
from plimsoll.origination.case import find_case, read_words
from plimsoll.origination.queue import case
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = READS_APPLICATION


@dataclass(frozen=True, slots=True)
class ProvideDocuments:
    """Bring some of the kinds asked for (words with spaces between them); `reference` says where in the vault they lie."""

    key: str
    customer_id: int
    on: date
    application_id: str
    documents: str
    reference: str


def decide(book: Book, command: ProvideDocuments, rules: Rules) -> Decision | Refused:
    """Note what came. Refuses document_not_asked, and customer_unknown, application_unknown, application_not_ready."""
    found = find_case(book, command.application_id, command.on, DOCUMENTS_ASKED)
    if isinstance(found, Refused):
        return found
    brought = read_words(command.documents)
    strange = [one for one in brought if one not in found.documents]
    if strange or not brought:
        return Refused("document_not_asked", "", f"{', '.join(strange) or 'none'}; asked for: {', '.join(found.documents)}")
    left = [one for one in found.documents if one not in brought]
    return Decision(
        filings=(filed(PROVIDE, command.application_id, {"documents": list(brought), "reference": command.reference}),),
        work=(case(found, "waiting" if left else "open", rules, command.on),),
        answer=body_of({"application_id": command.application_id, "left": left}),
    )
