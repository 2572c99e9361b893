"""Applications of the past, for trying a table on them: from a file that an analyst brings, or from the decisions on record.

A file has one application a row: features by name (amounts in minor units, shares as decimals, yes or no), and where they are known the
outcome that was decided and whether it went bad. An empty cell is a missing value. Columns that no table asks for are left alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_on
from plimsoll.app.modelling.turned_out import turned_out
from plimsoll.loan.filing import read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.backtest import Past
from plimsoll.rulebook.table.judge import VERDICTS
from plimsoll.rulebook.table.table import Column, Table, Value, is_decimal
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

YES: Final = ("yes", "true", "1", "y", "bad")
NO: Final = ("no", "false", "0", "n", "good")
MINOR_REMEDY: Final = "A whole number; amounts in minor units."


class Named(NamedTuple):
    """Which columns of a file hold the id, the outcome that was decided and whether it went bad; "" for none."""

    id: str = "application_id"
    outcome: str = "outcome"
    bad: str = "is_bad"


class Population(NamedTuple):
    """Applications, and the columns of the tables that none of them has: whatever asks for these follows its missing rule."""

    rows: tuple[Past, ...]
    absent: tuple[str, ...]


def read_population(path: Path, tables: Iterable[Table], named: Named | None = None) -> Population:
    """Read a CSV (plain or gzip) or a Parquet file. Raises Malformed population_malformed with line and column, and what reading raises."""
    from plimsoll.app.table_text import read_texts

    columns, texts, name = columns_of(tables), read_texts(path), str(path)
    named = named or Named()
    held = {column: columns[column] for column in texts.columns if column in columns}
    if not held:
        remedy = f"Columns that the tables ask for: {', '.join(columns)}."
        raise Malformed("population_malformed", "no column that a table asks for", file=name, remedy=remedy)
    rows = tuple(_past(number, row, held, named, name) for number, row in enumerate(texts.each(), 2))
    return Population(rows, tuple(column for column in columns if column not in held))


def columns_of(tables: Iterable[Table]) -> dict[str, Column]:
    """Give every column that some tables ask for, by name."""
    return {column.name: column for table in tables for column in table.columns}


def _past(number: int, row: Mapping[str, str], columns: Mapping[str, Column], named: Named, file: str) -> Past:
    """Read one row; `number` is its line where the file is text."""
    features: dict[str, Value | None] = {}
    for name, column in columns.items():
        try:
            features[name] = value_of(row[name], column) if name in row else None
        except Malformed as wrong:
            raise wrong.at(file=file, line=number, key=name) from None
    outcome, bad = row.get(named.outcome, ""), row.get(named.bad, "").lower()
    if outcome and outcome not in VERDICTS:
        raise _wrong(file, number, named.outcome, outcome, f"One of: {', '.join(VERDICTS)}.")
    if bad and bad not in (*YES, *NO):
        raise _wrong(file, number, named.bad, bad, "yes, no, or empty where it is not known.")
    return Past(row.get(named.id, str(number)), features, outcome, bad in YES if bad else None)


def _wrong(file: str, line: int, column: str, text: str, remedy: str) -> Malformed:
    return Malformed("population_malformed", f"{text!r}", file=file, line=line, key=column, remedy=remedy)


def value_of(text: str, column: Column) -> Value:
    """Read a value as the column of a table needs it; raises Malformed population_malformed, and what rates raise."""
    if column.kind in ("whole", "money"):
        whole = text.removesuffix(".0")
        if not whole.removeprefix("-").isdecimal():
            raise Malformed("population_malformed", f"{text!r} is not a {column.kind}", remedy=MINOR_REMEDY)
        return int(whole)
    if column.kind == "rate":
        return Rate.parse(text)
    if column.kind == "number":
        if not is_decimal(text):
            raise Malformed("population_malformed", f"{text!r}", remedy="A decimal with at most 9 digits after the point.")
        return text
    if column.kind == "yes-no":
        if text.lower() not in (*YES, *NO):
            raise Malformed("population_malformed", f"{text!r} is neither yes nor no")
        return text.lower() in YES
    return text


def stored_population(
    store: Store, since: date, through: date, tables: Iterable[Table], rules: Rules, seen: Callable[[], None] = lambda: None
) -> Population:
    """Give the decisions on record that took effect from one day through another, each with the features it was taken on.

    How an approved one turned out is known where it is known of the customer (`turned_out`). `seen` is called for each that is read.
    """
    columns = columns_of(tables)
    found = []
    for one in _decided(store, since, through, columns, turned_out(store, through, rules)):
        found.append(one)
        seen()
    rows = tuple(found)
    told = {name for one in rows for name in one.features}
    return Population(rows, tuple(name for name in columns if name not in told))


def _decided(store: Store, since: date, through: date, columns: Mapping[str, Column], bad: Mapping[int, bool]) -> Iterator[Past]:
    for customer_id, filing in filings_on(store, "decision", since.toordinal(), through.toordinal()):
        said: dict[str, Any] = read_body(filing)
        told = said.get("features", {})
        features = {name: None if value is None else _stored(value, columns[name]) for name, value in told.items() if name in columns}
        yield Past(f"{customer_id}/{filing.subject}/{filing.n}", features, str(said.get("outcome", "")), bad.get(customer_id))


def _stored(value: object, column: Column) -> Value:
    """Give a value of a filing as the table needs it: rates stand there as text, everything else as JSON has it."""
    if isinstance(value, bool | int):
        return value
    return value_of(f"{value}", column)
