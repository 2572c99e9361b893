"""The bins of one feature: where a value falls, and the weight of evidence there. Read and asked by the standard library alone.

Weight of evidence is the log odds of bad in the bin less the log odds of bad among all rows of the training: above 0 is worse than the
average. The places of bins: missing, others (categories that no bin names), the values that stand apart, then the rest.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

from plimsoll.units.rate import Rate

Value: TypeAlias = "str | int | float | bool | Rate | None"
"""What a feature can be given as; a share as an exact rate becomes a number here, and only to be scored."""

NUMBER: Final = "number"
DATE: Final = "date"
CATEGORY: Final = "category"
KINDS: Final = (NUMBER, DATE, CATEGORY)

MISSING_PLACE: Final = 0
OTHER_PLACE: Final = 1
FIRST_PLACE: Final = 2
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


class Bin(NamedTuple):
    """What the training had in a bin: rows, bad ones among them, and the weight of evidence (shrunk towards 0 where rows are few)."""

    rows: int
    bads: int
    woe: float


@dataclass(frozen=True)
class Bins:
    """The bins of a feature: `apart` are numbers with a bin of their own, `edges` the upper bounds (themselves inside) of the ranges.

    A category has groups of words instead. `bins` has one entry a place: missing, others, apart, and ranges or groups.
    """

    name: str
    kind: str
    written: str
    apart: tuple[float, ...]
    edges: tuple[float, ...]
    groups: tuple[tuple[str, ...], ...]
    bins: tuple[Bin, ...]

    @cached_property
    def places(self) -> Mapping[float | str, int]:
        """Give the places of values that stand apart, or of words."""
        if self.kind == CATEGORY:
            return {word: FIRST_PLACE + n for n, group in enumerate(self.groups) for word in group}
        return {value: FIRST_PLACE + n for n, value in enumerate(self.apart)}

    @property
    def first_range(self) -> int:
        """The place of the first range."""
        return FIRST_PLACE + len(self.apart)

    def place(self, value: Value) -> int:
        """Give the place of a value; text that should be a number or a day and is none counts as missing."""
        if self.kind == CATEGORY:
            word = word_of(value)
            return MISSING_PLACE if word is None else self.places.get(word, OTHER_PLACE)
        number = number_of(value, self.written)
        return MISSING_PLACE if number is None else self.place_of_number(number)

    def place_of_number(self, number: float) -> int:
        """Give the place of a number."""
        found = self.places.get(number)
        return self.first_range + bisect_left(self.edges, number) if found is None else found

    def label(self, place: int) -> str:
        """Give a bin in words: "missing", "other", "= 0", "(1000, 5000]", "A11, A12"."""
        if place == MISSING_PLACE:
            return "missing"
        if place == OTHER_PLACE:
            return "other"
        if self.kind == CATEGORY:
            return ", ".join(self.groups[place - FIRST_PLACE])
        if place < self.first_range:
            return f"= {self._text(self.apart[place - FIRST_PLACE])}"
        at = place - self.first_range
        low = f"({self._text(self.edges[at - 1])}, " if at else "(-∞, "
        return low + (f"{self._text(self.edges[at])}]" if at < len(self.edges) else "∞)")

    def _text(self, number: float) -> str:
        return date.fromordinal(int(number) + EPOCH_DAY).isoformat() if self.kind == DATE else f"{number:.12g}"


def number_of(value: Value, written: str = "") -> float | None:
    """Give a value as a number, None where it is missing, endless or no number; a date in text as days since 1970-01-01.

    `written` is how dates are written, as `strptime` takes it; "" where the feature is no date.
    """
    if value is None:
        return None
    if isinstance(value, Rate):
        return value.num / value.den
    if isinstance(value, str):
        found = _read(value, written)
    else:
        try:
            found = float(value)
        except OverflowError:
            return None
    return found if found is not None and math.isfinite(found) else None


def _read(text: str, written: str) -> float | None:
    """Read a number, or a date where the feature is one."""
    if written:
        try:
            return float(date.fromisoformat(text.strip()).toordinal() - EPOCH_DAY)
        except ValueError:
            pass
        try:
            return float(datetime.strptime(text.strip(), written).toordinal() - EPOCH_DAY)  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            pass
    try:
        return float(text)
    except ValueError:
        return None


def word_of(value: Value) -> str | None:
    """Give a value as a word, None where it is missing: 1 and 1.0 are the same word, true and false are written small."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Rate):
        return value.text()
    return None if value != value else f"{value:.15g}"
