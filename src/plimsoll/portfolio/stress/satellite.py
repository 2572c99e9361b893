"""From the economy to the log odds of getting worse: a small model with signs that may not turn round, drawn towards what is believed.

Histories are short, so each coefficient begins at a belief with the weight of so many quarters, and is held to its sign: more
unemployment never helps, more income and more credit from others never hurt at once. The report says how much of a figure is belief.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.units.refusal import Malformed

DRIVERS: Final = ("unemployment", "income", "supply")
"""Change of the unemployment rate in points, of real income in per cent, of credit supplied by other lenders in per cent, in a quarter."""
SIGNS: Final = {"unemployment": 1, "income": -1, "supply": -1}
MEMORY: Final = "memory"
MEMORY_MAX: Final = 0.95
ROUNDS: Final = 500
CLOSE: Final = 1e-12


class Belief(NamedTuple):
    """What is believed before the data: the effect of each driver on the log odds, how much a move lasts, with the weight of quarters."""

    effects: Mapping[str, float]
    memory: float
    weight: float


class Satellite(NamedTuple):
    """The fitted model; `belief_share` of each effect is how much of it is belief, from 0 to 1."""

    effects: Mapping[str, float]
    memory: float
    belief_share: Mapping[str, float]


def fit(moves: Sequence[float], drivers: Mapping[str, Sequence[float]], belief: Belief) -> Satellite:
    """Fit the change of log odds in each quarter on its own last change and on the drivers of the quarter before.

    `moves` has one value more than each driver's row that explains it: moves[t] rests on moves[t - 1] and drivers[t - 1].
    Raises Malformed series_uneven where the lengths do not go together, driver_unknown.
    """
    unknown = sorted(drivers.keys() - set(DRIVERS))
    if unknown:
        raise Malformed("driver_unknown", ", ".join(unknown))
    if any(len(drivers.get(name, ())) != len(moves) for name in DRIVERS):
        raise Malformed("series_uneven", f"{len(moves)} moves; " + ", ".join(f"{len(drivers.get(name, ()))} of {name}" for name in DRIVERS))
    names = (MEMORY, *DRIVERS)
    rows = np.array([[moves[at - 1], *(drivers[name][at - 1] for name in DRIVERS)] for at in range(1, len(moves))]).reshape(-1, len(names))
    target = np.asarray(moves[1:], np.float64)
    prior = np.array([belief.memory, *(belief.effects[name] for name in DRIVERS)])
    scale = np.array([max(float(np.var(rows[:, place])), CLOSE) if len(rows) else 1.0 for place in range(len(names))])
    penalty = belief.weight * scale
    found = _held(rows, target, prior, penalty)
    seen = np.array([float(rows[:, place] @ rows[:, place]) if len(rows) else 0.0 for place in range(len(names))])
    share = penalty / (penalty + seen)
    return Satellite(dict(zip(DRIVERS, found[1:].tolist(), strict=True)), float(found[0]), dict(zip(names, share.tolist(), strict=True)))


def _held(
    rows: npt.NDArray[np.float64], target: npt.NDArray[np.float64], prior: npt.NDArray[np.float64], penalty: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Minimise squares plus the distance from the belief, one coefficient at a time, each held within its bounds."""
    low = np.array([0.0, *(0.0 if SIGNS[name] > 0 else -np.inf for name in DRIVERS)])
    high = np.array([MEMORY_MAX, *(np.inf if SIGNS[name] > 0 else 0.0 for name in DRIVERS)])
    found = np.clip(prior, low, high)
    squares = (rows * rows).sum(axis=0)
    for _ in range(ROUNDS):
        moved = 0.0
        for place in range(len(found)):
            rest = target - rows @ found + rows[:, place] * found[place]
            best = (rows[:, place] @ rest + penalty[place] * prior[place]) / (squares[place] + penalty[place])
            best = min(max(float(best), low[place]), high[place])
            moved = max(moved, abs(best - found[place]))
            found[place] = best
        if moved < CLOSE:
            break
    return found


def path(model: Satellite, drivers: Mapping[str, Sequence[float]], last: float = 0.0) -> list[float]:
    """Give how far the log odds have moved at the end of each quarter of a scenario, from today; `last` is the change just seen."""
    quarters = {len(series) for series in drivers.values()}
    if len(quarters) > 1 or drivers.keys() - set(DRIVERS):
        raise Malformed("series_uneven", ", ".join(f"{len(series)} of {name}" for name, series in drivers.items()))
    level, found = 0.0, []
    for quarter in range(next(iter(quarters), 0)):
        last = model.memory * last + sum(model.effects[name] * series[quarter] for name, series in drivers.items())
        level += last
        found.append(level)
    return found
