"""Charge off: take a loan out of the assets at a loss; the claim is kept, and later cash recovers it."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import CHARGED_OFF, CHARGED_OFF_FACT, PAID_OFF
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_held
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.refusal import Refused

READS = "loan"


@dataclass(frozen=True, slots=True)
class ChargeOff:
    """Charge a loan or an account off."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    reason: str = ""


def decide(book: Book, command: ChargeOff, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the charge-off; refuses loan_unknown, loan_charged_off, loan_closed, and by the kernel nothing_owed."""
    held = find_held(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if held.summary.status in (CHARGED_OFF, PAID_OFF):
        code = "loan_charged_off" if held.summary.status == CHARGED_OFF else "loan_closed"
        return Refused(code, "", f"loan {held.loan_id}")
    fact = Fact(CHARGED_OFF_FACT, command.on.toordinal())
    told = {"loan_id": held.loan_id, "on": command.on.isoformat(), "reason": command.reason}
    return Decision(
        facts=((held.loan_id, fact, detail("", command.reason)),), messages=(("charged_off", tell(told)),), answer=tell(recorded(held))
    )
