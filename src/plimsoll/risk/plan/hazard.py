"""How likely a plan breaks in a month: more in the first months, more where it takes nearly all that is left, less where it really eases.

log-odds q_m = log-odds(base · (1 + early · exp(-(m - 1) / fade))) + burden · (payment / disposable - 1/2) - relief · payment reduction
- write_down · share forgiven + prior · earlier plans. Forgiving interest keeps people paying; a longer term alone hardly does (Dobbie
and Song 2020), so the weight of a write-down is above that of a lower payment.
"""

import math
from typing import Final, NamedTuple

from plimsoll.risk.plan.policy import Hazard

HALF: Final = 0.5
"""The share of what is left at which a payment neither raises nor lowers the chance."""
Q_MIN, Q_MAX = 1e-6, 1 - 1e-6
YEAR: Final = 12


class Ease(NamedTuple):
    """What a plan does to a borrower: its payment over what is left a month, and by which share it lowers the payment and the debt."""

    burden: float
    reduction: float
    write_down: float
    plans_before: int = 0


def hazard(month: int, ease: Ease, policy: Hazard) -> float:
    """Give the chance that a plan in its month (from 1) breaks in it."""
    start = min(max(policy.base * (1 + policy.early * math.exp(-(month - 1) / policy.fade_months)), Q_MIN), Q_MAX)
    odds = math.log(start / (1 - start)) + policy.burden * (ease.burden - HALF) - policy.relief * ease.reduction
    odds += policy.prior * ease.plans_before - policy.write_down * ease.write_down
    return min(max(1 / (1 + math.exp(-odds)), Q_MIN), Q_MAX)


def hazards(months: int, ease: Ease, policy: Hazard) -> tuple[float, ...]:
    """Give the chance for each month of a plan."""
    return tuple(hazard(month, ease, policy) for month in range(1, months + 1))


def within_a_year(chances: tuple[float, ...]) -> float:
    """Give the chance that a plan breaks in its first twelve months; a shorter one is over by then."""
    return 1 - math.prod(1 - one for one in chances[:YEAR])


def monthly(chance: float) -> float:
    """Give the even chance a month that makes a chance within twelve months."""
    return 1 - math.pow(1 - chance, 1 / YEAR)
