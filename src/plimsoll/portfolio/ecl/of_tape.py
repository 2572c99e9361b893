"""Expected loss of the loans of a tape: moves fitted from all its months, stages, exposure, and the allowance of each loan.

What the tape does not tell is taken from policy and said: loss given default where nothing was recovered yet, conversion of limits where
there are none, the months a loan has to come.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import takewhile
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.portfolio.ecl.expected import Exposed, Scenario, Shares, Terms, expected_minor, shares
from plimsoll.portfolio.ecl.lifetime import (
    BUCKETS,
    DEFAULT,
    ENDED,
    HISTORY,
    OUTCOMES,
    STATES,
    Curves,
    Moves,
    chance_within,
    curves,
    fit_moves,
    never_safer,
    state_of,
)
from plimsoll.portfolio.ecl.movement import Allowance
from plimsoll.portfolio.ecl.period import YearlyRate
from plimsoll.portfolio.ecl.severity import conversion, loss_given_default
from plimsoll.portfolio.ecl.stage import STAGES, StagePolicy, Standing, stages
from plimsoll.portfolio.state import BAD_FROM, PAID, SOLD
from plimsoll.risk.parameters import figures
from plimsoll.risk.recovery import Month, rates_of, shares_by_then
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

Whole = npt.NDArray[np.int64]
NEVER: Final = 99
TRAILING: Final = np.array([NEVER if not pattern else (pattern & -pattern).bit_length() - 1 for pattern in range(1 << HISTORY)])
"""Months just before this one that are not of a pattern; many where none of the three is."""


class Policy(NamedTuple):
    """What the house holds: stages, scenarios, the weight of a bucket's own history, life in months, rate a year, severity, conversion."""

    stage: StagePolicy
    scenarios: tuple[Scenario, ...]
    weight: float
    life: int
    rate: YearlyRate
    loss: float
    cure: float
    conversion: float


class Fitted(NamedTuple):
    """What was fitted on a tape: moves, their cases, curves, the loss given default and the conversion with where each comes from."""

    moves: Moves
    cases: int
    curves: Curves
    loss: float
    loss_from: str  # "tape" or "policy"
    conversion: float
    conversion_from: str


class Loans(NamedTuple):
    """Columns of loans that owe in a month, as `standing_text` gives them; -1 for days and limits that the tape does not tell.

    `pattern` and `deep` have a bit for each of the three months before, late and more than 30 days late, the latest lowest.
    """

    state: Whole
    pattern: Whole
    deep: Whole
    days: Whole
    balance_minor: Whole
    limit_minor: Whole


class Measured(NamedTuple):
    """The result, a value a loan: stage, chance of default within a year and within its life, exposure and allowance in minor units."""

    stage: Whole
    year: npt.NDArray[np.float64]
    life: npt.NDArray[np.float64]
    exposure_minor: Whole
    allowance_minor: Whole


TAPE, POLICY = "tape", "policy"


def ecl_policy(rules: Rules, on: date) -> Policy:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    stage = figures(rules, "POLICY.ECL.STAGE", on)
    said = figures(rules, "POLICY.ECL.MEASURE", on)
    economy = figures(rules, "POLICY.ECL.SCENARIOS", on)
    scenarios = (
        Scenario("base", economy["base"], 0.0, 1.0),
        Scenario("up", economy["up"], -economy["up_shift"], economy["up_loss"]),
        Scenario("down", economy["down"], economy["down_shift"], economy["down_loss"]),
    )
    return Policy(
        StagePolicy(stage["ratio"], stage["difference"], int(stage["risen"]), int(stage["impaired"]), int(stage["cycles"])),
        scenarios,
        said["weight"],
        int(said["life"]),
        YearlyRate(said["rate"]),
        said["loss"],
        said["cure"],
        said["conversion"],
    )


def counts_of(moves: Iterable[Sequence[Any]], last: int | None = None) -> Whole:
    """Count moves from rows of `moves_text`, up to those into a month; over 90 days, or written off, is default; paid or sold is the end.

    What was not seen a month later is left out, and so is what comes after default. A history not seen whole counts as not late.
    """
    counts = np.zeros((BUCKETS, HISTORY + 1, OUTCOMES), np.int64)
    for month, _, was, now, before, loans in moves:
        if was < BUCKETS and now >= 0 and (last is None or month < last):
            to = now if now < BAD_FROM else ENDED if now in (PAID, SOLD) else DEFAULT
            counts[was, max(before, 0), to] += loans
    return counts


def recovered_shares(rows: Iterable[Sequence[Any]]) -> list[float]:
    """Give the share recovered by each month since write-off, from rows of `recoveries_text`; vintages count as far as they are seen.

    Each month's share is what came in then over what was owed by vintages seen in it and the month before, so young ones drag nothing.
    """
    by_vintage: dict[int, dict[int, tuple[int, int]]] = {}
    for gone, age, owed, back in rows:
        by_vintage.setdefault(gone, {})[age] = (owed, back)
    told = [
        Month(age, owed, back - (ages[age - 1][1] if age else 0))
        for ages in by_vintage.values()
        for age, (owed, back) in ages.items()
        if owed and (age == 0 or age - 1 in ages)
    ]
    rates = rates_of(told)
    return list(shares_by_then([rates[age] for age in takewhile(rates.__contains__, range(len(rates)))]))


