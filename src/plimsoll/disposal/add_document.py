"""Put a document into the data room of a tender: what it is called, and the digest of what it says."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.tender import find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class AddDocument:
    """Add a document; `digest` is the SHA-256 of the file."""

    key: str
    subject: str
    on: date
    document: str
    digest: str


def decide(dossier: Dossier, command: AddDocument, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record while nobody bids yet, so that everybody bids on the same papers.

    Refuses tender_unknown, tender_not_ready, document_malformed, document_exists, document_late.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    digest = command.digest
    if not command.document.strip() or len(command.document) > 60 or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        return Refused("document_malformed", "", command.document)
    if command.document in tender.documents:
        return Refused("document_exists", "", command.document)
    if dossier.now >= tender.bids_from:
        return Refused("document_late", "", command.document)
    return Written((NewFiling("tender.document", command.document, body_of({"digest": digest})),), body_of({"document": command.document}))
