"""Propose to write a loan off: the ground, and the evidence that it was pursued; somebody else decides."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.disposal.record import PROPOSED, QUEUE, READS_FILE, find_loan, write_offs_of
from plimsoll.disposal.write_off_policy import write_off_policy
from plimsoll.loan.book import Book, Decision, Held, standing_of
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.loan.layout import CHARGED_OFF, OPEN
from plimsoll.loan.state import read_state
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_FILE}"
LONG_OVERDUE: Final = "long_overdue"
"""The ground that days past due alone are."""


@dataclass(frozen=True, slots=True)
class ProposeWriteOff:
    """Propose a write-off; `evidence` names what shows the ground: contacts, a certificate, a judgment."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    ground: str = LONG_OVERDUE
    evidence: tuple[str, ...] = ()
    reason: str = ""


def decide(book: Book, command: ProposeWriteOff, rules: Rules) -> Decision | Refused:
    """Put the proposal on file and in the queue.

    Refuses customer_unknown, loan_unknown, loan_charged_off, loan_closed, write_off_ground_unknown, write_off_too_early,
    write_off_evidence_missing, write_off_open_already.
    """
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if held.summary.status != OPEN:
        code = "loan_charged_off" if held.summary.status == CHARGED_OFF else "loan_closed"
        return Refused(code, "", f"loan {held.loan_id}")
    refused = _refuse_ground(held, command, rules)
    if refused is not None:
        return refused
    before = write_offs_of(book.filings).get(held.loan_id)
    if before is not None and before.state == PROPOSED:
        return Refused("write_off_open_already", "", f"loan {held.loan_id} on {date.fromordinal(before.on)}")
    said = {"ground": command.ground, "evidence": list(command.evidence), "reason": command.reason, "days": _days(held, command.on)}
    return Decision(
        filings=(NewFiling(PROPOSED, str(held.loan_id), body_of(said)),),
        work=(WorkItem(QUEUE, str(held.loan_id), "open", 10, "", "", command.ground),),
        answer=body_of({"loan_id": held.loan_id, "state": "proposed"}),
    )


def _days(held: Held, on: date) -> int:
    """Give the days past due on a day; a state later than that day stands for it."""
    return read_state(held.terms, standing_of(held, on.toordinal())).past_due_days


def _refuse_ground(held: Held, command: ProposeWriteOff, rules: Rules) -> Refused | None:
    """Refuse a ground that is none; age is one from a number of days on, any other needs evidence and a loan past due."""
    policy = write_off_policy(rules, command.on)
    days = _days(held, command.on)
    if command.ground not in policy.grounds:
        return Refused("write_off_ground_unknown", "POLICY.WRITE_OFF.GROUNDS", f"{command.ground!r}; one of: {', '.join(policy.grounds)}")
    if command.ground == LONG_OVERDUE:
        if days < policy.days:
            return Refused("write_off_too_early", "POLICY.WRITE_OFF.DAYS", f"{days} days past due, from {policy.days}")
        return None
    if days == 0:
        return Refused("write_off_too_early", "", "nothing is past due")
    return None if command.evidence else Refused("write_off_evidence_missing", "POLICY.WRITE_OFF.GROUNDS", command.ground)
