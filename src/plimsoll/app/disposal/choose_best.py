"""Choose the borrowers whose sale gains most under the bounds of a package: an integer programme for HiGHS. Needs scipy (extra `ml`)."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp

from plimsoll.disposal.choose import Bounds, Unit, broken
from plimsoll.units.refusal import Refused

SECONDS: Final = 60.0
MILLION: Final = 1_000_000


def choose_best(units: Sequence[Unit], bounds: Bounds) -> list[Unit] | Refused:
    """Give the choice with the greatest gain that keeps to the bounds, or refuse: package_not_possible.

    One variable a borrower, yes or no. A share of a region or borrower is linear: its weight less the share of all weight is at most 0.
    What the solver gives is checked again in whole numbers, as it works in floating point.
    """
    if not units:
        return Refused("package_not_possible", "", "no loan may be sold")
    # In thousandths of the greatest weight the numbers of a programme stand near each other, as the solver likes them.
    scale = max(unit.weight_minor for unit in units)
    weights = np.array([unit.weight_minor / scale for unit in units])
    counts = np.array([float(len(unit.loans)) for unit in units])
    gains = np.array([unit.gain_minor / scale for unit in units])
    rows: list[Any] = []
    lows: list[float] = []
    highs: list[float] = []

    def hold(row: Any, low: float, high: float) -> None:
        rows.append(row)
        lows.append(low)
        highs.append(high)

    if bounds.least_minor or bounds.most_minor:
        hold(weights, bounds.least_minor / scale, bounds.most_minor / scale if bounds.most_minor else np.inf)
    if bounds.least_loans or bounds.most_loans:
        hold(counts, float(bounds.least_loans), float(bounds.most_loans) if bounds.most_loans else np.inf)
    if bounds.region_ppm:
        share = bounds.region_ppm / MILLION
        for region in sorted({unit.region for unit in units}):
            inside = np.array([unit.region == region for unit in units])
            hold(np.where(inside, weights, 0.0) - share * weights, -np.inf, 0.0)
    if bounds.borrower_ppm:
        share = bounds.borrower_ppm / MILLION
        for at, unit in enumerate(units):
            if unit.weight_minor * MILLION <= bounds.borrower_ppm * bounds.least_minor:
                continue  # cannot be too great a part of a package of the least size
            row = -share * weights
            row[at] += unit.weight_minor / scale
            # Binding only where the borrower is chosen: otherwise what is left on the row is not above nothing anyway.
            hold(row, -np.inf, 0.0)
    limits = LinearConstraint(np.array(rows), lows, highs) if rows else ()
    solved = milp(-gains, constraints=limits, integrality=np.ones(len(units)), bounds=Box(0, 1), options={"time_limit": SECONDS})
    if solved.x is None:
        return Refused("package_not_possible", "", "no choice keeps to the bounds")
    chosen = [unit for unit, is_in in zip(units, solved.x, strict=True) if is_in > 0.5]
    wrong = broken(chosen, bounds)
    return Refused("package_not_possible", "", ", ".join(wrong)) if wrong or not chosen else chosen
