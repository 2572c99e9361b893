"""The bridge of the bad share from one month to another, from flows of money: parts of `attribution` added up month by month."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.portfolio.attribution import CAUSES, Book, Period, attribute, bad_share
from plimsoll.portfolio.expressions.flows import PARTS
from plimsoll.units.refusal import Malformed

Flows = dict[str, int]
EVEN: Final = 1.0


class Step(NamedTuple):
    """One month: the bad share at its end, as the balances have it, and the parts of its change since the month before."""

    month: int
    share: float
    parts: dict[str, float]


def books(rows: Iterable[Sequence[Any]]) -> dict[int, Book]:
    """Give for each month what its bad share rests on, from rows of `flows_text`; a month before which nothing was owed has none.

    Usual entry by age is that of all months together. Where a segment had no good or no bad balance, its share of it counts as none.
    """
    told = [(row[0], row[1], row[2], dict(zip(PARTS, row[3:], strict=True))) for row in rows]
    usual, mean = _usual(told)
    found = {}
    for month in sorted({one[0] for one in told}):
        here = [one for one in told if one[0] == month]
        owed = sum(flows["good"] + flows["bad"] for _, _, _, flows in here)
        if not owed:
            continue
        segments = {}
        for name in sorted({one[1] for one in here}):
            segments[name] = _period([(age, flows) for _, segment, age, flows in here if segment == name], owed, usual, mean)
        gone = sum(flows["written_off"] + flows["sold"] for _, _, _, flows in here)
        found[month] = Book(segments, (sum(flows["after"] for _, _, _, flows in here) + gone) / owed)
    return found


def _usual(told: Sequence[tuple[int, str, int, Flows]]) -> tuple[dict[int, float], float]:
    """Give what becomes bad of a good balance by age, and of all, over all months."""
    good: dict[int, int] = defaultdict(int)
    entered: dict[int, int] = defaultdict(int)
    for _, _, age, flows in told:
        good[age] += flows["good"]
        entered[age] += flows["entered"]
    whole = sum(good.values())
    mean = sum(entered.values()) / whole if whole else 0.0
    return {age: entered[age] / good[age] if good[age] else mean for age in good}, mean


def _period(own: Sequence[tuple[int, Flows]], owed: int, usual: dict[int, float], mean: float) -> Period:
    sums = {name: sum(flows[name] for _, flows in own) for name in PARTS}
    good, bad = sums["good"], sums["bad"]
    expected = sum(flows["good"] * usual[age] for age, flows in own)
    aged = expected / (good * mean) if good and mean and expected else EVEN
    held = good + bad
    return Period(
        weight=held / owed,
        aged=aged,
        bad=bad / held if held else 0.0,
        entry=sums["entered"] / good / aged if good else 0.0,
        roll=(sums["stayed"] + sums["cured"] + sums["written_off"] + sums["sold"]) / bad if bad else 0.0,
        cure=sums["cured"] / bad if bad else 0.0,
        written_off=sums["written_off"] / bad if bad else 0.0,
        sold=sums["sold"] / bad if bad else 0.0,
    )


def bridge(rows: Sequence[Sequence[Any]], first: int, last: int) -> list[Step]:
    """Give the months after `first` through `last` with the parts of each change; what entered out of nothing is entry.

    Raises Malformed segments_missing where a month has nothing to compare: the tape has to reach a month further back than `first`.
    """
    found = books(rows)
    steps = []
    for month in range(first + 1, last + 1):
        if month not in found or month - 1 not in found:
            raise Malformed("segments_missing", f"month {month - 1}: nothing was owed before it")
        steps.append(Step(month, bad_share(found[month]), attribute(found[month - 1], found[month])))
    return steps


def whole(steps: Sequence[Step]) -> dict[str, float]:
    """Give the parts of the whole change, added up over its months."""
    return {cause: sum(step.parts[cause] for step in steps) for cause in CAUSES}
