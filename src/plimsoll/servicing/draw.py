"""Draw on the cash line: each draw is a loan of its own, with the terms of the product on that day."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, NewLoan
from plimsoll.loan.layout import BULLET
from plimsoll.loan.terms import DueDays, LoanTerms, write_loan
from plimsoll.loan.words import ALLOCATIONS, PREPAYMENTS, REPAYMENTS
from plimsoll.rulebook.product import LoanOffer, Version, read_every
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import refuse_customer, refuse_use
from plimsoll.servicing.offer import contract_rate, loan_offer, penalty_on, product_in, refuse_amount, rolled
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS = "loan"


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw an amount as a loan under an id that the caller gives; `instalments` 0 and `repayment` "" take the usual ones.

    `rate` is the customer's price, in the unit of the product.
    """

    key: str
    customer_id: int
    on: date
    loan_id: int
    amount_minor: int
    currency: str
    rate: Rate
    instalments: int = 0
    repayment: str = ""
    product: str = CASH_LINE


def decide(book: Book, command: Draw, rules: Rules) -> Decision | Refused:
    """Open the loan and instruct the payment; refuses what the customer, the line and the product refuse, and loan_exists.

    The limit is asked when the decision is posted: limit_exceeded, sub_limit_exceeded.
    """
    refused = refuse_customer(book, command.on) or refuse_use(book, command.currency)
    if refused is not None:
        return refused
    if book.loans:
        return Refused("loan_exists", "", f"loan {command.loan_id}")
    version = product_in(rules, command.product, command.on, command.currency)
    if isinstance(version, Refused):
        return version
    offer = loan_offer(version)
    if isinstance(offer, Refused):
        return offer
    refused = _refuse_terms(command, version, offer)
    if refused is not None:
        return refused
    due = _due_days(command, version, offer, rules)
    if isinstance(due, Refused):
        return due
    new = NewLoan(command.loan_id, version.product, version.since.isoformat(), write_loan(_terms(command, version, offer, due, rules)))
    amount = text_of(command.amount_minor, command.currency)
    paid_out = {"loan_id": command.loan_id, "on": command.on.isoformat(), "amount": amount, "currency": command.currency}
    answer = {"loan_id": command.loan_id, "first_due_on": date.fromordinal(due.days()[0]).isoformat()}
    return Decision(loans=(new,), messages=(("pay_out", tell(paid_out)),), answer=tell(answer))


def _refuse_terms(command: Draw, version: Version, offer: LoanOffer) -> Refused | None:
    """Refuse what the product does not offer: amount_out_of_range, rate_out_of_range, term_not_offered, repayment_not_offered."""
    refused = refuse_amount(command.amount_minor, offer.amount_min_minor, offer.amount_max_minor, command.currency)
    if refused is not None:
        return refused
    if command.rate.exceeds(offer.rate_max) or offer.rate_min.exceeds(command.rate):
        offered = f"{offer.rate_min.text()} to {offer.rate_max.text()} ({offer.rate_unit})"
        return Refused("rate_out_of_range", version.product, f"{command.rate.text()}; {offered}")
    if command.instalments and command.instalments not in offer.instalments_offered:
        offered = ", ".join(str(count) for count in offer.instalments_offered)
        return Refused("term_not_offered", version.product, f"{command.instalments}; offered: {offered}")
    if command.repayment and command.repayment not in offer.repayments:
        return Refused("repayment_not_offered", version.product, f"{command.repayment!r}; offered: {', '.join(offer.repayments)}")
    return None


def _repayment(command: Draw, offer: LoanOffer) -> int:
    return REPAYMENTS[command.repayment or offer.repayments[0]]


def _due_days(command: Draw, version: Version, offer: LoanOffer, rules: Rules) -> DueDays | Refused:
    """Give the due days, one step after the other from the draw; a bullet has one, at the end of the same term."""
    unit, step = read_every(offer.every)
    count = command.instalments or offer.instalments_usual
    start = command.on.toordinal()
    is_bullet = _repayment(command, offer) == BULLET
    due = DueDays(1, unit, step * count, start, (), 1) if is_bullet else DueDays(count, unit, step, start, (), 1)
    return rolled(rules, version, due, start)


def _terms(command: Draw, version: Version, offer: LoanOffer, due: DueDays, rules: Rules) -> LoanTerms:
    """Give the terms of the loan: the product's on the day of the draw, the penalty clamped to the cap of that day."""
    rate = contract_rate(offer, command.rate)
    penalty_num, penalty_den = penalty_on(rules, version, rate, command.on)
    return LoanTerms(
        currency=command.currency,
        principal_minor=command.amount_minor,
        rate=rate,
        repayment=_repayment(command, offer),
        disbursed_on=command.on.toordinal(),
        due=due,
        penalty_num=penalty_num,
        penalty_den=penalty_den,
        grace_days=version.grace_days,
        allocation=ALLOCATIONS[offer.allocation],
        prepayment=PREPAYMENTS[offer.prepayment],
        min_days=offer.min_interest_days,
    )
