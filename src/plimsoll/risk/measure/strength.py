"""How well a score tells good from bad: AUC, KS, the ROC curve, and the cases in bands from the best to the worst.

Scores are higher for worse risk; `bad` says how each case ended.
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.measure.pair import midranks

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BANDS: Final = 10
CURVE_POINTS: Final = 200


class Ks(NamedTuple):
    """The greatest gap between the shares of good and of bad cases up to a score, and the score where it opens."""

    value: float
    at: float


class Band(NamedTuple):
    """Cases with scores from `low` to `high`: how many, how many bad, and the mean of what was stated."""

    low: float
    high: float
    cases: int
    bads: int
    stated: float


def auc(bad: Flags, score: Floats) -> float:
    """Give the chance that a bad case has a higher score than a good one, ties half; NaN without cases of both kinds."""
    bads, goods = int(bad.sum()), int((~bad).sum())
    if not (bads and goods):
        return math.nan
    return float((midranks(score)[bad].sum() - bads * (bads + 1) / 2) / (bads * goods))


def ks(bad: Flags, score: Floats) -> Ks:
    """Give Kolmogorov and Smirnov's statistic; NaN without cases of both kinds."""
    scores, goods, bads = _running(bad, score)
    if not (goods[-1] and bads[-1]):
        return Ks(math.nan, math.nan)
    gaps = np.abs(goods / goods[-1] - bads / bads[-1])
    widest = int(np.argmax(gaps))
    return Ks(float(gaps[widest]), float(scores[widest]))


def roc(bad: Flags, score: Floats, points: int = CURVE_POINTS) -> tuple[tuple[float, float], ...]:
    """Give the curve from (0, 0) to (1, 1): the share of good and of bad cases at or above each score, thinned to about `points`."""
    _, goods, bads = _running(bad, -score)
    every = max(1, math.ceil(len(goods) / points))
    kept = np.unique(np.append(np.arange(every - 1, len(goods), every), len(goods) - 1))
    return ((0.0, 0.0), *zip((goods[kept] / goods[-1]).tolist(), (bads[kept] / bads[-1]).tolist(), strict=True))


def bands(bad: Flags, stated: Floats, count: int = BANDS) -> tuple[Band, ...]:
    """Give the cases in about `count` bands of equal size, from the lowest score to the highest; equal scores stay together."""
    order = np.argsort(stated, kind="stable")
    bad, stated = bad[order], stated[order]
    wanted = np.ceil(np.arange(1, count + 1) * len(stated) / count).astype(int)
    ends = np.unique(np.searchsorted(stated, stated[wanted[wanted > 0] - 1], side="right")).tolist() if len(stated) else []
    found = []
    start = 0
    for end in ends:
        held = stated[start:end]
        found.append(Band(float(held[0]), float(held[-1]), end - start, int(bad[start:end].sum()), float(held.mean())))
        start = end
    return tuple(found)


def _running(bad: Flags, score: Floats) -> tuple[Floats, Floats, Floats]:
    """Give the different scores in order, and how many good and bad cases there are up to each."""
    order = np.argsort(score, kind="stable")
    bad, score = bad[order], score[order]
    last = np.append(np.flatnonzero(score[1:] != score[:-1]), len(score) - 1)
    bads = np.cumsum(bad)[last].astype(np.float64)
    return score[last], last + 1 - bads, bads
