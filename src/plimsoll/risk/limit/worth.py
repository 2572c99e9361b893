"""How much is worth lending: the limit up to which one more step still earns more than it costs (the marginal yuan test).

Who is lent more of what they can carry defaults more often: the log-odds of default rise with the share of capacity that is lent. The
value of a limit L is L · (rate - break-even at that risk), per yuan and year outstanding; it rises, and from some limit on it falls.
"""

import math
from typing import NamedTuple

from plimsoll.risk.limit.policy import LimitPolicy
from plimsoll.risk.price.break_even import break_even
from plimsoll.risk.price.policy import PricePolicy


class Risk(NamedTuple):
    """What is lent to whom: the chance of default within twelve months, the yearly rate, the term, and the capacity in minor units."""

    pd: float
    rate: float
    months: int
    capacity_minor: int


def pd_at(risk: Risk, limit_minor: int, policy: LimitPolicy) -> float:
    """Give the chance of default where a limit is lent: the scored one at the share of capacity it holds for, more above it."""
    if not 0 < risk.pd < 1 or risk.capacity_minor <= 0:
        return risk.pd
    odds = math.log(risk.pd / (1 - risk.pd)) + policy.slope * (limit_minor / risk.capacity_minor - policy.share)
    return 1 / (1 + math.exp(-odds))


def value(risk: Risk, limit_minor: int, policy: LimitPolicy, price: PricePolicy) -> float:
    """Give the value of a limit that is lent whole, in minor units a year of what is outstanding."""
    needed = break_even(min(pd_at(risk, limit_minor, policy), 0.999), risk.months, price.shape, price.costs)
    return limit_minor * (risk.rate - needed)


def worth_lending(risk: Risk, most_minor: int, step_minor: int, policy: LimitPolicy, price: PricePolicy) -> int:
    """Give the greatest limit, in whole steps up to `most_minor`, whose last step still adds value; 0 where not even the first does."""

    def adds(step: int) -> bool:
        """Tell whether going up to this step adds value."""
        return value(risk, step * step_minor, policy, price) > value(risk, (step - 1) * step_minor, policy, price)

    low, high = 0, most_minor // step_minor
    if high == 0 or adds(high):
        return high * step_minor
    # What a step adds falls from one to the next, so the last that adds anything is found by halving.
    while high - low > 1:
        middle = (low + high) // 2
        if adds(middle):
            low = middle
        else:
            high = middle
    return low * step_minor
