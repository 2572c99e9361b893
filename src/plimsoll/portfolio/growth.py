"""How growth dilutes a share of bad loans, what it is without growth, and the fastest growth that keeps inside every limit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from plimsoll.risk.throttle import Ladder, granted_at
from plimsoll.units.refusal import Malformed

HALVINGS: Final = 40


class Ages(NamedTuple):
    """A cohort of one by months since granted: the share still performing, and the share that is bad, at each age."""

    performing: Sequence[float]
    bad: Sequence[float]


def bad_share(ages: Ages, growth: float) -> float:
    """Give the share of the book that is bad when grants grow by a share each month: sum (1+g)^-a q_a / sum (1+g)^-a (b_a + q_a).

    Raises Malformed growth_out_of_range for a growth of -1 or below, series_uneven.
    """
    if growth <= -1:
        raise Malformed("growth_out_of_range", f"{growth}")
    if len(ages.performing) != len(ages.bad):
        raise Malformed("series_uneven", f"{len(ages.performing)} and {len(ages.bad)} ages")
    weights = [(1 + growth) ** -age for age in range(len(ages.bad))]
    bad = sum(weight * share for weight, share in zip(weights, ages.bad, strict=True))
    whole = bad + sum(weight * share for weight, share in zip(weights, ages.performing, strict=True))
    return bad / whole if whole else 0.0


def seasoned(by_age: Sequence[tuple[int, int]], steady: Sequence[float]) -> float | None:
    """Give the bad share that a book would show if its ages were those of a steady state: (bad, all) by age, weighted by `steady`.

    Ages where nothing is held say nothing and their weight is spread over the others. None where no age has any.
    """
    weighed = whole = 0.0
    for (bad, held), weight in zip(by_age, steady, strict=False):
        if held > 0:
            weighed += weight * bad / held
            whole += weight
    return weighed / whole if whole else None


class Paced(NamedTuple):
    """The growth a month that may be planned, the limit that stops it there, and the step of the throttle ladder for now."""

    growth: float
    bound_by: str
    throttle: float


def pace(limits: Mapping[str, Callable[[float], float]], most: float, ladder: Ladder) -> Paced:
    """Give the fastest growth, from 0 to `most` a month, at which no limit is passed.

    Each limit gives, for a growth, how much of it is used: 1 is at the limit; it never falls as growth rises. Where one is passed
    without growth, nothing may be planned and the throttle ladder says how much of today's grants stay, by the used share of that limit.
    """
    now = {name: used(0.0) for name, used in limits.items()}
    worst = max(now, key=lambda name: now[name], default="")
    if worst and now[worst] > 1:
        return Paced(0.0, worst, granted_at(now[worst], ladder))
    found, bound_by = most, ""
    for name, used in limits.items():
        growth = _fastest(used, found)
        if growth < found:
            found, bound_by = growth, name
    return Paced(found, bound_by, granted_at(0.0, ladder))


def _fastest(used: Callable[[float], float], most: float) -> float:
    if used(most) <= 1:
        return most
    low, high = 0.0, most
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if used(middle) <= 1:
            low = middle
        else:
            high = middle
    return low
