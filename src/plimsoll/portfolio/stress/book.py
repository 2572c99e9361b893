"""What a book would lose under a scenario: the economy moves the odds of getting worse, thin collections let fewer loans come back.

A lower cap on price is told as the part of the book whose risk it no longer pays for: such loans are not granted again.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.portfolio.ecl.expected import Scenario
from plimsoll.portfolio.ecl.lifetime import BUCKETS, OUTCOMES, Moves, curves, shifted
from plimsoll.portfolio.ecl.of_tape import Fitted, Loans, Measured, Policy, measure
from plimsoll.portfolio.stress.reverse import Broken, smallest
from plimsoll.portfolio.stress.satellite import DRIVERS, SIGNS, Satellite, path
from plimsoll.portfolio.stress.vasicek import default_rate
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

QUANTILES: Final = (0.90, 0.99, 0.999)
CORRELATIONS: Final = (0.02, 0.04, 0.08)
NAMES: Final = ("mild", "severe", "others-withdraw", "collections-halved")
RULES_BY_NAME: Final = {
    "mild": "POLICY.STRESS.MILD",
    "severe": "POLICY.STRESS.SEVERE",
    "others-withdraw": "POLICY.STRESS.OTHERS_WITHDRAW",
    "collections-halved": "POLICY.STRESS.COLLECTIONS_HALVED",
}
RANGES: Final = {
    "unemployment": (-20.0, 20.0, 0.0),
    "income": (-50.0, 50.0, 0.0),
    "supply": (-100.0, 100.0, 0.0),
    "quarters": (1.0, 20.0, 4.0),
    "uncollected": (0.0, 1.0, 0.0),
    "loss": (0.0, 5.0, 1.0),
}
"""By figure of a scenario: the least and the most that can be meant, and what it is where nothing is said."""

SHOCK_MAX: Final = 8.0
"""Largest shock that reverse stress looks at, in units of the severe scenario."""


class Economy(NamedTuple):
    """A scenario: each quarter so many points more unemployment, per cent less income, per cent less credit from others; and the share of
    collections that is lost, and what loss given default is multiplied by."""

    name: str
    unemployment: float
    income: float
    supply: float
    quarters: int
    uncollected: float
    loss_times: float


class Stressed(NamedTuple):
    """What a scenario makes of a book: how far the log odds move at worst, chance of default within a year (by balance), allowance."""

    name: str
    shift: float
    chance: float
    allowance_minor: int


def economies(rules: Rules, on: date) -> list[Economy]:
    """Give the scenarios of a day; raises Malformed rule_not_in_force."""
    found = []
    for name in NAMES:
        said = figures(rules, RULES_BY_NAME[name], on)
        unemployment, income, supply = (said[driver] for driver in DRIVERS)
        found.append(Economy(name, unemployment, income, supply, int(said["quarters"]), said["uncollected"], said["loss"]))
    return found


def economy_of(name: str, said: Mapping[str, float]) -> Economy:
    """Give a scenario by what is said of it, the rest as it is; raises Malformed scenario_malformed with the range of a figure."""
    unknown = sorted(said.keys() - RANGES.keys())
    if unknown:
        raise Malformed("scenario_malformed", ", ".join(unknown), remedy=f"One of: {', '.join(RANGES)}.")
    for part, value in said.items():
        least, most, _ = RANGES[part]
        if not least <= value <= most or (part == "quarters" and value != int(value)):
            raise Malformed("scenario_malformed", f"{part} {value:g}", remedy=f"{part}: {least:g} to {most:g}.")
    found = {part: said.get(part, usual) for part, (_, _, usual) in RANGES.items()}
    unemployment, income, supply = (found[driver] for driver in DRIVERS)
    return Economy(name, unemployment, income, supply, int(found["quarters"]), found["uncollected"], found["loss"])


def satellite(rules: Rules, on: date) -> Satellite:
    """Give the satellite model of policy: what is believed where no history was fitted."""
    said = figures(rules, "POLICY.STRESS.SATELLITE", on)
    effects = {name: SIGNS[name] * said[name] for name in DRIVERS}
    return Satellite(effects, said["memory"], dict.fromkeys(("memory", *DRIVERS), 1.0))


def shift_of(model: Satellite, economy: Economy) -> float:
    """Give how far the log odds of getting worse have moved at the worst quarter; the signs of a scenario are those of a bad time."""
    moves = {name: [SIGNS[name] * getattr(economy, name)] * economy.quarters for name in DRIVERS}
    return max(path(model, moves), default=0.0)


def less_collected(moves: Moves, share: float) -> Moves:
    """Give the chances where a share of what came back from late buckets does not: it goes a bucket further instead.

    Raises Malformed scenario_malformed.
    """
    if not 0 <= share <= 1:
        raise Malformed("scenario_malformed", f"{share} of collections lost")
    chances = moves.chances.copy()
    for bucket in range(1, BUCKETS):
        better = [to for to in range(OUTCOMES) if to < bucket or to == OUTCOMES - 1]
        lost = share * chances[bucket][:, better]
        chances[bucket][:, better] -= lost
        chances[bucket][:, bucket + 1] += lost.sum(axis=1)
    return Moves(chances)


def stressed(loans: Loans, fitted: Fitted, policy: Policy, economy: Economy, model: Satellite) -> Stressed:
    """Give what a scenario makes of a book; stages and chances are worked out anew under it."""
    shift = shift_of(model, economy)
    moves = less_collected(fitted.moves, economy.uncollected)
    under = fitted._replace(moves=moves, curves=curves(moves, policy.life))
    alone = (Scenario(economy.name, 1.0, shift, economy.loss_times),)
    measured = measure(loans, under, policy, alone)
    return Stressed(economy.name, shift, _chance(loans, under, policy, shift), int(measured.allowance_minor.sum()))


def _chance(loans: Loans, under: Fitted, policy: Policy, shift: float) -> float:
    moves = shifted(under.moves, shift)
    return chance_of(loans, measure(loans, under._replace(moves=moves, curves=curves(moves, policy.life)), policy))


def chance_of(loans: Loans, measured: Measured) -> float:
    """Give the chance of default within a year of the loans that are not in it, weighted by balance; 0 where there are none."""
    alive = measured.year < 1
    weight = loans.balance_minor[alive]
    return float((measured.year[alive] * weight).sum() / weight.sum()) if weight.sum() else 0.0


def bad_years(chance: float, correlations: Sequence[float] = CORRELATIONS) -> dict[float, dict[float, float]]:
    """Give default rates of bad years by correlation and quantile; nothing where the chance is nought or certain."""
    if not 0 < chance < 1:
        return {}
    return {rho: {quantile: default_rate(chance, rho, quantile) for quantile in QUANTILES} for rho in correlations}


def unpaid_by_cap(loans: Loans, measured: Measured, cut_offs: Mapping[float, float]) -> dict[float, float]:
    """Give for each cap the share of the balance not in default whose chance of default is above what the cap pays for."""
    alive = measured.year < 1
    weight, chance = loans.balance_minor[alive], measured.year[alive]
    whole = int(weight.sum())
    return {cap: float(weight[chance > most].sum()) / whole if whole else 0.0 for cap, most in cut_offs.items()}


def breaking(loans: Loans, fitted: Fitted, policy: Policy, worst: Economy, model: Satellite, capital_minor: int) -> Sequence[Broken]:
    """Give the smallest shock along each driver, and along all together, at which the allowance passes today's by more than the capital.

    A shock of 1 is the severe scenario's. What breaks first stands first.
    """
    base = int(measure(loans, fitted, policy).allowance_minor.sum())

    def breaks(shock: Mapping[str, float]) -> bool:
        economy = worst._replace(**{name: getattr(worst, name) * shock.get(name, 0.0) for name in DRIVERS}, uncollected=0.0, loss_times=1.0)
        return stressed(loans, fitted, policy, economy, model).allowance_minor - base > capital_minor

    directions = {**{name: {name: 1.0} for name in DRIVERS}, "together": dict.fromkeys(DRIVERS, 1.0)}
    return smallest(directions, breaks, SHOCK_MAX)
