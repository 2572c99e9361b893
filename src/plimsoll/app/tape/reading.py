"""Open a tape by its map, check it, and put questions to it."""

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import plimsoll.portfolio
from plimsoll.app.tape.engine import Engine, Row, start_engine
from plimsoll.app.tape.files import Files, check_columns, find_files, partition_names, read_csv_as
from plimsoll.portfolio.expressions.check import (
    EMPTY,
    EMPTY_BALANCE,
    fault_text,
    faults,
    oftener_text,
    periods_text,
    seen_text,
    statuses_text,
    twice_text,
    unreadable,
    unreadable_text,
)
from plimsoll.portfolio.expressions.loans import loans_text
from plimsoll.portfolio.read_map import read_map
from plimsoll.portfolio.shape import AGE, ALLOW, ENDS, MONTHS_MAX, NUMBER, Shape, month_text
from plimsoll.portfolio.source import DAY, FRACTION, INSTANT, INTEGERS, OTHER, TEXT, Source, held_table
from plimsoll.rulebook.read import read
from plimsoll.units.money import EXPONENTS
from plimsoll.units.refusal import Malformed

HOUSE: Final = "house"
MAPS: Final = Path(plimsoll.portfolio.__file__).with_name("maps")
EPOCH: Final = date(1970, 1, 1).toordinal()
DAILY_SHARE: Final = 2
"""A tape is one of days where it has more than one day in so many from its first day to its last."""

SHOWN: Final = 5
BLANK: Final = {EMPTY_BALANCE: "A loan that owes has no balance. Say blank: zero in the map where that means nothing."}
"""By fault: what may be said in a map of values that are not there."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to open: where the tape is, by which map, in which currency where it has several, on which engine."""

    where: str
    map_name: str = HOUSE
    currency: str = ""
    engine: str = "duckdb"
    master: str = ""
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """How completely loans are seen: loans, those with a gap, months missing inside, those that left the tape while they owed."""

    loans: int
    with_gap: int
    missing: int
    gone: int


@dataclass(frozen=True, slots=True)
class Tape:
    """A tape that was opened and found sound. `days` is its last day since 1970-01-01, 0 where it has months alone."""

    source: Source
    engine: Engine
    files: Files
    rows: int
    seen: Seen
    is_daily: bool
    last_day: int

    @property
    def shape(self) -> Shape:
        """Give what the map says."""
        return self.source.shape

    def ask(self, text: str) -> list[Row]:
        """Put a question to the tape."""
        return self.engine.rows(text)

    def holding(self, by: str = "") -> "Tape":
        """Give the tape with a row for each loan held by its engine: for whoever puts several questions about loans to it.

        One pass over the tape, and about 100 bytes a loan for as long as the tape is open.
        """
        bare = self.source._replace(held=self.source.held - {by})
        self.engine.hold(held_table(by), loans_text(bare, by))
        return replace(self, source=self.source._replace(held=self.source.held | {by}))

    def as_of(self) -> str:
        """Give the last day of the tape, or its last month."""
        if self.last_day:
            return date.fromordinal(self.last_day + EPOCH).isoformat()
        return self.month(self.source.months[-1])

    def month(self, index: int) -> str:
        """Write a month as the tape counts them."""
        return month_text(index, is_calendar=self.shape.is_calendar())

    def about(self) -> dict[str, object]:
        """Give what every answer carries: the tape, its map, engine, months, currency and how completely loans are seen."""
        months = self.source.months
        return {
            "tape": self.files.root,
            "map": self.shape.name,
            "engine": self.engine.name,
            "as_of": self.as_of(),
            "months": [self.month(months[0]), self.month(months[-1])],
            "currency": self.source.currency,
            "rows": self.rows,
            "loans": self.seen.loans,
            "loans_with_gaps": self.seen.with_gap,
            "months_missing": self.seen.missing,
            "left_while_owing": self.seen.gone,
        }


