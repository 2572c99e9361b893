"""Boxes: one set of pieces for each column. Subtraction and intersection of boxes, exact, with a bound on how many may come of it."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

Box: TypeAlias = tuple[int, ...]
BOXES_MAX: Final = 50_000


class TooManyBoxes(Exception):
    """The conditions are so entangled that the answer would need more boxes than the house is willing to hold."""


def meet(one: Box, other: Box) -> Box | None:
    """Give what two boxes share; None where they share nothing."""
    shared = tuple(a & b for a, b in zip(one, other, strict=True))
    return shared if all(shared) else None


def covers(outer: Box, inner: Box) -> bool:
    """Tell whether a box lies wholly within another."""
    return all(a & ~b == 0 for a, b in zip(inner, outer, strict=True))


def without(boxes: Iterable[Box], cut: Box) -> list[Box]:
    """Give what is left of some boxes when one is cut out, as boxes that share nothing."""
    left: list[Box] = []
    for box in boxes:
        shared = meet(box, cut)
        if shared is None:
            left.append(box)
            continue
        for place, inside in enumerate(shared):
            outside = box[place] & ~inside
            if outside:
                left.append((*shared[:place], outside, *box[place + 1 :]))
    return left


def rest(box: Box, cuts: Sequence[Box]) -> list[Box]:
    """Give what is left of a box after many have been cut out; raises TooManyBoxes."""
    left = [box]
    # A wide box first takes away much and splits little.
    for cut in sorted(cuts, key=lambda one: -sum(pieces.bit_count() for pieces in one)):
        left = without(left, cut)
        if not left:
            break
        if len(left) > BOXES_MAX:
            raise TooManyBoxes(len(left))
    return left
