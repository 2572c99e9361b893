"""Read a decision table: a YAML header with rows in it, or beside it in a CSV of the same name that opens in a spreadsheet.

Whatever is wrong is refused with file, line and column. The digest is taken of what the table says, not of how it is written: the same
rows in YAML, with commas or with semicolons, are the same table.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook.read import Field, Plain, compose, read_text, sha_of
from plimsoll.rulebook.rule import CONFIDENCES, read_title
from plimsoll.rulebook.table.cell import parse_cell, point, refuse_formula, word
from plimsoll.rulebook.table.grid import read_grid
from plimsoll.rulebook.table.table import (
    HIT_POLICIES,
    KINDS,
    MISSING_RULES,
    Cell,
    Column,
    Result,
    Row,
    Table,
    Value,
    is_decimal,
)
from plimsoll.units.money import EXPONENTS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")
COLUMN_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
ROW_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
REASON: Final = re.compile(r"[A-Z][A-Z0-9_]*")
FIXED: Final = ("id", "reason", "note")
"""Columns of a CSV that every table has."""

_HEADER: Final = ("name", "title", "hit", "from", "source", "confidence", "review_by", "columns", "outputs")
_OPTIONAL: Final = ("stage", "licence", "until", "rows")


class _Raw(NamedTuple):
    """A row before its cells are read: text by column, and how to complain about one of them."""

    id: str
    when: Mapping[str, str]
    then: Mapping[str, str]
    reason: str
    note: str
    line: int
    wrong: Callable[[Malformed, str], Malformed]


def read_table(path: Path, name: str = "") -> Table:
    """Read a table by its YAML file, or by the CSV that has its rows; `name` is what messages call it. Raises Malformed."""
    called = name or str(path)
    header, rows = texts_of(path, called)
    return parse_table(header, rows, Path(called).with_suffix(_suffix(path)).as_posix())


def texts_of(path: Path, name: str) -> tuple[str, str | None]:
    """Give the text of a table's YAML and of its CSV, None where there is none. Raises Malformed as reading a file does."""
    header = path.with_suffix(_suffix(path))
    grid = header.with_suffix(".csv")
    rows = read_text(grid, Path(name).with_suffix(".csv").as_posix()) if grid.exists() else None
    return read_text(header, Path(name).with_suffix(header.suffix).as_posix()), rows


def _suffix(path: Path) -> str:
    """Give the suffix of the YAML that a path stands for."""
    return ".yaml" if path.suffix.lower() == ".csv" else path.suffix


def parse_table(header: str, rows: str | None, name: str) -> Table:
    """Read a table from the text of its YAML and, where that has no rows, of its CSV. Raises Malformed with file, line and column."""
    field = compose(header, name)
    found = field.fields(_HEADER, _OPTIONAL)
    columns = tuple(_read_column(column, entry) for column, entry in found["columns"].entries().items())
    results = tuple(_read_result(result, entry) for result, entry in found["outputs"].entries().items())
    rows_file = name if "rows" in found else Path(name).with_suffix(".csv").as_posix()
    _check_names(columns, results, found)
    raw = _raw_rows(found, rows, rows_file, columns, results)
    since, until = found["from"].date(), found["until"].date() if "until" in found else None
    if until is not None and until <= since:
        raise found["until"].wrong("table_malformed", f"until {until} is not after from {since}")
    return Table(
        name=_named(found["name"], NAME),
        title=read_title(found["title"]),
        stage=_named(found["stage"], NAME) if "stage" in found else "",
        licences=tuple(licence.text() for licence in found["licence"].each()) if "licence" in found else (),
        hit=found["hit"].one_of(HIT_POLICIES),
        since=since,
        until=until,
        source=found["source"].text(),
        confidence=found["confidence"].one_of(CONFIDENCES),
        review_by=found["review_by"].date(),
        columns=columns,
        results=results,
        rows=_read_rows(raw, columns, results),
        digest=_digest(field, raw),
        file=name,
        rows_file=rows_file,
    )


def _named(field: Field, pattern: re.Pattern[str]) -> str:
    """Read a name that has a pattern."""
    text = field.text()
    if not pattern.fullmatch(text):
        raise field.wrong("table_malformed", f"{text!r}", "Lower-case letters, digits and _ or -.")
    return text


