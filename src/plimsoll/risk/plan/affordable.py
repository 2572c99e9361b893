"""What a borrower can pay a month: p_max = kappa · (Y_p - E - DS at other lenders), in a poor month, from the means of the load line.

It is never more than the room of the load line, which takes the payments to other lenders off in full.
"""

from typing import NamedTuple

from plimsoll.risk.load.line import Carried, carry
from plimsoll.risk.load.means import Means
from plimsoll.risk.load.policy import Policy
from plimsoll.risk.whole import DOWN, whole
from plimsoll.units.refusal import Refused


class Affordable(NamedTuple):
    """What can be paid a month in minor units, rounded down: what is left in a poor month, of it the most for a plan, and the room.

    `most_minor` is the lower of p_max and the room of the load line: what a plan may ask, all loans of the house together.
    """

    currency: str
    left_minor: int
    plan_minor: int
    room_minor: int
    carried: Carried

    @property
    def most_minor(self) -> int:
        """Give what may be asked in a month."""
        return min(self.plan_minor, self.room_minor)


def affordable(means: Means, policy: Policy) -> Affordable | Refused:
    """Give what a borrower can pay; refuses load_income_missing, load_evidence_absurd, currency_must_match."""
    carried = carry(means, policy)
    if isinstance(carried, Refused):
        return carried
    left = max(carried.poor - carried.essentials.minor - carried.debts.minor, 0.0)
    return Affordable(means.currency, whole(left, DOWN), whole(policy.kappa * left, DOWN), carried.room_minor, carried)
