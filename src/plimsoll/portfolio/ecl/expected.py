"""Expected credit loss of columns of loans: chances of default by month times loss times exposure, discounted, over weighted scenarios.

Worked out once for each state and number of months to come, as a share of the exposure, and then looked up: a million loans cost one
reading of a small table. Stage 1 looks twelve months ahead, stage 2 to the end of the loan, stage 3 takes the loss given default.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.portfolio.ecl.lifetime import STATES, Moves, curves, shifted
from plimsoll.portfolio.ecl.period import MonthlyRate, discounts, level_share
from plimsoll.portfolio.ecl.stage import FRESH, IMPAIRED
from plimsoll.units.refusal import Malformed

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

YEAR: Final = 12
MONTHS_MAX: Final = 60
"""Longest life that is looked at: the longest lawful plan of a consumer loan, and more than the behavioural life of a line."""
ONE: Final = 1e-9


class Scenario(NamedTuple):
    """One economy: how likely it is, how far the log odds of getting worse move, and what loss given default is multiplied by."""

    name: str
    weight: float
    shift: float
    loss_times: float


class Terms(NamedTuple):
    """What the loss is worked out with: loss given default, the effective rate a month, and whether principal is repaid by instalments."""

    loss: float
    rate: MonthlyRate
    is_repaid_by_instalments: bool


class Shares(NamedTuple):
    """Expected loss as a share of the exposure, by state and months to come (0 to MONTHS_MAX); `impaired` that of a loan in default."""

    year: Floats
    life: Floats
    impaired: float


class Exposed(NamedTuple):
    """Columns of loans: the state of `lifetime`, the stage, months to come, and exposure at default in minor units."""

    state: Whole
    stage: Whole
    months: Whole
    exposure_minor: Whole


def shares(moves: Moves, terms: Terms, scenarios: Sequence[Scenario]) -> Shares:
    """Give the expected loss as shares, weighted over scenarios; raises Malformed scenario_malformed, period_mixed."""
    refuse_scenarios(scenarios)
    year, life, impaired = np.zeros((STATES, MONTHS_MAX + 1)), np.zeros((STATES, MONTHS_MAX + 1)), 0.0
    for one in scenarios:
        found = _of_scenario(shifted(moves, one.shift), terms, one)
        year += one.weight * found.year
        life += one.weight * found.life
        impaired += one.weight * found.impaired
    return Shares(year, life, impaired)


def _of_scenario(moves: Moves, terms: Terms, scenario: Scenario) -> Shares:
    """Give the shares under one scenario."""
    loss = min(terms.loss * scenario.loss_times, 1.0)
    falls = curves(moves, MONTHS_MAX).default * np.array(discounts(terms.rate, MONTHS_MAX)) * loss
    year, life = np.zeros((STATES, MONTHS_MAX + 1)), np.zeros((STATES, MONTHS_MAX + 1))
    for months in range(1, MONTHS_MAX + 1):
        # Who defaults in a month owes what was owed at its beginning.
        left = level_share(terms.rate, months) if terms.is_repaid_by_instalments else None
        owed = np.array([left(passed) if left else 1.0 for passed in range(months)])
        parts = falls[:, :months] * owed
        life[:, months] = parts.sum(axis=1)
        year[:, months] = parts[:, :YEAR].sum(axis=1)
    return Shares(year, life, loss)


def refuse_scenarios(scenarios: Sequence[Scenario]) -> None:
    """Raise Malformed scenario_malformed unless the weights are shares that add up to one and loss is never below nought."""
    if not scenarios or any(not 0 <= one.weight <= 1 or one.loss_times < 0 for one in scenarios):
        raise Malformed("scenario_malformed", "weights between 0 and 1, losses from 0 up")
    whole = sum(one.weight for one in scenarios)
    if abs(whole - 1) > ONE:
        raise Malformed("scenario_malformed", f"weights add up to {whole:.6f}, not 1")


def expected_minor(loans: Exposed, found: Shares) -> Whole:
    """Give the expected loss of each loan in minor units, rounded half up: here the statistic becomes money.

    Raises Malformed exposure_negative.
    """
    if len(loans.exposure_minor) and int(loans.exposure_minor.min()) < 0:
        raise Malformed("exposure_negative", f"{int(loans.exposure_minor.min())} minor units")
    months = np.minimum(loans.months, MONTHS_MAX)
    share = np.where(
        loans.stage == IMPAIRED,
        found.impaired,
        np.where(loans.stage == FRESH, found.year[loans.state, months], found.life[loans.state, months]),
    )
    money: Whole = np.floor(loans.exposure_minor * share + 0.5).astype(np.int64)
    return money
