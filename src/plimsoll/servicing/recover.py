"""Recover: cash on a claim that was charged off."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import CHARGED_OFF, RECOVERED
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_with_money
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.refusal import Refused

READS = "loan"


@dataclass(frozen=True, slots=True)
class Recover:
    """Take cash for a claim. `ref` is the number of the payment."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    amount_minor: int
    currency: str
    ref: str = ""


def decide(book: Book, command: Recover, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the cash; refuses loan_unknown, currency_must_match, amount_must_be_positive, not_charged_off.

    The kernel refuses more than is claimed: recovery_exceeds_claim.
    """
    held = find_with_money(book, command.loan_id, command.amount_minor, command.currency)
    if isinstance(held, Refused):
        return held
    if held.summary.status != CHARGED_OFF:
        return Refused("not_charged_off", "", f"loan {held.loan_id}")
    fact = Fact(RECOVERED, command.on.toordinal(), command.amount_minor)
    return Decision(facts=((held.loan_id, fact, detail(command.ref)),), answer=tell(recorded(held)))
