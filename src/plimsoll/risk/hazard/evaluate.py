"""How good warnings would have been: precision, recall, lift and lead time at budgets, on units scored by models that never saw them.

Lift is precision over the share of all units that were late. Lead time is counted from the month that is looked at to the month that
was late; recall that comes early enough to act (`useful`) counts only those with at least two months of it.
"""

from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.hazard.spells import Spells
from plimsoll.risk.score.table import Floats, Ints

BUDGETS: Final = (0.01, 0.02, 0.05, 0.10)
ACT_MONTHS: Final = 2


class AtBudget(NamedTuple):
    """Warnings at a budget, and what became of them. `lead_two` is the share of right warnings with two months of lead or more."""

    budget: float
    warnings: int
    right: int
    precision: float
    recall: float
    lift: float
    lead_median: float
    lead_mean: float
    lead_two: float
    useful: float


def at_budget(score: Floats, spells: Spells, horizon: int, budget: float, *, by_month: bool = False) -> AtBudget:
    """Measure the warnings that a budget pays for: of all units together, or of the units of each month for itself."""
    late = spells.is_late(horizon)
    chosen = _chosen(score, spells, budget, by_month=by_month)
    right = chosen[late[chosen] > 0]
    leads = spells.late_at[right].astype(np.float64)
    share = float(late.mean()) if len(late) else 0.0
    precision = len(right) / max(len(chosen), 1)
    early = float((leads >= ACT_MONTHS).sum())
    return AtBudget(
        budget=budget,
        warnings=len(chosen),
        right=len(right),
        precision=precision,
        recall=len(right) / max(float(late.sum()), 1.0),
        lift=precision / share if share else 0.0,
        lead_median=float(np.median(leads)) if len(leads) else 0.0,
        lead_mean=float(leads.mean()) if len(leads) else 0.0,
        lead_two=early / max(len(leads), 1),
        useful=early / max(float(late.sum()), 1.0),
    )


def _chosen(score: Floats, spells: Spells, budget: float, *, by_month: bool) -> Ints:
    """Give the units with the highest scores; equal ones in the order of their customers."""
    if not by_month:
        return _first(np.arange(len(score)), score, spells, budget)
    months = [np.flatnonzero(spells.month == month) for month in np.unique(spells.month)]
    return np.concatenate([_first(units, score, spells, budget) for units in months])


def _first(units: Ints, score: Floats, spells: Spells, budget: float) -> Ints:
    order = np.lexsort((spells.customer_id[units], -score[units]))
    found: Ints = units[order[: round(budget * len(units))]]
    return found


def persistence(score: Floats, spells: Spells, budget: float) -> float:
    """Give the share of those warned of in a month, and still looked at in the next, who are warned of then too."""
    again = there = 0
    months = np.unique(spells.month)
    for month, after in zip(months[:-1].tolist(), months[1:].tolist(), strict=True):
        warned, next_warned = (
            set(spells.customer_id[_first(np.flatnonzero(spells.month == one), score, spells, budget)].tolist()) for one in (month, after)
        )
        still = set(spells.customer_id[spells.month == after].tolist())
        there += len(warned & still)
        again += len(warned & next_warned)
    return again / there if there else 0.0