def digest_of(*texts: str) -> str:
    """Give the SHA-256 of queries, in hex: the same figures come of the same digest on the same tape."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def find_map(name: str) -> Shape:
    """Read a map by the name of one that is shipped, or by its path; raises Malformed map_unknown and what reading finds."""
    shipped = {path.stem: path for path in MAPS.glob("*.yaml")}
    path = shipped.get(name, Path(name))
    if name not in shipped and not path.is_file():
        raise Malformed("map_unknown", name, remedy=f"A path, or one of: {', '.join(sorted(shipped))}.")
    return read_map(read(path, path.name), path.stem)


@contextmanager
def open_tape(order: Order) -> Iterator[Tape]:
    """Open a tape, refuse it where it is unsound (the codes of the group "Portfolio"), close it in the end."""
    shape = find_map(order.map_name)
    files = read_csv_as(find_files(order.where), shape.csv)
    folders = tuple(name for name in partition_names(files) if name in shape.columns())
    check_columns(files, tuple(name for name in shape.columns() if name not in folders))
    engine = start_engine(order.engine, master=order.master, threads=order.threads)
    try:
        yield _opened(order, shape, files, engine, _folders_needed(files, folders))
    finally:
        engine.close()


def _folders_needed(files: Files, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Give the columns that stand in names of folders alone, and not in the files too."""
    if not folders or files.format != "parquet":
        return folders
    import pyarrow.parquet as pq

    inside = set(pq.read_schema(files.paths[0]).names)
    return tuple(name for name in folders if name not in inside)


def _opened(order: Order, shape: Shape, files: Files, engine: Engine, folders: tuple[str, ...]) -> Tape:
    kinds = engine.open(files, folders)
    _check_kinds(shape, kinds, files)
    source = Source(shape, kinds, engine.name)
    _refuse_unreadable(engine, source, files)
    periods = engine.rows(periods_text(source))
    if not periods:
        raise Malformed("tape_missing", "no row is kept", file=files.root)
    source = source._replace(currency=_currency(order, shape, periods, files))
    periods = [row for row in periods if row[2] == source.currency]
    months = tuple(sorted({row[0] for row in periods}))
    days = sorted({row[1] for row in periods}) if shape.tells("day") else []
    has_own_days = len(days) > len(months) and not engine.rows(oftener_text(source, _busiest(periods)))[0][0]
    is_daily = not has_own_days and len(days) > 1 and (days[-1] - days[0] + 1) < DAILY_SHARE * len(days)
    if is_daily and shape.days_missing == ALLOW:
        is_daily = days[-1] - days[0] + 1 == len(days)
    _check_spread(shape, months, days if is_daily else [], files)
    if shape.layout == ENDS and shape.observed_through is not None:
        months = (*months, *range(months[-1] + 1, shape.observed_through + 1))
    source = source._replace(months=months, month_ends=_month_ends(periods) if days and not has_own_days else ())
    _check_rows(engine, source, files)
    seen = Seen(*engine.rows(seen_text(source))[0])
    if shape.layout == ENDS:
        # There is nothing between the beginning of a loan and its end that could be missing.
        seen = replace(seen, with_gap=0, missing=0)
    return Tape(source, engine, files, sum(row[3] for row in periods), seen, is_daily, days[-1] if days else 0)


def _check_kinds(shape: Shape, kinds: Mapping[str, str], files: Files) -> None:
    """Hold the columns of the files to the map; raises tape_column_missing, tape_column_type."""
    for name in shape.columns():
        if name not in kinds:
            near = difflib.get_close_matches(name, kinds, n=1)
            said = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(list(kinds)[:20])}."
            raise Malformed("tape_column_missing", name, file=files.root, remedy=said)
        if kinds[name] == OTHER:
            raise Malformed("tape_column_type", f"{name} is neither number, text nor date", file=files.root, key=name)
    numbers = {shape.days, *(name for one in shape.amounts.values() for name in (*one.plus, *one.minus))}
    for name in numbers - {""}:
        if kinds[name] not in (*INTEGERS, FRACTION, TEXT):
            raise Malformed("tape_column_type", f"a {kinds[name]}, where a number is needed", file=files.root, key=name)
    for period in (shape.period, shape.opened, shape.ended):
        if period is not None:
            fits = (
                (*INTEGERS, FRACTION, TEXT) if period.kind in (NUMBER, AGE) else (DAY, INSTANT, TEXT, *(INTEGERS if period.pattern else ()))
            )
            if kinds[period.column] not in fits:
                raise Malformed(
                    "tape_column_type", f"a {kinds[period.column]}, where a {period.kind} is needed", file=files.root, key=period.column
                )


