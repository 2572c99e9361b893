"""Record what makes limitation begin anew and cannot be seen in the loan: a demand that arrived, a debtor's word, a suit."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.warn_limitation import READS_LIMITATION, work_of
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.limitation import INTERRUPTED, TOLD, limitation_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = READS_LIMITATION


@dataclass(frozen=True, slots=True)
class RecordInterruption:
    """Record one (acknowledgement, written_demand, suit); its proof lies under `reference`."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    what: str
    reference: str


def decide(book: Book, command: RecordInterruption, rules: Rules) -> Decision | Refused:
    """Put it on file, and take the loan off the list of those near limitation.

    Refuses customer_unknown, loan_unknown, limitation_interruption_unknown, reference_missing.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    if command.what not in TOLD:
        return Refused("limitation_interruption_unknown", "CN.LIMITATION.INTERRUPTED", f"{command.what!r}; one of: {', '.join(TOLD)}")
    if not command.reference.strip():
        return Refused("reference_missing", "", command.what)
    found = limitation_of(held.terms, held.facts or (), held.loan_id, book.filings, command.on, rules)
    said = body_of({"what": command.what, "reference": command.reference})
    work = () if found is None else (work_of(held.loan_id, found, "done"),)
    return Decision(
        filings=(NewFiling(INTERRUPTED, f"{held.loan_id}", said),),
        work=work,
        answer=body_of({"loan_id": held.loan_id, "what": command.what}),
    )
