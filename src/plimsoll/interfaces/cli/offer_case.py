"""A quote by the rulebook: what a product offers on a day as a case, with what the product refuses; a quote is no debt, so no gate asks."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.book import Book, Held, Line, NewLoan, open_loan
from plimsoll.loan.layout import BULLET
from plimsoll.loan.words import REPAYMENTS
from plimsoll.risk.drawn import Drawing, drawn
from plimsoll.risk.lawful import LAWS, breaches, costs_more, pace_of
from plimsoll.risk.offer import find_plan
from plimsoll.rulebook.product import PER_DAY, AccountOffer, LoanOffer, Plan, Version, read_every
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.open_account import OpenAccount, new_account
from plimsoll.servicing.purchase import Purchase, find_shop_account
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

NOBODY: Final = 1
MERCHANT: Final = "merchant"
Case = dict[str, object]


class Wish(NamedTuple):
    """What is asked of a product: an amount on a day, and what the product leaves to choose; None and "" take the usual."""

    product: str
    licence: str
    on: date
    minor: int
    currency: str
    rate: Rate | None
    instalments: int
    repayment: str
    paid_by: str


class Offered(NamedTuple):
    """A case that says the same as the product's own verb, the version that was in force, and the terms that the verb decided on."""

    case: Case
    version: Version
    licence: str
    terms: NewLoan | None


def offered(wish: Wish, rules: Rules) -> Offered | Refused:
    """Give the case of a product on a day; refuses what the verb would refuse, and what breaks the law for another licence."""
    version = rules.product(wish.product, wish.on)
    if isinstance(version, Refused):
        return version
    licence = wish.licence or version.licence
    next(rules.chain(licence))  # an unknown licence is told as such
    broken = breaches(rules, version, licence) if licence != version.licence else ()
    if broken:
        return Refused("product_unlawful", broken[0].rule, "; ".join(breach.text() for breach in broken))
    if isinstance(version.offer, LoanOffer):
        return _drawn(wish, version, version.offer, licence, rules)
    return _bought(wish, version, version.offer, licence, rules)


def cost_cap(rules: Rules, licence: str, on: date) -> tuple[str, Rate] | None:
    """Give the rule that caps the yearly cost for a kind of lender on a day and its value; None where nothing does."""
    next(rules.chain(licence))  # an unknown licence is told as such
    law = LAWS.get(rules.licences[licence].country)
    cap = None if law is None else rules.rate(law.cost_cap, on, licence)
    return None if law is None or cap is None else (law.cost_cap, cap)


def refuse_cost(received_minor: int, dues: list[int], every: str, cap: tuple[str, Rate]) -> Refused | None:
    """Refuse regular dues that cost more a year than the cap allows, compared exactly: cost_cap_exceeded."""
    key, rate = cap
    if costs_more(received_minor, dues, rate, pace_of(*read_every(every))):
        return Refused("cost_cap_exceeded", key, f"more than {rate.text()} a year")
    return None


def _line(wish: Wish) -> Line:
    """Give a line that leaves room for what is asked, and no more: a quote is about the product, not about a customer."""
    return Line(wish.currency, wish.minor, 0, wish.minor, 0, wish.minor, 0, "open", 0)


def _drawn(wish: Wish, version: Version, offer: LoanOffer, licence: str, rules: Rules) -> Offered | Refused:
    rate = wish.rate or offer.rate_max
    found = drawn(NOBODY, Drawing(wish.on, wish.minor, wish.currency, rate, wish.instalments, wish.repayment, wish.product), rules)
    if isinstance(found, Refused):
        return found
    new = found.new
    penalty: Mapping[str, object] = {}
    if offer.penalty is not None:
        cap = rules.penalty_cap(version, wish.on)
        penalty = {"penalty": {"multiple": offer.penalty.multiple.text()} | ({} if cap is None else {"per_year_cap": cap.text()})}
    terms = {
        "currency": wish.currency,
        "principal": text_of(wish.minor, wish.currency),
        "rate": {"per_day": rate.text()} if offer.rate_unit == PER_DAY else {"per_year": rate.text(), "day_count": offer.rate_unit},
        "repayment": wish.repayment or offer.repayments[0],
        "disbursed_on": wish.on.isoformat(),
        **_due(wish, offer, new),
        **penalty,
        "grace_days": version.grace_days,
        **({"tolerance": text_of(version.tolerance_minor, wish.currency)} if version.tolerance_minor else {}),
        "allocation": offer.allocation,
        "prepayment": offer.prepayment,
        "min_interest_days": offer.min_interest_days,
    }
    return Offered({"id": None, "terms": terms}, version, licence, new)


def _due(wish: Wish, offer: LoanOffer, new: NewLoan) -> Mapping[str, object]:
    """Give the due dates: in full where holidays moved them, else by their step; a bullet has one, at the end."""
    count = wish.instalments or offer.instalments_usual
    number, unit = offer.every.split(" ")
    if REPAYMENTS[wish.repayment or offer.repayments[0]] == BULLET:
        number, count = str(int(number) * count), 1
    if new.terms.dues:
        return {"every": f"{number} {unit}", "due_on": [date.fromordinal(day).isoformat() for day in new.terms.dues]}
    return {"every": f"{number} {unit}", "instalments": count}


def _bought(wish: Wish, version: Version, offer: AccountOffer, licence: str, rules: Rules) -> Offered | Refused:
    account = new_account(OpenAccount("quote", NOBODY, wish.on, NOBODY, wish.currency, product=wish.product), rules)
    if isinstance(account, Refused):
        return account
    held = open_loan(account, wish.on.toordinal())
    plans = offer.merchant_plans if wish.paid_by == MERCHANT else offer.purchase_plans
    plan = find_plan(plans, wish.instalments, wish.minor, offer, wish.currency)
    refused = plan if isinstance(plan, Refused) else _refuse_purchase(wish, held, rules)
    if refused is not None:
        return refused
    assert isinstance(plan, Plan)
    bought = {
        "fact": "purchased",
        "on": wish.on.isoformat(),
        "amount": text_of(wish.minor, wish.currency),
        "ref": "quote",
        "instalments": plan.instalments,
        "fee": {"rate": plan.fee.text(), "paid_by": wish.paid_by},
    }
    terms = {
        "currency": wish.currency,
        "limit": text_of(wish.minor, wish.currency),
        "bill_day": offer.bill_day,
        "due_day": offer.due_day_usual,
        "min_payment": offer.min_payment.text(),
        "revolving_per_day": offer.revolving_per_day.text(),
        "penalty_per_day": offer.penalty_per_day.text(),
        "opened_on": wish.on.isoformat(),
    }
    return Offered({"id": None, "account": terms, "facts": [bought], "as_of": wish.on.isoformat()}, version, licence, None)


def _refuse_purchase(wish: Wish, held: Held, rules: Rules) -> Refused | None:
    """Give why the purchase would not be taken."""
    book = Book(NOBODY, wish.on.toordinal(), _line(wish), (held,))
    bought = Purchase("quote", NOBODY, wish.on, NOBODY, wish.minor, wish.currency, wish.instalments)
    found = find_shop_account(book, bought, rules)
    return found if isinstance(found, Refused) else None
