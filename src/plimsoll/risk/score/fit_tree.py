"""Fit a challenger of trees: LightGBM with monotone constraints, one thread of numbers from table to model, the same every time.

The features are those of a scorecard's fit, with what it derives. The words of a category enter as their rank by bad rate in the
training (shrunk), so that a test of a category is a test of a number and the constraint on it is plain: risk goes up. A number is held
to a direction where its bins say nearly as much when they are made to go one way as when they are free. What comes out is LightGBM's
own text in the sealed file of `plimsoll.risk.score.tree`, which scores it without LightGBM.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import lightgbm
import numpy as np

from plimsoll.risk.parameters import figures
from plimsoll.risk.score.bin import DOWN, EITHER, FREE, UP, Binning, bin_column
from plimsoll.risk.score.bins import CATEGORY, DATE, Bins
from plimsoll.risk.score.derive import Derived
from plimsoll.risk.score.fit_card import CardPolicy, Wishes, derived_for, needed, reasons_for
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.score_columns import derive_columns, probabilities_of
from plimsoll.risk.score.table import Column, Floats, Table
from plimsoll.risk.score.tree import Input, Tree
from plimsoll.risk.score.tree_columns import inputs_in, tree_columns
from plimsoll.rulebook.rules import Rules

ISO: Final = "%Y-%m-%d"


class TreePolicy(NamedTuple):
    """How trees are grown: their number, leaves and learning rate; the greatest ridge and the rows for each unit of it; the greatest
    least rows of a leaf and the rows for each of those; the share of rows that a tree sees and of features that a test sees; ranges of a
    feature; and the share of what free bins say that monotone ones must say for a direction to be held."""

    trees: int
    leaves: int
    rate: float
    ridge: float
    ridge_rows: int
    leaf: int
    leaf_rows: int
    rows: float
    features: float
    ranges: int
    held: float


def tree_policy(rules: Rules, on: date) -> TreePolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    said = figures(rules, "POLICY.MODEL.TREE", on)
    whole = ("trees", "leaves", "ridge_rows", "leaf", "leaf_rows", "ranges")
    return TreePolicy(**{name: int(value) if name in whole else value for name, value in said.items()})  # type: ignore[arg-type]


def fit_tree(
    table: Table,
    bad: Floats,
    policy: CardPolicy,
    growth: TreePolicy,
    *,
    wishes: Wishes | None = None,
    about: Mapping[str, Any] | None = None,
    seed: int = 42,
    threads: int = 1,
) -> Tree:
    """Fit trees on rows of which some are bad (1.0) and some good (0.0); every column of the table is a feature."""
    asked = wishes or Wishes()
    derived = derived_for(table, bad, policy, asked)
    columns = derive_columns(derived, table, asked.special)
    inputs = [_input(column, bad, policy.binning) for column in columns.values()]
    directions = [direction_of(column, bad, policy, growth, asked) for column in columns.values()]
    matrix = inputs_in(inputs, columns, table.rows, asked.special)
    grown = lightgbm.train(
        parameters(growth, len(bad), directions, seed=seed, threads=threads),
        lightgbm.Dataset(matrix, bad, params={"max_bin": growth.ranges, "verbose": -1}),
        growth.trees,
    )
    used = [place for place, splits in enumerate(grown.feature_importance("split").tolist()) if splits] or [0]
    return _sealed(grown, inputs, used, derived, policy, asked, about)


def _sealed(
    grown: lightgbm.Booster,
    inputs: Sequence[Input],
    used: Sequence[int],
    derived: Sequence[Derived],
    policy: CardPolicy,
    asked: Wishes,
    about: Mapping[str, Any] | None,
) -> Tree:
    """Put what was grown into its file, with the features that are in use only by name."""
    names = [one.name for one in inputs]
    reasons = reasons_for(names, asked.reasons)
    return Tree(
        scale=policy.scale,
        special=asked.special,
        derived=needed(derived, names),
        inputs=tuple(one._replace(reason=reasons[one.name]) for one in inputs),
        lightgbm=grown.model_to_string(num_iteration=-1),
        about={**(about or {}), "used": [names[place] for place in used]},
    )


def stated_by_lightgbm(model: Model, table: Table) -> Floats:
    """State probabilities by LightGBM itself: to the last bit what the trees say without it, and in less time for many rows."""
    assert isinstance(model, Tree)
    grown = lightgbm.Booster(model_str=model.lightgbm)
    return probabilities_of(np.array(grown.predict(tree_columns(model, table), raw_score=True), np.float64))


def parameters(growth: TreePolicy, rows: int, directions: Sequence[int], *, seed: int, threads: int) -> dict[str, Any]:
    """Give LightGBM's parameters; a small table is held back more by its leaves, a large one by the ridge."""
    return {
        "objective": "binary",
        "num_leaves": growth.leaves,
        "learning_rate": growth.rate,
        "lambda_l2": min(growth.ridge, max(1.0, rows / growth.ridge_rows)),
        "min_data_in_leaf": max(5, min(growth.leaf, rows // growth.leaf_rows)),
        "bagging_fraction": growth.rows,
        "bagging_freq": 1,
        "feature_fraction_bynode": growth.features,
        "max_bin": growth.ranges,
        "monotone_constraints": list(directions),
        "monotone_constraints_method": "intermediate",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbose": -1,
    }


def _input(column: Column, bad: Floats, how: Binning) -> Input:
    """Give how a column enters: the words of a category in the order of their bad rates."""
    if column.kind != CATEGORY:
        return Input(column.name, column.kind, (column.written or ISO) if column.kind == DATE else "", "", ())
    there = column.codes >= 0
    rows = np.bincount(column.codes[there], minlength=len(column.labels))
    bads = np.bincount(column.codes[there], weights=bad[there], minlength=len(column.labels))
    rates = (bads + how.shrink * bad.mean()) / (rows + how.shrink)
    order = [place for place in np.lexsort((np.arange(len(rates)), rates)).tolist() if rows[place]]
    return Input(column.name, CATEGORY, "", "", tuple(column.labels[place] for place in order))


def direction_of(column: Column, bad: Floats, policy: CardPolicy, growth: TreePolicy, asked: Wishes) -> int:
    """Give 1 where risk is held to go up with a column, -1 where down, 0 where it is not held."""
    said = asked.directions.get(column.name, "")
    if said:
        return {UP: 1, DOWN: -1}.get(said, 0)
    if column.kind == CATEGORY:
        return 1
    how = policy.binning._replace(few=0)
    held = bin_column(column, bad, how, asked.special, EITHER)
    free = bin_column(column, bad, how, asked.special, FREE)
    told, most = _told(held), _told(free)
    if not most or told < growth.held * most:
        return 0
    woes = [one.woe for one in held.bins[held.first_range :]]
    return int(np.sign(woes[-1] - woes[0]))


def _told(bins: Bins) -> float:
    """Give what the ranges of a number say: the sum of squared weights of evidence, by rows."""
    return sum(one.rows * one.woe**2 for one in bins.bins[bins.first_range :])
