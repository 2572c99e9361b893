"""Fit hazards with the models of the house: a scorecard for each ending, or trees for being late; and scores of those left out.

Both are fitted by the code that fits every other model (`plimsoll.risk.score`), on months at risk instead of applications.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import lightgbm
import numpy as np

from plimsoll.risk.hazard.spells import STEP, AtRisk, Spells, at_risk, cumulated, fold_of, with_step
from plimsoll.risk.score.bin import FREE
from plimsoll.risk.score.card import Card
from plimsoll.risk.score.fit_card import CardPolicy, Wishes, fit_card
from plimsoll.risk.score.fit_tree import TreePolicy, fit_tree
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.score_columns import score_columns
from plimsoll.risk.score.table import Flags, Floats, Ints, Table
from plimsoll.risk.score.tree import Tree
from plimsoll.risk.score.tree_columns import score_table, tree_columns

FOLDS: Final = 5
PLAIN: Final = Wishes(derives=False)
"""The signals are ratios and series already."""
PAYS_OFF: Final = ("utilisation", "pay_share", "state", "bill_minor", "full_pay_months", "drawn_of_limit")
"""What paying off is told by; it only corrects how many are left to be late, so a few signals will do."""


class Recipe(NamedTuple):
    """How hazards are fitted: the months of the horizon, the policy of scorecards, and how trees are grown, None for a scorecard."""

    horizon: int
    card: CardPolicy
    growth: TreePolicy | None = None
    threads: int = 1


class Hazard(NamedTuple):
    """The hazards of being late and of paying off (None where nobody did), over the months of a horizon."""

    late: Model
    out: Card | None
    horizon: int


def fit_hazard(table: Table, spells: Spells, recipe: Recipe) -> Hazard:
    """Fit both hazards on units and what became of them."""
    return _fit(table, at_risk(spells, recipe.horizon), recipe)


def _fit(table: Table, rows: AtRisk, recipe: Recipe) -> Hazard:
    steps = with_step(table, rows.unit, rows.step)
    few = [name for name in (*PAYS_OFF, STEP) if name in steps.columns]
    out = fit_card(steps.only(few), rows.out, recipe.card, PLAIN) if rows.out.any() else None
    if recipe.growth is None:
        return Hazard(fit_card(steps, rows.late, recipe.card, PLAIN), out, recipe.horizon)
    free = Wishes(derives=False, directions=dict.fromkeys(steps.columns, FREE))
    late = fit_tree(steps, rows.late, recipe.card, recipe.growth, wishes=free, threads=recipe.threads)
    return Hazard(late, out, recipe.horizon)


def score_hazard(hazard: Hazard, table: Table, within: Ints | None = None) -> Floats:
    """Give the chance of being late within the horizon, row by row; `within` names fewer months for some rows."""
    units = np.arange(table.rows)
    trees = lightgbm.Booster(model_str=hazard.late.lightgbm) if isinstance(hazard.late, Tree) else None
    late: list[Floats] = []
    out: list[Floats] = []
    for step in range(1, hazard.horizon + 1):
        rows = with_step(table, units, np.full(table.rows, step))
        chances = score_table(hazard.late, rows).probabilities if trees is None else _grown(trees, hazard.late, rows)
        late.append(chances if within is None else np.where(within >= step, chances, 0.0))
        out.append(np.zeros(table.rows) if hazard.out is None else score_columns(hazard.out, rows).probabilities)
    return cumulated(late, out)


def _grown(trees: lightgbm.Booster, model: Model, rows: Table) -> Floats:
    """Score by LightGBM itself: some 10^-15 from the walker of the house, and quick enough for a whole book."""
    assert isinstance(model, Tree), model
    found: Floats = np.asarray(trees.predict(tree_columns(model, rows)), np.float64)
    return found


def out_of_fold(table: Table, spells: Spells, recipe: Recipe, folds: int = FOLDS, scored: Flags | None = None) -> Floats:
    """Give each unit the score of a model that never saw a month of its customer: late within the horizon, or what was seen of it.

    Where `scored` flags some, only these are given, in their order; the models learn from all.
    """
    fold = fold_of(spells.customer_id, folds)
    is_scored = np.ones(table.rows, np.bool_) if scored is None else scored
    scores = np.zeros(table.rows)
    for number in range(folds):
        learnt = places(fold != number)
        hazard = fit_hazard(table.take(learnt), taken(spells, learnt), recipe)
        held = places((fold == number) & is_scored)
        scores[held] = score_hazard(hazard, table.take(held), spells.seen[held])
    return scores[is_scored]


def places(flags: Flags) -> Ints:
    """Give the places of the rows that are flagged."""
    return np.flatnonzero(flags)


def taken(spells: Spells, rows: Ints) -> Spells:
    """Give some of the units."""
    columns: Sequence[Ints] = [column[rows] for column in spells]
    return Spells(*columns)
