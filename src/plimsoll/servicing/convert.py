"""Convert a bill, or a purchase that is on no bill yet, into instalments whose fee the borrower pays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact, in_instalments
from plimsoll.loan.fold import Standing, fold
from plimsoll.loan.layout import CHARGED_OFF, CONVERTED
from plimsoll.loan.owed import bills, convertible, find_bought
from plimsoll.risk.disclose import BILL, INSTALMENTS
from plimsoll.risk.gate import READS_DISCLOSURES, pass_disclosure
from plimsoll.risk.offer import account_offer, find_plan, product_in
from plimsoll.rulebook.product import AccountOffer, Plan
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_held, refuse_loan
from plimsoll.servicing.gate import about_next, plan_ask
from plimsoll.servicing.tell import recorded, tell
from plimsoll.units.refusal import Refused

READS = f"loan+facts+open loans+{READS_DISCLOSURES}"


@dataclass(frozen=True, slots=True)
class Convert:
    """Turn the bill cut on `bill_on`, or the purchase recorded as fact `purchase`, into instalments."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    instalments: int
    bill_on: date | None = None
    purchase: int = 0


def decide(book: Book, command: Convert, rules: Rules) -> Decision | Refused:
    """Record the conversion; the first instalment is on the next bill.

    Refuses loan_unknown, fact_does_not_fit, loan_charged_off, field_missing (bill or purchase, one of them), bill_unknown, bill_not_open,
    purchase_unknown, purchase_already_billed, already_converted, plan_terms_not_offered, plan_amount_too_small, and where the law asks
    for it disclosure_missing, disclosure_not_confirmed, disclosure_changed.
    """
    held = find_held(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    refused = refuse_loan(held)
    if refused is not None:
        return refused
    if held.summary.status == CHARGED_OFF:
        return Refused("loan_charged_off", "", f"account {held.loan_id}")
    if (command.bill_on is None) == (command.purchase == 0):
        return Refused("field_missing", "", "bill_on or purchase, one of them")
    assert held.facts is not None, f"loan {held.loan_id}: a conversion sees the whole history"
    standing = fold(held.terms, held.facts, command.on.toordinal())
    if isinstance(standing, Refused):
        return standing
    minor = _of_bill(standing, command.bill_on) if command.bill_on is not None else _of_purchase(standing, command.purchase)
    if isinstance(minor, Refused):
        return minor
    found = _plan(command, held.product, minor, rules, held.terms.currency)
    if isinstance(found, Refused):
        return found
    plan, licence = found
    ask = plan_ask(held, command.on, minor, plan.instalments, INSTALMENTS if command.bill_on is None else BILL)
    gone_through = pass_disclosure(book.filings, ask, licence, rules, about_next(held))
    if isinstance(gone_through, Refused):
        return gone_through
    bill_day = 0 if command.bill_on is None else command.bill_on.toordinal()
    more = in_instalments(plan.instalments, (plan.fee.num, plan.fee.den), by_merchant=False)
    fact = Fact(CONVERTED, command.on.toordinal(), 0, bill_day, command.purchase, more)
    return Decision(facts=((held.loan_id, fact, ""),), answer=tell(recorded(held)), filings=gone_through)


def _of_bill(standing: Standing, billed_on: date) -> int | Refused:
    """Give the principal of a bill that may become instalments, in minor units."""
    known = bills(standing)
    found = next((bill for bill in known if bill.billed_on == billed_on.toordinal()), None)
    if found is None:
        return Refused("bill_unknown", "", f"{billed_on}")
    minor = convertible(standing) if found is known[-1] else 0
    if minor == 0:
        return Refused("already_converted" if found.converted else "bill_not_open", "", f"{billed_on}")
    return minor


def _of_purchase(standing: Standing, number: int) -> int | Refused:
    """Give what is left of a purchase on no bill yet, in minor units."""
    bought = find_bought(standing, number)
    if bought is None or (bought.left == 0 and not bought.is_plan):
        return Refused("purchase_unknown", "", f"fact {number}")
    if bought.is_plan or bought.is_billed:
        return Refused("already_converted" if bought.is_plan else "purchase_already_billed", "", f"fact {number}")
    return bought.left


def _plan(command: Convert, product: str, minor: int, rules: Rules, currency: str) -> tuple[Plan, str] | Refused:
    """Give the plan that the product offers on that day for bills, or for purchases, and the licence that it is offered under."""
    version = product_in(rules, product, command.on, currency)
    if isinstance(version, Refused):
        return version
    offer = account_offer(version)
    if isinstance(offer, Refused):
        return offer
    plan = find_plan(_plans(offer, command), command.instalments, minor, offer, currency)
    return plan if isinstance(plan, Refused) else (plan, version.licence)


def _plans(offer: AccountOffer, command: Convert) -> Sequence[Plan]:
    return offer.bill_plans if command.bill_on is not None else offer.purchase_plans
