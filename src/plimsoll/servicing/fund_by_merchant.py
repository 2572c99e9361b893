"""Sell in instalments that cost the borrower nothing: the merchant pays the fee, kept back from what the merchant gets."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact, in_instalments
from plimsoll.loan.layout import PURCHASED
from plimsoll.risk.disclose import MERCHANT
from plimsoll.risk.gate import READS_DISCLOSURES, pass_disclosure
from plimsoll.risk.offer import find_plan
from plimsoll.risk.temporary_limit import KIND as TEMPORARY
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.gate import about_next, plan_ask
from plimsoll.servicing.purchase import Purchase, bought, find_shop_account
from plimsoll.units.divide import half_even
from plimsoll.units.refusal import Refused

READS = f"loan+open loans+{READS_DISCLOSURES},{TEMPORARY}"


@dataclass(frozen=True, slots=True)
class FundByMerchant:
    """Buy in instalments whose fee the merchant pays, all of it."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    amount_minor: int
    currency: str
    instalments: int
    merchant: str = ""
    ref: str = ""


def decide(book: Book, command: FundByMerchant, rules: Rules) -> Decision | Refused:
    """Record the purchase with its plan and the merchant's fee, half-even of the amount; refuses as a purchase does."""
    purchase = Purchase(
        command.key,
        command.customer_id,
        command.on,
        command.loan_id,
        command.amount_minor,
        command.currency,
        command.instalments,
        command.merchant,
        command.ref,
    )
    found = find_shop_account(book, purchase, rules)
    if isinstance(found, Refused):
        return found
    held, offer, licence = found
    plan = find_plan(offer.merchant_plans, command.instalments, command.amount_minor, offer, command.currency)
    if isinstance(plan, Refused):
        return plan
    ask = plan_ask(held, command.on, command.amount_minor, plan.instalments, MERCHANT)
    gone_through = pass_disclosure(book.filings, ask, licence, rules, about_next(held))
    if isinstance(gone_through, Refused):
        return gone_through
    more = in_instalments(plan.instalments, (plan.fee.num, plan.fee.den), by_merchant=True)
    fact = Fact(PURCHASED, command.on.toordinal(), command.amount_minor, 0, 0, more)
    return bought(book, held, purchase, fact, half_even(command.amount_minor * plan.fee.num, plan.fee.den), gone_through)
