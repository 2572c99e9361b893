"""Put the points of bins right for one another: a bin's weight of evidence says what it tells alone, not what it adds to the others.

Each feature's bins in turn get the step of Newton's method that the other features leave to them, drawn towards coefficient times weight
of evidence by `shrink` rows' worth, and are then held to the order of their weights of evidence (isotonic regression by pooling adjacent
violators): a worse bin never adds points. This is backfitting of an additive model (Hastie and Tibshirani 1990) with that order kept.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from plimsoll.risk.score.table import Floats, Ints

ROUNDS: Final = 10


def refine(
    places: Sequence[Ints],
    woes: Sequence[Floats],
    coefficients: Sequence[float],
    intercept: float,
    bad: Floats,
    counts: Floats,
    shrink: float,
) -> list[Floats]:
    """Give for each feature what its bins add to the log odds. `places` has the bin of each row, `counts` what a row counts.

    A bin that no row is in keeps coefficient times weight of evidence.
    """
    drawn = [coefficient * woe for coefficient, woe in zip(coefficients, woes, strict=True)]
    weights = [one.copy() for one in drawn]
    orders = [np.argsort(woe, kind="stable") for woe in woes]
    total = np.full(len(bad), intercept)
    for one, at in zip(weights, places, strict=True):
        total += one[at]
    for _ in range(ROUNDS):
        for feature, (at, order) in enumerate(zip(places, orders, strict=True)):
            held = weights[feature]
            pull, room = _steps(at, len(held), total, bad, counts)
            new = (room * held + pull + shrink * drawn[feature]) / (room + shrink)
            seen = order[room[order] > 0]
            new[seen] = ascending(new[seen], room[seen] + shrink)
            new[room == 0] = drawn[feature][room == 0]
            total += (new - held)[at]
            weights[feature] = new
        stated = 1 / (1 + np.exp(-total))
        total += (counts * (bad - stated)).sum() / (counts * stated * (1 - stated)).sum()
    return weights


def _steps(at: Ints, bins: int, total: Floats, bad: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Give for each bin the slope of the log likelihood and its curvature."""
    stated = 1 / (1 + np.exp(-total))
    pull = np.bincount(at, counts * (bad - stated), bins)
    room = np.bincount(at, counts * stated * (1 - stated), bins)
    return pull.astype(np.float64), room.astype(np.float64)


def ascending(values: Floats, counts: Floats) -> Floats:
    """Give the nearest values, by squares counted so, of which none is below the one before."""
    blocks: list[tuple[float, float, int]] = []
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        block = (value, count, 1)
        while blocks and blocks[-1][0] > block[0]:
            before = blocks.pop()
            whole = before[1] + block[1]
            block = ((before[0] * before[1] + block[0] * block[1]) / whole, whole, before[2] + block[2])
        blocks.append(block)
    return np.repeat([block[0] for block in blocks], [block[2] for block in blocks]) if blocks else np.empty(0)
