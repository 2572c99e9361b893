"""Whether a product may be offered: each version against the law of its lender, on every day of its life.

All comparisons are exact: the money that a borrower promises is valued at the rate that the law allows, in whole numbers. A product
that no law forbids today may be forbidden by a law that is dated for later; the check then names that day.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.product import PER_DAY, AccountOffer, LoanOffer, Plan, Version, read_every
from plimsoll.rulebook.rules import Rules, load
from plimsoll.units.days import DAYS, MONTHS, WEEKS, month_length
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

LEAP_CYCLE_FROM: Final = 2024
LEAP_CYCLE_YEARS: Final = 4
DAYS_A_YEAR: Final = 365
LONGEST_MONTH_DAYS: Final = 31
BULLETS: Final = ("interest-first", "bullet")


class Law(NamedTuple):
    """The keys of a country's rules that bind a product."""

    cost_cap: str
    penalty_multiple: str
    line_max: str
    bullet_months_max: str


LAWS: Final = {"cn": Law("CN.COST.CAP", "CN.PENALTY.MULT", "CN.LINE.CONSUMER.MAX", "CN.TERM.BULLET.MAX")}


@dataclass(frozen=True, slots=True)
class Breach:
    """A version of a product that breaks a rule, and the first day of its life on which it does."""

    product: str
    since: date
    licence: str
    on: date
    code: str
    rule: str
    detail: str

    def text(self) -> str:
        """Give the breach in one line."""
        return f"{self.product} from {self.since} as {self.licence}: {self.code} on {self.on} by {self.rule}: {self.detail}"


@functools.cache
def lawful_rules() -> Rules:
    """Give the rulebook that comes with the package, read once and lawful; what every decision is taken under. Raises Malformed."""
    return require_lawful(load())


def require_lawful(rules: Rules) -> Rules:
    """Give back a rulebook whose products are all lawful; raises Malformed product_unlawful with the place of the first that is not."""
    for versions in rules.products.values():
        for version in versions:
            for breach in breaches(rules, version):
                raise Malformed("product_unlawful", breach.text(), file=version.file, line=version.line, key=version.product)
    return rules


def breaches(rules: Rules, version: Version, licence: str = "") -> tuple[Breach, ...]:
    """Give every rule that a version breaks, each with the first day, under its own licence or as if under another."""
    lender = licence or version.licence
    law = LAWS.get(rules.licences[lender].country)
    if law is None:
        return ()
    found: dict[tuple[str, str], Breach] = {}
    for on in _days_of_change(rules, version, law, lender):
        for code, rule, detail in _broken(rules, version, law, lender, on):
            found.setdefault((code, rule), Breach(version.product, version.since, lender, on, code, rule, detail))
    return tuple(found.values())


def _days_of_change(rules: Rules, version: Version, law: Law, licence: str) -> list[date]:
    """Give the first day of a version and every later day of its life on which a rule that binds it changes."""
    days = {day for key in law for day in rules.days(key, licence)}
    return [version.since, *sorted(day for day in days if version.since < day and (version.until is None or day < version.until))]


def _broken(rules: Rules, version: Version, law: Law, licence: str, on: date) -> Iterator[tuple[str, str, str]]:
    """Give code, rule and detail of each rule that a version breaks on one day."""
    cap = rules.rate(law.cost_cap, on, licence)
    offer = version.offer
    most = offer.amount_max_minor if isinstance(offer, LoanOffer) else offer.limit_max_minor
    line_max = rules.whole(law.line_max, on, licence) if rules.rule(law.line_max).unit == version.currency else None
    if line_max is not None and most > line_max:
        detail = f"up to {text_of(most, version.currency)}, lawful {text_of(line_max, version.currency)} {version.currency}"
        yield "principal_cap_exceeded", law.line_max, detail
    if cap is not None:
        for what in _dear_terms(offer, cap):
            yield "cost_cap_exceeded", law.cost_cap, f"{what} costs more than {cap.text()} a year"
            break
    if isinstance(offer, LoanOffer):
        yield from _broken_by_loan(rules, offer, law, licence, on)
    elif cap is not None and _times(offer.penalty_per_day, DAYS_A_YEAR).exceeds(cap):
        yield "penalty_cap_exceeded", law.cost_cap, f"{offer.penalty_per_day.text()} a day is more than {cap.text()} a year"


def _broken_by_loan(rules: Rules, offer: LoanOffer, law: Law, licence: str, on: date) -> Iterator[tuple[str, str, str]]:
    """Give what the term and the penalty of a loan break."""
    months_max = rules.whole(law.bullet_months_max, on, licence)
    if months_max is not None and set(BULLETS) & set(offer.repayments) and _is_longer(offer, months_max):
        yield "term_too_long", law.bullet_months_max, f"{offer.instalments_offered[-1]} times {offer.every}, lawful {months_max} months"
    if offer.penalty is None:
        return
    multiple_max = rules.rate(law.penalty_multiple, on, licence)
    if multiple_max is not None and offer.penalty.multiple.exceeds(multiple_max):
        yield "penalty_cap_exceeded", law.penalty_multiple, f"{offer.penalty.multiple.text()} times, lawful {multiple_max.text()}"
    cap = rules.rate(law.cost_cap, on, licence)
    own = rules.rate(offer.penalty.cap_rule, on, licence) if offer.penalty.cap_rule else offer.penalty.per_year_cap
    yearly = _yearly_rate(offer).times(offer.penalty.multiple)
    asked = own if own is not None and yearly.exceeds(own) else yearly
    if cap is not None and asked.exceeds(cap):
        yield "penalty_cap_exceeded", law.cost_cap, f"{asked.text()} a year, lawful {cap.text()}"


