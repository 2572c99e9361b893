"""The register of triggers: where each stands, how far from it, and in how many days it is reached if things go on as they do."""

from collections.abc import Sequence
from typing import Final, NamedTuple

UP, DOWN = "up", "down"
"""Whether a figure breaches by rising above its limit or by falling below."""
CLEAR, NEAR, BREACHED = "clear", "near", "breached"
POINTS_MIN: Final = 3


class Trigger(NamedTuple):
    """A limit that a contract or the law sets: what is measured, where it breaks, which way, and from which share of it on it is near."""

    name: str
    limit: float
    direction: str
    near: float
    consequence: str


class Place(NamedTuple):
    """Where a trigger stands: the figure, how far from the limit (below nought past it), the slope a day, days until it is reached."""

    trigger: Trigger
    value: float
    distance: float
    slope: float
    days: float | None
    state: str


def place(trigger: Trigger, history: Sequence[tuple[int, float]]) -> Place:
    """Give where a trigger stands by its history of days and figures, oldest first; the last is today's.

    The slope is that of the straight line through the history by least squares; with fewer than three points there is none. `days` is None
    where the figure stays, moves away, or has no slope; 0 where the limit is passed.
    """
    value = history[-1][1]
    sign = 1.0 if trigger.direction == UP else -1.0
    distance = sign * (trigger.limit - value)
    slope = _slope(history)
    days: float | None = None
    if distance <= 0:
        days = 0.0
    elif sign * slope > 0:
        days = distance / (sign * slope)
    is_near = distance <= abs(trigger.limit) * (1 - trigger.near)
    state = BREACHED if distance < 0 else NEAR if is_near else CLEAR
    return Place(trigger, value, distance, slope, days, state)


def _slope(history: Sequence[tuple[int, float]]) -> float:
    if len(history) < POINTS_MIN:
        return 0.0
    middle = sum(day for day, _ in history) / len(history)
    mean = sum(value for _, value in history) / len(history)
    spread = sum((day - middle) ** 2 for day, _ in history)
    return sum((day - middle) * (value - mean) for day, value in history) / spread if spread else 0.0
