"""Logistic regression whose coefficients are never below zero: on weights of evidence, a worse bin may not raise a score.

Newton's method (iteratively reweighted least squares); each step is a quadratic problem with bounds, solved by coordinate descent. A
small ridge keeps the problem solvable where columns are alike or tell good from bad without a fault.
"""

from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.score.table import Floats

STEPS_MAX: Final = 50
SWEEPS_MAX: Final = 500
CLOSE: Final = 1e-8
WEIGHT_MIN: Final = 1e-10
STEP_MAX: Final = 5.0


class Fit(NamedTuple):
    """Intercept, coefficients (0 or more), and the standard error of each coefficient that is above zero (infinite for others)."""

    intercept: float
    coefficients: Floats
    errors: Floats


def fit_logistic(columns: Floats, bad: Floats, weights: Floats, ridge: float, start: Floats | None = None) -> Fit:
    """Fit the log odds of `bad` (0 or 1) on columns; `weights` count rows, `ridge` is what a squared coefficient costs.

    `start` is where to begin, coefficients and then the intercept; it saves steps and changes nothing else.
    """
    count = columns.shape[1]
    # One more column for the intercept, which is neither bound nor charged.
    rows = np.column_stack((columns, np.ones(len(bad))))
    costs = np.append(np.full(count, ridge), 0.0)
    share = float(np.clip((weights * bad).sum() / weights.sum(), 1e-6, 1 - 1e-6))
    line = np.append(np.zeros(count), np.log(share / (1 - share))) if start is None else start
    curvature = np.eye(count + 1)
    for _ in range(STEPS_MAX):
        fitted = 1 / (1 + np.exp(-np.clip(rows @ line, -30, 30)))
        slope = rows.T @ (weights * (bad - fitted)) - costs * line
        curvature = (rows * np.maximum(weights * fitted * (1 - fitted), WEIGHT_MIN)[:, None]).T @ rows + np.diag(costs)
        new = _bounded(curvature, slope + curvature @ line, line)
        step = np.clip(new - line, -STEP_MAX, STEP_MAX)
        line = line + step
        if np.abs(step).max() < CLOSE:
            break
    held = np.append(line[:-1] > 0, True)
    errors = np.full(count + 1, np.inf)
    errors[held] = np.sqrt(np.maximum(np.diag(np.linalg.pinv(curvature[np.ix_(held, held)])), 0.0))
    return Fit(float(line[-1]), line[:-1], errors[:-1])


def _bounded(curvature: Floats, pull: Floats, start: Floats) -> Floats:
    """Give the minimum of half x'Cx - p'x where all but the last of x are 0 or more."""
    found = np.maximum(start, 0.0)
    found[-1] = start[-1]
    diagonal = np.diag(curvature)
    free = len(found) - 1
    for _ in range(SWEEPS_MAX):
        before = found.copy()
        for at in range(len(found)):
            new = found[at] + (pull[at] - curvature[at] @ found) / diagonal[at]
            found[at] = new if at == free else max(new, 0.0)
        # What coordinate descent has set to zero stays so; the rest is solved at once.
        held = np.append(found[:-1] > 0, True)
        exact = np.zeros(len(found))
        exact[held] = np.linalg.lstsq(curvature[np.ix_(held, held)], pull[held], rcond=None)[0]
        if (exact[:-1] >= 0).all() and (curvature @ exact - pull >= -1e-9 * np.abs(pull).max())[~held].all():
            return exact
        if np.abs(found - before).max() < CLOSE:
            break
    return found
