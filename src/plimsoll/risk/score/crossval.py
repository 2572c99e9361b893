"""Measure a way of making models on a table: folds, each measured by a model made of the others, from derived features to bins."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import numpy as np

from plimsoll.risk.measure.calibration import brier, ece
from plimsoll.risk.measure.strength import auc, ks
from plimsoll.risk.score.folds import folds
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.table import Flags, Floats, Table
from plimsoll.risk.score.tree_columns import score_table
from plimsoll.units.refusal import Malformed

Maker: TypeAlias = Callable[[Table, Floats], Model]
"""Makes a model from a table and the outcome of its rows."""

Stater: TypeAlias = Callable[[Model, Table], Floats]
"""States the probability of bad of every row of a table."""


class Figures(NamedTuple):
    """What a model shows on rows it was not made of."""

    auc: float
    ks: float
    brier: float
    ece: float


class Crossed(NamedTuple):
    """Means over the folds, and the standard deviation of the AUC among them; `models` are those of the folds."""

    rows: int
    auc: float
    auc_sd: float
    ks: float
    brier: float
    ece: float
    folds: tuple[Figures, ...]
    models: tuple[Model, ...]

    def told(self) -> dict[str, float | int]:
        """Give the figures of `plimsoll model crossval --json`."""
        return {name: getattr(self, name) for name in ("rows", "auc", "auc_sd", "ks", "brier", "ece")}


def figures_of(bad: Flags, probabilities: Floats) -> Figures:
    """Measure probabilities of bad against what came."""
    return Figures(auc(bad, probabilities), ks(bad, probabilities).value, brier(bad, probabilities), ece(bad, probabilities))


def stated(model: Model, table: Table) -> Floats:
    """State probabilities as the model does wherever it is used."""
    return score_table(model, table).probabilities


def crossval(table: Table, bad: Floats, make: Maker, count: int, seed: int, step: Callable[[str], None], state: Stater = stated) -> Crossed:
    """Measure a maker of models; raises Malformed class_too_small where a fold would be without bad rows, or without good ones."""
    check_classes(bad, count, table.name)
    found, models = [], []
    for number, (trained, measured) in enumerate(folds(bad, count, seed), 1):
        model = make(table.take(trained), bad[trained])
        found.append(figures_of(bad[measured] == 1.0, state(model, table.take(measured))))
        models.append(model)
        step(f"fold {number}")
    means = _means(found)
    spread = float(np.std([one.auc for one in found]))
    return Crossed(table.rows, means.auc, spread, means.ks, means.brier, means.ece, tuple(found), tuple(models))


def _means(found: Iterable[Figures]) -> Figures:
    return Figures(*(float(np.mean(column)) for column in zip(*found, strict=True)))


def check_classes(bad: Floats, least: int, file: str) -> None:
    """Refuse rows of which too few are bad, or too few good; raises Malformed class_too_small."""
    bads, goods = int(bad.sum()), int(len(bad) - bad.sum())
    if min(bads, goods) < least:
        remedy = f"Use --folds {min(bads, goods)} or fewer." if min(bads, goods) > 1 and least > 2 else ""
        raise Malformed("class_too_small", f"{bads} bad and {goods} good rows, {least} of each are needed", file=file, remedy=remedy)
