"""What a loan or instalments would cost before anything is signed: the schedule, all of the cost, and how it stands to line and law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.app.show.days import on_day
from plimsoll.app.show.loan import DAYS_A_YEAR, rate_text
from plimsoll.loan.fold import fold
from plimsoll.loan.state import Instalment, read_promise
from plimsoll.risk.cost import annual_cost, periods_of
from plimsoll.risk.disclose import BILL, DRAW, INSTALMENTS, MERCHANT, AccountSeen, Ask, digest_of, plan_promise, rows, table_of
from plimsoll.risk.drawn import Drawing, drawn
from plimsoll.risk.offer import account_offer, find_plan, loan_offer, product_in
from plimsoll.rulebook.product import AccountOffer, Plan
from plimsoll.rulebook.rules import Rules
from plimsoll.units.divide import half_even
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One instalment, in minor units."""

    number: int
    due_on: date
    days: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    total_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class QuoteText:
    """One row of the cost table in one language, as it would be disclosed."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What is asked for, and what it costs, amounts in minor units. The yearly costs are decimal text, "" where there is none.

    `sha256` is that of the cost table in the language asked for: only a table with exactly these numbers can be confirmed.
    """

    about: str
    product: str
    version: str
    currency: str
    on: date
    amount_minor: int
    rate_per_day: str
    rate_per_year: str
    repayment: str
    instalments: int
    lines: tuple[QuoteLine, ...]
    interest_minor: int
    fee_minor: int
    merchant_fee_minor: int
    repay_minor: int
    cost_simple: str
    cost_effective: str
    penalty_per_day: str
    min_interest_days: int
    cap_rule: str
    cap_per_year: str
    is_within_cap: bool
    language: str
    sha256: str
    min_seconds: int
    table: tuple[QuoteText, ...]
    available_minor: int | None
    """What the customer's line leaves, None where nobody in particular asks."""
    short_minor: int
    """By how much the line is too short for it."""


def rate_usual(rules: Rules, product: str, on: date, currency: str) -> Rate | Refused:
    """Give the highest price a product is offered at on a day. Refuses product_unknown, product_not_in_force, fact_does_not_fit."""
    version = product_in(rules, product, on, currency)
    offer = version if isinstance(version, Refused) else loan_offer(version)
    return offer if isinstance(offer, Refused) else offer.rate_max


def quote_loan(asked: Drawing, rules: Rules, language: str, available_minor: int | None = None) -> Quote | Refused:
    """Give the quote of a draw: its terms are those that the draw would have. Refuses what the product refuses."""
    found = drawn(1, asked, rules)
    if isinstance(found, Refused):
        return found
    agreed, version = found.agreed, found.version
    standing = fold(found.new.terms, (), agreed.disbursed_on)
    assert not isinstance(standing, Refused), "no fact, nothing to refuse"
    promise = read_promise(found.new.terms, standing)
    flows = [(line.due_on, line.principal + line.interest + line.fee) for line in promise]
    simple, effective = annual_cost(asked.amount_minor, agreed.disbursed_on, flows, periods_of(agreed.due, agreed.disbursed_on))
    ask = Ask(DRAW, asked.on, asked.product, asked.currency, asked.amount_minor, asked.instalments, asked.rate, asked.repayment)
    table = table_of(ask, rules, found)
    assert not isinstance(table, Refused), "what can be drawn can be disclosed"
    num, den = agreed.rate.day_fraction()
    return _quote(
        _Priced(
            DRAW,
            version.product,
            found.new.version,
            rate_text(num, den),
            rate_text(num * DAYS_A_YEAR, den),
            found.repayment,
            rate_text(agreed.penalty_num, agreed.penalty_den),
            agreed.min_days,
            0,
            simple,
            effective,
            version.licence,
        ),
        ask,
        promise,
        _Shown(language, digest_of(table, language), tuple(QuoteText(*row) for row in rows(table, language))),
        rules,
        available_minor,
    )


