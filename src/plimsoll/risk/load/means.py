"""What a borrower lives on: income as a distribution pooled from the evidence, never a point; and what is known of spending and debts.

ln Y ~ N(mu, sigma^2). Each source tells a value with a spread; they are pooled by precision (1 / spread^2). Where sources disagree by
more than their spreads explain, the pooled spread widens by the same measure (the Birge ratio), and it is never below the floor of
the best kind of source: many payslips do not make next year certain.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.risk.load.policy import CURRENCY, KINDS, TIERS, Policy
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

PERSONS_MAX = 20
MINOR_A_YUAN = 100
INCOME_MINOR_MAX = 10**11
"""A thousand million yuan a month: beyond it a figure is a slip of the pen."""


SPREAD_MAX = 3.0
"""Of a logarithm: twenty times more or less in either direction says nothing."""


class Income(NamedTuple):
    """What one source tells of a month's income, after tax: minor units, how it is known (KINDS), and its own spread, if it shows one."""

    source: str
    monthly_minor: int
    kind: str
    spread: float = 0.0


class Debt(NamedTuple):
    """One debt at another lender: what is due a month, or what revolves (minor units), its limit, and its yearly rate where known."""

    lender: str
    is_revolving: bool
    monthly_minor: int = 0
    balance_minor: int = 0
    limit_minor: int = 0
    rate: float = 0.0


class Means(NamedTuple):
    """The evidence that a load line is drawn from. `visibility` is the share of debt at other lenders that the sources show, 0 to 1.

    `essentials_minor` is essential spending that was seen (rent, school), 0 where nothing was: it can only raise the estimate.
    """

    incomes: tuple[Income, ...]
    debts: tuple[Debt, ...] = ()
    visibility: float = 0.0
    persons: int = 1
    city_tier: str = TIERS[0]
    essentials_minor: int = 0
    currency: str = CURRENCY


class Spread(NamedTuple):
    """A log-normal amount: the logarithm of minor units has mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float

    def at(self, z: float) -> float:
        """Give the amount that lies z standard deviations from the median, in minor units."""
        return math.exp(self.mu + z * self.sigma)

    def median(self) -> float:
        """Give the amount that is exceeded as often as not, in minor units."""
        return math.exp(self.mu)


def refuse_means(means: Means) -> Refused | None:
    """Refuse evidence that cannot be meant, and evidence without an income; missing is not zero: there is no line then, high or low.

    Refuses load_income_missing, load_evidence_absurd, currency_must_match.
    """
    if means.currency != CURRENCY:
        return Refused("currency_must_match", "POLICY.LOAD.ESSENTIALS.FLOOR", f"{means.currency}; the figures are in {CURRENCY}")
    if not means.incomes:
        return Refused("load_income_missing")
    for income in means.incomes:
        if income.kind not in KINDS or not 0 < income.monthly_minor <= INCOME_MINOR_MAX or not 0 <= income.spread <= SPREAD_MAX:
            return Refused("load_evidence_absurd", "", f"income of {income.source}: {_told(income.monthly_minor)} {income.kind}")
    for debt in means.debts:
        amounts = (debt.monthly_minor, debt.balance_minor, debt.limit_minor)
        if min(amounts) < 0 or max(amounts) > INCOME_MINOR_MAX or not 0 <= debt.rate <= 10:
            return Refused("load_evidence_absurd", "", f"debt at {debt.lender}: {', '.join(map(_told, amounts))}")
    if not 0 <= means.visibility <= 1:
        return Refused("load_evidence_absurd", "", f"visibility {means.visibility}")
    if not 1 <= means.persons <= PERSONS_MAX or means.city_tier not in TIERS or not 0 <= means.essentials_minor <= INCOME_MINOR_MAX:
        return Refused("load_evidence_absurd", "", f"household of {means.persons} in {means.city_tier}, {_told(means.essentials_minor)}")
    return None


def _told(minor: int) -> str:
    return text_of(minor, CURRENCY)


def pool(incomes: Sequence[Income], policy: Policy) -> Spread:
    """Give the distribution of income from at least one source, each with its own spread or the floor of its kind, the wider."""
    precision = weighted = 0.0
    told = []
    for income in incomes:
        spread = max(income.spread, policy.spread[income.kind])
        log = math.log(income.monthly_minor)
        told.append((log, spread))
        precision += spread**-2
        weighted += log * spread**-2
    mu = weighted / precision
    variance = 1 / precision
    if len(told) > 1:
        variance *= max(sum(((log - mu) / spread) ** 2 for log, spread in told) / (len(told) - 1), 1.0)
    best = min(KINDS.index(income.kind) for income in incomes)
    return Spread(mu, max(math.sqrt(variance), policy.spread[KINDS[best]]))
