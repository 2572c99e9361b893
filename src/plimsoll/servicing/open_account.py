"""Open a pay-later account: bills on the product's day, due on the day that the customer selected."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, NewLoan, refuse_customer
from plimsoll.loan.terms import AccountTerms, write_account
from plimsoll.risk.offer import account_offer, product_in
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import refuse_use
from plimsoll.servicing.tell import tell
from plimsoll.units.refusal import Refused

READS = "loan"
PAY_LATER = "pay-later"


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open an account under an id that the caller gives; `due_day` 0 takes the usual one."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    currency: str
    due_day: int = 0
    product: str = PAY_LATER


def decide(book: Book, command: OpenAccount, rules: Rules) -> Decision | Refused:
    """Open the account; refuses what the customer, the line and the product refuse, loan_exists, due_day_not_offered."""
    refused = refuse_customer(book, command.on) or refuse_use(book, command.currency)
    if refused is not None:
        return refused
    if book.loans:
        return Refused("loan_exists", "", f"loan {command.loan_id}")
    new = new_account(command, rules)
    if isinstance(new, Refused):
        return new
    return Decision(loans=(new,), answer=tell({"loan_id": command.loan_id}))


def new_account(command: OpenAccount, rules: Rules) -> NewLoan | Refused:
    """Give the account with the terms of its product on that day; refuses product refusals and due_day_not_offered."""
    version = product_in(rules, command.product, command.on, command.currency)
    if isinstance(version, Refused):
        return version
    offer = account_offer(version)
    if isinstance(offer, Refused):
        return offer
    due_day = command.due_day or offer.due_day_usual
    if due_day not in offer.due_days_offered:
        offered = ", ".join(str(day) for day in offer.due_days_offered)
        return Refused("due_day_not_offered", version.product, f"{due_day}; offered: {offered}")
    terms = AccountTerms(
        currency=version.currency,
        opened_on=command.on.toordinal(),
        bill_day=offer.bill_day,
        due_day=due_day,
        min_payment=(offer.min_payment.num, offer.min_payment.den),
        revolving=(offer.revolving_per_day.num, offer.revolving_per_day.den),
        penalty=(offer.penalty_per_day.num, offer.penalty_per_day.den),
        grace_days=version.grace_days,
        tolerance_minor=version.tolerance_minor,
    )
    return NewLoan(command.loan_id, version.product, version.since.isoformat(), write_account(terms))
