"""A state as one vector: the numbers, the rows still open or given ahead, the plans still running. What a store caches."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.layout import (
    P_FEE_LEFT,
    P_LEFT,
    P_SIZE,
    R_SIZE,
    S_GIVEN,
    S_GRACE_DUE,
    S_LOTS,
    S_NEXT,
    S_OPEN,
    S_PLANS,
    S_ROWS,
    S_SIZE,
)

Vector = MutableSequence[int]
HEAD = S_SIZE + 2


def kept_from(s: Sequence[int]) -> int:
    """Give the first row that is kept: the first one open, and in any case a bill whose due day is still ahead."""
    return min(s[S_OPEN], s[S_NEXT] - 1) if s[S_GRACE_DUE] != 0 else s[S_OPEN]


def kept_until(s: Vector) -> int:
    """Give the row before which rows are kept: those that fell due, the next one, and all that were given in full."""
    return s[S_ROWS] if s[S_GIVEN] == 1 else min(s[S_NEXT] + 1, s[S_ROWS])


def flat_size(s: Vector, plans: Vector) -> int:
    """Give how many numbers `flatten` writes."""
    running = 0
    for i in range(s[S_PLANS]):
        if plans[i * P_SIZE + P_LEFT] + plans[i * P_SIZE + P_FEE_LEFT] > 0:
            running += 1
    return HEAD + (kept_until(s) - kept_from(s)) * R_SIZE + running * P_SIZE


def flatten(s: Vector, rows: Vector, plans: Vector, flat: Vector) -> None:
    """Write a state into `flat` (`flat_size` numbers).

    Rows paid in full are left out: a statement folds the history again. So are purchases, which only a fact that names one needs.
    """
    for i in range(S_SIZE):
        flat[i] = s[i]
    first = kept_from(s) * R_SIZE
    count = (kept_until(s) - kept_from(s)) * R_SIZE
    flat[S_SIZE] = kept_until(s) - kept_from(s)
    for k in range(count):
        flat[HEAD + k] = rows[first + k]
    at = HEAD + count
    running = 0
    for i in range(s[S_PLANS]):
        plan_at = i * P_SIZE
        if plans[plan_at + P_LEFT] + plans[plan_at + P_FEE_LEFT] > 0:
            for k in range(P_SIZE):
                flat[at + k] = plans[plan_at + k]
            at += P_SIZE
            running += 1
    flat[S_SIZE + 1] = running
    flat[S_PLANS] = running
    flat[S_LOTS] = 0


def unflatten(flat: Sequence[int], s: Vector, rows: Vector, plans: Vector) -> None:
    """Read back what `flatten` wrote, into vectors of zeros with room enough; rows paid in full stay empty."""
    for i in range(S_SIZE):
        s[i] = flat[i]
    first = kept_from(s) * R_SIZE
    count = flat[S_SIZE] * R_SIZE
    for k in range(count):
        rows[first + k] = flat[HEAD + k]
    at = HEAD + count
    for k in range(flat[S_SIZE + 1] * P_SIZE):
        plans[k] = flat[at + k]