def _refuse_unreadable(engine: Engine, source: Source, files: Files) -> None:
    """Refuse values that cannot be read: tape_value_unreadable with the column, how many rows, and some of what is written there."""
    counted = unreadable(source)
    for label, count in zip(counted.labels, engine.rows(counted.text)[0], strict=True):
        if count:
            some = [f"{said!r} of loan {loan}" for said, loan in engine.rows(unreadable_text(source, label))]
            raise Malformed("tape_value_unreadable", f"{count:,} rows: {', '.join(some)}", file=files.root, key=label)


def _currency(order: Order, shape: Shape, periods: list[Row], files: Files) -> str:
    """Give the currency that is looked at; raises tape_currencies_mixed, currency_unknown."""
    found = Counter[str]()
    for _, _, currency, rows in periods:
        found[currency] += rows
    if order.currency:
        if order.currency not in found:
            raise Malformed("tape_currencies_mixed", f"{order.currency} is not among: {', '.join(sorted(found))}", file=files.root)
        return order.currency
    if len(found) > 1:
        told = ", ".join(f"{name} {rows:,}" for name, rows in found.most_common(SHOWN))
        raise Malformed("tape_currencies_mixed", told, file=files.root, key=shape.currency_column)
    currency = next(iter(found))
    if currency not in EXPONENTS:
        raise Malformed("currency_unknown", currency, file=files.root, key=shape.currency_column)
    return currency


def _check_spread(shape: Shape, months: tuple[int, ...], days: list[int], files: Files) -> None:
    """Refuse a tape with months or days missing between its first and its last, and one that is too long."""
    if months[-1] - months[0] >= MONTHS_MAX:
        raise Malformed("tape_too_long", f"{months[-1] - months[0] + 1} months, at most {MONTHS_MAX}", file=files.root)
    if shape.layout == ENDS:
        return
    gone = sorted(set(range(months[0], months[-1] + 1)) - set(months))
    if gone:
        told = [month_text(one, is_calendar=shape.is_calendar()) for one in gone]
        raise Malformed("tape_days_missing", _listed(told), file=files.root)
    missing = sorted(set(range(days[0], days[-1] + 1)) - set(days)) if days else []
    if missing:
        raise Malformed("tape_days_missing", _listed([date.fromordinal(one + EPOCH).isoformat() for one in missing]), file=files.root)


def _listed(told: list[str]) -> str:
    return ", ".join(told[:SHOWN]) + (f" and {len(told) - SHOWN} more" if len(told) > SHOWN else "")


def _busiest(periods: list[Row]) -> int:
    """Give the month that stands on the most days."""
    found = Counter[int](row[0] for row in periods)
    return found.most_common(1)[0][0]


def _month_ends(periods: list[Row]) -> tuple[int, ...]:
    """Give the last day of every month, where a month has more than one day; empty where none has."""
    last: dict[int, int] = {}
    for month, day, _, _ in periods:
        last[month] = max(day, last.get(month, day))
    ends = tuple(sorted(last.values()))
    return () if len(ends) == len({row[1] for row in periods}) else ends


def _check_rows(engine: Engine, source: Source, files: Files) -> None:
    """Refuse rows that cannot be meant: statuses that nobody explained, amounts below zero, a loan twice in a period."""
    found = faults(source)
    codes = {"status": "tape_status_unknown", "opened": "tape_opened_later"}
    for label, count in zip(found.labels, engine.rows(found.text)[0], strict=True):
        if count:
            if label == "status":
                some = [repr(row[0]) for column in _statuses(source) for row in engine.rows(statuses_text(source, column))]
            else:
                calendar = source.shape.is_calendar()
                shown = engine.rows(fault_text(source, label))
                some = [f"loan {loan} in {month_text(month, is_calendar=calendar)}" for loan, month in shown]
            detail = f"{count:,} rows: {', '.join(some)}"
            code = codes.get(label, "tape_value_unreadable" if label.startswith(EMPTY) else "tape_amount_negative")
            raise Malformed(code, detail, file=files.root, key=label.removeprefix(EMPTY), remedy=BLANK.get(label, ""))
    twice = engine.rows(twice_text(source))
    if twice:
        loan, month, rows = twice[0]
        told = month_text(month, is_calendar=source.shape.is_calendar())
        raise Malformed("tape_loan_twice", f"loan {loan} stands {rows} times in one period of {told}", file=files.root)


def _statuses(source: Source) -> tuple[str, ...]:
    """Give the columns that hold a status."""
    found = [source.shape.status, *(one.columns.get("status", "") for one in source.shape.slices)]
    return tuple(dict.fromkeys(name for name in found if name))
