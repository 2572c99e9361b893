"""Make a table quick to ask: for each piece of each column, the set of rows that may be hit, one bit a row.

Asking looks up one piece a column and intersects the sets, so the time hardly depends on how many rows there are. What comes out says
which row was hit, what it gives, and which conditions held with the values that met them.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from plimsoll.rulebook.table.axis import OTHER, Axis, Lookup, axes_of, no_rules, point_text, resolved
from plimsoll.rulebook.table.table import Column, Deciding, Row, Span, Table, Test, Value

_WHOLE: Final = 0
_DECIMAL: Final = 1
_WORD: Final = 2
_YES_NO: Final = 3


class Hit(NamedTuple):
    """A row that was hit: what it gives, the reason that is told, and the conditions that held, in the order of the columns."""

    rule_id: str
    outputs: Mapping[str, Value]
    reason: str
    deciding: tuple[Deciding, ...]


class Lacking(NamedTuple):
    """A row that could not be judged for want of a value: what the column says is done then (refer, decline), and the reason told."""

    column: str
    rule: str
    reason: str
    rule_id: str
    value: Value | None
    """None where there is no value; otherwise one that cannot be meant, which counts as none."""


class Outcome(NamedTuple):
    """What a table answers. Under first and unique there is one hit, or one thing lacking, or neither; under collect any number."""

    hits: tuple[Hit, ...]
    missing: tuple[Lacking, ...]


NOTHING: Final = Outcome((), ())


class _Lane(NamedTuple):
    """One column as asking needs it. `caught[piece]` are the rows that its piece does not rule out."""

    name: str
    way: int
    column: Column
    cuts: tuple[int, ...]
    words: Mapping[str, int]
    caught: tuple[int, ...]  # -1 for a piece that counts as missing
    missing: int
    doubt: int


class _Shown(NamedTuple):
    """One alternative of a cell as a trace shows it, with the pieces for which it holds."""

    op: str
    threshold: str
    rule: str
    pieces: int


_RowShown: TypeAlias = tuple[tuple[int, tuple[_Shown, ...]], ...]
"""The conditions of a row, each with the place of its column."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A table ready to be asked, on the day and for the lender that its rules were looked up for."""

    table: Table
    axes: tuple[Axis, ...]
    lanes: tuple[_Lane, ...]
    all_rows: int
    is_collect: bool
    shown: tuple[_RowShown, ...]

    def ask(self, features: Mapping[str, Value | None]) -> Outcome:
        """Answer for one set of values; a name that is absent is missing. Raises Malformed table_value_malformed for a wrong type."""
        rows, doubt = self.rows(features)
        if not rows:
            return NOTHING
        if not self.is_collect:
            lowest = rows & -rows
            return self._outcome(lowest, doubt & lowest, features)
        return self._outcome(rows, doubt & rows, features)

    def rows(self, features: Mapping[str, Value | None]) -> tuple[int, int]:
        """Give the rows that hold or might hold, one bit a row, and those of which a missing value leaves a doubt."""
        rows, doubt = self.all_rows, 0
        for name, way, column, cuts, words, caught, missing, doubtful in self.lanes:
            value = features.get(name)
            found = -1
            if value is None:
                pass
            elif way == _WHOLE:
                if type(value) is not int:
                    raise column.wrong(value)
                found = caught[bisect_right(cuts, value)]
            elif way == _DECIMAL:
                found = caught[bisect_right(cuts, column.point(value))]
            elif way == _WORD:
                if not isinstance(value, str):
                    raise column.wrong(value)
                found = caught[words[value] if value in words else words[OTHER]]
            else:
                if not isinstance(value, bool):
                    raise column.wrong(value)
                found = caught[value]
            if found < 0:
                found = missing
                doubt |= doubtful
            rows &= found
        return rows, doubt

    def hit_of(self, row: int, features: Mapping[str, Value | None]) -> Hit:
        """Give a row as a hit, with the conditions that held."""
        held = self.table.rows[row]
        return Hit(held.id, held.outputs, held.reason, tuple(self._deciding(row, features)))

    def _outcome(self, rows: int, doubt: int, features: Mapping[str, Value | None]) -> Outcome:
        hits, missing = [], []
        while rows:
            lowest = rows & -rows
            rows ^= lowest
            if doubt & lowest:
                missing.append(self._lacking(lowest.bit_length() - 1, features))
            else:
                hits.append(self.hit_of(lowest.bit_length() - 1, features))
        return Outcome(tuple(hits), tuple(missing))

    def _lacking(self, row: int, features: Mapping[str, Value | None]) -> Lacking:
        """Give what a row could not be judged for want of; a decline goes before a refer."""
        doubtful = [held for lane, held in zip(self.lanes, self.axes, strict=True) if lane.doubt >> row & 1]
        lacking = [held.column for held in doubtful if held.piece(features.get(held.column.name)) == held.missing]
        column = next((one for one in lacking if one.missing == "decline"), lacking[0])
        return Lacking(column.name, column.missing, column.missing_reason, self.table.rows[row].id, features.get(column.name))

    def _deciding(self, row: int, features: Mapping[str, Value | None]) -> list[Deciding]:
        """Give the conditions of a row that held, with the values that met them."""
        found = []
        for place, tests in self.shown[row]:
            held = self.axes[place]
            value = features.get(held.column.name)
            shown = tests[0] if len(tests) == 1 else next((one for one in tests if one.pieces >> held.piece(value) & 1), tests[0])
            found.append(Deciding(held.column.name, value, shown.op, shown.threshold, shown.rule, held.column.currency))
        return found


