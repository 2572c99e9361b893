"""What a vintage has earned: income received, cost of funding, losses, running and acquisition cost, by months on book.

Amounts are minor units, in all so far; costs are those of the price (POLICY.PRICE.COST) in force in each month. Return and rates are
statistics.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import pyxirr

from plimsoll.portfolio.cohorts import NOTHING, Cohort, Stand
from plimsoll.risk.price.policy import Costs

YEAR: Final = 12


class Earned(NamedTuple):
    """A vintage at one month on book, in minor units, all so far: what came in, what it cost, what was lost, and what is left.

    `loss` is written off less recovered; `bad` is owed over 90 days late, and counts as lost until it is paid. `cash` is what came in of
    this month less what went out, before funding.
    """

    age: int
    interest: int
    penalty: int
    fee: int
    funding: int
    loss: int
    bad: int
    running: int
    acquisition: int
    cash: int

    @property
    def income(self) -> int:
        """Give all that came in beside principal."""
        return self.interest + self.penalty + self.fee

    @property
    def profit(self) -> int:
        """Give what is left of the income."""
        return self.income - self.funding - self.loss - self.bad - self.running - self.acquisition


class Profit(NamedTuple):
    """One vintage by months on book: how it stands, its return a year, the month from which it has earned its costs for good, and what it
    earned a year on the equity that it binds; None where there is none.

    The return (IRR) takes what is still owed at its balance, and nothing of what is bad.
    """

    cohort: Cohort
    months: tuple[Earned, ...]
    rate: float | None
    break_even: int | None
    on_equity: float | None


def earned(cohort: Cohort, costs: Callable[[int], Costs]) -> Profit:
    """Give the profit of a vintage; `costs` are those of a month of the tape."""
    found, bound = [], 0.0
    funding = running = acquisition = 0
    before = NOTHING
    for age, now in enumerate(cohort.stands):
        price = costs(max(cohort.months) + age)
        mean = (before.balance + now.balance) / 2
        bound += price.equity * mean / YEAR
        funding += to_minor(mean * price.funding * (1 - price.equity) / YEAR)
        run = to_minor(now.base * price.opex)
        bought = to_minor(cohort.lent * price.acquisition) if age == 0 else 0
        running, acquisition = running + run, acquisition + bought
        cash = _moved(now) - _moved(before) - run - bought
        lost = now.written_off - now.recovered
        found.append(Earned(age, now.interest, now.penalty, now.fee, funding, lost, now.bad, running, acquisition, cash))
        before = now
    flows = [float(one.cash) for one in found]
    if flows:
        flows[-1] += before.balance - before.bad
    last = found[-1].profit if found else 0
    return Profit(cohort, tuple(found), yearly_return(flows), _break_even(found), last / bound if bound else None)


def to_minor(amount: float) -> int:
    """Give a cost as money, rounded half up: here the statistic becomes minor units."""
    return math.floor(amount + 0.5)


def _moved(one: Stand) -> int:
    """Give all that borrowers paid less all that they were paid: principal that came back is what is neither owed nor written off."""
    return one.interest + one.penalty + one.fee + one.recovered - one.balance - one.written_off


def yearly_return(flows: Sequence[float]) -> float | None:
    """Give the return a year of flows a month apart: (1 + monthly IRR)^12 - 1; None where no rate makes them worth nothing."""
    if not (any(one > 0 for one in flows) and any(one < 0 for one in flows)):
        return None
    # The solver stops at an absolute error, so it is given shares of the greatest flow, not minor units.
    most = max(abs(one) for one in flows)
    rate = pyxirr.irr([one / most for one in flows])
    return None if rate is None or rate <= -1 else float((1 + rate) ** YEAR - 1)


def _break_even(months: Sequence[Earned]) -> int | None:
    """Give the first month on book from which the profit so far never falls below nothing again; None where it is below at the end."""
    found = None
    for one in reversed(months):
        if one.profit < 0:
            break
        found = one.age
    return found
