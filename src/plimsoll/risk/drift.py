"""How far two samples are apart, counted by bin: the population stability index.

It is the sum over bins of (actual - expected) x ln(actual / expected), both as shares; half a case is added to every bin, so that an
empty one says much and not everything.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

HALF: Final = 0.5


class Part(NamedTuple):
    """What one bin adds: the shares of cases expected and found there, and its part of the index."""

    expected: float
    actual: float
    part: float


def drift_by_bin(expected: Sequence[int], actual: Sequence[int]) -> tuple[Part, ...]:
    """Compare the counts of the same bins in two samples."""
    whole, other = (sum(counts) + HALF * len(counts) for counts in (expected, actual))
    shares = (((one + HALF) / whole, (two + HALF) / other) for one, two in zip(expected, actual, strict=True))
    return tuple(Part(old, new, (new - old) * math.log(new / old)) for old, new in shares)