def _read_column(name: str, field: Field) -> Column:
    """Read a column of conditions; it must say what is done where its value is missing."""
    found = field.fields(("type", "missing"), ("missing_reason", "currency", "least", "most", "values"))
    kind, currency = _kind(found, field)
    missing = found["missing"].one_of(MISSING_RULES)
    reason = _reason(found["missing_reason"]) if "missing_reason" in found else ""
    if bool(reason) != (missing in ("refer", "decline")):
        raise field.wrong("table_malformed", f"missing: {missing}", "missing_reason belongs to refer and decline, and to no other.")
    words = tuple(value.text() for value in found["values"].each()) if "values" in found else ()
    if words and kind != "text":
        raise found["values"].wrong("table_malformed", f"a {kind} has no list of values")
    column = Column(name, kind, missing, reason, currency, 0 if kind == "rate" else None, None, words)
    bounds = {side: _bound(found[side], column) if side in found else getattr(column, side) for side in ("least", "most")}
    if bounds["least"] is not None and bounds["most"] is not None and bounds["least"] > bounds["most"]:
        raise field.wrong("table_malformed", "least is above most")
    return Column(name, kind, missing, reason, currency, bounds["least"], bounds["most"], words)


def _kind(found: Mapping[str, Field], field: Field) -> tuple[str, str]:
    """Read a type, and the currency that an amount must have."""
    kind = found["type"].one_of(KINDS)
    currency = found["currency"].one_of(EXPONENTS) if "currency" in found else ""
    if bool(currency) != (kind == "money"):
        raise field.wrong("table_malformed", f"{kind}, currency {currency or 'none'}", "An amount names its currency; nothing else does.")
    return kind, currency


def _bound(field: Field, column: Column) -> int:
    """Read the least or the most that a value can mean."""
    if not column.is_ordered():
        raise field.wrong("table_malformed", f"a {column.kind} has no order")
    try:
        return point(field.text(), column)
    except Malformed as wrong:
        raise wrong.at(file=field.file, line=field.line, key=field.key) from None


def _read_result(name: str, field: Field) -> Result:
    """Read a column of answers."""
    found = field.fields(("type",), ("currency", "values"))
    kind, currency = _kind(found, field)
    words = tuple(value.text() for value in found["values"].each()) if "values" in found else ()
    return Result(name, kind, currency, words)


def _reason(field: Field) -> str:
    text = field.text()
    if not REASON.fullmatch(text):
        raise field.wrong("table_malformed", f"the reason {text!r}", "Upper-case words joined by _.")
    return text


def _check_names(columns: tuple[Column, ...], results: tuple[Result, ...], found: Mapping[str, Field]) -> None:
    """Refuse names that a spreadsheet or a reader could not tell apart."""
    seen: set[str] = set(FIXED)
    for kind, names in (("columns", [one.name for one in columns]), ("outputs", [one.name for one in results])):
        for name in names:
            place = found[kind].entries()[name]
            if name in seen:
                raise place.wrong("table_malformed", f"the name {name!r} is taken")
            if not COLUMN_NAME.fullmatch(name):
                raise place.wrong("table_malformed", f"{name!r}", "Lower-case letters, digits and _.")
            seen.add(name)


def _raw_rows(
    found: Mapping[str, Field], rows: str | None, file: str, columns: tuple[Column, ...], results: tuple[Result, ...]
) -> list[_Raw]:
    """Give the rows of the YAML or of the CSV; raises table_rows_missing where there are none, or both."""
    if "rows" in found:
        if rows is not None:
            raise found["rows"].wrong("table_rows_missing", "rows stand in the YAML and in a CSV of the same name", "Keep one of them.")
        raw = [_from_yaml(field, columns, results) for field in found["rows"].each()]
    elif rows is None:
        raise Malformed("table_rows_missing", f"neither rows: nor a file {file}", file=found["name"].file)
    else:
        raw = _from_csv(rows, file, columns, results)
    if not raw:
        raise Malformed("table_rows_missing", file=file)
    return raw


def _from_yaml(field: Field, columns: tuple[Column, ...], results: tuple[Result, ...]) -> _Raw:
    """Take a row of the YAML apart."""
    found = field.fields(("id", "then"), ("when", "reason", "note"))
    when = found["when"].entries() if "when" in found and found["when"].entries() else {}
    then = found["then"].entries()
    known = {"when": [one.name for one in columns], "then": [one.name for one in results]}
    for side, entries in (("when", when), ("then", then)):
        for name, entry in entries.items():
            if name not in known[side]:
                raise entry.wrong("table_column_unknown", f"{name!r}", f"Known: {', '.join(known[side])}.")

    def wrong(complaint: Malformed, name: str) -> Malformed:
        place = when.get(name) or then.get(name) or found.get(name) or field
        return complaint.at(file=place.file, line=place.line, key=place.key)

    return _Raw(
        id=found["id"].text(),
        when={name: entry.text() for name, entry in when.items() if not entry.is_null()},
        then={name: entry.text() for name, entry in then.items()},
        reason=found["reason"].text() if "reason" in found else "",
        note=found["note"].text() if "note" in found else "",
        line=field.line,
        wrong=wrong,
    )


