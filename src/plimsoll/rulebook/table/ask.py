"""Make a table quick to ask: for each piece of each column, the set of rows that may be hit, one bit a row.

Asking looks up one piece a column and intersects the sets, so the time hardly depends on how many rows there are. What comes out says
which row was hit, what it gives, and which conditions held with the values that met them.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from plimsoll.rulebook.table.axis import OTHER, Axis, Lookup, axes_of, no_rules, point_text, resolved
from plimsoll.rulebook.table.table import Deciding, Row, Span, Table, Test, Value, point_of
from plimsoll.units.rate import Rate

Find: TypeAlias = Callable[[Value], int]
"""From a value of a column to the rows that it does not rule out; -1 for one that cannot be meant, which counts as missing."""


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
_new: Final = tuple.__new__


class _Lane(NamedTuple):
    """One column as asking needs it: the rows that a value does not rule out, those that its absence does not, and those it leaves open."""

    name: str
    find: Find
    missing: int
    doubt: int


class _Shown(NamedTuple):
    """One alternative of a cell as a trace shows it, with the pieces for which it holds."""

    op: str
    threshold: str
    rule: str
    pieces: int


ALLOWED: Final = _Shown("is", "missing", "", 0)
"""How a trace shows a condition that a missing value met, since its column allows that."""


class _Condition(NamedTuple):
    """A cell that asks something, ready to be told. `only` is its one alternative where there is no choice to make."""

    name: str
    currency: str
    held: Axis
    alternatives: tuple[_Shown, ...]
    only: _Shown | None


class _Told(NamedTuple):
    """A row ready to be told: what it gives, its conditions, and the columns for want of which it cannot be judged."""

    id: str
    outputs: Mapping[str, Value]
    reason: str
    conditions: tuple[_Condition, ...]
    doubtful: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A table ready to be asked, on the day and for the lender that its rules were looked up for."""

    table: Table
    axes: tuple[Axis, ...]
    lanes: tuple[_Lane, ...]
    all_rows: int
    is_collect: bool
    told: tuple[_Told, ...]

    def ask(self, features: Mapping[str, Value | None]) -> Outcome:
        """Answer for one set of values; a name that is absent is missing. Raises Malformed table_value_malformed for a wrong type."""
        rows, doubt = self.rows(features)
        if not rows:
            return NOTHING
        if self.is_collect:
            return self._collected(rows, doubt, features)
        lowest = rows & -rows
        told = self.told[lowest.bit_length() - 1]
        return Outcome((), (_lacking(told, features),)) if doubt & lowest else Outcome((_hit(told, features),), ())

    def rows(self, features: Mapping[str, Value | None]) -> tuple[int, int]:
        """Give the rows that hold or might hold, one bit a row, and those of which a missing value leaves a doubt."""
        rows, doubt, known = self.all_rows, 0, features.get
        for name, find, missing, doubtful in self.lanes:
            value = known(name)
            found = -1 if value is None else find(value)
            if found < 0:
                found = missing
                doubt |= doubtful
            rows &= found
        return rows, doubt

    def _collected(self, rows: int, doubt: int, features: Mapping[str, Value | None]) -> Outcome:
        hits, missing = [], []
        while rows:
            lowest = rows & -rows
            rows ^= lowest
            told = self.told[lowest.bit_length() - 1]
            if doubt & lowest:
                missing.append(_lacking(told, features))
            else:
                hits.append(_hit(told, features))
        return Outcome(tuple(hits), tuple(missing))


def _hit(told: _Told, features: Mapping[str, Value | None]) -> Hit:
    """Give a row as a hit, with the conditions that held and the values that met them."""
    known = features.get
    deciding = []
    for name, currency, held, alternatives, only in told.conditions:
        value = known(name)
        op, threshold, rule, _ = only or _held_by(held, alternatives, value)
        # Made as the tuple that it is: half the time of calling the class, for what is done most.
        deciding.append(_new(Deciding, (name, value, op, threshold, rule, currency)))
    return _new(Hit, (told.id, told.outputs, told.reason, tuple(deciding)))


def _held_by(held: Axis, alternatives: tuple[_Shown, ...], value: Value | None) -> _Shown:
    """Give the alternative that a value met; where it met none, it is missing and its column lets that pass."""
    piece = held.piece(value)
    return next((one for one in alternatives if one.pieces >> piece & 1), ALLOWED)


