"""The figures by which ability and willingness are told, as the rules of a day have them."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules

LEVELS: Final = ("lowest", "low", "high", "highest")
"""Each trait has one of four levels; the last two are the better half."""

BETTER: Final = 2
"""From this level on a trait is of the better half."""


class WillingPolicy(NamedTuple):
    """The levels of a trait (chances), how common each is among late customers by trait, and how chances to pay are read.

    `relief`: share of the want of money that ends with a payday; `part`: how often somebody who would and cannot pays a part; `slip`: how
    often what is least likely happens all the same; `days` of a chance; `half_life` after which one weighs half, and `back`, days looked
    at; `sure`: how likely a class must be to be named.
    """

    levels: tuple[float, ...]
    attention: tuple[float, ...]
    willingness: tuple[float, ...]
    ability: tuple[float, ...]
    relief: float
    part: float
    slip: float
    sure: float
    days: int
    half_life: int
    back: int


def willing_policy(rules: Rules, on: date) -> WillingPolicy:
    """Give the figures of a day; raises Malformed rule_not_in_force."""
    read, counts = figures(rules, "POLICY.WILLING.READ", on), figures(rules, "POLICY.WILLING.DAYS", on)
    return WillingPolicy(
        _levels(figures(rules, "POLICY.WILLING.LEVELS", on)),
        _shares(figures(rules, "POLICY.WILLING.ATTENTION", on)),
        _shares(figures(rules, "POLICY.WILLING.WILLINGNESS", on)),
        _shares(figures(rules, "POLICY.WILLING.ABILITY", on)),
        read["relief"],
        read["part"],
        read["slip"],
        read["sure"],
        int(counts["chance"]),
        int(counts["half_life"]),
        int(counts["back"]),
    )


def _levels(said: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(said[name] for name in LEVELS)


def _shares(said: Mapping[str, float]) -> tuple[float, ...]:
    """Give shares that add up to one."""
    whole = sum(said[name] for name in LEVELS)
    return tuple(said[name] / whole for name in LEVELS)
