"""Exact Shapley values: what each factor adds to a figure, averaged over every order in which the factors could be looked at.

With n factors the figure is worked out 2^n times, 32 for the five of the load line. The parts add up to the whole difference between
the borrower and the reference (efficiency), equal factors get equal parts, and a factor that changes nothing gets none.
"""

import math
from collections.abc import Callable
from functools import cache


def shapley(count: int, worth: Callable[[int], float]) -> tuple[float, ...]:
    """Give the part of each of `count` factors; `worth` gives the figure where the factors in a bit set are the borrower's."""
    worths = [worth(chosen) for chosen in range(1 << count)]
    return tuple(
        math.fsum(weight * (worths[chosen | 1 << factor] - worths[chosen]) for chosen, weight in _orders(count, factor))
        for factor in range(count)
    )


@cache
def _orders(count: int, factor: int) -> tuple[tuple[int, float], ...]:
    """Give every set of factors that may come before one, with the share of all orders in which just they do."""
    others = [chosen for chosen in range(1 << count) if not chosen >> factor & 1]
    return tuple((chosen, _share(chosen.bit_count(), count)) for chosen in others)


def _share(before: int, count: int) -> float:
    return math.factorial(before) * math.factorial(count - before - 1) / math.factorial(count)
