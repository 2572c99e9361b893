"""Where to set the reserve of a tender: below what price a seller keeps the package though it is worth less to the house.

Buyers' private values are lognormal around a median. The best reserve r solves r - (1 - F(r)) / f(r) = what the house gets by keeping,
for any number of bidders.
"""

from math import erf, exp, log, pi, sqrt
from typing import Final

STEPS: Final = 80


def chance_below(price: float, median: float, spread: float) -> float:
    """Give the chance that a buyer values the package below a price; `spread` is the standard deviation of the logarithm."""
    return 0.5 * (1.0 + erf(log(price / median) / (spread * sqrt(2.0)))) if price > 0 else 0.0


def density(price: float, median: float, spread: float) -> float:
    """Give the density of buyers' values at a price."""
    z = log(price / median) / spread
    return exp(-z * z / 2.0) / (price * spread * sqrt(2.0 * pi))


def best_reserve(keep: float, median: float, spread: float) -> float:
    """Give the reserve that brings most, in the units of `keep` and `median`; never below `keep`."""
    low, high = max(keep, median * exp(-6.0 * spread)), max(keep, median) * exp(6.0 * spread)
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        virtual = middle - (1.0 - chance_below(middle, median, spread)) / density(middle, median, spread)
        if virtual < keep:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
