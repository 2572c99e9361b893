"""Open a document of the data room: who looked at what and when stays on record, and the copy is marked for its reader."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from plimsoll.disposal.tender import find_member, find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A bidder opens a document."""

    key: str
    subject: str
    on: date
    bidder: str
    document: str


def decide(dossier: Dossier, command: OpenDocument, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Log the look; the answer tells the digest of the document and the mark of this copy.

    Refuses tender_unknown, tender_not_ready, bidder_not_in_tender, tender_document_unknown, data_room_closed.
    """
    tender = find_tender(dossier.filings, dossier.subject, "open")
    if isinstance(tender, Refused):
        return tender
    member = find_member(tender, command.bidder)
    if isinstance(member, Refused):
        return member
    if command.document not in tender.documents:
        return Refused("tender_document_unknown", "", command.document)
    if dossier.now >= tender.ends_at:
        return Refused("data_room_closed", "", dossier.subject)
    said = body_of({"document": command.document})
    mark = mark_of(dossier.subject, command.bidder, command.document)
    answer = {"document": command.document, "digest": tender.documents[command.document], "mark": mark}
    return Written((NewFiling("tender.looked", command.bidder, said),), body_of(answer))


def mark_of(tender: str, bidder: str, document: str) -> str:
    """Give the mark that a copy of a document carries: it tells whose copy it is."""
    return sha256(f"{tender}\n{bidder}\n{document}".encode()).hexdigest()[:12]
