"""transitionMatrix 0.5.1 (Open Risk): the cohort estimator on its compact format. It is given the frame that it asks for, made before.

The frame ends with a row of nothing. Without it the estimator counts the last move of the last loan twice, and its matrix is off by that.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from bench.setting import Unavailable


def frame(loan: np.ndarray, month: np.ndarray, bucket: np.ndarray) -> Any:
    """Return states as it takes them: one row a loan and month from 0, in order, and a last row of nothing."""
    import pandas as pd

    order = np.lexsort((month, loan))
    states = pd.DataFrame({"ID": loan[order], "Time": month[order] - month.min(), "State": bucket[order]})
    return pd.concat([states, pd.DataFrame({"ID": [loan.max() + 1], "Time": [float("nan")], "State": [float("nan")]})], ignore_index=True)


def estimate(states: Any, count: int) -> np.ndarray:
    """Return the average monthly matrix; raises Unavailable where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from transitionMatrix.estimators.cohort_estimator import CohortEstimator
            from transitionMatrix.statespaces.statespace import StateSpace
        except ModuleNotFoundError as missing:
            raise Unavailable(f"the package {missing.name} is not installed") from None
        space = StateSpace([(str(state), f"state {state}") for state in range(count)])
        months = int(states["Time"].max()) + 1
        estimator = CohortEstimator(states=space, cohort_bounds=list(range(months)), ci={"method": "goodman", "alpha": 0.05})
        estimator.fit(states)
        return np.asarray(estimator.average_matrix, float)