def quote_plan(
    about: str,
    product: str,
    amount_minor: int,
    currency: str,
    instalments: int,
    on: date,
    account: AccountSeen,
    rules: Rules,
    language: str,
) -> Quote | Refused:
    """Give the quote of instalments: of a purchase, of a bill, or paid for by a merchant. Refuses what the product refuses."""
    version = product_in(rules, product, on, currency)
    offer = version if isinstance(version, Refused) else account_offer(version)
    if isinstance(version, Refused) or isinstance(offer, Refused):
        return version if isinstance(version, Refused) else offer  # type: ignore[return-value]  # one of the two is refused
    plan = find_plan(_plans(offer)[about], instalments, amount_minor, offer, currency)
    if isinstance(plan, Refused):
        return plan
    ask = Ask(about, on, product, currency, amount_minor, instalments, account=account)
    table = table_of(ask, rules)
    if isinstance(table, Refused):
        return table
    fee = half_even(amount_minor * plan.fee.num, plan.fee.den)
    own = 0 if about == MERCHANT else fee
    promise = plan_promise(amount_minor, own, plan.instalments, on.toordinal(), account)
    simple, effective = annual_cost(amount_minor, on.toordinal(), [(line.due_on, line.principal + line.fee) for line in promise], 12)
    penalty = rate_text(account.penalty_num, account.penalty_den)
    since = version.since.isoformat()
    priced = _Priced(about, product, since, "", "", "fee-plan", penalty, 0, fee - own, simple, effective, version.licence)
    shown = _Shown(language, digest_of(table, language), tuple(QuoteText(*row) for row in rows(table, language)))
    return _quote(priced, ask, promise, shown, rules, None)


def plans_offered(product: str, on: date, currency: str, rules: Rules, about: str = BILL) -> tuple[int, ...] | Refused:
    """Give the numbers of instalments that a product offers on a day for what becomes instalments."""
    version = product_in(rules, product, on, currency)
    offer = version if isinstance(version, Refused) else account_offer(version)
    return offer if isinstance(offer, Refused) else tuple(plan.instalments for plan in _plans(offer)[about])


def _plans(offer: AccountOffer) -> dict[str, tuple[Plan, ...]]:
    return {INSTALMENTS: offer.purchase_plans, BILL: offer.bill_plans, MERCHANT: offer.merchant_plans}


@dataclass(frozen=True, slots=True)
class _Priced:
    about: str
    product: str
    version: str
    rate_per_day: str
    rate_per_year: str
    repayment: str
    penalty_per_day: str
    min_days: int
    merchant_fee: int
    simple: str | None
    effective: str | None
    licence: str


@dataclass(frozen=True, slots=True)
class _Shown:
    language: str
    sha256: str
    table: tuple[QuoteText, ...]


def _quote(priced: _Priced, ask: Ask, promise: Sequence[Instalment], shown: _Shown, rules: Rules, available_minor: int | None) -> Quote:
    cap = rules.rate("CN.COST.CAP", ask.on, priced.licence)
    interest, fee = sum(line.interest for line in promise), sum(line.fee for line in promise)
    return Quote(
        priced.about,
        priced.product,
        priced.version,
        ask.currency,
        ask.on,
        ask.amount_minor,
        priced.rate_per_day,
        priced.rate_per_year,
        priced.repayment,
        len(promise),
        tuple(_line(line) for line in promise),
        interest,
        fee,
        priced.merchant_fee,
        ask.amount_minor + interest + fee,
        priced.simple or "",
        priced.effective or "",
        priced.penalty_per_day,
        priced.min_days,
        "CN.COST.CAP" if cap is not None else "",
        cap.text() if cap is not None else "",
        cap is None or priced.simple is None or priced.simple.startswith("-") or not Rate.parse(priced.simple).exceeds(cap),
        shown.language,
        shown.sha256,
        rules.whole("CN.COST.DISCLOSURE.SECONDS", ask.on) or 0,
        shown.table,
        available_minor,
        max(ask.amount_minor - available_minor, 0) if available_minor is not None else 0,
    )


def _line(line: Instalment) -> QuoteLine:
    total = line.principal + line.interest + line.fee
    return QuoteLine(line.number, on_day(line.due_on), line.days, line.principal, line.interest, line.fee, total, line.balance)
