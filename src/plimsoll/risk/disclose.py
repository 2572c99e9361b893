"""The all-in cost table (综合融资成本明示表): what a draw, an instalment plan or a line costs, before anybody agrees to it.

The numbers are those of the kernel and of the product in force; what is shown, in one language, has a SHA-256, and only that very
table can be confirmed. Table and rows: 个人贷款业务明示综合融资成本规定, in force 2026-08-01 (CN.COST.DISCLOSURE).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final, NamedTuple

from plimsoll.loan.bill import month_day
from plimsoll.loan.book import Held
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import A_BILL_DAY, A_DUE_DAY, T_PENALTY_DEN, T_PENALTY_NUM
from plimsoll.loan.state import Instalment, read_promise
from plimsoll.risk.cost import annual_cost, periods_of
from plimsoll.risk.disclosure_words import LAYOUTS, LINES, METHOD_WORDS, PLAN_COSTS, REPAYMENT_WORDS, TEMPLATE, WORDS
from plimsoll.risk.drawn import Drawing, Drawn, drawn
from plimsoll.risk.offer import account_offer, find_plan, product_in
from plimsoll.rulebook.product import AccountOffer, Plan
from plimsoll.rulebook.rules import Rules
from plimsoll.units.divide import half_even, half_up
from plimsoll.units.money import sign_of, text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

DRAW, OFFER, ACCOUNT = "draw", "offer", "account"
INSTALMENTS, BILL, MERCHANT = "instalments", "bill", "merchant"
KINDS: Final = (DRAW, OFFER, ACCOUNT, INSTALMENTS, BILL, MERCHANT)
"""A draw; the offer of a line, by an example draw; of a pay-later account; instalments of a purchase, of a bill, paid for by a merchant."""
PLANS: Final = (INSTALMENTS, BILL, MERCHANT)

LATE_DAYS: Final = 30
"""Days of the example of what paying late costs."""
DAYS_A_YEAR: Final = 365
NO_RATE: Final = Rate(0, 1)


class AccountSeen(NamedTuple):
    """What a plan takes from the account that it is on: its days, and what late principal costs a day."""

    bill_day: int
    due_day: int
    penalty_num: int
    penalty_den: int


class Ask(NamedTuple):
    """What somebody is about to agree to. Amounts in minor units; what a kind does not need keeps its default."""

    about: str  # one of KINDS
    on: date
    product: str
    currency: str
    amount_minor: int  # principal; of an offer that of the example; of an account its limit
    instalments: int = 0
    rate: Rate = NO_RATE
    repayment: str = ""
    limit_minor: int = 0  # of an offer
    account: AccountSeen | None = None  # of a plan


class Table(NamedTuple):
    """What is disclosed, without words: numbers by name, as text; `lines` one a due date."""

    about: str
    numbers: Mapping[str, str]
    lines: Sequence[Mapping[str, str]]
    words: Mapping[str, str]  # names of which the words depend on the language: way to repay, method of the cost
    plans: Mapping[str, Sequence[Mapping[str, str]]]  # by what becomes instalments, each plan on offer
    names: Mapping[str, Mapping[str, str]]  # by language: the lender, the funders


def account_seen(held: Held) -> AccountSeen:
    """Give what a plan takes from its account."""
    vector = held.terms.vector
    return AccountSeen(vector[A_BILL_DAY], vector[A_DUE_DAY], vector[T_PENALTY_NUM], vector[T_PENALTY_DEN])


def table_of(ask: Ask, rules: Rules, found: Drawn | None = None) -> Table | Refused:
    """Give the table of what is asked; `found` is the loan that a draw makes of it, where it is known already.

    Refuses what the product refuses, disclosure_kind_unknown, fact_does_not_fit.
    """
    if ask.about not in KINDS:
        return Refused("disclosure_kind_unknown", "", f"{ask.about!r}; one of: {', '.join(KINDS)}")
    if ask.about in (DRAW, OFFER):
        return _of_draw(ask, rules, found)
    version = product_in(rules, ask.product, ask.on, ask.currency)
    if isinstance(version, Refused):
        return version
    offer = account_offer(version)
    if isinstance(offer, Refused):
        return offer
    return _of_account(ask, offer, rules) if ask.about == ACCOUNT else _of_plan(ask, offer, rules)


class Row(NamedTuple):
    """One row as it is shown: what it is, its label, its sentence."""

    name: str
    label: str
    text: str


def rows(table: Table, language: str) -> list[Row]:
    """Give what is shown in one language, in order."""
    sign = {"sign": sign_of(table.numbers["currency"])}
    known = dict(table.numbers) | dict(table.names[language]) | sign
    if "repayment" in table.words:
        known["repayment"] = REPAYMENT_WORDS[language][table.words["repayment"]]
    if "method" in table.words:
        known["cost_method"] = METHOD_WORDS[language][table.words["method"]]
    known["schedule"] = "\n".join(LINES[language].format_map({**line, **sign}) for line in table.lines)
    for what, plans in table.plans.items():
        known[what] = "\n".join(PLAN_COSTS[language].format_map(plan) for plan in plans)
    words = WORDS[language]
    return [Row(name, words[name][0].format_map(known), words[name][1].format_map(known)) for name in LAYOUTS[table.about]]


def digest_of(table: Table, language: str) -> str:
    """Give the SHA-256 of exactly what is shown, in hex: the template, the language, every label and every sentence with its numbers."""
    return digest_of_rows(TEMPLATE, table.about, language, rows(table, language))


def digest_of_rows(template: str, about: str, language: str, shown: Sequence[Sequence[str]]) -> str:
    """Give the digest of rows as they were shown and filed."""
    said = [template, about, language, [list(row) for row in shown]]
    return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def said(ask: Ask) -> dict[str, Any]:
    """Give what is asked as a filing holds it."""
    account = None if ask.account is None else list(ask.account)
    return ask._asdict() | {"on": ask.on.isoformat(), "rate": ask.rate.text(), "account": account}


def read_ask(body: Mapping[str, Any]) -> Ask:
    """Give back what `said` wrote."""
    account = None if body["account"] is None else AccountSeen(*body["account"])
    told = {name: body[name] for name in Ask._fields}
    return Ask(**told | {"on": date.fromisoformat(body["on"]), "rate": Rate.parse(body["rate"]), "account": account})


def _of_draw(ask: Ask, rules: Rules, known: Drawn | None) -> Table | Refused:
    """Give the table of a draw, or of an offer by an example draw."""
    asked = Drawing(ask.on, ask.amount_minor, ask.currency, ask.rate, ask.instalments, ask.repayment, ask.product)
    found = drawn(0, asked, rules) if known is None else known
    if isinstance(found, Refused):
        return found
    agreed, terms = found.agreed, found.new.terms
    standing = fold(terms, (), agreed.disbursed_on)
    assert not isinstance(standing, Refused), "no fact, nothing to refuse"
    promise = read_promise(terms, standing)
    periods = periods_of(agreed.due, agreed.disbursed_on)
    flows = [(line.due_on, line.principal + line.interest + line.fee) for line in promise]
    simple, effective = annual_cost(agreed.principal_minor, agreed.disbursed_on, flows, periods)
    rate_num, rate_den = agreed.rate.day_fraction()
    numbers = {
        **_common(ask, promise),
        **_costs(simple, effective),
        **_penalty(ask.currency, promise, agreed.penalty_num, agreed.penalty_den),
        "limit": _amount(ask.limit_minor, ask.currency),
        "rate_per_day": percent(rate_num, rate_den, 4),
        "rate_per_year": percent(rate_num * DAYS_A_YEAR, rate_den, 4),
        "interest": _amount(sum(line.interest for line in promise), ask.currency),
        "min_days": str(max(agreed.min_days, 1)),
    }
    words = {"repayment": found.repayment, "method": "12" if periods == 12 else "other" if periods else ""}
    return Table(ask.about, numbers, _lines(promise, ask.currency), words, {}, _names(rules))


def _of_plan(ask: Ask, offer: AccountOffer, rules: Rules) -> Table | Refused:
    """Give the table of an instalment plan on an account."""
    if ask.account is None:
        return Refused("fact_does_not_fit", "", f"{ask.about} is on an account")
    plans = {INSTALMENTS: offer.purchase_plans, BILL: offer.bill_plans, MERCHANT: offer.merchant_plans}[ask.about]
    plan = find_plan(plans, ask.instalments, ask.amount_minor, offer, ask.currency)
    if isinstance(plan, Refused):
        return plan
    fee = half_even(ask.amount_minor * plan.fee.num, plan.fee.den)
    promise = plan_promise(ask.amount_minor, 0 if ask.about == MERCHANT else fee, plan.instalments, ask.on.toordinal(), ask.account)
    flows = [(line.due_on, line.principal + line.fee) for line in promise]
    simple, effective = annual_cost(ask.amount_minor, ask.on.toordinal(), flows, 12)
    numbers = {
        **_common(ask, promise),
        **_costs(simple, effective),
        **_penalty(ask.currency, promise, ask.account.penalty_num, ask.account.penalty_den),
        "fee": _amount(fee, ask.currency),
        "merchant_fee": _amount(fee, ask.currency),
        "fee_share": percent(plan.fee.num, plan.fee.den, 4),
    }
    return Table(ask.about, numbers, _lines(promise, ask.currency), {"method": "12"}, {}, _names(rules))


def _of_account(ask: Ask, offer: AccountOffer, rules: Rules) -> Table | Refused:
    """Give the conditions of a pay-later account with its limit; every plan on offer with what it costs a year."""
    due_day = ask.account.due_day if ask.account is not None else offer.due_day_usual
    revolving, penalty = offer.revolving_per_day, offer.penalty_per_day
    late = half_up(ask.amount_minor * offer.min_payment.num, offer.min_payment.den)
    numbers = {
        "currency": ask.currency,
        "limit": _amount(ask.amount_minor, ask.currency),
        "bill_day": str(offer.bill_day),
        "due_day": str(due_day),
        "min_payment": percent(offer.min_payment.num, offer.min_payment.den, 2),
        "rate_per_day": percent(revolving.num, revolving.den, 4),
        "rate_per_year": percent(revolving.num * DAYS_A_YEAR, revolving.den, 4),
        "penalty_per_day": percent(penalty.num, penalty.den, 4),
        "penalty_per_year": percent(penalty.num * DAYS_A_YEAR, penalty.den, 4),
        "late_days": str(LATE_DAYS),
        "late_principal": _amount(late, ask.currency),
        "late_penalty": _amount(half_up(late * penalty.num * LATE_DAYS, penalty.den), ask.currency),
    }
    plans = {"purchase_plans": _plan_costs(offer.purchase_plans), "bill_plans": _plan_costs(offer.bill_plans)}
    return Table(ask.about, numbers, (), {}, plans, _names(rules))


def _plan_costs(plans: Sequence[Plan]) -> list[Mapping[str, str]]:
    return [_plan_cost(plan) for plan in plans]


def _plan_cost(plan: Plan) -> Mapping[str, str]:
    """Give what a plan costs a year, whatever the amount: equal parts of 1 + fee a month."""
    unit = plan.instalments * plan.fee.den
    due = plan.fee.den + plan.fee.num
    simple, _ = annual_cost(unit, 1, [(n, due) for n in range(2, plan.instalments + 2)], 12)
    return {"instalments": str(plan.instalments), "fee": percent(plan.fee.num, plan.fee.den, 4), "apr": _percent_of(simple)}


def plan_promise(principal: int, fee: int, count: int, on: int, account: AccountSeen) -> tuple[Instalment, ...]:
    """Give the instalments of a plan begun on a day: each on a bill, due on that bill's due day, remainders with the first."""
    lines: list[Instalment] = []
    bill, since, left = on, on, principal
    for n in range(count):
        bill = month_day(bill, account.bill_day)
        due = month_day(bill, account.due_day)
        part = principal - principal // count * (count - 1) if n == 0 else principal // count
        part_fee = fee - fee // count * (count - 1) if n == 0 else fee // count
        left -= part
        lines.append(Instalment(n + 1, due, due - since, part, 0, part_fee, left))
        since = due
    return tuple(lines)


