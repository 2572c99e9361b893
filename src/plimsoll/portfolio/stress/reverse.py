"""Reverse stress: the smallest shock along a direction that breaks a limit, and which of several directions breaks it first."""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Final, NamedTuple

HALVINGS: Final = 50


class Broken(NamedTuple):
    """The smallest shock of a direction that breaks: its size in standard deviations, and the shock by name; None where none does."""

    direction: str
    size: float | None
    shock: Mapping[str, float]


def smallest(directions: Mapping[str, Mapping[str, float]], breaks: Callable[[Mapping[str, float]], bool], most: float) -> Sequence[Broken]:
    """Give for each direction (a shock in standard deviations by name) the smallest size that breaks, the smallest of all first.

    `breaks` is to stay true once it is: a greater shock of one direction is never better. A direction that does not break by a size of
    `most` has none; it stands last.
    """
    found = []
    for name, direction in directions.items():
        length = sqrt(sum(part * part for part in direction.values()))
        unit = {driver: part / length for driver, part in direction.items()}
        size = _size(unit, breaks, most)
        found.append(Broken(name, size, {driver: part * (most if size is None else size) for driver, part in unit.items()}))
    return sorted(found, key=lambda one: (one.size is None, one.size or 0.0, one.direction))


def _size(unit: Mapping[str, float], breaks: Callable[[Mapping[str, float]], bool], most: float) -> float | None:
    """Halve the way to the first size that breaks."""
    if not breaks({driver: part * most for driver, part in unit.items()}):
        return None
    low, high = 0.0, most
    if breaks(dict.fromkeys(unit, 0.0)):
        return 0.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if breaks({driver: part * middle for driver, part in unit.items()}):
            high = middle
        else:
            low = middle
    return high
