"""How much of a bad debt comes back, month by month: recovery curves by segment, from claims that are still being watched too.

What a month of age tells is measured as the house measures it everywhere (`risk.recovery`). Figures are statistics; they become money
in `value.worth_minor` only.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from typing import Final, NamedTuple

from plimsoll.risk.recovery import Month, rates_of

SPEED_LEAST: Final = 0.001
SPEED_MOST: Final = 1.5
STEPS: Final = 60
GOLDEN: Final = 0.6180339887498949


class Claim(NamedTuple):
    """A debt that went bad: what was owed then, for how many full months it has been watched since, and what came in each month."""

    segment: str
    owed_minor: int
    months: int
    received: Mapping[int, int]  # month counted from 1: minor units


class Curve(NamedTuple):
    """What share of the debt came in month 1, 2, …; and how much debt was watched in each of these months, in how many claims."""

    rates: tuple[float, ...]
    watched_minor: tuple[int, ...]
    claims: tuple[int, ...]

    def cumulative(self) -> tuple[float, ...]:
        """Give the share that has come by the end of each month."""
        found, total = [], 0.0
        for rate in self.rates:
            total += rate
            found.append(total)
        return tuple(found)


class Shape(NamedTuple):
    """A recovery curve as two numbers: `total` is the share that comes in the end, `speed` the monthly rate at which it runs out."""

    total: float
    speed: float

    def left(self, months: float) -> float:
        """Give the share of the debt that still comes after a number of months."""
        return self.total * exp(-self.speed * months)

    def came(self, month: int) -> float:
        """Give the share that comes in a month, counted from 1."""
        return self.left(month - 1) - self.left(month)


class Ladder(NamedTuple):
    """A completed triangle: the factor from each age to the next, and what each vintage comes to in the end."""

    factors: tuple[float, ...]
    ultimate: Mapping[str, float]


def curve_of(claims: Iterable[Claim]) -> Curve:
    """Give the curve of claims, each month by those watched to its end; as long as any claim was watched."""
    cash: dict[int, int] = {}
    owed: dict[int, int] = {}
    count: dict[int, int] = {}
    for claim in claims:
        owed[claim.months] = owed.get(claim.months, 0) + claim.owed_minor
        count[claim.months] = count.get(claim.months, 0) + 1
        for month, minor in claim.received.items():
            if 1 <= month <= claim.months:
                cash[month] = cash.get(month, 0) + minor
    longest = max(owed, default=0)
    watched, claims_left, watched_all, claims_all = [], [], 0, 0
    for month in range(longest, 0, -1):
        watched_all += owed.get(month, 0)
        claims_all += count.get(month, 0)
        watched.append(watched_all)
        claims_left.append(claims_all)
    watched.reverse()
    claims_left.reverse()
    rates = tuple(rates_of(Month(month, minor, cash.get(month, 0)) for month, minor in enumerate(watched, 1)).values())
    return Curve(rates, tuple(watched), tuple(claims_left))


def curves_by_segment(claims: Iterable[Claim]) -> dict[str, Curve]:
    """Give a curve for each segment, and the one of all under ""."""
    by: dict[str, list[Claim]] = {"": []}
    for claim in claims:
        by[""].append(claim)
        by.setdefault(claim.segment, []).append(claim)
    return {segment: curve_of(held) for segment, held in by.items()}


def fit_shape(curve: Curve, claims_least: int = 1) -> Shape:
    """Give the two numbers that come closest to a curve, each month weighed by the debt that was watched in it.

    Months with fewer claims than `claims_least` are not looked at. A curve without any month recovers nothing.
    """
    seen = [(m, rate, watched) for m, (rate, watched) in enumerate(zip(curve.rates, curve.watched_minor, strict=True), 1)]
    seen = [one for one, claims in zip(seen, curve.claims, strict=True) if claims >= claims_least]
    if not seen or not any(rate for _, rate, _ in seen):
        return Shape(0.0, SPEED_MOST)
    whole = max(watched for _, _, watched in seen)
    points = [(m, rate, watched / whole) for m, rate, watched in seen]
    low, high = log(SPEED_LEAST), log(SPEED_MOST)
    # The error has one valley over the logarithm of the speed for curves that fall, so the golden section finds its floor.
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    error_left, error_right = _error(points, exp(left)), _error(points, exp(right))
    for _ in range(STEPS):
        if error_left <= error_right:
            high, right, error_right = right, left, error_left
            left = high - GOLDEN * (high - low)
            error_left = _error(points, exp(left))
        else:
            low, left, error_left = left, right, error_right
            right = low + GOLDEN * (high - low)
            error_right = _error(points, exp(right))
    speed = exp((low + high) / 2)
    return Shape(min(_total(points, speed), 1.0), speed)


def _total(points: Sequence[tuple[int, float, float]], speed: float) -> float:
    """Give the total that fits best at a speed: a line through nothing."""
    steps = [(exp(-speed * (m - 1)) - exp(-speed * m), rate, weight) for m, rate, weight in points]
    over = sum(weight * step * rate for step, rate, weight in steps)
    under = sum(weight * step * step for step, _, weight in steps)
    return over / under if under else 0.0


def _error(points: Sequence[tuple[int, float, float]], speed: float) -> float:
    shape = Shape(_total(points, speed), speed)
    return sum(weight * (rate - shape.came(m)) ** 2 for m, rate, weight in points)


def total_at(curve: Curve, speed: float) -> float:
    """Give what comes in the end by a curve whose speed is known: the total that fits its months best, each by the debt watched in it."""
    whole = max(curve.watched_minor, default=0)
    if not whole:
        return 0.0
    months = enumerate(zip(curve.rates, curve.watched_minor, strict=True), 1)
    return min(max(_total([(m, rate, watched / whole) for m, (rate, watched) in months], speed), 0.0), 1.0)


def shapes_by_segment(curves: Mapping[str, Curve], common: Shape, credible: float) -> dict[str, Shape]:
    """Give the shape of each segment, its total drawn towards that of all the more the fewer its claims; `credible` claims weigh half.

    The speed is that of all claims together: a thin segment cannot tell it.
    """
    found = {}
    for segment, curve in curves.items():
        if segment:
            claims = curve.claims[0] if curve.claims else 0
            trust = claims / (claims + credible)
            found[segment] = Shape(trust * total_at(curve, common.speed) + (1.0 - trust) * common.total, common.speed)
    return found


def ladder(triangle: Mapping[str, Sequence[float]]) -> Ladder:
    """Complete cumulative recoveries of vintages, oldest first and longest first, by the chain ladder.

    The factor of an age is what all vintages seen at the next age came to then, over what they had come to; a vintage ends at its last
    number times the factors still before it.
    """
    rows = list(triangle.values())
    longest = max((len(row) for row in rows), default=0)
    factors = []
    for age in range(longest - 1):
        seen = [row for row in rows if len(row) > age + 1]
        before, after = sum(row[age] for row in seen), sum(row[age + 1] for row in seen)
        factors.append(after / before if before else 1.0)
    ultimate = {}
    for vintage, row in triangle.items():
        value = float(row[-1]) if row else 0.0
        for factor in factors[max(len(row), 1) - 1 :]:
            value *= factor
        ultimate[vintage] = value
    return Ladder(tuple(factors), ultimate)