def fit(counts: Whole, recoveries: Sequence[Sequence[Any]], path: Sequence[Sequence[Any]], policy: Policy) -> Fitted:
    """Fit what expected loss rests on; raises Malformed tape_too_short where no move is seen.

    `path` are rows of `path_text` (months before default, loans, limit, balance), none where the tape has no limits.
    """
    if not counts.sum():
        raise Malformed("tape_too_short", "no loan that owes is seen in two months, one after the other")
    moves = fit_moves(counts, policy.weight)
    back = recovered_shares(recoveries)
    is_told = bool(back) and back[-1] > 0
    loss = loss_given_default(policy.cure, back, policy.rate.by_month()) if is_told else policy.loss * (1 - policy.cure)
    drawn = _conversion_of(path)
    return Fitted(
        moves,
        int(counts.sum()),
        curves(moves, policy.life),
        loss,
        TAPE if is_told else POLICY,
        policy.conversion if drawn is None else drawn,
        POLICY if drawn is None else TAPE,
    )


def _conversion_of(path: Sequence[Sequence[Any]]) -> float | None:
    """Give the share of undrawn limits that is drawn by default, from the use of limits a year before it (or as long as is seen) and at it.

    Shares are compared and not sums: of some lines the tape sees the default and not the year before. None where it cannot be told.
    """
    used = {row[0]: row[3] / row[2] for row in path if row[2] > 0}
    year = max((age for age in used if 0 < age <= 12), default=0)
    if 0 not in used or not year or used[year] >= 1:
        return None
    return conversion([used[year]], [1.0], [min(used[0], 1.0)])


def measure(loans: Loans, fitted: Fitted, policy: Policy, scenarios: Sequence[Scenario] = ()) -> Measured:
    """Give stage, chances, exposure and allowance of each loan; other scenarios than the policy's where they are given."""
    is_bad = loans.state >= BAD_FROM
    place = state_of(np.where(is_bad, 0, loans.state), loans.pattern)
    ever, soon = (never_safer(chance_within(fitted.curves, months)) for months in (policy.life, 12))
    life, year, fresh = ever[place], soon[place], float(ever[0])
    late = np.where(loans.days >= 0, loans.days, _days_of(loans.state))
    nobody = np.zeros(len(place), bool)
    clean = np.where(loans.state > 0, NEVER, TRAILING[loans.deep])
    stage = stages(Standing(late, life, np.full(len(place), fresh), clean, is_bad, nobody, nobody), policy.stage)
    undrawn = np.maximum(np.where(loans.limit_minor >= 0, loans.limit_minor, loans.balance_minor) - loans.balance_minor, 0)
    # Nobody in default is lent more.
    exposure = loans.balance_minor + np.where(is_bad, 0, np.floor(fitted.conversion * undrawn + 0.5).astype(np.int64))
    exposed = Exposed(place, stage, np.full(len(place), policy.life), exposure)
    allowance = expected_minor(exposed, loss_shares(fitted, policy, scenarios))
    return Measured(stage, np.where(is_bad, 1.0, year), np.where(is_bad, 1.0, life), exposure, allowance)


def loss_shares(fitted: Fitted, policy: Policy, scenarios: Sequence[Scenario] = ()) -> Shares:
    """Give the expected loss as shares by state and months to come."""
    found = shares(fitted.moves, Terms(fitted.loss, policy.rate.by_month(), False), scenarios or policy.scenarios)
    return Shares(never_safer(found.year), never_safer(found.life), found.impaired)


def _days_of(state: Whole) -> Whole:
    """Give the fewest days past due that a state may mean: 0, 1, 31, 61, 91."""
    found: Whole = np.where(state > 0, (state - 1) * 30 + 1, 0)
    return found


class StageSum(NamedTuple):
    """One stage in all: loans, balance, exposure and allowance in minor units."""

    stage: int
    loans: int
    balance_minor: int
    exposure_minor: int
    allowance_minor: int


def by_stage(loans: Loans, measured: Measured) -> list[StageSum]:
    """Add up by stage."""
    found = []
    for stage in STAGES:
        here = measured.stage == stage
        sums = (int(column[here].sum()) for column in (loans.balance_minor, measured.exposure_minor, measured.allowance_minor))
        found.append(StageSum(stage, int(here.sum()), *sums))
    return found


def by_state(loans: Loans, fitted: Fitted) -> list[tuple[int, int, int, float, float]]:
    """Give for each bucket and number of late months before: loans, and the mean chances of default within a year and the life."""
    life, year = (never_safer(chance_within(fitted.curves, months)) for months in (fitted.curves.default.shape[1], 12))
    times = np.array([bin(pattern).count("1") for pattern in range(1 << HISTORY)])
    held = np.bincount(state_of(np.minimum(loans.state, BUCKETS - 1), loans.pattern)[loans.state < BUCKETS], minlength=STATES)
    found = []
    for bucket in range(BUCKETS):
        for late in range(HISTORY + 1):
            places = bucket * (1 << HISTORY) + np.flatnonzero(times == late)
            weight = np.maximum(held[places], 1e-9)
            soon, ever = (float((column[places] * weight).sum() / weight.sum()) for column in (year, life))
            found.append((bucket, late, int(held[places].sum()), soon, ever))
    return found


def allowances(ids: Sequence[Any], measured: Measured) -> Mapping[Any, Allowance]:
    """Give the allowance of each loan by its id, for the movement table."""
    return {
        loan: Allowance(int(stage), int(minor))
        for loan, stage, minor in zip(ids, measured.stage.tolist(), measured.allowance_minor.tolist(), strict=True)
    }


def five_class_days(loans: Loans) -> Whole:
    """Give days past due for the five classes: as told, or the fewest that the state may mean."""
    return np.where(loans.days >= 0, loans.days, _days_of(loans.state))
