"""Release a case that one holds: it goes back to its place in the queue."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.case import READS_CASE, RELEASED, find_case
from plimsoll.collections.open_case import after
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{READS_CASE}"


@dataclass(frozen=True, slots=True)
class ReleaseCase:
    """Give a claimed case back."""

    key: str
    customer_id: int
    on: date


def decide(book: Book, command: ReleaseCase, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Let the case go. Refuses customer_unknown, case_not_open, case_claimed (by another), case_not_claimed (by nobody)."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    if case.claim is None:
        return Refused("case_not_claimed", "", case.case_id)
    assert book.now is not None, "a release has its instant"
    holder = case.held_by(book.now)
    if holder and holder != book.actor:
        return Refused("case_claimed", "POLICY.CASE.CLAIM", f"{case.case_id} by {holder} until {case.claim.until}")
    return after(book, (NewFiling(RELEASED, case.case_id, body_of({})),), command.on)
