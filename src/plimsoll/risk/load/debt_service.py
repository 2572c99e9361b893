"""What debt costs a month: instalments as they are, revolving debt as if it were repaid over the stressed term, unseen debt as expected.

DS = sum of instalments + sum of max(minimum payment, B · a(r, n)), a(r, n) = r / (1 - (1 + r)^-n); on top E[DS unseen], which fades
out as visibility c goes to 1.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from plimsoll.risk.load.means import Means
from plimsoll.risk.load.policy import Policy, Stress

MONTHS_A_YEAR: Final = 12


class Service(NamedTuple):
    """Debt service a month at other lenders in minor units: seen, expected beyond that, and the standard deviation of the latter."""

    seen: float
    unseen: float
    deviation: float

    @property
    def minor(self) -> float:
        """Give both together."""
        return self.seen + self.unseen


@lru_cache(maxsize=8192)
def annuity(rate: float, months: int) -> float:
    """Give the level instalment on 1 at a yearly rate over some months; 1 / months where the rate is 0."""
    monthly = rate / MONTHS_A_YEAR
    if monthly < 1e-12:
        return 1 / months
    return monthly / (1 - (1 + monthly) ** -months)


@lru_cache(maxsize=8192)
def stressed(stress: Stress) -> float:
    """Give the service of 1 of revolving principal a month: the level instalment, or the least payment where that is more."""
    return max(annuity(stress.rate, stress.months), stress.min_payment)


def service(means: Means, income_minor: float, policy: Policy) -> Service:
    """Give the debt service at other lenders; a debt dearer than the stressed rate is weighed at its own."""
    seen = 0.0
    stress = policy.stress
    for debt in means.debts:
        seen += debt.monthly_minor
        if debt.is_revolving:
            weighed = debt.balance_minor * stressed(stress._replace(rate=max(stress.rate, debt.rate)))
            seen += max(weighed - debt.monthly_minor, 0.0)
    unseen = (1 - means.visibility) * (policy.unseen_of_income * income_minor + policy.unseen_of_seen * seen)
    return Service(seen, unseen, policy.unseen_spread * unseen)
