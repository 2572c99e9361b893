"""The terms of a draw: what the product makes of an amount, a rate and a term. What is disclosed and what is lent come from here."""

from datetime import date
from typing import NamedTuple

from plimsoll.loan.book import NewLoan
from plimsoll.loan.layout import BULLET
from plimsoll.loan.terms import DueDays, LoanTerms, write_loan
from plimsoll.loan.words import ALLOCATIONS, PREPAYMENTS, REPAYMENTS
from plimsoll.risk.offer import contract_rate, loan_offer, penalty_on, product_in, refuse_amount, rolled
from plimsoll.rulebook.product import LoanOffer, Version, read_every
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused


class Drawing(NamedTuple):
    """What is asked of a product that makes loans; `instalments` 0 and `repayment` "" take the usual ones. Amounts in minor units."""

    on: date
    amount_minor: int
    currency: str
    rate: Rate
    instalments: int
    repayment: str
    product: str


class Drawn(NamedTuple):
    """A loan as it would be made, and the version of the product that it is made under."""

    new: NewLoan
    agreed: LoanTerms
    version: Version
    repayment: str


def drawn(loan_id: int, asked: Drawing, rules: Rules) -> Drawn | Refused:
    """Give the loan that a product makes of what is asked, the penalty clamped to the cap of the day.

    Refuses product_unknown, product_not_in_force, currency_must_match, fact_does_not_fit, amount_must_be_positive, amount_out_of_range,
    rate_out_of_range, term_not_offered, repayment_not_offered, calendar_not_confirmed, due_days_must_increase.
    """
    version = product_in(rules, asked.product, asked.on, asked.currency)
    if isinstance(version, Refused):
        return version
    offer = loan_offer(version)
    if isinstance(offer, Refused):
        return offer
    refused = _refuse_terms(asked, version, offer)
    if refused is not None:
        return refused
    repayment = asked.repayment or offer.repayments[0]
    due = _due_days(asked, version, offer, repayment, rules)
    if isinstance(due, Refused):
        return due
    agreed = _terms(asked, version, offer, repayment, due, rules)
    return Drawn(NewLoan(loan_id, version.product, version.since.isoformat(), write_loan(agreed)), agreed, version, repayment)


def _refuse_terms(asked: Drawing, version: Version, offer: LoanOffer) -> Refused | None:
    """Refuse what the product does not offer: amount_out_of_range, rate_out_of_range, term_not_offered, repayment_not_offered."""
    refused = refuse_amount(asked.amount_minor, offer.amount_min_minor, offer.amount_max_minor, asked.currency)
    if refused is not None:
        return refused
    if asked.rate.exceeds(offer.rate_max) or offer.rate_min.exceeds(asked.rate):
        offered = f"{offer.rate_min.text()} to {offer.rate_max.text()} ({offer.rate_unit})"
        return Refused("rate_out_of_range", version.product, f"{asked.rate.text()}; {offered}")
    if asked.instalments and asked.instalments not in offer.instalments_offered:
        offered = ", ".join(str(count) for count in offer.instalments_offered)
        return Refused("term_not_offered", version.product, f"{asked.instalments}; offered: {offered}")
    if asked.repayment and asked.repayment not in offer.repayments:
        return Refused("repayment_not_offered", version.product, f"{asked.repayment!r}; offered: {', '.join(offer.repayments)}")
    return None


def _due_days(asked: Drawing, version: Version, offer: LoanOffer, repayment: str, rules: Rules) -> DueDays | Refused:
    """Give the due days, one step after the other from the draw; a bullet has one, at the end of the same term."""
    unit, step = read_every(offer.every)
    count = asked.instalments or offer.instalments_usual
    start = asked.on.toordinal()
    is_bullet = REPAYMENTS[repayment] == BULLET
    due = DueDays(1, unit, step * count, start, (), 1) if is_bullet else DueDays(count, unit, step, start, (), 1)
    return rolled(rules, version, due, start)


def _terms(asked: Drawing, version: Version, offer: LoanOffer, repayment: str, due: DueDays, rules: Rules) -> LoanTerms:
    """Give the terms of the loan: the product's on the day of the draw."""
    rate = contract_rate(offer, asked.rate)
    penalty_num, penalty_den = penalty_on(rules, version, rate, asked.on)
    return LoanTerms(
        currency=asked.currency,
        principal_minor=asked.amount_minor,
        rate=rate,
        repayment=REPAYMENTS[repayment],
        disbursed_on=asked.on.toordinal(),
        due=due,
        penalty_num=penalty_num,
        penalty_den=penalty_den,
        grace_days=version.grace_days,
        allocation=ALLOCATIONS[offer.allocation],
        prepayment=PREPAYMENTS[offer.prepayment],
        min_days=offer.min_interest_days,
        tolerance_minor=version.tolerance_minor,
    )
