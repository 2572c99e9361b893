"""The price of a loan: break-even at its risk and term, a margin by grade, clamped to what the product and the law allow.

A price is moved by the chance of default, the grade that it falls into, the term, the product and the cap; nothing else comes in
here, so nothing else about a person can.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from plimsoll.risk.price.break_even import break_even, cut_off
from plimsoll.risk.price.policy import PricePolicy
from plimsoll.risk.whole import UP, whole
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

DAYS_A_YEAR: Final = 365
DAYS_OF_LONG_MONTHS: Final = 372
"""Twelve months of 31 days: a daily rate of the cap over these costs no more than the cap in any month of any year."""
PPM: Final = 10**6
PPB: Final = 10**9
OVER_CAP: Final = "price_over_cap"
OVER_PRODUCT: Final = "price_over_product"


class RateRange(NamedTuple):
    """The lowest and the highest daily rate that a product may ask."""

    least: Rate
    most: Rate


class Priced(NamedTuple):
    """A price: what is asked a day, that rate times 365, and the rate that breaks even, six digits, rounded up.

    `reason` is "" where it can be offered; else price_over_cap or price_over_product, and the rate is the highest that may be asked.
    """

    rate_per_day: Rate
    apr: Rate
    break_even: Rate
    grade: str
    months: int
    reason: str

    @property
    def is_over_cap(self) -> bool:
        """Tell whether the risk is to be declined because of its price."""
        return bool(self.reason)


class CutOff(NamedTuple):
    """The greatest chance of default within twelve months that a cap leaves room for, by term in months."""

    cap: float
    by_months: tuple[tuple[int, float], ...]


def price(pd: float, grade: str, months: int, policy: PricePolicy, cap: Rate | None, product: RateRange) -> Priced | Refused:
    """Give the price of a risk over a term: break-even plus the margin of its grade, rounded up to the step, then clamped.

    `cap` is the all-in cap of the lender's licence on the day, None where no rule caps it. Refuses price_risk_unknown where there is no
    chance of default to price.
    """
    if not 0 <= pd < 1 or grade not in policy.margins or months < 1:
        return Refused("price_risk_unknown", "", f"{pd} {grade} over {months} months")
    needed = break_even(pd, months, policy.shape, policy.costs)
    by_law = None if cap is None else _stepped_down(cap.num, cap.den * DAYS_OF_LONG_MONTHS, policy.step)
    most = _stepped_down(product.most.num, product.most.den, policy.step)
    ceiling = most if by_law is None else min(most, by_law)
    wanted = whole((needed + policy.margins[grade]) / DAYS_A_YEAR * policy.step.den / policy.step.num, UP)
    least = _stepped_up(product.least, policy.step)
    steps = min(max(wanted, least), ceiling)
    reason = ""
    if needed > ceiling * policy.step.num / policy.step.den * DAYS_A_YEAR:
        reason = OVER_CAP if by_law is not None and by_law <= most else OVER_PRODUCT
    rate = _reduced(steps * policy.step.num, policy.step.den)
    return Priced(rate, rate.times(Rate(DAYS_A_YEAR, 1)), _reduced(whole(needed * PPM, UP), PPM), grade, months, reason)


def months_for(grade: str, offered: Sequence[int], policy: PricePolicy) -> tuple[int, ...]:
    """Give the terms on offer that a grade may have, shortest first; the shortest one always."""
    ordered = sorted(offered)
    return tuple(months for months in ordered if months <= policy.months[grade]) or tuple(ordered[:1])


def cut_offs(caps: Sequence[float], policy: PricePolicy, terms: Sequence[int] = (12,)) -> tuple[CutOff, ...]:
    """Give, for each cap, the greatest chance of default whose break-even rate is not above it, by term."""
    found = {months: [cut_off(cap, months, policy.shape, policy.costs) for cap in caps] for months in terms}
    return tuple(CutOff(cap, tuple((months, found[months][n]) for months in terms)) for n, cap in enumerate(caps))


def _stepped_down(num: int, den: int, step: Rate) -> int:
    """Give how many steps fit into a rate."""
    return num * step.den // (den * step.num)


def _stepped_up(rate: Rate, step: Rate) -> int:
    """Give the fewest steps that reach a rate."""
    return -(-rate.num * step.den // (rate.den * step.num))


def _reduced(num: int, den: int) -> Rate:
    """Give a rate with no zero to strip; `den` is a power of ten."""
    while den > 1 and num % 10 == 0:
        num, den = num // 10, den // 10
    assert den == 1 or math.gcd(den, 10) == 10, den
    return Rate(num, den)
