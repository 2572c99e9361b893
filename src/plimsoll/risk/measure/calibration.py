"""Is the probability that a model states the share that comes true?

Brier's score and the expected calibration error are 0 for a perfect model. The slope and intercept are those of Cox 1958, "Two further
applications of a model for binary regression": the outcome regressed on the log odds of what was stated. A slope under 1 says that
the model is too sure of itself; an intercept above 0, at slope 1, that it states too little.
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.measure.strength import BANDS, bands

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

EDGE: Final = 1e-9
"""Probabilities nearer to 0 or 1 than this are taken as this near: their log odds are finite."""

STEPS_MAX: Final = 50


class Line(NamedTuple):
    """Slope and intercept of calibration; NaN where the cases do not tell (all alike, or told apart without a fault)."""

    slope: float
    intercept: float


def brier(bad: Flags, stated: Floats) -> float:
    """Give the mean square of what was stated less what came (1 for bad)."""
    return float(np.mean((stated - bad) ** 2))


def ece(bad: Flags, stated: Floats, count: int = BANDS) -> float:
    """Give the expected calibration error: the mean gap between stated and observed over bands of equal size."""
    return sum(abs(band.stated * band.cases - band.bads) for band in bands(bad, stated, count)) / len(bad)


def calibration_line(bad: Flags, stated: Floats) -> Line:
    """Give slope and intercept by Newton's method."""
    kept = np.clip(stated, EDGE, 1 - EDGE)
    odds = np.log(kept / (1 - kept))
    if bad.all() or not bad.any() or odds.min() == odds.max():
        return Line(math.nan, math.nan)
    rows = np.column_stack((odds, np.ones(len(odds))))
    line = np.array([1.0, 0.0])
    for _ in range(STEPS_MAX):
        fitted = 1 / (1 + np.exp(-np.clip(rows @ line, -700, 700)))
        weights = np.maximum(fitted * (1 - fitted), 1e-12)
        step = np.linalg.solve(rows.T @ (rows * weights[:, None]), rows.T @ (bad - fitted))
        line = line + step
        if np.abs(step).max() < 1e-10:
            return Line(float(line[0]), float(line[1]))
        if np.abs(line).max() > 1e3:
            break
    return Line(math.nan, math.nan)
