"""Escalate a case: pass it to somebody with another skill. It goes back to the queue and waits for such a one."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.case import ESCALATED, READS_CASE, find_case
from plimsoll.collections.open_case import after
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.strategy import SKILLS
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{READS_CASE}"


@dataclass(frozen=True, slots=True)
class EscalateCase:
    """Ask for a skill of the list on the open case, for a reason in words."""

    key: str
    customer_id: int
    on: date
    skill: str
    reason: str


def decide(book: Book, command: EscalateCase, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Ask for the skill and let the case go.

    Refuses customer_unknown, case_not_open, case_word_unknown, case_reason_missing, case_claimed (by another).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    if command.skill not in SKILLS:
        return Refused("case_word_unknown", "", f"{command.skill!r}; one of: {', '.join(SKILLS)}")
    if not command.reason.strip():
        return Refused("case_reason_missing", "", case.case_id)
    assert book.now is not None, "a case has its instants"
    holder = case.held_by(book.now)
    if holder and holder != book.actor:
        return Refused("case_claimed", "POLICY.CASE.CLAIM", f"{case.case_id} by {holder}")
    said = body_of({"skill": command.skill, "reason": command.reason, "from": case.needs})
    return after(book, (NewFiling(ESCALATED, case.case_id, said),), command.on)
