"""Claim a case: for some minutes it is one collector's. Claimed again it is held longer; with a reason it may be taken over."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plimsoll.collections.case import CLAIMED, READS_CASE, find_case
from plimsoll.collections.open_case import after
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of, instant_text
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"line+file:{READS_CASE}"


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """Take the open case of a customer; the actor of the command holds it. `skills` are those of the collector, `reason` says why a case
    is taken over that somebody else holds."""

    key: str
    customer_id: int
    on: date
    skills: tuple[str, ...] = ()
    reason: str = ""


def decide(book: Book, command: ClaimCase, rules: Rules) -> Decision | Refused:
    """Hold the case for the time of the policy.

    Refuses customer_unknown, case_not_open, case_claimed (by another, and no reason given), case_needs_skill (where skills are told).
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    assert book.now is not None, "a claim has its instant"
    holder = case.held_by(book.now)
    if holder and holder != book.actor and not command.reason.strip():
        until = case.claim.until if case.claim is not None else ""
        return Refused("case_claimed", "POLICY.CASE.CLAIM", f"{case.case_id} by {holder} until {until}")
    if command.skills and case.needs not in command.skills:
        return Refused("case_needs_skill", "", f"{case.case_id} needs {case.needs}; told: {', '.join(command.skills)}")
    until = instant_text(book.now + timedelta(seconds=rules.whole("POLICY.CASE.CLAIM", command.on) or 0))
    taken_from = holder if holder != book.actor else ""
    filing = NewFiling(CLAIMED, case.case_id, body_of({"until": until, "reason": command.reason, "taken_from": taken_from}))
    decision = after(book, (filing,), command.on)
    answer = {"case_id": case.case_id, "held_by": book.actor, "until": until, "taken_from": taken_from}
    return Decision(filings=decision.filings, work=decision.work, answer=body_of(answer))
