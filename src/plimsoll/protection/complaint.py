"""What the steps of a complaint share: finding it while it goes on, and keeping those it is about away from it."""

from plimsoll.loan.book import Book
from plimsoll.risk.complaint import Complaint, find_complaint
from plimsoll.units.refusal import Refused


def find_open(book: Book, complaint_id: str) -> Complaint | Refused:
    """Give a complaint that is not closed; refuses complaint_unknown, complaint_not_ready."""
    found = find_complaint(book.filings, complaint_id)
    if not isinstance(found, Refused) and found.closed_on:
        return Refused("complaint_not_ready", "", f"{complaint_id} is closed")
    return found


def refuse_involved(complaint: Complaint, *actors: str) -> Refused | None:
    """Refuse a person that a complaint is about: complaint_needs_another_person."""
    if complaint.against and complaint.against in actors:
        return Refused("complaint_needs_another_person", "", f"{complaint.complaint_id} is about {complaint.against}")
    return None
