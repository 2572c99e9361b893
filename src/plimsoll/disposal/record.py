"""What a customer's file tells of disposal, loan by loan: write-offs asked for and agreed to, claims sold and put back."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.book import Book, Held
from plimsoll.loan.filing import Filing, read_body
from plimsoll.units.refusal import Refused

PROPOSED: Final = "write_off.proposed"
APPROVED: Final = "write_off.approved"
DECLINED: Final = "write_off.declined"
TRANSFERRED: Final = "claim.transferred"
PUT_BACK: Final = "claim.put_back"
READS_FILE: Final = "file:write_off,claim"
QUEUE: Final = "write_off"


class WriteOff(NamedTuple):
    """A write-off that was asked for: by whom, on what ground, with what evidence; and how it ended."""

    loan_id: int
    state: str  # PROPOSED, APPROVED or DECLINED
    ground: str
    evidence: tuple[str, ...]
    maker: str
    on: int


def write_offs_of(filings: Iterable[Filing]) -> dict[int, WriteOff]:
    """Give the last write-off of each loan."""
    found: dict[int, WriteOff] = {}
    for filing in filings:
        if filing.kind == PROPOSED:
            said = read_body(filing)
            loan_id = int(filing.subject)
            found[loan_id] = WriteOff(loan_id, PROPOSED, said["ground"], tuple(said["evidence"]), filing.actor, filing.on)
        elif filing.kind in (APPROVED, DECLINED):
            loan_id = int(filing.subject)
            found[loan_id] = found[loan_id]._replace(state=filing.kind)
    return found


def sold_to(filings: Iterable[Filing], loan_id: int) -> str:
    """Give the package that a loan was sold in; "" where it was not sold, or was put back."""
    package = ""
    for filing in filings:
        if filing.subject == str(loan_id) and filing.kind in (TRANSFERRED, PUT_BACK):
            package = str(read_body(filing)["package"]) if filing.kind == TRANSFERRED else ""
    return package


class Holder(NamedTuple):
    """Who holds a claim that was sold, by name, and since which day (number)."""

    name: str
    on: int


def holder_of(filings: Iterable[Filing], loan_id: int) -> Holder | None:
    """Give who holds a claim of a customer; None where it is the house's: never sold, or put back."""
    found: Holder | None = None
    for filing in filings:
        if filing.subject == str(loan_id) and filing.kind in (TRANSFERRED, PUT_BACK):
            said = read_body(filing)
            found = Holder(said.get("buyer_name", said["buyer"]), filing.on) if filing.kind == TRANSFERRED else None
    return found


def transfer_in(filings: Iterable[Filing], loan_id: int, package: str) -> Filing | None:
    """Give the entry by which a loan went over in a package, whether or not it was put back since; None where it never went."""
    found = [one for one in filings if one.kind == TRANSFERRED and one.subject == str(loan_id) and read_body(one)["package"] == package]
    return found[-1] if found else None


def put_back_from(filings: Iterable[Filing], loan_id: int, package: str) -> Filing | None:
    """Give the entry by which a loan came back from the buyer of a package; None where it did not."""
    found = [one for one in filings if one.kind == PUT_BACK and one.subject == str(loan_id) and read_body(one)["package"] == package]
    return found[-1] if found else None


def find_loan(book: Book, loan_id: int) -> Held | Refused:
    """Give a loan or account of the customer; refuses customer_unknown, loan_unknown."""
    if not book.opened_on:
        return Refused("customer_unknown", "", f"customer {book.customer_id}")
    held = next((one for one in book.loans if one.loan_id == loan_id), None)
    return held or Refused("loan_unknown", "", f"loan {loan_id} of customer {book.customer_id}")
