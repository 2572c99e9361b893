"""A table as columns of numbers, days or words: what every fit and every batch of scores begins with.

A column is one of three kinds. Numbers are floats with NaN where a cell is missing; days are numbers too, counted from 1970-01-01.
Words are places in a sorted tuple of labels, -1 where a cell is missing.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from plimsoll.risk.score.bins import CATEGORY, DATE, EPOCH_DAY, NUMBER, number_of
from plimsoll.units.refusal import Malformed

__all__ = ["CATEGORY", "DATE", "NUMBER", "Column", "Flags", "Floats", "Ints", "Table"]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

ISO: Final = "%Y-%m-%d"
NO_NUMBERS: Final[Floats] = np.empty(0)
NO_CODES: Final[npt.NDArray[np.int32]] = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `numbers` for the kinds number and date, `codes` into `labels` for the kind category.

    `distinct` counts the different values that are there, `notes` says what was done to cells that did not fit their column, `written`
    is how dates were written in the file, as `strptime` takes it.
    """

    name: str
    kind: str
    numbers: Floats = field(default_factory=lambda: NO_NUMBERS)
    codes: npt.NDArray[np.int32] = field(default_factory=lambda: NO_CODES)
    labels: tuple[str, ...] = ()
    distinct: int = 0
    notes: tuple[str, ...] = ()
    written: str = ""

    def __len__(self) -> int:
        """Give how many rows there are."""
        return len(self.codes) if self.kind == CATEGORY else len(self.numbers)

    def is_missing(self) -> Flags:
        """Give which rows have no value."""
        return self.codes < 0 if self.kind == CATEGORY else np.isnan(self.numbers)

    def take(self, places: Ints | Flags) -> "Column":
        """Give some of the rows, by place or by a flag each; labels stay as they are."""
        if self.kind == CATEGORY:
            return replace(self, codes=self.codes[places])
        return replace(self, numbers=self.numbers[places])

    def value(self, row: int) -> str | float | None:
        """Give one cell: a label, a number (a day number for dates), or None where it is missing."""
        if self.kind == CATEGORY:
            code = int(self.codes[row])
            return None if code < 0 else self.labels[code]
        number = float(self.numbers[row])
        return None if number != number else number

    def shown_value(self, row: int) -> str:
        """Give one cell as text, "" where it is missing; a date as ISO writes it."""
        value = self.value(row)
        if isinstance(value, float):
            return date.fromordinal(int(value) + EPOCH_DAY).isoformat() if self.kind == DATE else f"{value:.15g}"
        return value or ""

    def is_word(self, words: Iterable[str]) -> Flags:
        """Give which rows hold one of some values, written as text: "1" and "1.0" are the same number."""
        if self.kind == CATEGORY:
            wanted = {label for label in self.labels if label in set(words)}
            return np.isin(self.codes, [place for place, label in enumerate(self.labels) if label in wanted])
        written = self.written or ISO if self.kind == DATE else ""
        return np.isin(self.numbers, [number for word in words if (number := number_of(word, written)) is not None])

    def shown(self, most: int = 5) -> str:
        """Give the first few different values as text, for messages."""
        if self.kind == CATEGORY:
            found = [self.labels[code] for code in np.unique(self.codes[self.codes >= 0])[: most + 1]]
        else:
            found = [f"{number:.15g}" for number in np.unique(self.numbers[~np.isnan(self.numbers)])[: most + 1]]
        return ", ".join(found[:most]) + (", …" if len(found) > most else "")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one length by name, in the order of the file; `name` is the file as people know it, `notes` what was noted of it."""

    name: str
    columns: Mapping[str, Column]
    rows: int
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Give a column; raises column_missing, naming the nearest."""
        if name in self.columns:
            return self.columns[name]
        near = difflib.get_close_matches(name, self.columns, n=1)
        same = [other for other in self.columns if other.casefold() == name.casefold()] or near
        remedy = f"Is {same[0]!r} meant?" if same else f"The columns are {', '.join(list(self.columns)[:20])}."
        raise Malformed("column_missing", name, file=self.name, line=1, remedy=remedy)

    def only(self, names: Sequence[str]) -> "Table":
        """Give the table with some columns only, in the order asked for; raises column_missing."""
        return replace(self, columns={name: self.column(name) for name in names})

    def without(self, names: Iterable[str]) -> "Table":
        """Give the table without some columns; ones that are not there are no matter."""
        left_out = set(names)
        return replace(self, columns={name: column for name, column in self.columns.items() if name not in left_out})

    def take(self, places: Ints | Flags) -> "Table":
        """Give some of the rows, by place or by a flag each."""
        columns = {name: column.take(places) for name, column in self.columns.items()}
        rows = int(places.sum()) if places.dtype == np.bool_ else len(places)
        return replace(self, columns=columns, rows=rows)