def _from_csv(text: str, file: str, columns: tuple[Column, ...], results: tuple[Result, ...]) -> list[_Raw]:
    """Take the rows of a spreadsheet apart; every column must stand there, and no other."""
    names, rows = read_grid(text, file)
    inputs, outputs = [one.name for one in columns], [one.name for one in results]
    known = [*FIXED, *inputs, *outputs]
    for name in names:
        if name not in known:
            raise Malformed("table_column_unknown", f"{name!r}", file=file, line=1, key=name, remedy=f"Known: {', '.join(known)}.")
    for name in known:
        if name not in names and name != "note":
            raise Malformed("column_missing", f"{name!r}", file=file, line=1, key=name)

    def raw(line: int, cells: Mapping[str, str]) -> _Raw:
        def wrong(complaint: Malformed, name: str) -> Malformed:
            return complaint.at(file=file, line=line, key=name)

        for name, cell in cells.items():
            try:
                refuse_formula(cell)
            except Malformed as formula:
                raise wrong(formula, name) from None
        when = {name: cells[name] for name in inputs if cells[name]}
        return _Raw(cells["id"], when, {name: cells[name] for name in outputs}, cells["reason"], cells.get("note", ""), line, wrong)

    return [raw(row.line, row.cells) for row in rows]


def _read_rows(raw: list[_Raw], columns: tuple[Column, ...], results: tuple[Result, ...]) -> tuple[Row, ...]:
    """Read every cell; raises Malformed with its place, and table_row_duplicate for an id that stands twice."""
    lines: dict[str, int] = {}
    rows = []
    for one in raw:
        if not ROW_ID.fullmatch(one.id):
            raise one.wrong(Malformed("table_malformed", f"the id {one.id!r}", remedy="Letters, digits, _ . and -, at most 40."), "id")
        if one.id in lines:
            raise one.wrong(Malformed("table_row_duplicate", f"{one.id!r} stands in line {lines[one.id]} too"), "id")
        if one.reason and not REASON.fullmatch(one.reason):
            raise one.wrong(Malformed("table_malformed", f"the reason {one.reason!r}", remedy="Upper-case words joined by _."), "reason")
        lines[one.id] = one.line
        cells = tuple(_cell(one, column) for column in columns)
        outputs = {result.name: _output(one, result) for result in results}
        rows.append(Row(one.id, cells, outputs, one.reason, one.note, one.line))
    return tuple(rows)


def _cell(raw: _Raw, column: Column) -> Cell:
    """Read one condition of a row."""
    try:
        return parse_cell(raw.when.get(column.name, ""), column)
    except Malformed as wrong:
        raise raw.wrong(wrong, column.name) from None


def _output(raw: _Raw, result: Result) -> Value:
    """Read one answer of a row as its type says; every answer must be given."""
    text = raw.then.get(result.name, "").strip()
    try:
        if not text:
            raise Malformed("table_cell_malformed", "empty", remedy="Every row gives every output.")
        refuse_formula(text)
        return _typed(text, result)
    except Malformed as wrong:
        raise raw.wrong(wrong, result.name) from None


def _typed(text: str, result: Result) -> Value:
    """Read the text of an answer."""
    column = Column(result.name, result.kind, "no-match", "", result.currency, None, None, result.words)
    if result.kind == "rate":
        return Rate.parse(text)
    if result.kind == "number":
        if not is_decimal(text):
            point(text, column)
        return text
    if result.kind in ("whole", "money"):
        return point(text, column)
    found = word(text, column)
    return found == "yes" if result.kind == "yes-no" else found


def _digest(header: Field, raw: list[_Raw]) -> str:
    """Give the SHA-256 of the header and of every row."""
    said: dict[str, Plain] = {name: entry.plain() for name, entry in header.entries().items() if name != "rows"}
    rows: list[Plain] = [[one.id, dict(_spoken(one.when)), dict(_spoken(one.then)), one.reason, one.note] for one in raw]
    return sha_of(said | {"rows": rows})


def _spoken(cells: Mapping[str, str]) -> dict[str, str]:
    """Give the cells that say something, without the space around them."""
    return {name: cell.strip() for name, cell in cells.items() if cell.strip() not in ("", "-")}
