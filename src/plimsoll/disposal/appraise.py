"""What each loan of a package is worth, by the rules of a day and by what the house's own bad debts have brought so far."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.recovery import Claim, Curve, Shape, curves_by_segment, fit_shape, shapes_by_segment, total_at
from plimsoll.disposal.value import Terms, Worth, present_share, worth_minor
from plimsoll.disposal.vintage import BadDebt
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate


class Appraisal(NamedTuple):
    """By what a package is valued: how debts recover, on how many claims that rests, and how seller and buyer discount.

    `shapes` and `curves` are those of each segment (product); the curve of all is under "", and a segment without claims has `shape`.
    """

    shape: Shape
    claims: int
    seller: Terms
    buyer: Terms
    shapes: Mapping[str, Shape] = {}
    curves: Mapping[str, Curve] = {}

    def of(self, segment: str) -> Shape:
        """Give how the debts of a segment recover."""
        return self.shapes.get(segment, self.shape)


def appraisal(rules: Rules, on: date, claims: Iterable[Claim]) -> Appraisal:
    """Give the terms of a day. Few claims of one's own are drawn towards the curve of the rules, which the market's prices fit.

    `credible` claims weigh as much as the rule; the speed is the rule's until there are that many. The claims of a segment are drawn
    towards those of all in the same way.
    """
    said = _numbers(rules, "POLICY.DISPOSAL.RECOVERY", on)
    held = list(claims)
    curves = curves_by_segment(held) if held else {}
    shape = Shape(said["total"], said["speed"])
    if held:
        trust = len(held) / (len(held) + said["credible"])
        speed = fit_shape(curves[""]).speed if len(held) >= said["credible"] else shape.speed
        shape = Shape(trust * total_at(curves[""], speed) + (1.0 - trust) * shape.total, speed)
    seller, buyer = (_terms(rules, key, on) for key in ("POLICY.DISPOSAL.SELLER", "POLICY.DISPOSAL.BUYER"))
    return Appraisal(shape, len(held), seller, buyer, shapes_by_segment(curves, shape, said["credible"]), curves)


def _terms(rules: Rules, key: str, on: date) -> Terms:
    said = _numbers(rules, key, on)
    return Terms(said["cost"], said["yield"], int(said["months"]), said["upfront"])


def _numbers(rules: Rules, key: str, on: date) -> dict[str, float]:
    """Give the named numbers of a rule as statistics."""
    found = rules.value(key, on)
    assert isinstance(found, dict), f"{key} has no value on {on}"
    return {name: value.num / value.den if isinstance(value, Rate) else float(value) for name, value in found.items()}


def worth_of(one: Candidate, by: Appraisal) -> Worth:
    """Give what a loan is worth to the house and to a buyer."""
    keep, price = (present_share(by.of(one.product), one.bad_months, terms) for terms in (by.seller, by.buyer))
    return Worth(worth_minor(keep, one.weight_minor), worth_minor(price, one.weight_minor))


def claims_of(debts: Sequence[BadDebt], on: date) -> list[Claim]:
    """Give claims for the recovery curve; months of 30 days, whole ones only."""
    found = []
    for segment, owed_minor, since, until, cash in debts:
        months = (min(until, on.toordinal()) - since) // 30
        if months < 1 or owed_minor <= 0:
            continue
        received: dict[int, int] = {}
        for day, minor in cash:
            month = (day - since) // 30 + 1
            if day >= since and month <= months:
                received[month] = received.get(month, 0) + minor
        found.append(Claim(segment, owed_minor, months, received))
    return found