def _times(rate: Rate, count: int) -> Rate:
    """Give a whole multiple of a rate."""
    return rate.times(Rate(count, 1))


def _yearly_rate(offer: LoanOffer) -> Rate:
    """Give the highest contract rate for a year of 365 days."""
    return _times(offer.rate_max, DAYS_A_YEAR) if offer.rate_unit == PER_DAY else offer.rate_max


def _is_longer(offer: LoanOffer, months: int) -> bool:
    """Tell whether the longest term is longer than some months (of 30 days, where it is not counted in months)."""
    unit, step = read_every(offer.every)
    length = offer.instalments_offered[-1] * step
    return length > months if unit == MONTHS else length * (7 if unit == WEEKS else 1) > months * 30


def _dear_terms(offer: LoanOffer | AccountOffer, cap: Rate) -> Iterator[str]:
    """Give the terms on offer that cost more than the cap, in words."""
    if isinstance(offer, LoanOffer):
        for repayment in offer.repayments:
            for instalments in offer.instalments_offered:
                if _is_dear(offer, repayment, instalments, cap):
                    yield f"{repayment} in {instalments} at {offer.rate_max.text()} ({offer.rate_unit})"
        return
    if _times(offer.revolving_per_day, DAYS_A_YEAR).exceeds(cap):
        yield f"revolving at {offer.revolving_per_day.text()} a day"
    for plan in (*offer.purchase_plans, *offer.bill_plans):
        if costs_more(*plan_flows(plan), cap, MONTHLY):
            yield f"{plan.instalments} instalments for a fee of {plan.fee.text()}"


class Pace(NamedTuple):
    """How dues follow each other: every `gap` periods, of which `num` / `den` make a year."""

    num: int
    den: int
    gap: int


MONTHLY: Final = Pace(12, 1, 1)


def pace_of(unit: int, step: int) -> Pace:
    """Give the pace of dues every so many months (12 a year), weeks (52 a year) or days (365 a year, each day counted)."""
    return Pace(DAYS_A_YEAR, 1, step) if unit == DAYS else Pace(12 if unit == MONTHS else 52, step, 1)


def costs_more(received: int, dues: Sequence[int], cap: Rate, pace: Pace) -> bool:
    """Tell, exactly, whether regular dues cost more a year (rate a period times periods) than the cap.

    At the cap's rate a period the debt grows and the dues are taken off; what costs more ends below zero.
    """
    den = (cap.den * pace.num) ** pace.gap
    grown = (cap.den * pace.num + cap.num * pace.den) ** pace.gap
    balance, scale = received, 1
    for due in dues:
        scale *= den
        balance = balance * grown - due * scale
    return balance < 0


def plan_flows(plan: Plan) -> tuple[int, list[int]]:
    """Give what a borrower receives and pays back by a fee plan, in the smallest whole numbers that are exact."""
    return plan.instalments * plan.fee.den, [plan.fee.den + plan.fee.num] * plan.instalments


def _is_dear(offer: LoanOffer, repayment: str, instalments: int, cap: Rate) -> bool:
    """Tell whether a loan at the highest rate costs more than the cap, whatever day it is drawn on."""
    unit, step = read_every(offer.every)
    pace = pace_of(unit, step)
    num, den = offer.rate_max.num, offer.rate_max.den * _basis(offer.rate_unit)
    longest = step * {MONTHS: LONGEST_MONTH_DAYS, WEEKS: 7, DAYS: 1}[unit]
    if not Rate(num * longest * pace.num, den * pace.den * pace.gap).exceeds(cap):
        # No period costs more than the cap allows for a period, so all of them together do not.
        return False
    return any(
        costs_more(*loan_flows(repayment, [num * weight for weight in weights], den), cap, pace)
        for weights in _weights(offer.rate_unit, unit, step, instalments)
    )


def _basis(rate_unit: str) -> int:
    """Give the days that a rate is for; yearly rates by actual days weigh most in a year of 365."""
    return 1 if rate_unit == PER_DAY else 360 if rate_unit.endswith("/360") else DAYS_A_YEAR


def _weights(rate_unit: str, unit: int, step: int, instalments: int) -> Iterator[list[int]]:
    """Give the days of each period, once for every month of a leap cycle that a loan can begin in, where months differ."""
    if unit != MONTHS or rate_unit == "30/360":
        yield [step * {MONTHS: 30, WEEKS: 7, DAYS: 1}[unit]] * instalments
        return
    months = [month_length(LEAP_CYCLE_FROM + year, month) for year in range(LEAP_CYCLE_YEARS) for month in range(1, 13)]
    for start in range(len(months)):
        yield [sum(months[(start + n * step + k) % len(months)] for k in range(step)) for n in range(instalments)]


def loan_flows(repayment: str, interest: Sequence[int], den: int) -> tuple[int, list[int]]:
    """Give what is received and what is due each period, both in one scale, unrounded; period i costs `interest[i]` / `den`."""
    count = len(interest)
    if repayment == "equal-principal":
        return count * den, [den + (count - n) * cost for n, cost in enumerate(interest)]
    if repayment == "interest-first":
        return den, [*interest[:-1], den + interest[-1]]
    if repayment == "bullet":
        return den, [*[0] * (count - 1), den + sum(interest)]
    # Equal instalments: principal x growth over all periods, divided by f of the last, where f = 1 + f x growth of the period.
    growth, divisor, scale = den + interest[0], 1, 1
    for cost in interest[1:]:
        scale *= den
        divisor = scale + divisor * (den + cost)
        growth *= den + cost
    return den * divisor, [growth] * count
