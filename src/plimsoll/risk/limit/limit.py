"""The limit of a borrower: the lowest of what bounds it, which one that was, the sub-limits, and how much may be drawn first."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from plimsoll.risk.limit.policy import LimitPolicy
from plimsoll.risk.limit.worth import Risk, worth_lending
from plimsoll.risk.price.policy import PricePolicy
from plimsoll.risk.whole import DOWN, whole
from plimsoll.units.refusal import Refused

ASKED: Final = "asked"
CAPACITY: Final = "capacity"
WORTH: Final = "worth"
PRODUCT: Final = "product"
LAW: Final = "law"
MATRIX: Final = "matrix"
ORDER: Final = (CAPACITY, LAW, PRODUCT, MATRIX, ASKED, WORTH)
"""Bounds in the order in which they are told; of equal ones the first named."""


class Scope(NamedTuple):
    """What a limit is for, in minor units: what is asked (0: as much as may be), and what the law allows a borrower (None: any amount).

    `cash` and `later` are the least and the greatest amount of the products that it opens, (0, 0) for one that it does not.
    """

    asked_minor: int
    law_minor: int | None
    cash: tuple[int, int]
    later: tuple[int, int] = (0, 0)


class Limited(NamedTuple):
    """A limit with its sub-limits and the most of a first draw, in minor units; `binding` is the bound that was lowest.

    `bounds` are all of them, by name. The limit is 0 where nothing can be granted; `reason` is then limit_too_small.
    """

    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    first_draw_minor: int
    binding: str
    bounds: tuple[tuple[str, int], ...] = ()
    reason: str = ""

    def said(self) -> dict[str, object]:
        """Give what a decision keeps."""
        return self._asdict() | {"bounds": dict(self.bounds)}


class Temporary(NamedTuple):
    """A limit for a while: the amount in minor units, and the first day without it."""

    limit_minor: int
    until: date


def limit_for(risk: Risk, grade: str, income_minor: int, scope: Scope, policy: LimitPolicy, price: PricePolicy, step_minor: int) -> Limited:
    """Give the limit for a risk at its price: in whole steps, the lowest bound; of equal ones the first named.

    Of each product the sub-limit is a share of it, within what the product offers; a product whose least amount is above that gets
    none. Where no product is left, nothing is granted.
    """
    most = max(scope.cash[1], scope.later[1])
    bounds = {CAPACITY: risk.capacity_minor, PRODUCT: most, MATRIX: policy.most(grade, income_minor)}
    if scope.law_minor is not None:
        bounds[LAW] = scope.law_minor
    if scope.asked_minor:
        bounds[ASKED] = scope.asked_minor
    lowest = min(bounds.values())
    worth = worth_lending(risk, lowest, step_minor, policy, price)
    # What is worth lending is looked for only up to the lowest other bound, so it names itself only where it is below that.
    bounds[WORTH] = worth if worth < lowest // step_minor * step_minor else lowest
    told = tuple([(name, bounds[name]) for name in ORDER if name in bounds])
    binding = min(told, key=_second)[0]
    limit = bounds[binding] // step_minor * step_minor
    cash = _sub_limit(limit, policy.cash, scope.cash, step_minor)
    later = _sub_limit(limit, policy.later if scope.cash[1] else 1.0, scope.later, step_minor)
    if not cash and not later:
        return Limited(0, 0, 0, 0, binding, told, "limit_too_small")
    limit = min(limit, cash + later)
    first = min(whole(limit * policy.first_share, DOWN), policy.first_most_minor) // step_minor * step_minor
    return Limited(limit, cash, later, min(max(first, scope.cash[0]), cash), binding, told)


def temporary_limit(
    limit_minor: int, capacity_minor: int, on: date, days: int, policy: LimitPolicy, step_minor: int
) -> Temporary | Refused:
    """Give the most that a limit may be for some days from a day on: a share above it, never above what the borrower can carry.

    Refuses temporary_limit_malformed where it would be no rise, or last longer than the policy allows.
    """
    most = min(whole(limit_minor * (1 + policy.temporary_share), DOWN), capacity_minor) // step_minor * step_minor
    if most <= limit_minor or not 0 < days <= policy.temporary_days:
        return Refused("temporary_limit_malformed", "POLICY.LIMIT.TEMPORARY", f"{days} days, at most {policy.temporary_days}")
    return Temporary(most, on + timedelta(days=days))


def _second(pair: tuple[str, int]) -> int:
    return pair[1]


def _sub_limit(limit_minor: int, share: float, offered: tuple[int, int], step_minor: int) -> int:
    """Give the sub-limit of a product: a share of the limit within what it offers; 0 where that is below its least, or it is not asked."""
    least, most = offered
    minor = min(whole(limit_minor * share, DOWN), most) // step_minor * step_minor
    return minor if most > 0 and minor >= max(least, 1) else 0
