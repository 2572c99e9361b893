"""Complete young vintages by the chain ladder, made credible, with a band from the bootstrap.

A chain ladder alone multiplies what a vintage has reached, so one loan of a young vintage becomes ten. Weighted by how far a vintage has
developed, its own ladder counts, and for the rest what all vintages show: Benktander (1976); Mack, T. (2000), Credible claims reserves,
ASTIN Bulletin 30. The band: vintages drawn again (the pattern is estimated), and chance in every step (England and Verrall 2002, Stochastic
claims reserving in general insurance, British Actuarial Journal 8).
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

ROUNDS: Final = 400
LOW, HIGH = 0.05, 0.95
THIN: Final = 3
"""Steps that fewer vintages than this have made are guessed from too little, and said so."""


class Chance(Protocol):
    """What draws: `random.Random` does."""

    def random(self) -> float:
        """Draw a number from 0 up to 1."""

    def gauss(self, mu: float, sigma: float) -> float:
        """Draw from a normal distribution."""


class Row(NamedTuple):
    """One vintage: what it is measured against, and what it had come to by every age that it has reached, from 0."""

    exposure: float
    reached: tuple[float, ...]


class Completed(NamedTuple):
    """One vintage carried to the last age: expected, and the band from 5 % to 95 %. What it has reached stands as it is.

    `thin_from` is the first age that rests on fewer than three vintages, one above the last where none does.
    """

    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    thin_from: int


class _Pattern(NamedTuple):
    """How vintages develop: by age the share of the last age that is reached, what one unit of exposure comes to, who made each step."""

    developed: tuple[float, ...]
    ultimate: float
    made: tuple[int, ...]


def complete(rows: Sequence[Row], chance: Chance, *, is_capped: bool, rounds: int = ROUNDS) -> list[Completed]:
    """Carry every vintage to the age of the oldest; give them in order.

    `is_capped` says that what is reached neither falls nor passes the exposure (ever late), and not so a net loss, which recoveries lower.
    """
    last = max((len(row.reached) for row in rows), default=0)
    ones = [1] * len(rows)
    pattern = _pattern(rows, ones, last)
    spread = _spread(rows, pattern)
    drawn: list[list[list[float]]] = [[] for _ in rows]
    for _ in range(rounds if last > 1 and len(rows) > 1 else 0):
        weights = [0] * len(rows)
        for _ in rows:
            weights[int(chance.random() * len(rows))] += 1
        again = _pattern(rows, weights, last)
        if min(again.made, default=1) == 0:
            # A step that no vintage drawn has made cannot be estimated: the vintages that made it are drawn beside.
            again = _pattern(rows, [weight + one for weight, one in zip(weights, ones, strict=True)], last)
        for place, row in enumerate(rows):
            drawn[place].append(_chanced(row, again, spread, chance, is_capped=is_capped))
    thin = next((age + 1 for age, made in enumerate(pattern.made) if made < THIN), last + 1)
    return [_banded(row, pattern, draws, thin, is_capped=is_capped) for row, draws in zip(rows, drawn, strict=True)]


def _pattern(rows: Sequence[Row], weights: Sequence[int], last: int) -> _Pattern:
    """Estimate the pattern from the vintages that have made each step, each counted so many times."""
    factors: list[float | None] = []
    made = []
    for age in range(last - 1):
        some = [(row, weight) for row, weight in zip(rows, weights, strict=True) if weight and len(row.reached) > age + 1]
        before = sum(row.reached[age] * weight for row, weight in some)
        after = sum(row.reached[age + 1] * weight for row, weight in some)
        # Nothing is multiplied to something: up to there nothing is developed.
        factors.append(after / before if before > 0 and after > 0 else None if after > 0 else 1.0)
        made.append(len(some))
    developed = [1.0] * last
    for age in range(last - 2, -1, -1):
        factor = factors[age]
        developed[age] = developed[age + 1] / factor if factor is not None else 0.0
    reached = used = 0.0
    for row, weight in zip(rows, weights, strict=True):
        if row.reached:
            reached += weight * row.reached[-1]
            used += weight * row.exposure * developed[len(row.reached) - 1]
    return _Pattern(tuple(developed), reached / used if used > 0 else 0.0, tuple(made))


def _carried(row: Row, pattern: _Pattern, *, is_capped: bool) -> list[float]:
    """Carry a vintage on as expected."""
    found = list(row.reached)
    if not found:
        return found
    at = pattern.developed[len(found) - 1]
    trust = min(max(at, 0.0), 1.0)
    for age in range(len(found), len(pattern.developed)):
        ladder = row.reached[-1] * pattern.developed[age] / at if at > 0 else 0.0
        others = row.reached[-1] + row.exposure * pattern.ultimate * (pattern.developed[age] - at)
        value = trust * ladder + (1 - trust) * others
        found.append(min(max(value, found[-1]), max(row.exposure, found[-1])) if is_capped else value)
    return found


def _spread(rows: Sequence[Row], pattern: _Pattern) -> float:
    """Estimate how much more than a Poisson count the steps vary: Pearson's statistic a degree of freedom."""
    total, count = 0.0, 0
    for row in rows:
        for age in range(len(row.reached) - 1):
            expected = row.exposure * pattern.ultimate * (pattern.developed[age + 1] - pattern.developed[age])
            if expected > 0:
                total += (row.reached[age + 1] - row.reached[age] - expected) ** 2 / expected
                count += 1
    freedom = count - sum(made > 0 for made in pattern.made)
    return total / freedom if freedom > 0 else 1.0


def _chanced(row: Row, pattern: _Pattern, spread: float, chance: Chance, *, is_capped: bool) -> list[float]:
    """Carry a vintage on with chance in every step."""
    expected = _carried(row, pattern, is_capped=is_capped)
    found = list(row.reached)
    for age in range(len(found), len(expected)):
        step = expected[age] - expected[age - 1]
        moved = chance.gauss(step, math.sqrt(spread * step)) if step > 0 else step
        value = found[-1] + (max(moved, 0.0) if is_capped else moved)
        found.append(min(value, max(row.exposure, found[-1])) if is_capped else value)
    return found


def _banded(row: Row, pattern: _Pattern, draws: list[list[float]], thin: int, *, is_capped: bool) -> Completed:
    expected = _carried(row, pattern, is_capped=is_capped)
    low, high = list(expected), list(expected)
    for age in range(len(row.reached), len(expected)):
        if draws:
            at = sorted(draw[age] for draw in draws)
            low[age] = min(at[int(LOW * (len(at) - 1))], expected[age])
            high[age] = max(at[math.ceil(HIGH * (len(at) - 1))], expected[age])
    return Completed(tuple(expected), tuple(low), tuple(high), thin)
