"""Close a case: cured, nothing owed any more, or its claims transferred to somebody else."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.case import CANCELLED, CLOSED, READS_CASE, Case, find_case
from plimsoll.collections.debt import Debt, debt_of
from plimsoll.collections.open_case import after
from plimsoll.collections.settle_promise import ended
from plimsoll.loan.book import Book, Decision, Held, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.layout import REVERSED
from plimsoll.loan.layout import TRANSFERRED as TRANSFERRED_FACT
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS: Final = f"every loan+facts+file:{READS_CASE}"
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

    Refuses customer_unknown, case_word_unknown, case_not_open, case_not_over (something is still past due, or it ends for another reason
    than was said).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    if command.why and command.why not in WHYS:
        return Refused("case_word_unknown", "", f"{command.why!r}; one of: {', '.join(WHYS)}")
    why = _why(case, debt_of(book, command.on), command.why, is_sold=any(_is_sold(held) for held in book.loans))
    if isinstance(why, Refused):
        return why
    promise = case.open_promise()
    cancelled = () if promise is None else (ended(promise, CANCELLED, 0, why),)
    return after(book, (*cancelled, NewFiling(CLOSED, case.case_id, body_of({"why": why}))), command.on)


def _why(case: Case, debt: Debt, asked: str, *, is_sold: bool) -> str | Refused:
    """Give why a case can be closed: what was asked for must be so."""
    if debt.owed_minor == 0:
        found = TRANSFERRED if is_sold else NOTHING_OWED
    elif debt.days < 1 or debt.late_minor == 0:
        found = CURED
    else:
        late = f"{text_of(debt.late_minor, debt.currency)} {debt.currency} past due, {debt.days} days"
        return Refused("case_not_over", "", f"{case.case_id}: {late}")
    if asked and asked != found:
        return Refused("case_not_over", "", f"{case.case_id} is {found}, not {asked}")
    return found


def _is_sold(held: Held) -> bool:
    """Tell whether the claim of a loan was transferred, and the transfer not reversed."""
    facts = held.facts or ()
    undone = {fact.a for fact in facts if fact.kind == REVERSED}
    return any(fact.kind == TRANSFERRED_FACT and number not in undone for number, fact in enumerate(facts, 1))
