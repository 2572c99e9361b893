"""The chance of default by month: a twelve-month chance spread over the months of a loan by a shaped hazard."""

from collections.abc import Sequence
from typing import Final

YEAR: Final = 12


def weights(shape: Sequence[float], months: int) -> tuple[float, ...]:
    """Give the share of a year's hazard that has passed by the end of each month, from 0 on; months past the shape weigh as its last."""
    by_month = [shape[min(month, len(shape) - 1)] for month in range(max(months, YEAR))]
    year = sum(by_month[:YEAR])
    return tuple(sum(by_month[:month]) / year for month in range(months + 1))


def survival(pd: float, passed: Sequence[float]) -> list[float]:
    """Give the chance of no default by the end of each month, for a chance of default `pd` within twelve months.

    S_t = (1 - pd) ^ (share of the year's hazard passed by t): so S_12 = 1 - pd, whatever the shape.
    """
    kept = 1.0 - pd
    return [kept**share for share in passed]
