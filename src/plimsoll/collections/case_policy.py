"""The figures of the rulebook that cases and promises go by on a day."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.risk.score.split import WHOLE_BP, basis_points
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate

PPM = 1_000_000


class PromisePolicy(NamedTuple):
    """What keeps a promise and how far it may reach: shares per million, days, broken ones after which none is taken."""

    kept_ppm: int
    part_ppm: int
    grace: int
    longest: int
    broken: int


class Trial(NamedTuple):
    """Shares of the trial of strategies: those held out for good, and of the others those that the challenger treats, in basis points."""

    held_out_bp: int
    challenger_bp: int


def promise_policy(rules: Rules, on: date) -> PromisePolicy:
    """Give the policy of promises of a day; raises Malformed rule_not_in_force."""
    kept, limits = figures(rules, "POLICY.PROMISE.KEPT", on), figures(rules, "POLICY.PROMISE.LIMITS", on)
    shares = round(kept["share"] * PPM), round(kept["part"] * PPM)
    return PromisePolicy(*shares, int(kept["grace"]), int(limits["longest"]), int(limits["broken"]))


class Capacity(NamedTuple):
    """How many cases a collector may hold at once, and take in a day."""

    held: int
    day: int


def capacity(rules: Rules, on: date) -> Capacity:
    """Give how many cases are given to one collector."""
    said = figures(rules, "POLICY.CASE.CAPACITY", on)
    return Capacity(int(said["held"]), int(said["day"]))


def trial(rules: Rules, on: date) -> Trial:
    """Give the shares of the trial of strategies."""
    said = rules.value("POLICY.CASE.TRIAL", on)
    assert isinstance(said, Mapping)
    held_out, challenger = said["held_out"], said["challenger"]
    assert isinstance(held_out, Rate), held_out
    assert isinstance(challenger, Rate), challenger
    return Trial(basis_points(held_out), min(basis_points(challenger), WHOLE_BP))


def band_of(owed_minor: int, currency: str, rules: Rules, on: date) -> str | None:
    """Give the band of an amount: small, middle or large; None in a currency for which there are no bands."""
    unit, said = rules.rule("POLICY.CASE.BANDS").unit, rules.value("POLICY.CASE.BANDS", on)
    assert isinstance(said, Mapping)
    assert isinstance(unit, Mapping)
    middle, large = said["middle"], said["large"]
    assert isinstance(middle, int)
    assert isinstance(large, int)
    if unit["middle"] != currency or unit["large"] != currency:
        return None
    return "large" if owed_minor >= large else "middle" if owed_minor >= middle else "small"


def effect_ppm(bucket: str, rules: Rules, on: date) -> int:
    """Give the share of a debt that a contact brings in as the house takes it to be, per million, by how late it is."""
    return round(figures(rules, "POLICY.CASE.EFFECT", on).get(bucket, 0.0) * PPM)
