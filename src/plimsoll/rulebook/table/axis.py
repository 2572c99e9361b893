"""One column cut into the smallest pieces that its cells can tell apart, so that conditions become sets of pieces.

All thresholds of a column cut its line of points into stretches; between two cuts no cell changes its mind, so one stretch stands for
all its values. A column of words has one piece for each word that is named and one for all others. The last piece stands for a missing
value. A set of pieces is a whole number, one bit a piece: this is what both the lint and the compiled table work with, exactly.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from plimsoll.rulebook.table.table import SCALE, Bound, Cell, Column, Known, Span, Table, Test, Value, Words
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

Lookup: TypeAlias = Callable[[str], Value | None]
"""What a rule says on the day for the lender that the table is used for; None where it says nothing."""

OTHER = ""
"""The word that stands for every word that no cell names."""


def no_rules(key: str) -> Value | None:
    """Be the lookup of a table that names no rule."""
    raise Malformed("rule_unknown", f"{key!r}: the table is used without a rulebook")


@dataclass(frozen=True, slots=True)
class Axis:
    """A column in pieces. `cuts` begin the pieces after the first; `words` gives each named word its piece; `space` is what can occur."""

    column: Column
    cuts: tuple[int, ...]
    words: dict[str, int]
    missing: int
    outside: frozenset[int]

    @property
    def space(self) -> int:
        """Give the set of all pieces that a value, or its absence, can fall into."""
        return sum(1 << piece for piece in range(self.missing + 1) if piece not in self.outside)

    def piece(self, value: Value | None) -> int:
        """Give the piece of a value; what cannot be meant (outside the bounds or the list) falls where missing falls."""
        if value is None:
            return self.missing
        if self.column.is_ordered():
            found = bisect_right(self.cuts, self.column.point(value))
        elif self.column.kind == "yes-no":
            if not isinstance(value, bool):
                raise self.column.wrong(value)
            found = self.words["yes" if value else "no"]
        else:
            if not isinstance(value, str):
                raise self.column.wrong(value)
            found = self.words.get(value, self.words[OTHER])
        return self.missing if found in self.outside else found

    def sets(self, cell: Cell, lookup: Lookup, *, is_against: bool) -> tuple[int, int]:
        """Give the pieces for which a cell holds beyond doubt, and those for which it holds or, for want of a value, might hold.

        A cell that speaks of missing or known values says itself what they mean; otherwise the missing rule of the column does. Under
        allow a missing value is not held against the applicant: no condition of a row that is against them holds, any other does.
        """
        if not cell.tests:
            return self.space, self.space
        sure = 0
        for test in cell.tests:
            sure |= self.held(test, lookup)
        allows = self.column.missing == "allow"
        if self.column.missing == "no-match" or (allows and is_against) or any(isinstance(test, Known) for test in cell.tests):
            return sure, sure
        caught = sure | 1 << self.missing
        return (caught, caught) if allows else (sure, caught)

    def held(self, test: Test, lookup: Lookup) -> int:
        """Give the pieces for which one test holds."""
        missing = 1 << self.missing
        if isinstance(test, Known):
            return self.space & ~missing if test.is_known else missing
        if isinstance(test, Words):
            named = sum(1 << self.words[word] for word in test.words)
            return self.space & ~missing & (named if test.is_inside else ~named)
        low, high = ends(test, self.column, lookup)
        if low is not None and high is not None and low > high:
            return 0
        first = 0 if low is None else bisect_right(self.cuts, low)
        last = self.missing - 1 if high is None else bisect_right(self.cuts, high)
        return self.space & ~missing & ((1 << last + 1) - (1 << first))

    def example(self, piece: int) -> Value | None:
        """Give a value of a piece; None where it holds none that can be written down."""
        if not self.column.is_ordered():
            word = next(word for word, held in self.words.items() if held == piece)
            return word == "yes" if self.column.kind == "yes-no" else word or _strange(self.words)
        low = self.cuts[piece - 1] if piece else None
        high = self.cuts[piece] - 1 if piece < len(self.cuts) else None
        if self.column.kind in ("whole", "money"):
            return low if low is not None else high if high is not None else 0
        return _decimal(low, high)

    def text(self, pieces: int) -> str:
        """Write a set of pieces as people do: "600..649, missing"."""
        return " or ".join(self._stretch(first, last) for first, last in _runs(pieces))

    def _stretch(self, first: int, last: int) -> str:
        """Write pieces that lie side by side."""
        if first == self.missing:
            return "missing"
        if not self.column.is_ordered():
            named = {piece: word or "any other word" for word, piece in self.words.items()}
            return " or ".join(named.get(piece, "missing") for piece in range(first, last + 1))
        end = min(last, self.missing - 1)
        low = None if first == 0 else self.cuts[first - 1]
        high = None if end == self.missing - 1 else self.cuts[end] - 1
        told = _between(low, high, self.column)
        return f"{told} or missing" if last == self.missing else told


def axes_of(table: Table, lookup: Lookup = no_rules) -> tuple[Axis, ...]:
    """Cut every column of a table; raises as `axis` does."""
    return tuple(axis(column, (row.cells[place] for row in table.rows), lookup) for place, column in enumerate(table.columns))


def axis(column: Column, cells: Iterable[Cell], lookup: Lookup) -> Axis:
    """Cut a column by all its cells; raises Malformed rule_unknown, rule_not_in_force, table_cell_malformed for a rule it names."""
    tests = [test for cell in cells for test in cell.tests]
    if not column.is_ordered():
        named = (
            ("no", "yes")
            if column.kind == "yes-no"
            else column.words or sorted({w for t in tests if isinstance(t, Words) for w in t.words})
        )
        words = {word: piece for piece, word in enumerate(named)}
        if column.kind == "text":
            words[OTHER] = len(words)
        closed = column.kind == "text" and bool(column.words)
        return Axis(column, (), words, len(words), frozenset((words[OTHER],)) if closed else frozenset())
    spans = [ends(test, column, lookup) for test in tests if isinstance(test, Span)]
    starts = {low for low, _ in spans if low is not None} | {high + 1 for _, high in spans if high is not None}
    starts |= {least for least in (column.least,) if least is not None} | {most + 1 for most in (column.most,) if most is not None}
    cuts = tuple(sorted(starts))
    outside = {piece for piece in range(len(cuts) + 1) if _is_outside(cuts, piece, column)}
    return Axis(column, cuts, {}, len(cuts) + 1, frozenset(outside))


def _is_outside(cuts: tuple[int, ...], piece: int, column: Column) -> bool:
    """Tell whether a piece lies below the least or above the greatest value that can be meant."""
    below = column.least is not None and (piece == 0 or cuts[piece - 1] < column.least)
    return below or (column.most is not None and piece > 0 and cuts[piece - 1] > column.most)


def ends(span: Span, column: Column, lookup: Lookup) -> tuple[int | None, int | None]:
    """Give the first and the last point of an interval; None where it has no end."""
    low = None if span.low is None else resolved(span.low, column, lookup) + (not span.is_low_in)
    high = None if span.high is None else resolved(span.high, column, lookup) - (not span.is_high_in)
    return low, high


def resolved(bound: Bound, column: Column, lookup: Lookup) -> int:
    """Give the point of a threshold, asking the rulebook where it names a rule."""
    if not bound.rule:
        return bound.point
    value = lookup(bound.rule)
    if value is None:
        raise Malformed("rule_not_in_force", f"{bound.rule!r}", key=column.name)
    return column.point(value) + bound.point


def _strange(words: Iterable[str]) -> str:
    """Give a word that none of some words is."""
    return "x" + max(words, key=len)


def _decimal(low: int | None, high: int | None) -> Value | None:
    """Give a decimal whose point lies between two; an odd point is a decimal with a tenth digit, which only a rate can hold."""
    if low is None:
        low = high - high % 2 - 2 * SCALE if high is not None else 0
    point = low + low % 2
    if high is None or point <= high:
        return decimal_text(point) if point < 0 else _rate(point // 2, SCALE)
    return _rate(10 * (low // 2) + 5, 10 * SCALE) if low > 0 else None


def _rate(num: int, den: int) -> Rate:
    """Give a rate with no zero to strip, so that equal ones are equal."""
    return Rate(num, den).times(Rate(1, 1))


def _runs(pieces: int) -> list[tuple[int, int]]:
    """Give the first and last piece of each run of neighbours."""
    found, piece = [], 0
    while pieces >> piece:
        if pieces >> piece & 1:
            first = piece
            while pieces >> piece + 1 & 1:
                piece += 1
            found.append((first, piece))
        piece += 1
    return found


def _between(low: int | None, high: int | None, column: Column) -> str:
    """Write a stretch of points with the values at its ends."""
    if column.kind in ("whole", "money"):
        if low is not None and high is not None:
            return point_text(low, column) if low == high else f"{point_text(low, column)}..{point_text(high, column)}"
    elif low is not None and low == high and low % 2 == 0:
        return point_text(low, column)
    elif low is not None and high is not None:
        # An odd point lies just above the value before it, or just below the one after it.
        opening, closing = ("(" if low % 2 else "["), (")" if high % 2 else "]")
        return f"{opening}{point_text(low - low % 2, column)}..{point_text(high + high % 2, column)}{closing}"
    if low is None and high is None:
        return "any value"
    if low is None:
        assert high is not None
        return f"< {point_text(high + 1, column)}" if high % 2 and column.kind in ("rate", "number") else f"<= {point_text(high, column)}"
    return f"> {point_text(low - 1, column)}" if low % 2 and column.kind in ("rate", "number") else f">= {point_text(low, column)}"


def point_text(point: int, column: Column) -> str:
    """Write an even point, or the point of a count or an amount, as the value it stands for."""
    if column.kind == "whole":
        return str(point)
    if column.kind == "money":
        return text_of(point, column.currency)
    return decimal_text(point)


def decimal_text(point: int) -> str:
    """Write an even point of a decimal column as the shortest decimal."""
    whole, part = divmod(abs(point) // 2, SCALE)
    digits = f"{part:09}".rstrip("0")
    return f"{'-' if point < 0 else ''}{whole}{'.' + digits if digits else ''}"