def compile_table(table: Table, lookup: Lookup = no_rules) -> Compiled:
    """Make a table quick to ask; `lookup` says what the rules that it names are worth. Raises Malformed rule_unknown, rule_not_in_force."""
    axes = axes_of(table, lookup)
    sets = [[held.sets(row.cells[place], lookup, is_against=row.is_against()) for place, held in enumerate(axes)] for row in table.rows]
    return Compiled(
        table=table,
        axes=axes,
        lanes=tuple(_lane(held, [row[place] for row in sets]) for place, held in enumerate(axes)),
        all_rows=(1 << len(table.rows)) - 1,
        is_collect=table.hit == "collect",
        shown=tuple(_shown(row, axes, lookup) for row in table.rows),
    )


def _lane(held: Axis, sets: list[tuple[int, int]]) -> _Lane:
    """Turn the sets of pieces of each row into sets of rows of each piece."""
    caught = [sum(1 << row for row, (_, may) in enumerate(sets) if may >> piece & 1) for piece in range(held.missing + 1)]
    doubt = sum(1 << row for row, (sure, may) in enumerate(sets) if (may & ~sure) >> held.missing & 1)
    ways = {"text": _WORD, "yes-no": _YES_NO, "whole": _WHOLE, "money": _WHOLE}
    pieces = tuple(-1 if piece in held.outside else rows for piece, rows in enumerate(caught[:-1]))
    return _Lane(held.column.name, ways.get(held.column.kind, _DECIMAL), held.column, held.cuts, held.words, pieces, caught[-1], doubt)


def _shown(row: Row, axes: tuple[Axis, ...], lookup: Lookup) -> _RowShown:
    """Give the conditions of a row as a trace shows them, by the place of their column."""
    cells = [(place, held, row.cells[place]) for place, held in enumerate(axes) if row.cells[place].tests]
    return tuple((place, tuple(_alternative(test, held, lookup) for test in cell.tests)) for place, held, cell in cells)


def _alternative(test: Test, held: Axis, lookup: Lookup) -> _Shown:
    """Give one test as a trace shows it; a rule is shown as what it is worth."""
    if not isinstance(test, Span):
        return _Shown(test.op, test.text, "", held.held(test, lookup))
    bounds = [bound for bound in (test.low, test.high) if bound is not None and bound.rule]
    text = test.text
    for bound in sorted(bounds, key=lambda one: -len(one.text)):
        text = text.replace(bound.text, point_text(resolved(bound, held.column, lookup), held.column))
    return _Shown(test.op, text, ", ".join(dict.fromkeys(bound.rule for bound in bounds)), held.held(test, lookup))
