"""Chances of default over the life of a loan, by where it stands and how often it was late of late.

A table of roll rates that knows only today's bucket forgets too fast: of those late now and late in each of the last three months nearly
nine in ten are late again, of those late for the first time half. A state here is the bucket (0 to 3 months late) with the pattern of the
last three months; what comes next depends on the bucket and on how many of the three were late, and the pattern then moves on by itself.
Default (over 90 days) and the end of a loan (paid off, or gone in another way) are left by nobody.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

BUCKETS: Final = 4
"""0 is not late, 1 to 3 are months late; one more is default."""
HISTORY: Final = 3
"""Months that are looked back on."""
PATTERNS: Final = 1 << HISTORY
STATES: Final = BUCKETS * PATTERNS
DEFAULT, ENDED = BUCKETS, BUCKETS + 1
OUTCOMES: Final = BUCKETS + 2
TIMES: Final = np.array([bin(pattern).count("1") for pattern in range(PATTERNS)])
"""How many of the last three months were late, by pattern."""


class Moves(NamedTuple):
    """Chances of the next month, indexed by bucket, by how many of the last three months were late, and by what comes next."""

    chances: Floats


class Curves(NamedTuple):
    """For each state, chances month by month: of default in that month (given nothing), and of being there at its beginning."""

    default: Floats
    alive: Floats


def state_of(bucket: Whole, pattern: Whole) -> Whole:
    """Give the number of the state: bucket 0 to 3, pattern of the last three months with the latest in the lowest bit."""
    found: Whole = bucket * PATTERNS + pattern
    return found


def count_moves(bucket: Whole, pattern: Whole, after: Whole) -> Whole:
    """Count moves of one month: `after` is a bucket, DEFAULT or ENDED. What is not known to have moved is not handed in (censored)."""
    place = (bucket * (HISTORY + 1) + TIMES[pattern]) * OUTCOMES + after
    return np.bincount(place, minlength=BUCKETS * (HISTORY + 1) * OUTCOMES).reshape(BUCKETS, HISTORY + 1, OUTCOMES)


def fit_moves(counts: Whole, weight: float) -> Moves:
    """Give chances from counts, each history drawn towards its bucket as a whole with the weight of so many cases.

    A bucket that nobody was ever in moves to default: the careful answer where nothing is known.
    """
    whole = counts.sum(axis=1, keepdims=True).astype(np.float64)
    seen = whole.sum(axis=2, keepdims=True)
    careful = np.zeros(OUTCOMES)
    careful[DEFAULT] = 1.0
    prior = np.where(seen > 0, whole / np.maximum(seen, 1), careful)
    cases = counts.sum(axis=2, keepdims=True) + weight
    return Moves(np.where(cases > 0, (counts + weight * prior) / np.where(cases > 0, cases, 1.0), prior))


def shifted(moves: Moves, shift: float) -> Moves:
    """Give the chances under another economy: the odds of getting worse, to default and to a later bucket, times e to the shift."""
    worse = np.arange(OUTCOMES)[None, None, :] > np.arange(BUCKETS)[:, None, None]
    worse = worse & (np.arange(OUTCOMES) != ENDED)[None, None, :]
    share = np.where(worse, moves.chances, 0.0).sum(axis=2, keepdims=True)
    odds = share * np.exp(shift)
    after = np.where(share < 1, odds / np.maximum(1 - share + odds, 1e-300), 1.0)
    up = np.divide(after, share, out=np.ones_like(share), where=share > 0)
    down = np.divide(1 - after, 1 - share, out=np.ones_like(share), where=share < 1)
    return Moves(moves.chances * np.where(worse, up, down))


def step_matrix(moves: Moves) -> Floats:
    """Give the moves among the states that are still alive; what is missing from a row is default and end."""
    found = np.zeros((STATES, STATES))
    for bucket in range(BUCKETS):
        for pattern in range(PATTERNS):
            for after in range(BUCKETS):
                next_pattern = (pattern << 1 | (bucket > 0)) & (PATTERNS - 1)
                found[bucket * PATTERNS + pattern, after * PATTERNS + next_pattern] += moves.chances[bucket, TIMES[pattern], after]
    return found


def default_chances(moves: Moves) -> Floats:
    """Give the chance of default within the month for each state."""
    chances: Floats = moves.chances[:, TIMES, DEFAULT].reshape(STATES)
    return chances


def curves(moves: Moves, months: int) -> Curves:
    """Give, for each state now, the chances of default in each of the coming months and of being alive at the beginning of each."""
    step, falls = step_matrix(moves), default_chances(moves)
    reach = np.eye(STATES)
    default, alive = np.zeros((STATES, months)), np.zeros((STATES, months))
    for month in range(months):
        alive[:, month] = reach.sum(axis=1)
        default[:, month] = reach @ falls
        reach = reach @ step
    return Curves(default, alive)


def chance_within(found: Curves, months: int) -> Floats:
    """Give the chance of default within so many months, for each state."""
    chances: Floats = found.default[:, :months].sum(axis=1)
    return chances


def never_safer(by_state: Floats) -> Floats:
    """Raise figures of states so that none is below that of the same history in a less late bucket; the first axis is that of states.

    A bucket that few were ever in may look safe by chance; what is provided for never rests on that.
    """
    apart = by_state.reshape(BUCKETS, PATTERNS, *by_state.shape[1:])
    return np.maximum.accumulate(apart, axis=0).reshape(by_state.shape)


def late_after(moves: Moves, months: int) -> Floats:
    """Give, for each state now, the chance of being late or in default after so many months: what forecasts are held against."""
    step, falls = step_matrix(moves), default_chances(moves)
    reach, fallen = np.eye(STATES), np.zeros(STATES)
    for _ in range(months):
        fallen += reach @ falls
        reach = reach @ step
    late = np.arange(STATES) >= PATTERNS
    found: Floats = fallen + reach[:, late].sum(axis=1)
    return found
