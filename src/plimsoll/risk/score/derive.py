"""Features made from others before a score is asked: what a series of columns comes to, and one number by another.

A series is the same thing measured at several times (bills of six months). Missing ones are passed over; where all are missing, or a
denominator is not above zero, the feature is missing too. The same sums are done in columns by `derive_columns`, in the same order.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from plimsoll.risk.score.bins import Value, number_of

MAX, MIN, MEAN, SPREAD, ABOVE, CHANGE, RATIO = "max", "min", "mean", "spread", "above-zero", "change", "ratio"


class Derived(NamedTuple):
    """One derived feature: its name, what is done, and the features or derived features that it is done to, in order."""

    name: str
    op: str
    of: tuple[str, ...]


def largest(numbers: Sequence[float | None]) -> float | None:
    """Give the largest."""
    return max((number for number in numbers if number is not None), default=None)


def smallest(numbers: Sequence[float | None]) -> float | None:
    """Give the smallest."""
    return min((number for number in numbers if number is not None), default=None)


def mean(numbers: Sequence[float | None]) -> float | None:
    """Give the mean."""
    total, count = 0.0, 0
    for number in numbers:
        if number is not None:
            total, count = total + number, count + 1
    return total / count if count else None


def spread(numbers: Sequence[float | None]) -> float | None:
    """Give the largest less the smallest."""
    high, low = largest(numbers), smallest(numbers)
    return None if high is None or low is None else high - low


def above_zero(numbers: Sequence[float | None]) -> float | None:
    """Count those above zero."""
    known = [number for number in numbers if number is not None]
    return float(sum(number > 0 for number in known)) if known else None


def change(numbers: Sequence[float | None]) -> float | None:
    """Give the first less the last."""
    first, last = numbers[0], numbers[-1]
    return None if first is None or last is None else first - last


def ratio(numbers: Sequence[float | None]) -> float | None:
    """Give the first by the second, where the second is above zero."""
    above, below = numbers
    return None if above is None or below is None or below <= 0 else above / below


OPS: Final[Mapping[str, Callable[[Sequence[float | None]], float | None]]] = {
    MAX: largest,
    MIN: smallest,
    MEAN: mean,
    SPREAD: spread,
    ABOVE: above_zero,
    CHANGE: change,
    RATIO: ratio,
}
SERIES_OPS: Final = (MAX, MIN, MEAN, SPREAD, ABOVE, CHANGE)


def derive(derived: Sequence[Derived], features: Mapping[str, Value], special: frozenset[float]) -> dict[str, float | None]:
    """Give the derived features of a row; special values count as missing. A later one may rest on an earlier one."""
    found: dict[str, float | None] = {}
    for one in derived:
        numbers = [found[name] if name in found else _plain(features.get(name), special) for name in one.of]
        result = OPS[one.op](numbers)
        found[one.name] = result if result is not None and math.isfinite(result) else None
    return found


def _plain(value: Value, special: frozenset[float]) -> float | None:
    number = number_of(value)
    return None if number in special else number
