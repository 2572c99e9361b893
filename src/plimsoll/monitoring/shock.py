"""Shocks at an employer or in a region: dated notices of the house, told by a person with a source or found in its own book.

A shock is the dossier of one employer or one region, which is named by a blind: who works or lives there is on record as that blind alone.
Each notice says which share of the people there is struck and until when it counts. Of one source the last notice counts, of several
the gravest. A notice counts from its own day on, so a past day is told by what was known on it.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules

DOSSIER: Final = "shock"
TOLD: Final = "shock.told"
EMPLOYER, REGION = "employer", "region"
GROUPS: Final = (EMPLOYER, REGION)
SIGNALS: Final[Mapping[str, str]] = {EMPLOYER: "employer_shock", REGION: "region_shock"}
"""The signal of each kind of group."""
EVENTS: Final = (
    *("plant-closed", "mass-layoff", "wages-unpaid", "insolvency"),
    *("flood", "storm", "earthquake", "fire", "epidemic"),
    *("late-payments", "other"),
)
"""What can have struck; `late-payments` is what the house finds by itself."""
OWN_BOOK: Final = "own book"
"""The source of what the house finds by itself."""
BLIND_LENGTH: Final = 48
PPM: Final = 1_000_000
ROUNDING: Final = 1e-12


class Found(NamedTuple):
    """How a group fares: people who owed and were not late as the window began, of them late within it, the same share of the group in the
    window before, and the share of everybody else in this one."""

    people: int
    struck: int
    before: float
    elsewhere: float


class ShockPolicy(NamedTuple):
    """The fewest people and the fewest newly late of a group, how far above expectation, how rare by chance, and for how many days."""

    people: int
    struck: int
    above: float
    chance: float
    days: int


def shock_policy(rules: Rules, on: date) -> ShockPolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    said = figures(rules, "POLICY.WATCH.SHOCK", on)
    return ShockPolicy(int(said["people"]), int(said["struck"]), said["above"], said["chance"], int(said["days"]))


def group_name(kind: str, blind: str) -> str:
    """Give the name of the dossier of an employer or a region."""
    return f"{kind}-{blind[:BLIND_LENGTH]}"


def share_in_force(filings: Iterable[Filing], on: int) -> float:
    """Give the gravest share that notices in force on a day tell, 0 where none is."""
    last = {read_body(one)["source"]: read_body(one) for one in of_kind(filings, TOLD) if one.on <= on}
    return max((said["share_ppm"] / PPM for said in last.values() if said["until"] > on), default=0.0)


def begins_on(filings: Iterable[Filing], on: int) -> bool:
    """Tell whether a notice of a day itself is in force on it."""
    return any(one.on == on and read_body(one)["until"] > on for one in of_kind(filings, TOLD))


def share_found(found: Found, policy: ShockPolicy) -> float | None:
    """Give the share of a group that became late, where it is a shock: many enough, far enough above what was to be expected, and rare.

    Expected is the larger of the group's own share in the window before and of the share elsewhere in this one, so that neither a group
    that always fared badly nor a bad time for everybody counts. By chance so many or more come with P(X >= struck), X binomial.
    """
    if found.people < policy.people or found.struck < policy.struck:
        return None
    share = found.struck / found.people
    expected = max(found.before, found.elsewhere)
    is_far = share - expected >= policy.above - ROUNDING
    return share if is_far and tail(found.people, found.struck, expected) <= policy.chance else None


def tail(count: int, least: int, chance: float) -> float:
    """Give P(X >= least) of a binomial X of `count` trials: 20, 5, 0.05 gives 0.002574."""
    if chance <= 0:
        return float(least <= 0)
    if chance >= 1:
        return float(least <= count)
    logs = (
        math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) + k * math.log(chance) + (count - k) * math.log1p(-chance)
        for k in range(max(least, 0), count + 1)
    )
    return min(math.fsum(math.exp(one) for one in logs), 1.0)
