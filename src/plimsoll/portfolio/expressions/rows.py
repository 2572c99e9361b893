"""A tape in the one form that all questions are put to: a row a loan and period, whatever the file looks like.

Columns: `k0`, `k1`, … that name a loan; `t` month; `day` since 1970-01-01; `opened` month; `days` past due; `state`; the amounts of
the map in minor units; `customer`; `currency`; `d_NAME` for every dimension. A part that the map does not tell has no column.
"""

from collections.abc import Mapping
from typing import Any, Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression, day_of, minor_of, month_of, parts_of, sum_of, text_of, whole_of
from plimsoll.portfolio.shape import AGE, AMOUNTS, ENDS, LONG, MINOR, UNITS, ZERO, Period
from plimsoll.portfolio.source import DAY, INSTANT, INTEGERS, TABLE, Source
from plimsoll.portfolio.state import CURRENT, LATEST, UNKNOWN, WRITTEN_OFF, bucket_ends
from plimsoll.units.money import EXPONENTS

BLANK: Final = "(none)"
"""The value of a dimension where the file has nothing."""


def file_table(source: Source) -> Expression:
    """Give the file as a table of the columns that the map names, rows not kept left out."""
    table = ibis.table({name: _kind(source.kinds[name]) for name in source.shape.columns()}, name=TABLE)
    for name, texts in source.shape.keep.items():
        table = table.filter(text_of(source, table, name).isin(texts))
    parts: dict[str, Expression] = {}
    for period in (source.shape.period, source.shape.opened, source.shape.ended):
        if period is not None:
            parts |= parts_of(source, table, period)
    return table.mutate(**parts) if parts else table


def _kind(kind: str) -> str:
    """Give the type that Ibis is told. Numbers with a fraction are only ever cast, so they may pass for text."""
    return kind if kind in (*INTEGERS, DAY, INSTANT) else "string"


def keys_of(source: Source) -> tuple[str, ...]:
    """Give the names of the columns that name a loan."""
    return tuple(f"k{place}" for place in range(len(source.shape.loan)))


def rows_of(source: Source, *, every_day: bool = False) -> Expression:
    """Give the rows of a tape: of the currency looked at, one a loan and month, or with `every_day` those of all days."""
    shape = source.shape
    table = file_table(source)
    if shape.layout == LONG:
        assert shape.period is not None, shape.name
        rows = table.select(**_long(source, table, shape.period))
    elif shape.layout == ENDS:
        rows = _ends(source, table)
    else:
        parts = [_slice(source, table, place) for place in range(len(shape.slices))]
        rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    if source.currency and shape.currency_column:
        rows = rows.filter(rows.currency == source.currency)
    if source.month_ends and not every_day:
        rows = rows.filter(rows.day.isin(source.month_ends))
    return rows


def _named(source: Source, table: Expression) -> dict[str, Any]:
    """Give what a row is of: loan, customer, currency, dimensions, month of opening."""
    shape = source.shape
    found: dict[str, Any] = {}
    for key, name in zip(keys_of(source), shape.loan, strict=True):
        found[key] = table[name] if source.kinds[name] in INTEGERS else text_of(source, table, name)
    if shape.customer:
        found["customer"] = text_of(source, table, shape.customer)
    found["currency"] = _currency(source, table)
    for name, column in shape.dimensions.items():
        found[f"d_{name}"] = text_of(source, table, column).fill_null(BLANK)
    if shape.opened is not None and shape.opened.kind != AGE:
        found["opened"] = month_of(source, table, shape.opened)
    return found


def _currency(source: Source, table: Expression) -> Expression:
    """Give the code of the currency of a row; what the map does not rename stays as it is."""
    shape = source.shape
    if not shape.currency_column:
        return ibis.literal(shape.currency)
    said = text_of(source, table, shape.currency_column)
    return ibis.cases(*((said == name, code) for name, code in shape.currency_names.items()), else_=said) if shape.currency_names else said


def factor_of(source: Source) -> int:
    """Give how many minor units one unit of the file is; 1 before the currency is known."""
    currency = source.currency or source.shape.currency
    return 10 ** EXPONENTS[currency] * UNITS[source.shape.unit] if source.shape.unit != MINOR and currency else 1


