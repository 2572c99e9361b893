"""Close a case: cured, nothing owed any more, or its claims transferred to somebody else."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections import open_case
from plimsoll.collections.case import CANCELLED, CLOSED, Case, find_case
from plimsoll.collections.debt import Debt, debt_of
from plimsoll.collections.open_case import after
from plimsoll.collections.settle_promise import ended
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = open_case.READS
CURED, NOTHING_OWED, TRANSFERRED = "cured", "nothing_owed", "transferred"
WHYS: Final = (CURED, NOTHING_OWED, TRANSFERRED)


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Close the open case. `why` is cured, nothing_owed or transferred; "" takes what the loans say."""

    key: str
    customer_id: int
    on: date
    why: str = ""


def decide(book: Book, command: CloseCase, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Close the case, and cancel a promise that is still open: nobody waits for it any more.

    Refuses customer_unknown, case_word_unknown, case_not_open, case_not_over (something is still past due; to be transferred, a debt
    is charged off whole).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    if command.why and command.why not in WHYS:
        return Refused("case_word_unknown", "", f"{command.why!r}; one of: {', '.join(WHYS)}")
    why = _why(case, debt_of(book, command.on), command.why)
    if isinstance(why, Refused):
        return why
    promise = case.open_promise()
    cancelled = () if promise is None else (ended(promise, CANCELLED, 0, why),)
    return after(book, (*cancelled, NewFiling(CLOSED, case.case_id, body_of({"why": why}))), command.on)


def _why(case: Case, debt: Debt, asked: str) -> str | Refused:
    """Give why a case can be closed: what was asked for must be so."""
    if debt.owed_minor == 0:
        found = NOTHING_OWED
    elif debt.days < 1 or debt.late_minor == 0:
        found = CURED
    elif asked == TRANSFERRED and debt.claim_minor == debt.owed_minor:
        found = TRANSFERRED
    else:
        late = f"{text_of(debt.late_minor, debt.currency)} {debt.currency} past due, {debt.days} days"
        return Refused("case_not_over", "", f"{case.case_id}: {late}")
    if asked and asked != found:
        return Refused("case_not_over", "", f"{case.case_id} is {found}, not {asked}")
    return found
