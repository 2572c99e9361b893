"""Record a step of proceedings about a loan before a court or an arbitrator: suit, appeal, award, enforcement, and how each ended."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.warn_limitation import READS_LIMITATION, work_of
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.limitation import limitation_of
from plimsoll.risk.litigation import PLACES, STEP, STEPS, proceedings_of, steps_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = READS_LIMITATION
EVER: Final = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class RecordCourtStep:
    """Record one step (`risk.litigation.STEPS`) on the day it happened; the paper of the court lies under `reference`."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    step: str
    reference: str


def decide(book: Book, command: RecordCourtStep, rules: Rules) -> Decision | Refused:
    """Put it on file; a loan whose time for a suit no longer runs leaves the queue of those near limitation.

    Refuses customer_unknown, loan_unknown, court_step_unknown, reference_missing, court_step_out_of_order (it does not follow what is on
    file, or is earlier than that).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    if command.step not in STEPS:
        return Refused("court_step_unknown", "", f"{command.step!r}; one of: {', '.join(STEPS)}")
    if not command.reference.strip():
        return Refused("reference_missing", "", command.step)
    before, known = proceedings_of(book.filings, held.loan_id, EVER), steps_of(book.filings, held.loan_id, EVER)
    place = STEPS[command.step].get(before.place)
    if place is None or (known and command.on.toordinal() < known[-1][0]):
        return Refused("court_step_out_of_order", "", f"{command.step} on {command.on}, the loan is {before.stage} ({before.place})")
    found = limitation_of(held.terms, held.facts or (), held.loan_id, book.filings, command.on, rules)
    said = body_of({"step": command.step, "reference": command.reference})
    return Decision(
        filings=(NewFiling(STEP, f"{held.loan_id}", said),),
        work=() if found is None else (work_of(held.loan_id, found, "done"),),
        answer=body_of({"loan_id": held.loan_id, "stage": PLACES[place]}),
    )
