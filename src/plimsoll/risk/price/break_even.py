"""The yearly rate at which a loan of a risk earns what it costs.

    APR = [PV(loss) + PV(funding and equity) + PV(opex) + acquisition] / PV(sum of S_t (1 - h_t) balance_t / 12)

over level instalments with early repayment. What the rate multiplies is the balance of those who pay; opex is a share of the amount
lent, for as long as the loan lives. All are shares of the amount lent.
"""

from functools import cache
from typing import Final, NamedTuple

from plimsoll.risk.price.pd_curve import survival, weights
from plimsoll.risk.price.policy import Costs

MONTHS_A_YEAR: Final = 12


class Course(NamedTuple):
    """What does not depend on risk, by month: hazard passed, discounted life and discounted balance of a loan that nobody defaults on."""

    passed: tuple[float, ...]
    life: tuple[float, ...]
    balance: tuple[float, ...]
    carry: float


@cache
def course(months: int, shape: tuple[float, ...], costs: Costs) -> Course:
    """Give the course of a loan over its months, worked out once for each term and policy."""
    carry = costs.funding * (1 - costs.equity) + costs.equity_cost * costs.equity
    monthly = costs.schedule / MONTHS_A_YEAR
    level = monthly / (1 - (1 + monthly) ** -months) if monthly else 1 / months
    left, life, balance = 1.0, [], []
    for month in range(months):
        # Early repayment takes whole loans away; discounting is at what the money costs.
        lives = (1 - costs.prepay) ** month * (1 + carry / MONTHS_A_YEAR) ** -(month + 1)
        life.append(lives)
        balance.append(lives * left)
        left = left * (1 + monthly) - level
    return Course(weights(shape, months), tuple(life), tuple(balance), carry)


def break_even(pd: float, months: int, shape: tuple[float, ...], costs: Costs) -> float:
    """Give the break-even rate a year for a chance of default within twelve months (0 <= pd < 1), over a term of some months."""
    run = course(months, shape, costs)
    alive = survival(pd, run.passed)
    loss = held = paid = lives = 0.0
    for month in range(months):
        start, end = alive[month], alive[month + 1]
        balance = run.balance[month]
        loss += (start - end) * balance
        held += start * balance
        paid += end * balance
        lives += start * run.life[month]
    carried = run.carry / MONTHS_A_YEAR * held
    return MONTHS_A_YEAR * (costs.lgd * loss + carried + costs.opex * lives + costs.acquisition) / paid


def cut_off(cap: float, months: int, shape: tuple[float, ...], costs: Costs) -> float:
    """Give the greatest chance of default whose break-even rate is not above a cap; 0 where even no risk is dearer than the cap."""
    low, high = 0.0, 0.999
    if break_even(low, months, shape, costs) > cap:
        return 0.0
    if break_even(high, months, shape, costs) <= cap:
        return high
    while high - low > 1e-7:
        middle = (low + high) / 2
        if break_even(middle, months, shape, costs) <= cap:
            low = middle
        else:
            high = middle
    return low
