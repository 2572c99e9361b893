"""What about those who were turned away? Fuzzy augmentation as a check of a model, and the cell of random accepts as the evidence.

Nobody knows what the rejected would have done. Fuzzy augmentation counts each of them twice, as bad with the weight p and as good with
1 - p, where p is what the model of the accepted says of them, raised by a factor for what their acceptance would have shown. It adds no
knowledge (Crook and Banasik 2004, "Does reject inference really improve the performance of application scoring models?"), so it never
enters a training here. It answers one question: how much would the figures of the model move, were the rejected so much worse? The
cell of random accepts (`plimsoll.risk.score.random_accept`) says how much worse they are.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.measure.interval import Interval, share

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FACTORS: Final = (1.0, 1.5, 2.0, 3.0)
"""How many times worse than the model says the rejected may be."""


class Augmented(NamedTuple):
    """The figures of a model over everybody who came, were the rejected `factor` times as bad as it says.

    `reject_rate` is the bad rate of the rejected, `bad_rate` that of all, `auc` the AUC over all.
    """

    factor: float
    reject_rate: float
    bad_rate: float
    auc: float


class Behind(NamedTuple):
    """What the cell of random accepts says of the rejected: their bad rate, and how many times the stated one that is."""

    cases: int
    bads: int
    bad_rate: Interval
    stated: float
    factor: Interval


def augment(stated: Floats, factor: float) -> tuple[Flags, Floats]:
    """Give the rejected twice, first as bad and then as good, with their weights; `stated` is the probability of bad of each."""
    worse = np.minimum(1.0, stated * factor)
    bad = np.concatenate((np.ones(len(stated), bool), np.zeros(len(stated), bool)))
    return bad, np.concatenate((worse, 1 - worse))


def check(bad: Flags, accepted: Floats, rejected: Floats, factors: Sequence[float] = FACTORS) -> tuple[Augmented, ...]:
    """Give the figures for each factor. `bad` and `accepted` are outcome and stated probability of the accepted, `rejected` the latter."""
    rows = []
    for factor in factors:
        flags, weights = augment(rejected, factor)
        every = np.concatenate((bad, flags))
        weight = np.concatenate((np.ones(len(bad)), weights))
        score = np.concatenate((accepted, rejected, rejected))
        worse = float(weights[flags].sum())
        rows.append(
            Augmented(
                factor,
                worse / len(rejected) if len(rejected) else float("nan"),
                float(weight[every].sum() / weight.sum()),
                weighted_auc(every, score, weight),
            )
        )
    return tuple(rows)


def behind(bad: Flags, stated: Floats) -> Behind:
    """Give what the random accepts showed; they are a sample without selection of those declined by score."""
    cases, bads = len(bad), int(bad.sum())
    rate = share(bads, cases)
    mean = float(stated.mean()) if cases else float("nan")
    factor = Interval(*(bound / mean for bound in rate)) if mean > 0 else Interval(float("nan"), 0.0, float("inf"))
    return Behind(cases, bads, rate, mean, factor)


def weighted_auc(bad: Flags, score: Floats, weight: Floats) -> float:
    """Give the AUC of weighted cases: the share of pairs in which the bad one has the higher score, ties half."""
    order = np.argsort(score, kind="stable")
    bad, score, weight = bad[order], score[order], weight[order]
    starts = np.flatnonzero(np.concatenate(([True], score[1:] != score[:-1])))
    goods = np.add.reduceat(np.where(bad, 0.0, weight), starts)
    bads = np.add.reduceat(np.where(bad, weight, 0.0), starts)
    below = np.concatenate(([0.0], np.cumsum(goods)[:-1]))
    pairs = goods.sum() * bads.sum()
    return float((bads * (below + goods / 2)).sum() / pairs) if pairs > 0 else float("nan")
