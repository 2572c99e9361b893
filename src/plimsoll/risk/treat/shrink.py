"""Estimated effects drawn towards the mean of their segment, by how little they are known (empirical Bayes).

The largest of many noisy estimates is mostly noise, and an optimiser looks for the largest. With e the estimate, s its standard error,
m the mean of the segment and t² the variance of true effects in it (what the estimates vary more than their errors explain):
shrunk = m + t² / (t² + s²) · (e − m).
"""

import numpy as np

from plimsoll.risk.score.table import Floats, Ints
from plimsoll.risk.treat.flags import Flags

TINY = 1e-12


def shrink(effects: Floats, errors: Floats, segments: Ints) -> Floats:
    """Give effects (customers x treatments) shrunk within segments, numbered from 0; `errors` are their standard errors."""
    count = int(segments.max()) + 1 if len(segments) else 0
    shrunk = np.empty_like(effects)
    for k in range(effects.shape[1]):
        effect, variance = effects[:, k], errors[:, k] ** 2
        size = np.maximum(np.bincount(segments, minlength=count), 1)
        mean = np.bincount(segments, effect, minlength=count) / size
        spread = np.bincount(segments, (effect - mean[segments]) ** 2, minlength=count) / np.maximum(size - 1, 1)
        true = np.maximum(spread - np.bincount(segments, variance, minlength=count) / size, 0.0)[segments]
        shrunk[:, k] = mean[segments] + true / np.maximum(true + variance, TINY) * (effect - mean[segments])
    return shrunk


def cautious(effects: Floats, errors: Floats, costly: Flags, z: float) -> Floats:
    """Give effects with those of costly treatments at their lower bound, z standard errors below: money is spent on what is known."""
    return np.where(costly, effects - z * errors, effects)