def _amounts(source: Source, table: Expression, columns: Mapping[str, str]) -> dict[str, Any]:
    """Give the amounts of a row; `columns` go before what the map says of all rows."""
    found, factor = {}, factor_of(source)
    for part in AMOUNTS:
        if part in columns:
            value = minor_of(source, table, columns[part], factor)
        elif part in source.shape.amounts:
            value = sum_of(source, table, source.shape.amounts[part], factor)
        else:
            continue
        found[part] = ibis.greatest(value, ibis.literal(0, "int64")) if source.shape.negative == ZERO else value
    return found


def _long(source: Source, table: Expression, period: Period) -> dict[str, Any]:
    found = _named(source, table)
    found["t"] = month_of(source, table, period)
    opened = source.shape.opened
    if opened is not None and opened.kind == AGE:
        found["opened"] = (found["t"] - whole_of(source, table, opened.column)).cast("int32")
    if source.shape.tells("day"):
        found["day"] = day_of(source, table, period)
    return found | _late(source, table, source.shape.status, source.shape.days) | _amounts(source, table, {})


def _slice(source: Source, table: Expression, place: int) -> Expression:
    """Give the rows of one period of a panel; a loan without a status (or days) in it is not seen in it."""
    one = source.shape.slices[place]
    status, days = one.columns.get("status", source.shape.status), one.columns.get("days", source.shape.days)
    seen = table.filter(text_of(source, table, status or days).notnull())
    found = _named(source, seen)
    found["t"] = ibis.literal(one.month, "int32")
    return seen.select(**found, **_late(source, seen, status, days), **_amounts(source, seen, one.columns))


def _ends(source: Source, table: Expression) -> Expression:
    """Give two rows a loan: current in the month in which it was opened, and how it ended in the month in which it did.

    A loan without an end has its first row alone; one that ended in the month of its opening only its last.
    """
    shape = source.shape
    assert shape.ended is not None, shape.name
    amounts = _amounts(source, table, {})
    late = _late(source, table, shape.status, "")
    whole = table.select(**_named(source, table), **late, ended=month_of(source, table, shape.ended), **amounts)
    kept = [name for name in whole.columns if name not in ("ended", "state", *amounts)]
    zero = ibis.literal(0, "int64")
    gone = ("past_due", "written_off", "recovered")
    first = whole.filter(whole.ended.isnull() | (whole.ended != whole.opened))
    begins = {part: zero if part in gone else first[part] for part in amounts}
    opening = first.select(*kept, t=first.opened, state=ibis.literal(CURRENT, "int8"), **begins)
    last = whole.filter(whole.ended.notnull())
    is_lost = last.state == WRITTEN_OFF
    leaves = {part: ibis.ifelse(is_lost, last[part], zero) if part in gone else last[part] for part in amounts}
    ending = last.select(*kept, t=last.ended, state=last.state, **leaves)
    return ibis.union(opening, ending)


def _late(source: Source, table: Expression, status: str, days: str) -> dict[str, Any]:
    """Give days past due, where the file has them, and the state of a row; UNKNOWN for a status that the map does not name."""
    found: dict[str, Any] = {}
    state = None
    if days:
        past = whole_of(source, table, days)
        if source.shape.days_blank is not None:
            past = ibis.ifelse(text_of(source, table, days).isnull(), ibis.literal(source.shape.days_blank, "int64"), past)
        found["days"] = past.fill_null(0).cast("int32")
        ends = bucket_ends()
        state = ibis.cases((past.isnull(), UNKNOWN), *((past <= end, bucket) for bucket, end in enumerate(ends)), else_=LATEST)
    if status:
        said = text_of(source, table, status)
        otherwise = state if state is not None else ibis.literal(UNKNOWN, "int8")
        meant = source.shape.states
        said = said.fill_null("") if "" in meant else said
        branches = [(said == text, otherwise if place is None else ibis.literal(place, "int8")) for text, place in meant.items()]
        state = ibis.cases(*branches, else_=ibis.literal(UNKNOWN, "int8"))
    assert state is not None, source.shape.name
    return found | {"state": state.cast("int8")}


def dimension_keys(by: str, *before: str) -> tuple[str, ...]:
    """Give the names of columns to group by: with the dimension where one is asked for."""
    return (*before, "dimension") if by else before


def told_in(counted: Expression, names: tuple[str, ...]) -> Expression:
    """Give an answer's columns in order; the dimension is empty where none was asked for."""
    whole = counted if "dimension" in counted.columns else counted.mutate(dimension=ibis.literal(""))
    return whole.select(*names)
