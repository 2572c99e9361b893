"""Columns as trees take them, for training and for scoring many rows; and the scores of many rows by a model of either kind."""

import math
from collections.abc import Sequence

import numpy as np

from plimsoll.risk.score.bins import CATEGORY, number_of, word_of
from plimsoll.risk.score.card import LOG_ODDS_MAX, Card
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.score_columns import Scores, derive_columns, probabilities_of, score_columns
from plimsoll.risk.score.table import Column, Floats, Table
from plimsoll.risk.score.tree import Input, Tree


def score_table(model: Model, table: Table) -> Scores:
    """Score a table by a scorecard or by trees; of trees there are no bins."""
    return score_columns(model, table) if isinstance(model, Card) else score_tree_columns(model, table)


def score_tree_columns(tree: Tree, table: Table) -> Scores:
    """Score a table, to the last bit as row by row."""
    raw = tree.walker.raw
    rows = tree_columns(tree, table).tolist()
    log_odds = tree.forest.sigmoid * np.fromiter((raw(row) for row in rows), np.float64, table.rows)
    held = np.clip(log_odds, -LOG_ODDS_MAX, LOG_ODDS_MAX)
    points = np.rint([tree.scale.exact(odds) for odds in log_odds.tolist()]).astype(np.int64)
    return Scores(points, probabilities_of(held), ())


def tree_columns(tree: Tree, table: Table) -> Floats:
    """Give a column for each feature of the trees; one that is not there is missing in every row."""
    columns = derive_columns(tree.derived, table, tree.special)
    return inputs_in(tree.inputs, columns, table.rows, tree.special)


def inputs_in(inputs: Sequence[Input], columns: "dict[str, Column]", rows: int, special: Sequence[float] = ()) -> Floats:
    """Give columns as trees take them: numbers, days since 1970-01-01, places of words; NaN where missing."""
    found = np.full((rows, len(inputs)), np.nan)
    for place, one in enumerate(inputs):
        column = columns.get(one.name)
        if column is not None:
            found[:, place] = _words(one, column) if one.kind == CATEGORY else _numbers(one, column, special)
    return found


def _numbers(one: Input, column: Column, special: Sequence[float]) -> Floats:
    if column.kind == CATEGORY:
        known = [number_of(label, one.written) for label in column.labels]
        numbers = np.array([*(math.nan if number is None else number for number in known), math.nan])[column.codes]
    else:
        numbers = np.where(np.isfinite(column.numbers), column.numbers, np.nan)
    return np.where(np.isin(numbers, special), np.nan, numbers) if len(special) else numbers


def _words(one: Input, column: Column) -> Floats:
    places = {word: float(place) for place, word in enumerate(one.words)}
    if column.kind == CATEGORY:
        known = [places.get(word_of(label) or "", math.nan) for label in column.labels]
        return np.array([*known, math.nan])[column.codes]
    numbers, back = np.unique(column.numbers, return_inverse=True)
    known = [places.get(word_of(number) or "", math.nan) if math.isfinite(number) else math.nan for number in numbers.tolist()]
    return np.array(known, np.float64)[back]