def _lacking(told: _Told, features: Mapping[str, Value | None]) -> Lacking:
    """Give what a row could not be judged for want of; a decline goes before a refer."""
    lacking = [held.column for held in told.doubtful if held.piece(features.get(held.column.name)) == held.missing]
    column = next((one for one in lacking if one.missing == "decline"), lacking[0])
    return Lacking(column.name, column.missing, column.missing_reason, told.id, features.get(column.name))


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
        told=tuple(_told(row, axes, of_row, lookup) for row, of_row in zip(table.rows, sets, strict=True)),
    )


def _lane(held: Axis, sets: list[tuple[int, int]]) -> _Lane:
    """Turn the sets of pieces of each row into sets of rows of each piece."""
    caught = [sum(1 << row for row, (_, may) in enumerate(sets) if may >> piece & 1) for piece in range(held.missing + 1)]
    doubt = sum(1 << row for row, (sure, may) in enumerate(sets) if (may & ~sure) >> held.missing & 1)
    pieces = tuple(-1 if piece in held.outside else rows for piece, rows in enumerate(caught[:-1]))
    find = {"text": _by_word, "yes-no": _by_answer, "whole": _by_count, "money": _by_count}.get(held.column.kind, _by_decimal)
    return _Lane(held.column.name, find(held, pieces), caught[-1], doubt)


def _by_count(held: Axis, pieces: tuple[int, ...]) -> Find:
    """Find by a whole number."""
    cuts, wrong = held.cuts, held.column.wrong

    def find(value: Value) -> int:
        if type(value) is not int:
            raise wrong(value)
        return pieces[bisect_right(cuts, value)]

    return find


def _by_decimal(held: Axis, pieces: tuple[int, ...]) -> Find:
    """Find by a share or a decimal."""
    cuts, point = held.cuts, held.column.point

    def find(value: Value) -> int:
        return pieces[bisect_right(cuts, point_of(value.num, value.den) if type(value) is Rate else point(value))]

    return find


def _by_word(held: Axis, pieces: tuple[int, ...]) -> Find:
    """Find by a word."""
    rows, wrong = {word: pieces[piece] for word, piece in held.words.items()}, held.column.wrong
    other = rows[OTHER]

    def find(value: Value) -> int:
        if type(value) is not str:
            raise wrong(value)
        return rows.get(value, other)

    return find


def _by_answer(held: Axis, pieces: tuple[int, ...]) -> Find:
    """Find by yes or no."""
    no, yes, wrong = pieces[held.words["no"]], pieces[held.words["yes"]], held.column.wrong

    def find(value: Value) -> int:
        if type(value) is not bool:
            raise wrong(value)
        return yes if value else no

    return find


def _told(row: Row, axes: tuple[Axis, ...], sets: list[tuple[int, int]], lookup: Lookup) -> _Told:
    """Make a row ready to be told."""
    conditions = []
    for held, cell in zip(axes, row.cells, strict=True):
        if cell.tests:
            alternatives = tuple(_alternative(test, held, lookup) for test in cell.tests)
            only = alternatives[0] if len(alternatives) == 1 and held.column.missing != "allow" else None
            conditions.append(_Condition(held.column.name, held.column.currency, held, alternatives, only))
    doubtful = tuple(held for held, (sure, may) in zip(axes, sets, strict=True) if (may & ~sure) >> held.missing & 1)
    return _Told(row.id, row.outputs, row.reason, tuple(conditions), doubtful)


def _alternative(test: Test, held: Axis, lookup: Lookup) -> _Shown:
    """Give one test as a trace shows it; a rule is shown as what it is worth."""
    if not isinstance(test, Span):
        return _Shown(test.op, test.text, "", held.held(test, lookup))
    bounds = [bound for bound in (test.low, test.high) if bound is not None and bound.rule]
    text = test.text
    for bound in sorted(bounds, key=lambda one: -len(one.text)):
        text = text.replace(bound.text, point_text(resolved(bound, held.column, lookup), held.column))
    return _Shown(test.op, text, ", ".join(dict.fromkeys(bound.rule for bound in bounds)), held.held(test, lookup))
