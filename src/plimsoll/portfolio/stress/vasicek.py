"""Default rates of a bad year by one common factor (Vasicek 2002), and the correlation that a history of default rates shows."""

from collections.abc import Sequence
from math import erf, exp, sqrt
from statistics import NormalDist
from typing import Final

from plimsoll.units.refusal import Malformed

NORMAL: Final = NormalDist()
STEPS: Final = 400
REACH: Final = 8.0
HALVINGS: Final = 60
CORRELATION_MAX: Final = 0.9


def default_rate(chance: float, correlation: float, quantile: float) -> float:
    """Give the default rate that is not passed with probability `quantile`: Phi((Phi^-1(PD) + sqrt(rho) Phi^-1(q)) / sqrt(1 - rho)).

    Raises Malformed scenario_malformed where a share does not lie strictly between 0 and 1; a correlation of 0 gives the chance itself.
    """
    _refuse(chance, correlation, quantile)
    return _given(chance, correlation, NORMAL.inv_cdf(quantile))


def spread(chance: float, correlation: float) -> float:
    """Give the standard deviation of yearly default rates that a correlation makes, by integrating over the common factor."""
    _refuse(chance, correlation, 0.5)
    step = 2 * REACH / STEPS
    at = [-REACH + step * place for place in range(STEPS + 1)]
    weights = [exp(-factor * factor / 2) for factor in at]
    whole = sum(weights)
    squares = sum(weight * _given(chance, correlation, factor) ** 2 for weight, factor in zip(weights, at, strict=True))
    return sqrt(max(squares / whole - chance * chance, 0.0))


def correlation_of(rates: Sequence[float]) -> float:
    """Give the correlation whose spread is that of a history of default rates with the same mean.

    A short or calm history gives a low figure; it is shown beside the regulator's, never instead of it. Raises Malformed
    history_too_short (fewer than 3 rates), scenario_malformed.
    """
    if len(rates) < 3:
        raise Malformed("history_too_short", f"{len(rates)} rates, 3 are needed")
    mean = sum(rates) / len(rates)
    seen = sqrt(sum((rate - mean) ** 2 for rate in rates) / (len(rates) - 1))
    _refuse(mean, 0.0, 0.5)
    low, high = 0.0, CORRELATION_MAX
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if spread(mean, middle) < seen:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _given(chance: float, correlation: float, factor: float) -> float:
    """Give the default rate where the common factor is so many standard deviations bad."""
    place = (NORMAL.inv_cdf(chance) + sqrt(correlation) * factor) / sqrt(1 - correlation)
    return 0.5 * (1 + erf(place / sqrt(2)))


def _refuse(chance: float, correlation: float, quantile: float) -> None:
    if not (0 < chance < 1 and 0 <= correlation < 1 and 0 < quantile < 1):
        raise Malformed("scenario_malformed", f"chance {chance}, correlation {correlation}, quantile {quantile}: shares between 0 and 1")
