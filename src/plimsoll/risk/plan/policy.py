"""The figures of the rulebook that a plan is made by, read once for a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate

BANDS: tuple[tuple[str, int], ...] = (("early", 0), ("d30", 31), ("d60", 61), ("d90", 91), ("d180", 181), ("d360", 361))
"""How late a debt is, each band from its first day past due."""


class Worth(NamedTuple):
    """What money is worth: the yearly discount, and the share of the balance that comes back after a plan is broken."""

    discount: float
    recovery: float


class Hazard(NamedTuple):
    """How the chance a month that a plan breaks is made: a base, what the first months add, and how each cause weighs on the log-odds."""

    base: float
    early: float
    fade_months: float
    burden: float
    relief: float
    write_down: float
    prior: float


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """What the rules of plans say on a day; rates a year, terms in months, shares of what is owed.

    `terms_max` is the longest plan that law and policy allow. `continuing` and `sale` say what a debt is worth without a plan, by BANDS.
    """

    on: date
    rates: tuple[Rate, ...]  # the highest first
    terms: tuple[int, ...]  # the shortest first
    terms_min: int
    terms_max: int
    holidays: tuple[int, ...]
    extension_months: int
    extension_times: int
    worth: Worth
    hazard: Hazard
    continuing: Mapping[str, float]
    sale: Mapping[str, float]

    def without(self, late_days: int) -> tuple[float, float]:
        """Give what a debt so late is worth if it goes on as it does, and if it is sold, each as a share of the balance."""
        band = next(name for name, since in reversed(BANDS) if late_days >= since)
        return self.continuing[band], self.sale[band]


def plan_policy(rules: Rules, on: date) -> PlanPolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force where a rule has no value then."""
    term = figures(rules, "POLICY.PLAN.TERM", on)
    law = rules.whole("CN.PLAN.CARD.MAX", on)
    extension = figures(rules, "POLICY.PLAN.EXTENSION", on)
    most = int(term["most"])
    rates, terms, holidays = (rules.value(key, on) for key in ("POLICY.PLAN.RATES", "POLICY.PLAN.TERMS", "POLICY.PLAN.HOLIDAYS"))
    assert isinstance(rates, tuple)
    assert isinstance(terms, tuple)
    assert isinstance(holidays, tuple)
    return PlanPolicy(
        on=on,
        rates=tuple(sorted((one for one in rates if isinstance(one, Rate)), key=_size, reverse=True)),
        terms=tuple(sorted(one for one in terms if isinstance(one, int))),
        terms_min=int(term["least"]),
        terms_max=most if law is None else min(most, law),
        holidays=tuple(sorted(one for one in holidays if isinstance(one, int))),
        extension_months=int(extension["months"]),
        extension_times=int(extension["times"]),
        worth=Worth(**figures(rules, "POLICY.PLAN.WORTH", on)),
        hazard=Hazard(**figures(rules, "POLICY.PLAN.HAZARD", on)),
        continuing=figures(rules, "POLICY.PLAN.CONTINUING", on),
        sale=figures(rules, "POLICY.PLAN.SALE", on),
    )


def _size(rate: Rate) -> float:
    return rate.num / rate.den