def _common(ask: Ask, promise: Sequence[Instalment]) -> dict[str, str]:
    """Give the numbers that every table with a schedule has."""
    dues = [line.principal + line.interest + line.fee for line in promise]
    return {
        "currency": ask.currency,
        "on": ask.on.isoformat(),
        "principal": _amount(ask.amount_minor, ask.currency),
        "instalments": str(len(promise)),
        "first_due": date.fromordinal(promise[0].due_on).isoformat(),
        "last_due": date.fromordinal(promise[-1].due_on).isoformat(),
        "first": _amount(dues[0], ask.currency),
        "last": _amount(dues[-1], ask.currency),
        "total": _amount(sum(dues), ask.currency),
    }


def _costs(simple: str | None, effective: str | None) -> dict[str, str]:
    return {"cost_simple": _percent_of(simple), "cost_effective": _percent_of(effective)}


def _penalty(currency: str, promise: Sequence[Instalment], num: int, den: int) -> dict[str, str]:
    """Give what late principal costs, with an example on the first instalment that pays principal back."""
    late = next(line for line in promise if line.principal)
    return {
        "penalty_per_day": percent(num, den, 4),
        "penalty_per_year": percent(num * DAYS_A_YEAR, den, 4),
        "late_n": str(late.number),
        "late_days": str(LATE_DAYS),
        "late_principal": _amount(late.principal, currency),
        "late_penalty": _amount(half_up(late.principal * num * LATE_DAYS, den), currency),
    }


