"""Who is left to chance, for good: the same customer of the same trial always falls on the same side, and nobody can choose it.

A share of customers is held out and treated as before, and a share explores: any allowed treatment, drawn evenly. Both are read from a
digest of trial and customer, so a trial can be repeated and checked, and its size is not changed by looking.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

HELD_OUT, EXPLORES, OPTIMISED = "held_out", "explores", "optimised"
PPM: Final = 1_000_000


class Trial(NamedTuple):
    """A trial by name, with the shares that are held out and that explore, in parts per million."""

    name: str
    held_out_ppm: int
    explores_ppm: int = 0


def arm_of(trial: Trial, customer_id: int) -> str:
    """Give the arm of a customer, the same whenever it is asked."""
    place = draw(trial.name, "arm", customer_id) % PPM
    if place < trial.held_out_ppm:
        return HELD_OUT
    return EXPLORES if place < trial.held_out_ppm + trial.explores_ppm else OPTIMISED


def explored(trial: Trial, customer_id: int, day: int, allowed: Sequence[int]) -> tuple[int, float] | None:
    """Give the treatment that a customer who explores gets on a day, with its propensity; None where nothing is allowed."""
    if not allowed:
        return None
    return allowed[draw(trial.name, f"day {day}", customer_id) % len(allowed)], 1 / len(allowed)


def draw(*words: object) -> int:
    """Give a whole number that words decide, even over 64 bits."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, words)).encode()).digest()[:8], "big")
