"""Cases told so coarsely that nobody is told apart: every combination of what an outsider may know fits at least k of them.

Columns are coarsened over the whole table (no case is told more finely than its neighbour), by the combination of levels that loses least
while no more than a share of the cases has to be left out; what then still stands in too small a group, or in one whose outcomes are all
alike, is left out and counted (k-anonymity: Sweeney 2002; different outcomes: Machanavajjhala and others 2007, the plain form).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

HIDDEN: Final = "*"
"""What stands for a value that is not told."""


class Scale(NamedTuple):
    """A column and how it can be told: at each level what stands for each value, the finest first; the last level hides it."""

    name: str
    levels: tuple[Mapping[str, str], ...]

    def at(self, value: str, level: int) -> str:
        """Give what is told of a value at a level; what the scale does not know is hidden."""
        return self.levels[level].get(value, HIDDEN) if level < len(self.levels) else HIDDEN


class Demand(NamedTuple):
    """What is asked of a table: cases alike, different outcomes among them, and the share of cases that may be left out for it."""

    k: int
    outcomes: int
    left_out: float


class Group(NamedTuple):
    """Cases that are told alike: what is told of them, and how many had each outcome."""

    told: tuple[str, ...]
    outcomes: Mapping[str, int]

    @property
    def size(self) -> int:
        """Give how many cases these are."""
        return sum(self.outcomes.values())


class Anonymous(NamedTuple):
    """A table that is safe to share: its groups, the level of each column, and how many cases were left out."""

    groups: tuple[Group, ...]
    levels: tuple[int, ...]
    left_out: int


def anonymous(cases: Mapping[tuple[tuple[str, ...], str], int], scales: Sequence[Scale], demand: Demand) -> Anonymous:
    """Give a table in which every group holds what is asked; `cases` counts cases by their finest values and outcome."""
    whole = sum(cases.values())
    best: tuple[float, int, tuple[int, ...]] | None = None
    spread = [len({values[place] for values, _ in cases}) for place in range(len(scales))]
    for levels in product(*(range(len(scale.levels) + 1) for scale in scales)):
        loss = sum(_loss(scale, level, wide) for scale, level, wide in zip(scales, levels, spread, strict=True))
        if best is not None and loss >= best[0]:
            continue
        left_out = sum(group.size for group in grouped(cases, scales, levels) if not holds(group, demand))
        if left_out <= demand.left_out * whole:
            best = (loss, left_out, levels)
    chosen = best[2] if best is not None else tuple(len(scale.levels) for scale in scales)
    kept = tuple(group for group in grouped(cases, scales, chosen) if holds(group, demand))
    return Anonymous(kept, chosen, whole - sum(group.size for group in kept))


def grouped(cases: Mapping[tuple[tuple[str, ...], str], int], scales: Sequence[Scale], levels: Sequence[int]) -> list[Group]:
    """Give the cases that are told alike at some levels, in the order of what is told."""
    found: dict[tuple[str, ...], Counter[str]] = {}
    told_of: dict[tuple[str, ...], tuple[str, ...]] = {}
    for (values, outcome), count in cases.items():
        if values not in told_of:
            told_of[values] = tuple(scale.at(value, level) for scale, value, level in zip(scales, values, levels, strict=True))
        found.setdefault(told_of[values], Counter())[outcome] += count
    return [Group(told, dict(sorted(outcomes.items()))) for told, outcomes in sorted(found.items())]


def holds(group: Group, demand: Demand) -> bool:
    """Tell whether a group is large enough, and its outcomes different enough."""
    return group.size >= demand.k and len(group.outcomes) >= demand.outcomes


def _loss(scale: Scale, level: int, wide: int) -> float:
    """Give how much a column loses at a level: the share of its values that are no longer told apart, all of them where hidden."""
    if level >= len(scale.levels):
        return 1.0
    if wide <= 1:
        return 0.0
    left = len(set(scale.levels[level].values()))
    finest = max(len(scale.levels[0]), 1)
    return 1.0 - left / finest if level else 0.0
