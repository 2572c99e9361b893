"""Decide on a proposed write-off: approved by somebody else than who asked, the loan leaves the assets at a loss and its claim is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.disposal.record import APPROVED, DECLINED, PROPOSED, QUEUE, READS_FILE, find_loan, write_offs_of
from plimsoll.loan.book import Book, Decision, Held, apply
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.loan.layout import CHARGED_OFF, CHARGED_OFF_FACT
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.position import Position
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_FILE}"
APPROVE, DECLINE = "approve", "decline"
OUTCOMES: Final = (APPROVE, DECLINE)


@dataclass(frozen=True, slots=True)
class DecideWriteOff:
    """Approve or decline; who declines says why."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    outcome: str
    reason: str = ""


def decide(book: Book, command: DecideWriteOff, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the decision; approval charges the loan off and puts on file what leaves the books and what was income before.

    Refuses customer_unknown, loan_unknown, write_off_not_proposed, maker_cannot_check, decision_unknown, reasons_missing,
    write_off_backdated, loan_charged_off, and by the kernel nothing_owed.
    """
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    asked = write_offs_of(book.filings).get(held.loan_id)
    if asked is None or asked.state != PROPOSED:
        return Refused("write_off_not_proposed", "", f"loan {held.loan_id}")
    if command.outcome not in OUTCOMES:
        return Refused("decision_unknown", "", f"{command.outcome!r}; one of: {', '.join(OUTCOMES)}")
    if command.outcome == APPROVE and asked.maker == book.actor:
        return Refused("maker_cannot_check", "", f"{book.actor} proposed it")
    done = WorkItem(QUEUE, str(held.loan_id), "done", 0, "", "", asked.ground)
    if command.outcome == DECLINE:
        if not command.reason.strip():
            return Refused("reasons_missing")
        declined = NewFiling(DECLINED, str(held.loan_id), body_of({"reason": command.reason}))
        return Decision(filings=(declined,), work=(done,), answer=body_of({"loan_id": held.loan_id, "state": "declined"}))
    position = _charged_off(held, command.on)
    if isinstance(position, Refused):
        return position
    said = accounts(position, held.terms.currency) | {"ground": asked.ground, "evidence": list(asked.evidence), "maker": asked.maker}
    told = {"loan_id": held.loan_id, "on": command.on.isoformat(), "reason": asked.ground}
    return Decision(
        facts=((held.loan_id, Fact(CHARGED_OFF_FACT, command.on.toordinal()), body_of({"reason": asked.ground})),),
        filings=(NewFiling(APPROVED, str(held.loan_id), body_of(said)),),
        work=(done,),
        messages=(("charged_off", body_of(told)),),
        answer=body_of({"loan_id": held.loan_id, "state": "approved", "claim": text_of(position.claim, held.terms.currency)}),
    )


def _charged_off(held: Held, on: date) -> Position | Refused:
    """Give where the loan stands once it is charged off; refuses write_off_backdated, loan_charged_off, nothing_owed."""
    if held.summary.status == CHARGED_OFF:
        return Refused("loan_charged_off", "", f"loan {held.loan_id}")
    if on.toordinal() < held.summary.as_of:
        return Refused("write_off_backdated", "", f"{on}, the loan stands on {date.fromordinal(held.summary.as_of)}")
    applied = apply(held, [Fact(CHARGED_OFF_FACT, on.toordinal())], on.toordinal())
    return applied if isinstance(applied, Refused) else applied[1]


def accounts(position: Position, currency: str) -> dict[str, object]:
    """Give what books and tax need of a write-off, in minor units: the parts, the expense, and what never was income.

    Interest and penalty of a loan 91 or more days past due were no income until paid, so writing them off costs nothing and deducts
    nothing; the claim keeps them. What is recovered later is income of the day it comes, up to the claim.
    """
    suspended = position.suspended * (position.off_interest + position.off_penalty)
    claim = position.off_principal + position.off_interest + position.off_penalty + position.off_fee
    return {
        "currency": currency,
        "principal_minor": position.off_principal,
        "interest_minor": position.off_interest,
        "penalty_minor": position.off_penalty,
        "fee_minor": position.off_fee,
        "claim_minor": claim,
        "expense_minor": claim - suspended,
        "never_income_minor": suspended,
        "deductible_minor": claim - suspended,
    }