def _lines(promise: Sequence[Instalment], currency: str) -> list[dict[str, str]]:
    return [
        {
            "n": str(line.number),
            "due_on": date.fromordinal(line.due_on).isoformat(),
            "due": _amount(line.principal + line.interest + line.fee, currency),
            "principal": _amount(line.principal, currency),
            "interest": _amount(line.interest, currency),
            "fee": _amount(line.fee, currency),
        }
        for line in promise
    ]


def _names(rules: Rules) -> Mapping[str, Mapping[str, str]]:
    """Give the lender and the funders by language."""
    lender = rules.lender
    return {
        language: {"lender": lender.name[language], "funders": "; ".join(funder[language] for funder in lender.funders)}
        for language in WORDS
    }


def _amount(minor: int, currency: str) -> str:
    """Write an amount with commas between thousands."""
    whole, point, part = text_of(minor, currency).partition(".")
    return f"{int(whole):,}{point}{part}"


def percent(num: int, den: int, digits: int) -> str:
    """Write a share as per cent, half-up to some digits, with at least two unless it has none: 4/10000 is "0.04", 1/10 "10.00"."""
    scale = 10**digits
    units = half_up(num * 100 * scale, den)
    whole, part = str(units // scale), str(units % scale).zfill(digits).rstrip("0").ljust(2, "0")
    return f"{whole}.{part}"


def _percent_of(share: str | None) -> str:
    """Write a decimal share such as "0.1456" as per cent; a dash where there is none."""
    if share is None or share.startswith("-"):
        return "-"
    rate = Rate.parse(share)
    return percent(rate.num, rate.den, 2)
