"""What a bad debt is worth: to the house that keeps it, to a buyer who bids for it, and whether to sell.

Both discount what is still expected to come, less what collecting costs; they differ in the cost and in the yield they ask for. Cash in
hand may be worth more than its amount to a house short of it: that premium is the liquidity price.
"""

from typing import Final, NamedTuple

from plimsoll.disposal.recovery import Shape
from plimsoll.units.divide import half_up

PARTS: Final = 1_000_000_000
"""A share of a debt is written in parts of this many before it becomes money."""


class Terms(NamedTuple):
    """How somebody values what comes: the share that collecting costs, the yearly yield asked for, and the months looked ahead."""

    cost: float
    yearly: float
    months: int
    upfront: float = 0.0  # share of the debt spent at once: due diligence, notices


class Worth(NamedTuple):
    """What a loan is worth in minor units: kept, and to a buyer."""

    keep_minor: int
    price_minor: int


def present_share(shape: Shape, age_months: float, terms: Terms) -> float:
    """Give the present value of what still comes of a debt, as a share of the debt; not below 0.

    Sum over months m of R(e^(-λ(m-1)) - e^(-λm)) · (1 - cost) · (1 + yield)^(-m/12), less what is spent at once, where R is what is
    left to come after `age_months`.
    """
    ahead = Shape(shape.left(age_months), shape.speed)
    by_month = (1.0 + terms.yearly) ** (-1.0 / 12.0)
    value, discount = 0.0, 1.0
    for month in range(1, terms.months + 1):
        discount *= by_month
        value += ahead.came(month) * discount
    return max(value * (1.0 - terms.cost) - terms.upfront, 0.0)


def worth_minor(share: float, owed_minor: int) -> int:
    """Give the money that a share of a debt is, in minor units: the one place where a statistic of disposal becomes money."""
    return half_up(round(share * PARTS) * owed_minor, PARTS)


def is_sold(worth: Worth, liquidity: float = 0.0) -> bool:
    """Tell whether to sell: the price, with the premium on cash in hand, passes what keeping brings."""
    return round((1.0 + liquidity) * PARTS) * worth.price_minor > PARTS * worth.keep_minor
