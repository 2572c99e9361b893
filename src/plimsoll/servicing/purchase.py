"""Buy on a pay-later account: onto the next bill, or in instalments whose fee the borrower pays."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, Held
from plimsoll.loan.facts import Fact, in_instalments
from plimsoll.loan.filing import NewFiling
from plimsoll.loan.layout import CHARGED_OFF, PURCHASED
from plimsoll.risk.disclose import INSTALMENTS
from plimsoll.risk.gate import READS_DISCLOSURES, pass_disclosure
from plimsoll.risk.offer import account_offer, find_plan, product_in, refuse_amount
from plimsoll.risk.temporary_limit import READS_TEMPORARY, lapsed
from plimsoll.rulebook.product import AccountOffer
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import find_with_money, refuse_loan, refuse_use
from plimsoll.servicing.gate import about_next, plan_ask
from plimsoll.servicing.tell import detail, recorded, tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS_PLANS = READS_DISCLOSURES.partition(":")[2]
READS = f"loan+open loans+{READS_TEMPORARY}"


@dataclass(frozen=True, slots=True)
class Purchase:
    """Buy something: `instalments` 0 puts it whole on the next bill. `ref` is the order number of the merchant."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    amount_minor: int
    currency: str
    instalments: int = 0
    merchant: str = ""
    ref: str = ""

    @property
    def reads(self) -> str:
        """Look into the file only where a plan has to be disclosed."""
        return f"{READS},{READS_PLANS}" if self.instalments else READS


def decide(book: Book, command: Purchase, rules: Rules) -> Decision | Refused:
    """Record the purchase and instruct the payment to the merchant; the answer tells its number, which a refund names.

    Refuses what the line, the account and the product refuse, plan_terms_not_offered, plan_amount_too_small, and for instalments, where
    the law asks for it, disclosure_missing, disclosure_not_confirmed, disclosure_changed. The limit is asked when the decision is
    posted: limit_exceeded, sub_limit_exceeded, load_line_passed.
    """
    found = find_shop_account(book, command, rules)
    if isinstance(found, Refused):
        return found
    held, offer, licence = found
    if not command.instalments:
        fact = Fact(PURCHASED, command.on.toordinal(), command.amount_minor)
        return bought(book, held, command, fact, 0)
    plan = find_plan(offer.purchase_plans, command.instalments, command.amount_minor, offer, command.currency)
    if isinstance(plan, Refused):
        return plan
    ask = plan_ask(held, command.on, command.amount_minor, plan.instalments, INSTALMENTS)
    gone_through = pass_disclosure(book.filings, ask, licence, rules, about_next(held))
    if isinstance(gone_through, Refused):
        return gone_through
    more = in_instalments(plan.instalments, (plan.fee.num, plan.fee.den), by_merchant=False)
    return bought(book, held, command, Fact(PURCHASED, command.on.toordinal(), command.amount_minor, 0, 0, more), 0, gone_through)


def find_shop_account(book: Book, command: Purchase, rules: Rules) -> tuple[Held, AccountOffer, str] | Refused:
    """Give the account to buy on, what its product offers that day, and its licence; refuses what forbids any purchase of that amount."""
    held = find_with_money(book, command.loan_id, command.amount_minor, command.currency)
    if isinstance(held, Refused):
        return held
    refused = refuse_loan(held) or refuse_use(book, command.currency)
    if refused is not None:
        return refused
    if held.summary.status == CHARGED_OFF:
        return Refused("loan_charged_off", "", f"account {held.loan_id}")
    version = product_in(rules, held.product, command.on, command.currency)
    if isinstance(version, Refused):
        return version
    offer = account_offer(version)
    if isinstance(offer, Refused):
        return offer
    refused = refuse_amount(command.amount_minor, offer.purchase_min_minor, offer.purchase_max_minor, command.currency)
    return (held, offer, version.licence) if refused is None else refused


def bought(book: Book, held: Held, command: Purchase, fact: Fact, kept_minor: int, filings: tuple[NewFiling, ...] = ()) -> Decision:
    """Decide on the purchase as recorded; the merchant is paid all but what is kept of it as the merchant's fee."""
    payment = {
        "loan_id": held.loan_id,
        "on": command.on.isoformat(),
        "merchant": command.merchant,
        "ref": command.ref,
        "amount": text_of(command.amount_minor - kept_minor, command.currency),
        "currency": command.currency,
    }
    return Decision(
        facts=((held.loan_id, fact, detail(command.ref)),),
        line=lapsed(book, command.on),
        messages=(("pay_merchant", tell(payment)),),
        answer=tell(recorded(held)),
        filings=filings,
    )
