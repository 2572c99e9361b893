"""Refund: the merchant gives money back for a purchase; it reduces what is owed, and what is left becomes credit."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import CHARGED_OFF, REFUNDED
from plimsoll.loan.terms import LOAN
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_with_money
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.refusal import Refused

READS = "loan"


@dataclass(frozen=True, slots=True)
class Refund:
    """Take back a purchase: on an account `purchase` is the number of its fact, on a loan 0. `ref` is the merchant's number."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    amount_minor: int
    currency: str
    purchase: int = 0
    ref: str = ""


def decide(book: Book, command: Refund, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the refund; refuses loan_unknown, currency_must_match, amount_must_be_positive, loan_charged_off, purchase_unknown.

    The kernel refuses more than is left of the purchase: refund_exceeds_purchase.
    """
    held = find_with_money(book, command.loan_id, command.amount_minor, command.currency)
    if isinstance(held, Refused):
        return held
    if held.summary.status == CHARGED_OFF:
        return Refused("loan_charged_off", "", f"loan {held.loan_id}")
    if (held.terms.kind == LOAN) == (command.purchase > 0):
        return Refused("purchase_unknown", "", f"loan {held.loan_id} of {held.product}, purchase {command.purchase}")
    fact = Fact(REFUNDED, command.on.toordinal(), command.amount_minor, command.purchase)
    return Decision(facts=((held.loan_id, fact, detail(command.ref)),), answer=tell(recorded(held)))
