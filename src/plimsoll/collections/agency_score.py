"""How an agency does: what came in against what was expected, drawn towards the average while little is known, and how it behaves."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.risk.measure.interval import Z95
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules

PER: Final = 10_000
POINTS: Final = 100


class Result(NamedTuple):
    """One placement: what came in while it lasted and what was expected by the day asked about, in minor units of one currency."""

    observed_minor: int
    expected_minor: int


class Recovery(NamedTuple):
    """Observed and expected recovery, and the ratio (O + k) / (E + k) with its standard deviation and 95 % bounds."""

    placements: int
    observed_minor: int
    expected_minor: int
    ratio: float
    deviation: float
    low: float
    high: float


class Conduct(NamedTuple):
    """Complaints of 10,000 placements, share of audited calls that passed (drawn towards the threshold), points of a hundred, and whether
    both thresholds are met."""

    complaints_per_10k: float
    audit_share: float
    points: int
    is_within: bool


def recovery_of(results: Sequence[Result], prior_minor: float) -> Recovery:
    """Give the ratio of recovery of an agency; `prior_minor` is k, an amount that came in exactly as expected.

    What comes in is a sum of a random number of amounts, whose variance is the sum of their squares (compound Poisson); so is the
    prior's, in amounts of the usual size.
    """
    observed, expected = sum(one.observed_minor for one in results), sum(one.expected_minor for one in results)
    squares = math.fsum(float(one.observed_minor) ** 2 for one in results)
    if expected + prior_minor <= 0:
        return Recovery(len(results), observed, expected, 1.0, 0.0, 1.0, 1.0)
    usual = squares / observed if observed else expected / max(len(results), 1)
    ratio = (observed + prior_minor) / (expected + prior_minor)
    deviation = math.sqrt(squares + prior_minor * max(usual, 0.0)) / (expected + prior_minor)
    return Recovery(len(results), observed, expected, ratio, deviation, max(ratio - Z95 * deviation, 0.0), ratio + Z95 * deviation)


def prior_of(by_agency: Mapping[str, Sequence[Result]], rules: Rules, on: date) -> float:
    """Give k: the expected recovery of so many placements of the usual size, over all agencies."""
    placements = sum(len(results) for results in by_agency.values())
    expected = sum(one.expected_minor for results in by_agency.values() for one in results)
    return (rules.whole("POLICY.AGENCY.SHRINK", on) or 0) * expected / placements if placements else 0.0


def average_of(by_agency: Mapping[str, Sequence[Result]], prior_minor: float) -> Recovery:
    """Give the recovery of all agencies together, drawn towards 1 by the same k: what an average agency does."""
    return recovery_of([one for results in by_agency.values() for one in results], prior_minor)


def conduct_of(placements: int, complaints: int, calls: int, passed: int, rules: Rules, on: date) -> Conduct:
    """Give how an agency behaves: half the points for complaints (none of them at twice the threshold), half for audited calls."""
    said = figures(rules, "POLICY.AGENCY.CONDUCT", on)
    rate = complaints * PER / placements if placements else 0.0
    share = (passed + said["audit"] * said["calls"]) / (calls + said["calls"])
    points = POINTS / 2 * max(1 - rate / (2 * said["complaints"]), 0.0) + POINTS / 2 * share
    return Conduct(rate, share, math.floor(points), rate <= said["complaints"] and share >= said["audit"])


def is_worth_giving(own: Recovery, average: Recovery, commission: float, in_house: float) -> bool:
    """Tell whether an agency is believed to recover, after its commission, more than the lender would.

    `in_house` is what the lender recovers of what an average agency does: in bad times all recover less, the lender too.
    """
    return own.ratio * (1 - commission) >= average.ratio * in_house


def is_worth_keeping(own: Recovery, average: Recovery, commission: float, in_house: float) -> bool:
    """Tell whether an agency may still recover more: its upper bound at 95 % is held against the lower one of the average.

    What is there already is called back on evidence only, else chance would move customers to and fro.
    """
    return own.high * (1 - commission) >= average.low * in_house
