"""Do the people of today look like those a model was made for? The population stability index of a score or of one feature.

The index itself is `plimsoll.risk.drift`; here are the bins of a score.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.drift import drift_by_bin

Floats = npt.NDArray[np.float64]

BINS: Final = 10


class Bin(NamedTuple):
    """One bin: above `low` up to `high`, the shares of cases expected and found there, and what the bin adds to the index."""

    low: float
    high: float
    expected: float
    actual: float
    part: float


class Shift(NamedTuple):
    """The index and the bins that it adds up from."""

    psi: float
    bins: tuple[Bin, ...]


def edges_of(scores: Floats, count: int = BINS) -> tuple[float, ...]:
    """Give the inner bounds of about `count` bins of equal size, ascending; fewer where many scores are equal."""
    if not len(scores):
        return ()
    inner = np.unique(np.quantile(scores, np.arange(1, count) / count, method="inverted_cdf"))
    return tuple(inner[inner < scores.max()].tolist())


def counts_in(scores: Floats, edges: Sequence[float]) -> tuple[int, ...]:
    """Count scores by bin: a score on a bound belongs to the bin under it."""
    places = np.searchsorted(np.asarray(edges, np.float64), scores, side="left")
    return tuple(np.bincount(places, minlength=len(edges) + 1).tolist())


def shift(edges: Sequence[float], expected: Sequence[int], actual: Sequence[int]) -> Shift:
    """Compare counts by bin; there is one more bin than there are edges."""
    assert len(expected) == len(actual) == len(edges) + 1, (edges, expected, actual)
    bounds = (-math.inf, *edges, math.inf)
    found = tuple(Bin(*between, *part) for between, part in zip(pairwise(bounds), drift_by_bin(expected, actual), strict=True))
    return Shift(sum(each.part for each in found), found)


def psi(expected: Floats, actual: Floats, count: int = BINS) -> Shift:
    """Compare two sets of scores in bins of equal size of the expected ones."""
    edges = edges_of(expected, count)
    return shift(edges, counts_in(expected, edges), counts_in(actual, edges))
