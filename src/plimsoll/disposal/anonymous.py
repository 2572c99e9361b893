"""How well a loan tape hides people: what an outsider may know of a borrower has to fit at least k borrowers of the tape.

Age and region are what somebody outside may know. They are told as coarsely as it takes: age by five years and region, by ten years and
region, by ten years alone, or not at all; each borrower as finely as the k allows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from plimsoll.disposal.listed import UNKNOWN

HIDDEN: Final = ""
BANDS: Final = (5, 10, 10, 0)
"""Years of an age band at each step; 0 tells no age."""
WITH_REGION: Final = (True, True, False, False)


class Known(NamedTuple):
    """What somebody outside may know of a borrower: an age and a region, UNKNOWN and "" where the house does not know it itself."""

    age: int
    region: str


class Shown(NamedTuple):
    """The same, as coarsely as it is told: "35-39", "35-44", or "" for not told."""

    age_band: str
    region: str


def band(age: int, years: int) -> str:
    """Give the band of an age: 37 by ten years is "30-39"."""
    if age == UNKNOWN or not years:
        return HIDDEN
    first = age - age % years
    return f"{first}-{first + years - 1}"


def coarse(known: Known, step: int) -> Shown:
    """Give what is told of a borrower at a step."""
    return Shown(band(known.age, BANDS[step]), known.region if WITH_REGION[step] else HIDDEN)


def hide(people: Mapping[str, Known], k: int) -> dict[str, Shown]:
    """Give what is told of each borrower, so that at least `k` are told alike, or nothing is told of them.

    Where those of whom nothing is told would be fewer than `k`, nothing is told of anybody: being left out would tell.
    """
    found: dict[str, Shown] = {}
    left = dict(people)
    for step in range(len(BANDS)):
        told = {who: coarse(known, step) for who, known in left.items()}
        alike = Counter(told.values())
        done = {who for who, shown in told.items() if alike[shown] >= k or step == len(BANDS) - 1}
        found |= {who: told[who] for who in done}
        left = {who: known for who, known in left.items() if who not in done}
    return found if smallest(found) >= k else dict.fromkeys(people, Shown(HIDDEN, HIDDEN))


def smallest(shown: Mapping[str, Shown]) -> int:
    """Give how many borrowers are told alike where they are fewest; 0 for nobody."""
    return min(Counter(shown.values()).values(), default=0)


def below(rows: Sequence[Sequence[str]], k: int) -> int:
    """Give how many rows share what they tell with fewer than `k`, themselves counted: the check on any tape."""
    alike = Counter(tuple(row) for row in rows)
    return sum(count for count in alike.values() if count < k)
