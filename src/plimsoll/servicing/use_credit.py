"""Use a customer's credit: money that no loan has used yet pays what is owed now."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.repay import Payment, credit_of, meant_among, open_loans, paid
from plimsoll.servicing.spread import spread
from plimsoll.servicing.tell import with_late
from plimsoll.units.refusal import Refused

READS = "open loans"


@dataclass(frozen=True, slots=True)
class UseCredit:
    """Pay what the customer owes with the credit of the customer."""

    key: str
    customer_id: int
    on: date
    currency: str


def decide(book: Book, command: UseCredit, rules: Rules) -> Decision | Refused:
    """Spread the credit as a repayment is; what is left stays. Refuses customer_unknown, credit_too_small, nothing_owed."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    credit_minor = credit_of(book, command.currency)
    if credit_minor == 0:
        return Refused("credit_too_small", "", f"customer {book.customer_id} has none in {command.currency}")
    loans = open_loans(book, command.on, command.currency)
    parts, left = spread(credit_minor, loans, command.on.toordinal(), meant_among(rules, loans, command.on))
    if left == credit_minor:
        return Refused("nothing_owed", "", f"customer {book.customer_id}")
    return with_late(book, paid(book, Payment(command.on, command.currency, "", left), loans, parts, rules), command.on, rules)
