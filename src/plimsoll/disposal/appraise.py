"""What each loan of a package is worth, by the rules of a day and by what the house's own bad debts have brought so far."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.recovery import Claim, Shape, curve_of, fit_shape
from plimsoll.disposal.value import Terms, Worth, present_share, worth_minor
from plimsoll.disposal.vintage import BadDebt
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate


class Appraisal(NamedTuple):
    """By what a package is valued: how debts recover, on how many claims that rests, and how seller and buyer discount."""

    shape: Shape
    claims: int
    seller: Terms
    buyer: Terms


def appraisal(rules: Rules, on: date, claims: Iterable[Claim]) -> Appraisal:
    """Give the terms of a day. Few claims of one's own are drawn towards the curve of the rules, which the market's prices fit.

    `credible` claims weigh as much as the rule; the speed is the rule's until there are that many.
    """
    said = _numbers(rules, "POLICY.DISPOSAL.RECOVERY", on)
    held = list(claims)
    common = Shape(said["total"], said["speed"])
    shape = common
    if held:
        own, trust = fit_shape(curve_of(held)), len(held) / (len(held) + said["credible"])
        speed = own.speed if len(held) >= said["credible"] else common.speed
        shape = Shape(trust * own.total + (1.0 - trust) * common.total, speed)
    return Appraisal(shape, len(held), _terms(rules, "POLICY.DISPOSAL.SELLER", on), _terms(rules, "POLICY.DISPOSAL.BUYER", on))


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
    keep, price = (present_share(by.shape, one.bad_months, terms) for terms in (by.seller, by.buyer))
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
