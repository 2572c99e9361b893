"""Why the share of bad loans changed: exact parts that add up to the whole change, none left over.

The share is worked out with each group of causes at its earlier or its later value, and each cause gets its mean part over all orders in
which they could have changed (Shapley 1953). With eight causes that is 256 evaluations of a small formula over segments.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import Final, NamedTuple

from plimsoll.units.refusal import Malformed

CAUSES: Final = ("mix", "seasoning", "entry", "roll", "cure", "write-off", "sale", "growth")


class Period(NamedTuple):
    """One segment over one period: what its part of the share of bad loans rests on, all as shares.

    `weight` is the segment's share of the whole book at the beginning, `bad` its bad share then. Of its good loans `aged` times `entry`
    become bad: `aged` is what the ages of its loans make of the usual entry (1 for usual ages). Of its bad loans `roll` is still owed after
    what was paid; `cure`, `written_off` and `sold` are the shares of bad loans that leave each way.
    """

    weight: float
    aged: float
    bad: float
    entry: float
    roll: float
    cure: float
    written_off: float
    sold: float


class Book(NamedTuple):
    """The segments of one period by name, and the whole book at its end, before write-offs and sales, over that at its beginning."""

    segments: Mapping[str, Period]
    grown: float


FIELDS: Final = {
    "mix": ("weight",),
    "seasoning": ("aged",),
    "entry": ("entry",),
    "roll": ("roll", "bad"),
    "cure": ("cure",),
    "write-off": ("written_off",),
    "sale": ("sold",),
}


def bad_share(book: Book) -> float:
    """Give the share of bad loans at the end of a period, as the parts make it; 0 where nothing is left."""
    bad = sum(
        one.weight * ((1 - one.bad) * one.aged * one.entry + one.bad * (one.roll - one.cure - one.written_off - one.sold))
        for one in book.segments.values()
    )
    gone = sum(one.weight * one.bad * (one.written_off + one.sold) for one in book.segments.values())
    whole = book.grown - gone
    return bad / whole if whole > 0 else 0.0


def attribute(before: Book, after: Book) -> dict[str, float]:
    """Give each cause's part of the change of the bad share between two periods; the parts add up to it exactly (but for rounding).

    A segment that one of the two does not have counts there with no weight and the other's figures, so it is mix. Raises Malformed
    segments_missing where neither has any.
    """
    names = sorted(before.segments.keys() | after.segments.keys())
    if not names:
        raise Malformed("segments_missing", "no segment in either period")
    old, new = (_whole(book, other, names) for book, other in ((before, after), (after, before)))
    worth = {frozenset(chosen): bad_share(_between(old, new, chosen)) for chosen in _subsets(CAUSES)}
    count = len(CAUSES)
    parts = {}
    for cause in CAUSES:
        rest = [one for one in CAUSES if one != cause]
        parts[cause] = sum(
            factorial(len(chosen))
            * factorial(count - len(chosen) - 1)
            / factorial(count)
            * (worth[frozenset((*chosen, cause))] - worth[frozenset(chosen)])
            for chosen in _subsets(rest)
        )
    return parts


def points_text(part: float) -> str:
    """Write a part of a share as points, with its sign and three digits; what is nothing to these has a plus."""
    return f"{round(100 * part, 3) + 0.0:+.3f}"


def _subsets(causes: Sequence[str]) -> list[tuple[str, ...]]:
    return [chosen for size in range(len(causes) + 1) for chosen in combinations(causes, size)]


def _whole(book: Book, other: Book, names: Sequence[str]) -> Book:
    """Give a book with every segment: one that it lacks has no weight."""
    return book._replace(segments={name: book.segments.get(name) or other.segments[name]._replace(weight=0.0) for name in names})


def _between(old: Book, new: Book, chosen: Sequence[str]) -> Book:
    """Give the book in which the chosen causes have changed and the others have not."""
    fields = [field for cause in chosen for field in FIELDS.get(cause, ())]
    segments = {name: one._replace(**{field: getattr(new.segments[name], field) for field in fields}) for name, one in old.segments.items()}
    return Book(segments, new.grown if "growth" in chosen else old.grown)
