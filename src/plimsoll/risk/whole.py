"""The one place where a statistic becomes money or a rate: a whole number of units, rounded against the one who would gain by it."""

import math
from typing import Final

DOWN: Final = "down"
"""For what is granted: a capacity, a limit, the room of a month, the highest rate."""

UP: Final = "up"
"""For what is weighed: a service, a stress, a cost."""

NEAREST: Final = "nearest"
"""For what is only shown, halves up."""

WHOLE_MAX: Final = 10**15
"""As the greatest amount of `units.money`; more than that is no money."""


def whole(value: float, way: str) -> int:
    """Give a statistic as a whole number of units, rounded DOWN, UP or NEAREST; what is beyond any amount is its WHOLE_MAX.

    It must be a number: an infinite or undefined statistic has an outcome of its own, before it comes here.
    """
    assert math.isfinite(value), "a statistic without a value is not an amount"
    bounded = min(max(value, -WHOLE_MAX), WHOLE_MAX)
    if way == UP:
        return math.ceil(bounded)
    assert way in (DOWN, NEAREST), way
    return math.floor(bounded if way == DOWN else bounded + 0.5)
