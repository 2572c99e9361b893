"""A decision table: typed columns, rows of conditions, what each row gives, and what is done where a value is missing.

Every value becomes a whole number before it is compared ("a point"): a count and an amount in minor units are their own point; a share
or a decimal v is the point 2 * floor(v * 10^9), plus one where digits are left over. Points keep the order of the values against every
threshold that a cell can hold, so a comparison is exact and a condition is a set of intervals of whole numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

Value: TypeAlias = int | Rate | str | bool
"""What a table is asked with and answers with: a count, minor units, a share, a word, decimal text, yes or no."""

KINDS: Final = ("whole", "number", "rate", "money", "text", "yes-no")
"""whole: a count. rate: a decimal of at least zero. number: a decimal with a sign. money: minor units of one currency."""

ORDERED: Final = ("whole", "number", "rate", "money")
HIT_POLICIES: Final = ("first", "unique", "collect")
UNFAVOURABLE: Final = ("refer", "decline")
MISSING_RULES: Final = ("refer", "decline", "allow", "no-match")
DECIMALS: Final = 9
SCALE: Final = 10**DECIMALS
WHOLE_MAX: Final = 10**15
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class Bound(NamedTuple):
    """A threshold: a point, or a rule of the rulebook plus some points, which has a value on a day for a kind of lender."""

    text: str
    point: int
    rule: str = ""


class Span(NamedTuple):
    """All points from `low` to `high`; None is no bound. `op` and `text` say it as people do: ">=" and "600"."""

    op: str
    text: str
    low: Bound | None = None
    is_low_in: bool = True
    high: Bound | None = None
    is_high_in: bool = True


class Words(NamedTuple):
    """One of some words or not one of them; a yes or no is the word "yes" or "no"."""

    op: str  # "=", "in", "not", "not in"
    text: str
    words: frozenset[str]
    is_inside: bool


class Known(NamedTuple):
    """Whether there is a value at all."""

    op: str  # "is"
    text: str  # "missing" or "known"
    is_known: bool


Test: TypeAlias = Span | Words | Known


class Cell(NamedTuple):
    """A condition on one column: one of the tests holds; no test at all holds for every value, known or missing."""

    text: str
    tests: tuple[Test, ...] = ()


ANYTHING: Final = Cell("-")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of conditions. `least` and `most` are points; a value outside them or outside `words` is taken as missing."""

    name: str
    kind: str
    missing: str
    missing_reason: str
    currency: str
    least: int | None
    most: int | None
    words: tuple[str, ...]

    def is_ordered(self) -> bool:
        """Tell whether values have an order, so that cells hold intervals."""
        return self.kind in ORDERED

    def point(self, value: Value) -> int:
        """Give the point of a value of an ordered column; raises Malformed table_value_malformed."""
        if self.kind in ("whole", "money"):
            if type(value) is not int:
                raise self.wrong(value)
            return value
        if isinstance(value, Rate):
            return point_of(value.num, value.den)
        if type(value) is int:
            return 2 * SCALE * value
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return point_of_text(value)
        raise self.wrong(value)

    def wrong(self, value: object) -> Malformed:
        """Give the complaint about a value that is not of this column's type."""
        return Malformed("table_value_malformed", f"{value!r} is a {type(value).__name__}", key=self.name, remedy=f"Needed: {self.kind}.")


def point_of(num: int, den: int) -> int:
    """Give the point of the exact decimal num / den."""
    whole, left = divmod(num * SCALE, den)
    return 2 * whole + (left != 0)


def point_of_text(text: str) -> int:
    """Give the point of decimal text with at most nine digits after the point, as `_DECIMAL` allows."""
    whole, _, part = text.partition(".")
    return 2 * int(whole + part.ljust(DECIMALS, "0"))


def is_decimal(text: str) -> bool:
    """Tell whether text is a decimal that a table can hold: an optional minus, up to 15 digits, up to 9 after the point."""
    return _DECIMAL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Result:
    """A column of answers, typed as conditions are; `words` is the closed list of a text, empty for any."""

    name: str
    kind: str
    currency: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its cells in the order of the columns, what it gives, and the reason that is told. `line` is its place in its file."""

    id: str
    cells: tuple[Cell, ...]
    outputs: Mapping[str, Value]
    reason: str
    note: str
    line: int

    def is_against(self) -> bool:
        """Tell whether the row is against the applicant: it gives refer or decline."""
        return any(value in UNFAVOURABLE for value in self.outputs.values() if isinstance(value, str))


@dataclass(frozen=True, slots=True)
class Table:
    """A version of a decision table, in force on [since, until) for some kinds of lender, none named for every kind."""

    name: str
    title: Mapping[str, str]
    stage: str
    licences: tuple[str, ...]
    hit: str
    since: date
    until: date | None
    source: str
    confidence: str
    review_by: date
    columns: tuple[Column, ...]
    results: tuple[Result, ...]
    rows: tuple[Row, ...]
    digest: str
    file: str
    rows_file: str

    def holds(self, on: date, licences: tuple[str, ...]) -> bool:
        """Tell whether the table is in force on a day for a lender, given what that lender is a kind of."""
        in_time = self.since <= on and (self.until is None or on < self.until)
        return in_time and (not self.licences or any(name in self.licences for name in licences))

    def column(self, name: str) -> Column:
        """Give a column by its name."""
        return next(column for column in self.columns if column.name == name)


class Deciding(NamedTuple):
    """One condition that held for a row that was hit: the column, its value, the operator, the threshold, and the rule it rests on."""

    column: str
    value: Value | None
    op: str
    threshold: str
    rule: str
    unit: str  # the currency of an amount, "" for everything else

    def shown(self) -> str:
        """Give the value as text: an amount with its digits, a share as a decimal, "missing" for none."""
        return value_text(self.value, self.unit)

    def text(self) -> str:
        """Give the condition as people read it: "dti 0.62 > 0.55"."""
        rule = f" ({self.rule})" if self.rule else ""
        return f"{self.column} {self.shown()} {self.op} {self.threshold}{rule}"


def value_text(value: Value | None, currency: str = "") -> str:
    """Write a value as people do; with a currency it is an amount in minor units."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Rate):
        return value.text()
    return text_of(value, currency) if currency and isinstance(value, int) else str(value)
