"""The figures of the rulebook that the load line is drawn by, read once for a day."""

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Final, NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules

TIERS: Final = ("tier1", "tier2", "tier3", "tier4")
KINDS: Final = ("verified", "inferred", "stated")
"""How an income is known, the most precise first."""
CURRENCY: Final = "CNY"
"""The currency of the amounts in the rules; the load line of another one needs rules of its own."""


class Stress(NamedTuple):
    """Terms under which debt is weighed: a yearly rate, level instalments over some months, and the least payment of revolving debt."""

    rate: float
    months: int
    min_payment: float


class Reference(NamedTuple):
    """The borrower that an explanation compares with: a month's money in minor units, and the terms of the principal."""

    income_minor: float
    essentials_minor: float
    debts_minor: float
    principal_minor: float
    rate: float
    months: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What the rules of the load line say on a day, as statistics take it; amounts in minor units, spreads of logarithms."""

    on: date
    spread: dict[str, float]
    floor_minor: dict[str, float]
    person: float
    fixed_minor: float
    slope: float
    exponent: float
    essentials_spread: float
    unseen_of_income: float
    unseen_of_seen: float
    unseen_spread: float
    stress: Stress
    long_months: int
    kappa: float
    percentile_z: float
    service_share: float
    watch: float
    over: float
    severe: float
    chance_watch: float
    chance_flag: float
    reference: Reference
    companions: dict[str, float]


def load_policy(rules: Rules, on: date) -> Policy:
    """Give the policy of a day; raises Malformed rule_not_in_force where a rule has no value then."""
    curve = figures(rules, "POLICY.LOAD.ESSENTIALS.CURVE", on)
    unseen = figures(rules, "POLICY.LOAD.UNSEEN", on)
    stress = figures(rules, "POLICY.LOAD.STRESS", on)
    capacity = figures(rules, "POLICY.LOAD.CAPACITY", on)
    bands = figures(rules, "POLICY.LOAD.BANDS", on)
    chance = figures(rules, "POLICY.LOAD.CHANCE", on)
    like = figures(rules, "POLICY.LOAD.REFERENCE", on)
    return Policy(
        on=on,
        spread=dict(figures(rules, "POLICY.LOAD.INCOME.SPREAD", on)),
        floor_minor=dict(figures(rules, "POLICY.LOAD.ESSENTIALS.FLOOR", on)),
        person=curve["person"],
        fixed_minor=curve["fixed"],
        slope=curve["slope"],
        exponent=curve["exponent"],
        essentials_spread=curve["spread"],
        unseen_of_income=unseen["of_income"],
        unseen_of_seen=unseen["of_seen"],
        unseen_spread=unseen["spread"],
        stress=Stress(stress["rate"], int(stress["months"]), stress["min_payment"]),
        long_months=int(stress["long_months"]),
        kappa=capacity["kappa"],
        percentile_z=NormalDist().inv_cdf(capacity["percentile"]),
        service_share=capacity["service_share"],
        watch=bands["watch"],
        over=bands["over"],
        severe=bands["severe"],
        chance_watch=chance["watch"],
        chance_flag=chance["flag"],
        reference=Reference(like["income"], like["essentials"], like["debts"], like["principal"], like["rate"], int(like["months"])),
        companions=dict(figures(rules, "POLICY.LOAD.COMPANION", on)),
    )
