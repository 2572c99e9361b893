"""Choose from a table what a model may be made of: the rows whose outcome is known, and the columns that can tell something.

Whatever is left out is named with the reason. The outcome of rows is not looked at for it.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from plimsoll.risk.score.table import CATEGORY, NUMBER, Column, Flags, Floats, Table
from plimsoll.rulebook.feature import Catalogue
from plimsoll.units.refusal import Malformed

ROWS_A_WORD_MIN: Final = 20
WORDS_ALWAYS: Final = 20
"""Categories with at most so many words are kept however few the rows."""
ID_ROWS_MIN: Final = 50
ID_NAME: Final = re.compile(
    r"(^|[^a-z])(id|ids|uuid|guid|no|nr|num|number|key|index|idx|rownum|serial)$|^unnamed|^column_1$|编号|序号|流水号"
)
RANGE_OF_ROWS_MAX: Final = 1.5


class LeftOut(NamedTuple):
    """A column that is left out, and why."""

    name: str
    why: str
    is_forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """Columns to learn from and the outcome of each row (1.0 for bad); what was left out; `rows_out` counts rows without an outcome."""

    table: Table
    bad: Floats
    left_out: tuple[LeftOut, ...]
    rows_out: int
    notes: tuple[str, ...]


class Outcome(NamedTuple):
    """The rows of a table whose outcome is known: which are bad (1.0), how many rows are left out, and what is worth noting."""

    table: Table
    bad: Floats
    rows_out: int
    notes: tuple[str, ...]


def choose(found: Outcome, target: str, exclude: Iterable[str], catalogue: Catalogue) -> Chosen:
    """Choose columns; the outcome itself and what is to be left out are not looked at."""
    rows = found.table
    excluded = list(dict.fromkeys(exclude))
    notes = [*rows.notes, *found.notes, *_unknown(rows, excluded)]
    kept: dict[str, Column] = {}
    left_out = [LeftOut(name, "as told") for name in excluded if name in rows.columns and name != target]
    contents: dict[bytes, str] = {}
    for name, column in rows.without([target, *excluded]).columns.items():
        why = _why(name, column, rows.rows, catalogue)
        twin = "" if why else contents.setdefault(_content(column), name)
        if why:
            left_out.append(why)
        elif twin != name:
            left_out.append(LeftOut(name, f"the same as {twin} in every row"))
        else:
            kept[name] = column
            notes += [f"{name}: {note}" for note in column.notes]
    return Chosen(Table(rows.name, kept, rows.rows), found.bad, tuple(left_out), found.rows_out, tuple(notes))


def outcome_of(table: Table, target: str, bad: Sequence[str], good: Sequence[str] = ()) -> Outcome:
    """Give the rows that have an outcome: bad where the target has one of some values, good elsewhere or where it has one of `good`.

    Raises Malformed: column_missing, target_value_missing, target_one_class.
    """
    column = table.column(target)
    is_bad = _is_one(column, bad, table.name)
    known = is_bad | _is_one(column, good, table.name) if good else ~column.is_missing()
    if is_bad[known].all():
        raise Malformed("target_one_class", f"{target} is {', '.join(bad)} in every row", file=table.name, key=target)
    notes = []
    if not good and column.distinct > len(set(bad)) + 1:
        notes.append(f"{target} has {column.distinct} values; bad is {', '.join(bad)}, good is every other")
    held = table if known.all() else table.take(known)
    return Outcome(held, is_bad[known].astype(np.float64), table.rows - held.rows, tuple(notes))


def _is_one(column: Column, values: Sequence[str], file: str) -> Flags:
    """Give which rows have one of some values, capitals or not where none is written so; refuse values that no row has."""
    found = column.is_word(values)
    if not found.any():
        folded = {value.casefold().strip() for value in values}
        found = column.is_word([label for label in column.labels if label.casefold() in folded])
    if not found.any():
        raise Malformed("target_value_missing", f"{', '.join(values)} is not among {column.shown()}", file=file, key=column.name)
    return found


def only_rows(table: Table, column: str, values: Sequence[str]) -> Table:
    """Give the rows where a column has one of some values; raises Malformed: column_missing, target_value_missing."""
    return table.take(_is_one(table.column(column), values, table.name))


def _unknown(table: Table, excluded: Sequence[str]) -> list[str]:
    """Say which columns were to be left out and are not there."""
    notes = []
    for name in excluded:
        if name not in table.columns:
            near = difflib.get_close_matches(name, table.columns, n=1)
            notes.append(f"there is no column {name!r} to leave out" + (f"; is {near[0]!r} meant?" if near else ""))
    return notes


def _why(name: str, column: Column, rows: int, catalogue: Catalogue) -> LeftOut | None:
    """Give why a column can tell nothing, or may not; None where it can."""
    forbidden = catalogue.forbids(name)
    if forbidden is not None:
        return LeftOut(name, f"forbidden by the rulebook: {forbidden.title['en']}", is_forbidden=True)
    if not column.distinct:
        return LeftOut(name, "no row has a value")
    if column.distinct == 1 and not column.is_missing().any():
        return LeftOut(name, "the same value in every row")
    if column.kind == CATEGORY:
        return _why_not_words(name, column, rows)
    if column.kind == NUMBER and _is_id(name, column.numbers):
        return LeftOut(name, "names rows: a different whole number in each")
    return None


def _why_not_words(name: str, column: Column, rows: int) -> LeftOut | None:
    there = rows - int(column.is_missing().sum())
    different = len(np.unique(column.codes[column.codes >= 0]))
    if different <= WORDS_ALWAYS or there >= ROWS_A_WORD_MIN * different:
        return None
    why = (
        "names rows: a different text in nearly each" if different > there / 2 else f"too many categories: {different:,} in {there:,} rows"
    )
    return LeftOut(name, why)


def _is_id(name: str, numbers: Floats) -> bool:
    """Tell whether numbers only tell rows apart: whole, all different, and in order, or without gaps, or named so."""
    known = numbers[~np.isnan(numbers)]
    if len(known) < ID_ROWS_MIN or len(known) < len(numbers) or (known != np.floor(known)).any():
        return False
    if len(np.unique(known)) < len(known):
        return False
    steps = np.diff(known)
    without_gaps = known.max() - known.min() < RANGE_OF_ROWS_MAX * len(known) and len(known) >= 4 * ID_ROWS_MIN
    return bool((steps == steps[0]).all() or without_gaps or ID_NAME.search(name.lower()))


def _content(column: Column) -> bytes:
    """Give what tells a column's content from every other's."""
    held = column.codes if column.kind == CATEGORY else column.numbers
    return column.kind.encode() + "\0".join(column.labels).encode() + held.tobytes()
