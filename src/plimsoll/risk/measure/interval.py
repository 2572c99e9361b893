"""Bounds of a share and of a ratio of two shares, at 95 %."""

import math
from typing import Final, NamedTuple

Z95: Final = 1.959963984540054
"""The point of the normal distribution that 2.5 % lie beyond."""


class Interval(NamedTuple):
    """An estimate with its 95 % bounds."""

    value: float
    low: float
    high: float


def share(count: int, of: int) -> Interval:
    """Give a share with the bounds of Wilson 1927, which hold for few cases and for shares near 0 and 1; all of it where `of` is 0."""
    if not of:
        return Interval(math.nan, 0.0, 1.0)
    p, z2 = count / of, Z95 * Z95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    # The bounds of none and of all are none and all exactly; the formula leaves a rounding.
    return Interval(p, max(0.0, middle - half) if count else 0.0, min(1.0, middle + half) if count < of else 1.0)


def ratio(count: int, of: int, other_count: int, other_of: int) -> Interval:
    """Give the ratio of two shares with the bounds of Katz et al. 1978 (of its logarithm); unknown where a count is 0."""
    if not (of and other_of and other_count):
        return Interval(math.nan, 0.0, math.inf)
    p, other = count / of, other_count / other_of
    if not count:
        return Interval(0.0, 0.0, math.inf)
    error = math.sqrt((1 - p) / count + (1 - other) / other_count)
    return Interval(p / other, p / other * math.exp(-Z95 * error), p / other * math.exp(Z95 * error))
