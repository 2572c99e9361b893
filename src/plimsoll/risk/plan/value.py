"""What a plan is worth today: NPV = sum of S_t · [(1 - q_t) · p_t + q_t · RR · bal_t] · D^t, with S_t = product of (1 - q) before t.

p_t is paid in month t, bal_t is the balance as the month begins, RR what comes back of it once the plan is broken, and D the discount of
a month, (1 + yearly discount)^(-1/12). Amounts are shares of a balance or minor units, whichever is asked.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from plimsoll.risk.load.debt_service import MONTHS_A_YEAR, annuity
from plimsoll.risk.plan.hazard import monthly
from plimsoll.risk.plan.policy import Worth

STEPS: Final = 60
NEVER: Final = 1 - 1e-9


class Month(NamedTuple):
    """One payment of a plan: the month it falls in (from 1), what is paid, and the balance before."""

    month: int
    payment: float
    balance: float


def worth_of(months: Iterable[Month], chances: Sequence[float], worth: Worth) -> float:
    """Give the value today of payments with a chance of breaking for each month; a month without a payment only passes time."""
    by_month: dict[int, tuple[float, float]] = {}
    for one in months:
        paid, balance = by_month.get(one.month, (0.0, one.balance))
        by_month[one.month] = paid + one.payment, balance
    factor = (1 + worth.discount) ** (-1 / MONTHS_A_YEAR)
    alive, discount, total = 1.0, 1.0, 0.0
    for month in range(1, max(by_month, default=0) + 1):
        discount *= factor
        if month not in by_month:
            continue
        paid, balance = by_month[month]
        chance = chances[min(month, len(chances)) - 1]
        total += alive * ((1 - chance) * paid + chance * worth.recovery * balance) * discount
        alive *= 1 - chance
    return total


def level_months(rate: float, months: int, write_down: float = 0.0) -> tuple[Month, ...]:
    """Give the months of a plan of level payments on 1, as shares of it: a yearly rate, a term, and the share forgiven at the start."""
    balance = 1 - write_down
    payment = balance * annuity(rate, months)
    found = []
    for month in range(1, months + 1):
        found.append(Month(month, payment, balance))
        balance = balance * (1 + rate / MONTHS_A_YEAR) - payment
    return tuple(found)


def break_even(months: Sequence[Month], without: float, worth: Worth) -> float:
    """Give the chance of breaking within twelve months, even over time, at which a plan is worth as much as doing without it.

    0 where the plan is worth less even if everybody keeps it, 1 where it is worth more even if nobody does.
    """
    low, high = 0.0, NEVER
    if worth_of(months, (0.0,), worth) <= without:
        return 0.0
    if worth_of(months, (monthly(high),), worth) >= without:
        return 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if worth_of(months, (monthly(middle),), worth) > without:
            low = middle
        else:
            high = middle
    return low
