"""Boxes: one set of pieces for each column. What some boxes leave of another, found exactly and without listing all that is left.

The search is that of a solver of clauses: a cut that leaves one way out is taken out at once; otherwise the cut with the fewest ways out
is tried way by way. It may take long for conditions that are entangled on purpose, so it counts its steps and gives up aloud.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

Box: TypeAlias = tuple[int, ...]
STEPS_MAX: Final = 100_000


class TooEntangled(Exception):
    """The conditions are so entangled that the answer would take longer than the house is willing to wait."""


def meet(one: Box, other: Box) -> Box | None:
    """Give what two boxes share; None where they share nothing."""
    shared = tuple([a & b for a, b in zip(one, other, strict=True)])
    return shared if all(shared) else None


def covers(outer: Box, inner: Box) -> bool:
    """Tell whether a box lies wholly within another."""
    return all(a & ~b == 0 for a, b in zip(inner, outer, strict=True))


def left_of(box: Box, cuts: Sequence[Box]) -> Box | None:
    """Give a box that lies in `box` and in none of `cuts`, as large as it goes; None where they take everything. Raises TooEntangled."""
    found = _find(box, cuts)
    return None if found is None else _grow(found, box, cuts)


def _find(box: Box, cuts: Sequence[Box]) -> Box | None:
    """Give some box that is left."""
    waiting: list[tuple[Box, Sequence[Box]]] = [(box, cuts)]
    for _ in range(STEPS_MAX):
        if not waiting:
            return None
        narrowed = _narrow(*waiting.pop())
        if narrowed is None:
            continue
        box, live = narrowed
        if not live:
            return box
        waiting += [(way, live) for way in _ways_out(box, min(live, key=lambda cut: len(_narrowing(box, cut))))]
    raise TooEntangled


def _narrow(box: Box, cuts: Sequence[Box]) -> tuple[Box, Sequence[Box]] | None:
    """Take out what cuts leave only one way out of; give the box and the cuts that still meet it, or None where nothing is left."""
    is_narrower = True
    while is_narrower:
        is_narrower, live = False, []
        for cut in cuts:
            if meet(box, cut) is None:
                continue
            places = _narrowing(box, cut)
            if not places:
                return None
            if len(places) == 1:
                (place,) = places
                box = (*box[:place], box[place] & ~cut[place], *box[place + 1 :])
                is_narrower = True
            else:
                live.append(cut)
        cuts = live
    return box, cuts


def _narrowing(box: Box, cut: Box) -> list[int]:
    """Give the columns in which a cut does not take the whole of a box."""
    return [place for place, (a, b) in enumerate(zip(box, cut, strict=True)) if a & ~b]


def _ways_out(box: Box, cut: Box) -> list[Box]:
    """Give what a cut leaves of a box, as boxes that share nothing."""
    found, inside = [], list(box)
    for place in _narrowing(box, cut):
        found.append((*inside[:place], box[place] & ~cut[place], *inside[place + 1 :]))
        inside[place] &= cut[place]
    return found


def _grow(found: Box, box: Box, cuts: Sequence[Box]) -> Box:
    """Widen a box that no cut meets, column by column, as far as it stays in the box that it was found in and no cut meets it."""
    for place, pieces in enumerate(box):
        for piece in range(pieces.bit_length()):
            if pieces >> piece & 1 and not found[place] >> piece & 1:
                wider = (*found[:place], found[place] | 1 << piece, *found[place + 1 :])
                if all(meet(wider, cut) is None for cut in cuts):
                    found = wider
    return found
