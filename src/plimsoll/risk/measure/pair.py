"""Two models on the same people: is the difference of their AUCs more than chance?

DeLong, DeLong and Clarke-Pearson 1988, "Comparing the areas under two or more correlated receiver operating characteristic curves",
with the midranks of Sun and Xu 2014, "Fast implementation of DeLong's algorithm". Scores are higher for worse risk.
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.measure.interval import Z95
from plimsoll.units.refusal import Refused

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CASES_MIN: Final = 2
"""Fewest good and fewest bad cases from which a variance can be told."""


class Paired(NamedTuple):
    """The AUCs of two models on the same cases, and their difference (second less first) with its error, 95 % bounds and p (two-sided)."""

    goods: int
    bads: int
    first: float
    second: float
    difference: float
    error: float
    low: float
    high: float
    p: float


class Area(NamedTuple):
    """An AUC with its standard error and 95 % bounds."""

    auc: float
    error: float
    low: float
    high: float


def compare(bad: Flags, first: Floats, second: Floats) -> Paired | Refused:
    """Compare two models. Refuses outcomes_too_few."""
    goods, bads = int((~bad).sum()), int(bad.sum())
    if min(goods, bads) < CASES_MIN:
        return Refused("outcomes_too_few", "", f"{goods} good, {bads} bad")
    aucs, spread = _areas(bad, (first, second))
    difference = float(aucs[1] - aucs[0])
    error = math.sqrt(max(0.0, float(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])))
    p = math.erfc(abs(difference) / error / math.sqrt(2)) if error > 0 else float(difference == 0)
    low, high = difference - Z95 * error, difference + Z95 * error
    return Paired(goods, bads, float(aucs[0]), float(aucs[1]), difference, error, low, high, p)


def area(bad: Flags, score: Floats) -> Area | Refused:
    """Give the AUC of one model with its error. Refuses outcomes_too_few."""
    goods, bads = int((~bad).sum()), int(bad.sum())
    if min(goods, bads) < CASES_MIN:
        return Refused("outcomes_too_few", "", f"{goods} good, {bads} bad")
    aucs, spread = _areas(bad, (score,))
    auc, error = float(aucs[0]), math.sqrt(float(spread[0, 0]))
    return Area(auc, error, max(0.0, auc - Z95 * error), min(1.0, auc + Z95 * error))


def _areas(bad: Flags, scores: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    """Give the AUCs of some scores and their covariance."""
    bads, goods = int(bad.sum()), int((~bad).sum())
    of_bads, of_goods = np.empty((len(scores), bads)), np.empty((len(scores), goods))
    for n, score in enumerate(scores):
        ranks = midranks(score)
        of_bads[n] = (ranks[bad] - midranks(score[bad])) / goods
        of_goods[n] = 1 - (ranks[~bad] - midranks(score[~bad])) / bads
    spread = np.atleast_2d(np.cov(of_bads)) / bads + np.atleast_2d(np.cov(of_goods)) / goods
    return of_bads.mean(axis=1), spread


def midranks(values: Floats) -> Floats:
    """Give ranks from 1; equal values share the mean of their ranks."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ends = np.append(starts[1:], len(values))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks
