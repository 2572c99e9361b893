"""Take in a dispute of what is said of a loan to the credit bureau: it is marked there, and answered within the days of the law."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.contact import FACT
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.credit.on_file import OPENED, Dispute, dispute_due, disputes_of, work_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = "loan+file:dispute"
ID_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """Dispute what is said, or is about to be said, of a loan. The borrower's words lie in the vault under `reference`."""

    key: str
    customer_id: int
    on: date
    dispute_id: str
    loan_id: int
    about: str
    reference: str = ""


def decide(book: Book, command: DisputeRecord, rules: Rules) -> Decision | Refused:
    """Put the dispute on file and into the queue, have the record marked, and stop contact where the debt itself is disputed.

    Refuses customer_unknown, loan_unknown, dispute_unnamed, dispute_exists, dispute_cause_unknown.
    """
    refused = refuse_customer(book, command.on) or _refuse(book, command, rules)
    if refused is not None:
        return refused
    on = command.on.toordinal()
    stops = rules.value("POLICY.CREDIT.DISPUTE.STOPS", command.on)
    is_about_debt = isinstance(stops, tuple) and command.about in stops
    found = Dispute(command.dispute_id, command.loan_id, command.about, is_about_debt, on, dispute_due(on, rules))
    said = {
        "loan_id": command.loan_id,
        "about": command.about,
        "is_about_debt": is_about_debt,
        "due_on": found.due_on,
        "reference": command.reference,
    }
    filings = [NewFiling(OPENED, command.dispute_id, body_of(said))]
    if is_about_debt:
        filings.append(contact_fact("disputed", command.dispute_id, command.about))
    answer = {
        "dispute_id": command.dispute_id,
        "due_on": date.fromordinal(found.due_on).isoformat(),
        "contact_stopped": is_about_debt,
    }
    mark = {"customer_id": command.customer_id, "loan_id": command.loan_id, "disputed": True}
    told = {"customer_id": command.customer_id, **answer}
    return Decision(
        filings=tuple(filings),
        messages=(("bureau_mark", body_of(mark)), ("dispute_opened", body_of(told))),
        work=(work_of(found, "open"),),
        answer=body_of(answer),
    )


def contact_fact(fact: str, dispute_id: str, reason: str) -> NewFiling:
    """Give what the contact gate is told of a dispute."""
    return NewFiling(FACT, fact, body_of({"fact": fact, "person": "", "number": "", "about": dispute_id, "reason": reason}))


def _refuse(book: Book, command: DisputeRecord, rules: Rules) -> Refused | None:
    if not any(held.loan_id == command.loan_id for held in book.loans):
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    if not command.dispute_id or len(command.dispute_id) > ID_LENGTH_MAX:
        return Refused("dispute_unnamed", "", f"{len(command.dispute_id)} characters, 1 to {ID_LENGTH_MAX}")
    if command.dispute_id in disputes_of(book.filings):
        return Refused("dispute_exists", "", command.dispute_id)
    known = rules.value("POLICY.CREDIT.DISPUTE.CAUSES", command.on)
    if not isinstance(known, tuple) or command.about not in known:
        return Refused("dispute_cause_unknown", "POLICY.CREDIT.DISPUTE.CAUSES", f"{command.about!r}")
    return None
