"""How likely a customer pays by will and by money, told apart: each customer drawn to the population by how little is known.

    P(paid | chance) = attention · willingness · money        attention = 1 where the debtor was asked in person
    P(a part | chance) = attention · willingness · (1 - money) · part
    money = ability, where nothing is known of it;  1 - (1 - ability) · (1 - relief) in the days after wages came

A debit that failed for lack of money shows the money itself: it tells of ability, and of the will only where a part came all the same.

Every trait has one of four levels, so a customer is one of 64 types. The chances of types given what was seen are Bayes' rule with the
population's shares before it; `population` finds these shares themselves by expectation and maximisation (Dempster, Laird, Rubin 1977).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

from plimsoll.risk.willing.chance import AFTER_PAYDAY, CASH, NOTHING, OUTCOMES, PAID, PART, SHORT, Chance
from plimsoll.risk.willing.policy import BETTER, LEVELS, WillingPolicy

CAN, CANNOT = "can", "cannot"
WILL, WONT = "willing", "unwilling"
UNKNOWN: Final = "unknown"
ROUNDS: Final = 40
KINDS: Final = tuple(product((False, True), CASH, OUTCOMES))
"""Whether asked, what was known of the money, what came of it: all that a chance is for the estimate."""

TYPES: Final = tuple(product(range(len(LEVELS)), repeat=3))
"""Levels of attention, willingness and ability."""

Counts = Mapping[tuple[bool, str, str], float]
"""Chances of each kind, weighed by their age."""


class Willing(NamedTuple):
    """What is told of a customer: classes, with how likely the better half of each trait is, and the chances weighed."""

    ability: str  # CAN, CANNOT or UNKNOWN
    willingness: str  # WILL, WONT or UNKNOWN
    able: float
    willing: float
    attentive: float
    weight: float


class Population(NamedTuple):
    """How common each level of each trait is."""

    attention: tuple[float, ...]
    willingness: tuple[float, ...]
    ability: tuple[float, ...]


def estimate(chances: Iterable[Chance], on: int, policy: WillingPolicy) -> Willing:
    """Give what the chances of a customer tell on a day; without any, what the population is like."""
    counts = counted(chances, on, policy)
    prior = _prior(policy)
    posterior = _posterior(_logs(policy), prior, counts)
    attentive, willing, able = (
        sum(share for share, levels in zip(posterior, TYPES, strict=True) if levels[trait] >= BETTER) for trait in range(3)
    )
    return Willing(
        _named(able, policy.sure, CAN, CANNOT),
        _named(willing, policy.sure, WILL, WONT),
        able,
        willing,
        attentive,
        sum(counts.values()),
    )


def counted(chances: Iterable[Chance], on: int, policy: WillingPolicy) -> dict[tuple[bool, str, str], float]:
    """Give the chances of each kind, an older one weighing less."""
    counts: dict[tuple[bool, str, str], float] = {}
    for chance in chances:
        kind = (chance.is_prompted, chance.cash, chance.outcome)
        counts[kind] = counts.get(kind, 0.0) + 0.5 ** (max(on - chance.day, 0) / policy.half_life)
    return counts


def chance_of(kind: tuple[bool, str, str], levels: tuple[float, float, float], policy: WillingPolicy) -> float:
    """Give how likely a chance of a kind comes out as it did for somebody with some attention, willingness and ability."""
    is_prompted, cash, outcome = kind
    attention, willingness, ability = levels
    if cash == SHORT:
        found = {PAID: ability * willingness, PART: (1 - ability) * willingness, NOTHING: 1 - ability}[outcome]
    else:
        money = 1 - (1 - ability) * (1 - policy.relief) if cash == AFTER_PAYDAY else ability
        heeds = (1.0 if is_prompted else attention) * willingness
        paid, part = heeds * money, heeds * (1 - money) * policy.part
        found = {PAID: paid, PART: part, NOTHING: 1 - paid - part}[outcome]
    return found * (1 - len(OUTCOMES) * policy.slip) + policy.slip


def population(people: Sequence[Counts], policy: WillingPolicy, rounds: int = ROUNDS) -> Population:
    """Give how common each level is among some people, by EM from the shares of the policy."""
    logs, shares = _logs(policy), list(_prior(policy))
    for _ in range(rounds):
        sums = [0.0] * len(TYPES)
        for counts in people:
            for place, share in enumerate(_posterior(logs, shares, counts)):
                sums[place] += share
        # One made-up customer of the policy's population keeps every level possible.
        shares = [(found + before) / (len(people) + 1) for found, before in zip(sums, _prior(policy), strict=True)]
    return Population(*(_margin(shares, trait) for trait in range(3)))


def _margin(shares: Sequence[float], trait: int) -> tuple[float, ...]:
    sums = [0.0] * len(LEVELS)
    for share, levels in zip(shares, TYPES, strict=True):
        sums[levels[trait]] += share
    return tuple(sums)


def _named(share: float, sure: float, better: str, worse: str) -> str:
    if share >= sure:
        return better
    return worse if share <= 1 - sure else UNKNOWN


@lru_cache(maxsize=8)
def _prior(policy: WillingPolicy) -> tuple[float, ...]:
    return tuple(policy.attention[a] * policy.willingness[w] * policy.ability[c] for a, w, c in TYPES)


@lru_cache(maxsize=8)
def _logs(policy: WillingPolicy) -> Mapping[tuple[bool, str, str], tuple[float, ...]]:
    """Give the logarithms of `chance_of` for every kind, one a type."""
    levels = [(policy.levels[a], policy.levels[w], policy.levels[c]) for a, w, c in TYPES]
    return {kind: tuple(math.log(chance_of(kind, one, policy)) for one in levels) for kind in KINDS}


def _posterior(logs: Mapping[tuple[bool, str, str], tuple[float, ...]], prior: Sequence[float], counts: Counts) -> list[float]:
    """Give how likely each type is."""
    told = [0.0] * len(TYPES)
    for kind, weight in counts.items():
        for place, log in enumerate(logs[kind]):
            told[place] += weight * log
    most = max(told)
    found = [share * math.exp(log - most) for share, log in zip(prior, told, strict=True)]
    whole = sum(found)
    return [share / whole for share in found]
