"""What is in force on a day: rules with their source and what comes next, products with what they offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from plimsoll.rulebook.product import AccountOffer, LoanOffer, Plan, Version
from plimsoll.rulebook.rule import ANY, Rule
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.value_text import value_text
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it stands on a day for one kind of lender; value "" where none is in force. `next_value` "-": the rule ends."""

    key: str
    title_zh: str
    title_en: str
    licence: str
    unit: str
    value: str
    since: date | None
    until: date | None
    source: str
    confidence: str
    review_by: date | None
    is_review_due: bool
    note: str
    next_on: date | None
    next_value: str
    used_in: str


@dataclass(frozen=True, slots=True)
class PlanOffered:
    """Instalments on offer and their fee for all of them, as decimal text."""

    instalments: int
    fee: str


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as it is offered on a day: amounts in minor units, rates as decimal text."""

    product: str
    title_zh: str
    title_en: str
    kind: str
    """loan, or account."""
    licence: str
    currency: str
    since: date
    until: date | None
    source: str
    grace_days: int
    amount_least_minor: int
    amount_most_minor: int
    rate_least: str
    rate_most: str
    rate_unit: str
    instalments: tuple[int, ...]
    repayments: tuple[str, ...]
    bill_day: int
    due_days: tuple[int, ...]
    min_payment: str
    plans: tuple[PlanOffered, ...]


def rule_rows(rules: Rules, on: date, licence: str = "") -> tuple[RuleRow, ...]:
    """Give every rule on a day: for one kind of lender, or for every kind that a rule tells apart."""
    return tuple(row for rule in rules.rules.values() for row in _rows(rules, rule, on, [licence] if licence else rule.tracks))


def rule_page(rules: Rules, key: str, on: date) -> tuple[RuleRow, ...] | Refused:
    """Give one rule for every kind of lender that it tells apart. Refuses rule_unknown."""
    rule = rules.rules.get(key)
    return Refused("rule_unknown", "", key) if rule is None else tuple(_rows(rules, rule, on, rule.tracks))


def _rows(rules: Rules, rule: Rule, on: date, licences: Iterable[str]) -> Iterable[RuleRow]:
    for licence in licences:
        entry, coming = rules.entry(rule.key, on, licence), rules.upcoming(rule.key, on, licence)
        following = coming[1] if coming is not None else None
        unit = rule.unit if isinstance(rule.unit, str) else ", ".join(f"{name}: {word}" for name, word in rule.unit.items())
        yield RuleRow(
            rule.key,
            rule.title["zh-CN"],
            rule.title["en"],
            licence or ANY,
            unit,
            value_text(entry.value, rule.unit) if entry is not None else "",
            entry.since if entry is not None else None,
            entry.until if entry is not None else None,
            entry.source if entry is not None else "",
            entry.confidence if entry is not None else "",
            entry.review_by if entry is not None else None,
            entry is not None and entry.review_by < on,
            entry.note if entry is not None else "",
            coming[0] if coming is not None else None,
            value_text(following.value, rule.unit) if following is not None else "-" if coming is not None else "",
            rule.used_in,
        )


def product_rows(rules: Rules, on: date) -> tuple[ProductRow, ...]:
    """Give the products that are offered on a day."""
    found = (rules.product(name, on) for name in rules.products)
    return tuple(_product(one) for one in found if not isinstance(one, Refused))


def product_page(rules: Rules, name: str, on: date) -> ProductRow | Refused:
    """Give one product on a day. Refuses product_unknown, product_not_in_force."""
    found = rules.product(name, on)
    return found if isinstance(found, Refused) else _product(found)


def _product(one: Version) -> ProductRow:
    offer = one.offer
    if isinstance(offer, LoanOffer):
        amounts = (offer.amount_min_minor, offer.amount_max_minor)
        rates = (offer.rate_min.text(), offer.rate_max.text(), offer.rate_unit)
        terms = (tuple(offer.instalments_offered), tuple(offer.repayments))
        return _row(one, "loan", amounts, rates, terms, (0, (), "", ()))
    assert isinstance(offer, AccountOffer), one.product
    amounts = (offer.limit_min_minor, offer.limit_max_minor)
    revolving = offer.revolving_per_day.text()
    bill = (offer.bill_day, offer.due_days_offered, offer.min_payment.text(), tuple(offer.bill_plans))
    return _row(one, "account", amounts, (revolving, revolving, "per day"), ((), ()), bill)


def _row(
    one: Version,
    kind: str,
    amounts: tuple[int, int],
    rates: tuple[str, str, str],
    terms: tuple[tuple[int, ...], tuple[str, ...]],
    bill: tuple[int, tuple[int, ...], str, tuple[Plan, ...]],
) -> ProductRow:
    return ProductRow(
        one.product,
        one.title["zh-CN"],
        one.title["en"],
        kind,
        one.licence,
        one.currency,
        one.since,
        one.until,
        one.source,
        one.grace_days,
        *amounts,
        *rates,
        *terms,
        bill[0],
        bill[1],
        bill[2],
        tuple(PlanOffered(plan.instalments, plan.fee.text()) for plan in bill[3]),
    )
