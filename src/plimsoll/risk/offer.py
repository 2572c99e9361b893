"""What a product offers on a day, and what follows from the offer: the penalty rate, the due days, the plans."""

import itertools
from collections.abc import Sequence
from datetime import date

from plimsoll.loan.book import Held
from plimsoll.loan.terms import DueDays, LoanRate, begun_on, penalty_rate
from plimsoll.rulebook.product import PER_DAY as PER_DAY_WORD
from plimsoll.rulebook.product import AccountOffer, LoanOffer, Plan, Version
from plimsoll.rulebook.rules import Rules
from plimsoll.units.days import DAY_COUNTS, PER_DAY
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

CREDIT = "credit"


def product_in(rules: Rules, name: str, on: date, currency: str) -> Version | Refused:
    """Give the version of a product on a day; refuses product_unknown, product_not_in_force, currency_must_match."""
    version = rules.product(name, on)
    if not isinstance(version, Refused) and version.currency != currency:
        return Refused("currency_must_match", "", f"{currency}, {name} in {version.currency}")
    return version


def agreed(rules: Rules, held: Held) -> Version | Refused:
    """Give the version of its product that a loan was made under."""
    return rules.product(held.product, date.fromordinal(begun_on(held.terms)))


def loan_offer(version: Version) -> LoanOffer | Refused:
    """Give what a version offers as loans; refuses fact_does_not_fit where it offers accounts."""
    if isinstance(version.offer, LoanOffer):
        return version.offer
    return Refused("fact_does_not_fit", "", f"{version.product} opens accounts")


def account_offer(version: Version) -> AccountOffer | Refused:
    """Give what a version offers as accounts; refuses fact_does_not_fit where it makes loans."""
    if isinstance(version.offer, AccountOffer):
        return version.offer
    return Refused("fact_does_not_fit", "", f"{version.product} makes loans")


def refuse_amount(minor: int, least: int, most: int, currency: str) -> Refused | None:
    """Refuse an amount outside what is offered: amount_must_be_positive, amount_out_of_range."""
    if minor <= 0:
        return Refused("amount_must_be_positive")
    if not least <= minor <= most:
        offered = f"{text_of(least, currency)} to {text_of(most, currency)}"
        return Refused("amount_out_of_range", "", f"{text_of(minor, currency)}; {offered} {currency}")
    return None


def contract_rate(offer: LoanOffer, rate: Rate) -> LoanRate:
    """Give a rate in the unit of the offer: a day's, or a year's with its day count."""
    return LoanRate(rate.num, rate.den, PER_DAY if offer.rate_unit == PER_DAY_WORD else DAY_COUNTS[offer.rate_unit])


def penalty_on(rules: Rules, version: Version, rate: LoanRate, on: date) -> tuple[int, int]:
    """Give the daily penalty rate of a loan at a contract rate: the multiple, clamped to the cap in force on a day; (0, 1) for none."""
    offer = version.offer
    if not isinstance(offer, LoanOffer) or offer.penalty is None:
        return 0, 1
    multiple = offer.penalty.multiple
    cap = rules.penalty_cap(version, on)
    if cap is None:
        num, den = rate.day_fraction()
        return num * multiple.num, den * multiple.den
    return penalty_rate(rate, (multiple.num, multiple.den), (cap.num, cap.den))


def rolled(rules: Rules, version: Version, due: DueDays, after: int) -> DueDays | Refused:
    """Give due days with those on holidays moved as the product says; each must come later than the one before, and than `after`.

    Refuses calendar_not_confirmed, due_days_must_increase.
    """
    days: list[int] = []
    for day in due.days():
        moved = rules.calendars[version.calendar].roll(date.fromordinal(day), version.due_roll)
        if isinstance(moved, Refused):
            return moved
        days.append(moved.toordinal())
    if any(later <= sooner for sooner, later in itertools.pairwise((after, *days))):
        return Refused("due_days_must_increase", "", ", ".join(date.fromordinal(day).isoformat() for day in days))
    return due if version.due_roll == "none" else DueDays(due.count, due.unit, due.step, 0, tuple(days))


def find_plan(plans: Sequence[Plan], instalments: int, minor: int, offer: AccountOffer, currency: str) -> Plan | Refused:
    """Give the plan of a number of instalments for an amount; refuses plan_terms_not_offered, plan_amount_too_small."""
    found = next((plan for plan in plans if plan.instalments == instalments), None)
    if found is None:
        offered = ", ".join(str(plan.instalments) for plan in plans) or "none"
        return Refused("plan_terms_not_offered", "", f"{instalments} instalments; offered: {offered}")
    if minor < offer.plan_min_minor:
        return Refused(
            "plan_amount_too_small", "", f"{text_of(minor, currency)}, at least {text_of(offer.plan_min_minor, currency)} {currency}"
        )
    return found
