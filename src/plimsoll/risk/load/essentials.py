"""What living costs before any debt is paid: E = max(floor of city and household, fixed + slope · Y^exponent, what was seen)."""

from typing import NamedTuple

from plimsoll.risk.load.means import MINOR_A_YUAN, Means
from plimsoll.risk.load.policy import Policy


class Essentials(NamedTuple):
    """Essential spending a month in minor units, and its standard deviation."""

    minor: float
    deviation: float


def essentials(means: Means, income_minor: float, policy: Policy) -> Essentials:
    """Give essential spending at the median income: a household does not spend less because its income is uncertain.

    A benchmark alone is not enough: spending that was seen above it counts, spending seen below it does not.
    """
    floor = policy.floor_minor[means.city_tier] * (1 + policy.person * (means.persons - 1))
    curve = policy.fixed_minor + policy.slope * (income_minor / MINOR_A_YUAN) ** policy.exponent * MINOR_A_YUAN
    minor = max(floor, curve, float(means.essentials_minor))
    return Essentials(minor, policy.essentials_spread * minor)
