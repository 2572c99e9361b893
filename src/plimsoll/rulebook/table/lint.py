"""What is wrong with a table before anybody is decided by it: found by arithmetic on boxes, not by trying values.

A row is unreachable when the rows before it leave nothing of the box for which it holds; a gap is what all rows leave of the whole
space. Missing values are part of the space: a column with the rule refer or decline catches them, one with no-match does not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

from plimsoll.rulebook.table.axis import Axis, Lookup, axes_of, no_rules
from plimsoll.rulebook.table.boxes import Box, TooEntangled, covers, left_of, meet
from plimsoll.rulebook.table.table import Row, Table, Value

ERROR: Final = "error"
WARNING: Final = "warning"
NOTE: Final = "note"

FINDINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "empty_condition": (ERROR, "该条件不可能成立，此行永远不会命中。", "No value meets this condition, so the row is never hit."),
    "unreachable": (ERROR, "前面的行已覆盖此行，永远不会命中。", "Rows before it take everything, so the row is never hit."),
    "gap": (ERROR, "没有任何一行适用于这些值。", "No row answers for these values."),
    "overlap": (ERROR, "唯一命中的表中，两行同时适用。", "Two rows of a table with unique hits hold at once."),
    "repeated": (WARNING, "另一行已给出相同的结论和理由。", "Another row gives the same answer and reason already."),
    "order_decides": (NOTE, "两行部分重叠且结论不同，由先后顺序决定。", "Two rows overlap in part and differ, so their order decides."),
    "no_default": (
        WARNING,
        "没有兜底行。请在末尾加一行全部为“任意”的行。",
        "There is no row for everything else. End with one without a condition.",
    ),
    "reason_unknown": (ERROR, "理由代码不在理由目录中。", "The reason code is not in the catalogue."),
    "reason_missing": (ERROR, "不利结论没有理由代码，无法向客户说明。", "An unfavourable answer has no reason, so nobody can be told why."),
    "forbidden_feature": (ERROR, "使用了规则库禁止的特征。", "The table uses a feature that the rulebook forbids."),
    "protected_feature": (ERROR, "受保护特征只能用于准入阶段。", "A protected feature may decide eligibility only."),
    "feature_unknown": (ERROR, "特征目录中没有该列。", "The catalogue has no such feature."),
    "feature_differs": (ERROR, "该列的类型与特征目录不符。", "The column is not of the type that the catalogue gives the feature."),
    "column_idle": (NOTE, "没有任何一行使用该列。", "No row asks for this column."),
    "not_checked": (
        ERROR,
        "条件过于交错，无法穷尽检查。请拆分该表。",
        "The conditions are too entangled to check in full. Split the table.",
    ),
}
"""Every finding: how serious it is, and what it says in zh-CN and en. An error keeps a table from being checked in."""

SHOWN_MAX: Final = 5


class Finding(NamedTuple):
    """One finding: where it is, what it is about, and for a gap or an overlap a set of values that shows it."""

    code: str
    rows: tuple[str, ...] = ()
    column: str = ""
    detail: str = ""
    example: Mapping[str, Value | None] | None = None
    file: str = ""
    line: int = 0

    @property
    def level(self) -> str:
        """Give how serious it is: error, warning or note."""
        return FINDINGS[self.code][0]

    def text(self, language: str = "en") -> str:
        """Give the finding in one line, with its place."""
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        about = ", ".join((*self.rows, *((self.column,) if self.column else ())))
        said = FINDINGS[self.code][1 if language == "zh-CN" else 2]
        return f"{place}{self.level} {self.code}{f' {about}' if about else ''}: {said}{f' [{self.detail}]' if self.detail else ''}"


@dataclass(frozen=True, slots=True)
class Against:
    """What a table is held against; None where it is not. `kinds` gives each feature its kind of column."""

    reasons: frozenset[str] | None = None
    kinds: Mapping[str, str] | None = None
    protected: frozenset[str] = frozenset()
    forbids: Callable[[str], bool] | None = None


def lint(table: Table, against: Against | None = None, lookup: Lookup = no_rules) -> tuple[Finding, ...]:
    """Give everything that is wrong with a table, or odd about it. Raises Malformed for a rule it names that has no value."""
    axes = axes_of(table, lookup)
    found = [*_boxed(table, axes, lookup), *_named(table, against or Against())]
    return tuple(one if one.file else one._replace(file=table.rows_file) for one in found)


def is_clean(findings: tuple[Finding, ...]) -> bool:
    """Tell whether nothing among the findings keeps the table from being checked in."""
    return all(one.level != ERROR for one in findings)


def examples(table: Table, lookup: Lookup = no_rules) -> Mapping[str, Mapping[str, Value | None] | None]:
    """Give for each row values by which it is hit; None where there are none. Raises TooEntangled."""
    axes = axes_of(table, lookup)
    areas = _areas(table, axes, lookup)
    found: dict[str, Mapping[str, Value | None] | None] = {}
    for place, area in enumerate(areas):
        left = None if not all(area.sure) else area.sure if table.hit == "collect" else _reached(areas, place)
        found[area.row.id] = None if left is None else _example(left, axes)
    return found


class _Area(NamedTuple):
    """A row as boxes: for which values it holds beyond doubt, and which it catches for want of a value too."""

    row: Row
    sure: Box
    caught: Box


def _boxed(table: Table, axes: tuple[Axis, ...], lookup: Lookup) -> Iterator[Finding]:
    """Find what shows in the conditions alone."""
    areas = _areas(table, axes, lookup)
    for area in areas:
        for held, cell, sure in zip(axes, area.row.cells, area.sure, strict=True):
            if not sure:
                yield Finding("empty_condition", (area.row.id,), held.column.name, cell.text, line=area.row.line)
    for place, column in enumerate(table.columns):
        if not any(row.cells[place].tests for row in table.rows):
            yield Finding("column_idle", column=column.name, file=table.file)
    try:
        yield from _collected(areas) if table.hit == "collect" else _ordered(table, areas, axes)
    except TooEntangled:
        yield Finding("not_checked")


def _areas(table: Table, axes: tuple[Axis, ...], lookup: Lookup) -> list[_Area]:
    """Give every row as boxes."""
    areas = []
    for row in table.rows:
        sets = [held.sets(cell, lookup, is_against=row.is_against()) for held, cell in zip(axes, row.cells, strict=True)]
        areas.append(_Area(row, tuple(sure for sure, _ in sets), tuple(caught for _, caught in sets)))
    return areas


def _reached(areas: list[_Area], place: int) -> Box | None:
    """Give a box that the rows before leave of a row; None where they leave nothing."""
    return left_of(areas[place].sure, [one.caught for one in areas[:place]])


def _collected(areas: list[_Area]) -> Iterator[Finding]:
    """Find rows that say again what another says already."""
    for first, second in combinations(areas, 2):
        for inner, outer in ((second, first), (first, second)):
            same = inner.row.outputs == outer.row.outputs and inner.row.reason == outer.row.reason
            if same and all(inner.sure) and covers(outer.sure, inner.sure):
                yield Finding("repeated", (inner.row.id, outer.row.id), line=inner.row.line)
                break


def _ordered(table: Table, areas: list[_Area], axes: tuple[Axis, ...]) -> Iterator[Finding]:
    """Find what is wrong where one row answers: rows that are never reached, gaps, overlaps, no row for everything else."""
    dead = {place for place, area in enumerate(areas) if not all(area.sure) or _reached(areas, place) is None}
    for place, area in enumerate(areas):
        if place in dead and all(area.sure):
            before = [one.row.id for one in areas[:place] if meet(one.caught, area.sure)]
            yield Finding("unreachable", (area.row.id,), detail="after " + ", ".join(before), line=area.row.line)
    yield from _gaps(areas, axes)
    yield from _overlaps(table, [area for place, area in enumerate(areas) if place not in dead or table.hit == "unique"], axes)
    if table.hit == "first" and not any(all(not cell.tests for cell in row.cells) for row in table.rows):
        yield Finding("no_default")


def _gaps(areas: list[_Area], axes: tuple[Axis, ...]) -> Iterator[Finding]:
    """Find what no row answers for, the first few boxes of it."""
    space, cuts = tuple(held.space for held in axes), [area.caught for area in areas]
    for _ in range(SHOWN_MAX):
        gap = left_of(space, cuts)
        if gap is None:
            return
        yield Finding("gap", detail=_told(gap, axes), example=_example(gap, axes))
        cuts.append(gap)


def _overlaps(table: Table, areas: list[_Area], axes: tuple[Axis, ...]) -> Iterator[Finding]:
    """Find rows that hold at once, where that matters."""
    for first, second in combinations(areas, 2):
        shared = meet(first.sure, second.sure)
        if shared is None:
            continue
        rows, line = (first.row.id, second.row.id), second.row.line
        if table.hit == "unique":
            yield Finding("overlap", rows, detail=_told(shared, axes), example=_example(shared, axes), line=line)
        elif first.row.outputs != second.row.outputs and not covers(second.sure, first.sure) and not covers(first.caught, second.sure):
            yield Finding("order_decides", rows, detail=_told(shared, axes), example=_example(shared, axes), line=line)


def _named(table: Table, against: Against) -> Iterator[Finding]:
    """Find what shows in the names: features and reasons."""
    for column in table.columns:
        if against.forbids is not None and against.forbids(column.name):
            yield Finding("forbidden_feature", column=column.name, file=table.file)
        if column.name in against.protected and table.stage != "eligibility":
            yield Finding("protected_feature", column=column.name, file=table.file)
        if against.kinds is not None and column.name not in against.kinds:
            yield Finding("feature_unknown", column=column.name, file=table.file)
        elif against.kinds is not None and against.kinds[column.name] != column.kind:
            yield Finding("feature_differs", column=column.name, detail=f"{column.kind}, {against.kinds[column.name]}", file=table.file)
    reasons: list[tuple[str, tuple[str, ...], int]] = [(row.reason, (row.id,), row.line) for row in table.rows]
    reasons += [(column.missing_reason, (), 0) for column in table.columns]
    for reason, rows, line in reasons:
        if reason and against.reasons is not None and reason not in against.reasons:
            yield Finding("reason_unknown", rows, detail=reason, line=line)
    for row in table.rows:
        if row.is_against() and not row.reason:
            yield Finding("reason_missing", (row.id,), line=row.line)


def _told(box: Box, axes: tuple[Axis, ...]) -> str:
    """Write a box as people do, leaving out the columns that it does not narrow."""
    narrowed = [f"{held.column.name} {held.text(pieces)}" for pieces, held in zip(box, axes, strict=True) if pieces != held.space]
    return ", ".join(narrowed) or "every value"


def _example(box: Box, axes: tuple[Axis, ...]) -> Mapping[str, Value | None] | None:
    """Give values that lie in a box; None where no value can be written down."""
    found: dict[str, Value | None] = {}
    for pieces, held in zip(box, axes, strict=True):
        known = pieces & ~(1 << held.missing)
        value = held.example((known & -known).bit_length() - 1) if known else None
        if known and value is None:
            return None
        found[held.column.name] = value
    return found
