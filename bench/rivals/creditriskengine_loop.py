"""creditriskengine 0.31 on the same loans: its lifetime loss, loan by loan, as it is made to be called.

Treated kindly: it gets the marginal chances ready for each state, a monthly rate for monthly periods (its documentation asks for a yearly
one, which is wrong by four fifths), and for stage 1 the first twelve of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.setting import Unavailable

YEAR = 12


def loop(curves: np.ndarray, rate: float, loss: float) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """Return what works out the loss of loans: states, stages, exposures."""
    try:
        from creditriskengine.ecl.ifrs9.ecl_calc import ecl_lifetime
    except ModuleNotFoundError:
        raise Unavailable("creditriskengine is not installed") from None

    def run(states: np.ndarray, stages: np.ndarray, exposures: np.ndarray) -> np.ndarray:
        found = np.empty(len(states))
        for place, (state, stage, exposure) in enumerate(zip(states.tolist(), stages.tolist(), exposures.tolist(), strict=True)):
            if stage == 1:
                found[place] = ecl_lifetime(curves[state][:YEAR], loss, exposure, rate)
            elif stage == 2:
                found[place] = ecl_lifetime(curves[state], loss, exposure, rate)
            else:
                found[place] = loss * exposure
        return found

    return run
