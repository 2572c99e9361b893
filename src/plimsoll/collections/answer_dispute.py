"""Answer a dispute of what was said to the credit bureau: what was found, and where it was wrong, what is said instead."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from plimsoll.collections.dispute_record import contact_fact
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Filing, NewFiling, body_of, of_kind, read_body
from plimsoll.risk.credit.month import LETTERS
from plimsoll.risk.credit.on_file import ANSWERED, CORRECTED, REPORTED, find_dispute, work_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = "line+file:dispute,bureau"
UPHELD, PARTLY, REJECTED = "upheld", "partly_upheld", "rejected"
OUTCOMES: Final = (UPHELD, PARTLY, REJECTED)


@dataclass(frozen=True, slots=True)
class AnswerDispute:
    """Answer by a letter that lies in the vault under `reference`.

    `corrections` are months with the letter that is right, such as "2026-05=N"; `nothing_said` tells that an upheld dispute needs none,
    because nothing was reported yet or the amounts were corrected in the book.
    """

    key: str
    customer_id: int
    on: date
    dispute_id: str
    outcome: str
    reference: str
    corrections: tuple[str, ...] = ()
    nothing_said: bool = False


def decide(book: Book, command: AnswerDispute, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the answer and its corrections on file; the mark goes, contact may go on, and the corrections go out at once.

    An answer that comes too late is taken, and says by how many days. Refuses customer_unknown, dispute_unknown, dispute_answered,
    dispute_outcome_unknown, reference_missing, correction_missing (upheld, and nothing is corrected), correction_malformed (not upheld,
    or no month and letter), record_not_reported (of that month nothing was said).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = find_dispute(book.filings, command.dispute_id)
    if isinstance(found, Refused):
        return found
    corrections = _corrections(command)
    if isinstance(corrections, Refused):
        return corrections
    for month in corrections:
        if not _was_said(book.filings, found.loan_id, month):
            return Refused("record_not_reported", "", f"loan {found.loan_id} in {month}")
    late = max(command.on.toordinal() - found.due_on, 0)
    said = {"outcome": command.outcome, "reference": command.reference, "late_days": late, "corrections": corrections}
    filings = [NewFiling(ANSWERED, command.dispute_id, body_of(said))]
    filings += [
        NewFiling(CORRECTED, month, body_of({"loan_id": found.loan_id, "month": month, "letter": letter, "dispute": command.dispute_id}))
        for month, letter in corrections.items()
    ]
    if found.is_about_debt:
        filings.append(contact_fact("dispute_closed", command.dispute_id, command.outcome))
    answer = {"dispute_id": command.dispute_id, "outcome": command.outcome, "late_days": late, "corrected": len(corrections)}
    mark = {"customer_id": command.customer_id, "loan_id": found.loan_id, "disputed": False, "corrections": corrections}
    told = {"customer_id": command.customer_id, "reference": command.reference, **answer}
    return Decision(
        filings=tuple(filings),
        messages=(("bureau_mark", body_of(mark)), ("dispute_answered", body_of(told))),
        work=(work_of(replace(found, outcome=command.outcome), "done"),),
        answer=body_of(answer),
    )


def _corrections(command: AnswerDispute) -> dict[str, str] | Refused:
    """Give the months that are corrected with the right letter of each."""
    if command.outcome not in OUTCOMES:
        return Refused("dispute_outcome_unknown", "", f"{command.outcome!r}; one of: {', '.join(OUTCOMES)}")
    if not command.reference.strip():
        return Refused("reference_missing", "", command.dispute_id)
    found = dict(one.split("=", 1) for one in command.corrections if "=" in one)
    if len(found) != len(command.corrections) or not set(found.values()) <= LETTERS or (found and command.outcome == REJECTED):
        return Refused("correction_malformed", "", " ".join(command.corrections)[:60])
    if command.outcome != REJECTED and not found and not command.nothing_said:
        return Refused("correction_missing", "CN.CREDIT.DISPUTE.DAYS", command.dispute_id)
    return found


def _was_said(filings: tuple[Filing, ...], loan_id: int, month: str) -> bool:
    """Tell whether a record of a loan went out for a month."""
    return any(one["loan_id"] == loan_id for filing in of_kind(filings, REPORTED, month) for one in read_body(filing)["records"])
