"""Columns of a foreign file as values: text, whole numbers, amounts in minor units, months and days. What cannot be read becomes null."""

from typing import Any, Final

import ibis

from plimsoll.portfolio.pattern import ISO_DAY, ISO_MONTH, MONTH_NAMES, places
from plimsoll.portfolio.shape import DATE, NUMBER, Period, Sum
from plimsoll.portfolio.source import DAY, FRACTION, INSTANT, INTEGERS, TEXT, Source

Expression = Any
"""An expression of Ibis."""

DECIMAL: Final = "decimal(24, 6)"
EPOCH: Final = (1970, 1, 1)


def text_of(source: Source, table: Expression, name: str) -> Expression:
    """Give a column as text without blanks around it, whole numbers without a fraction; empty text is null."""
    column = table[name]
    if source.kinds[name] == FRACTION:
        return ibis.coalesce(whole_of(source, table, name).cast("string"), _number(source, table, name).cast("string"))
    return column.strip().nullif("") if source.kinds[name] == TEXT else column.cast("string")


def whole_of(source: Source, table: Expression, name: str) -> Expression:
    """Give a column as whole numbers; a fraction of zero is none (1.0)."""
    if source.kinds[name] in INTEGERS:
        return table[name].cast("int64")
    number = _number(source, table, name)
    return ibis.ifelse(number == number.round(0), number.round(0).cast("int64"), ibis.null("int64"))


def _number(source: Source, table: Expression, name: str) -> Expression:
    column = text_of(source, table, name) if source.kinds[name] == TEXT else table[name]
    return column.try_cast(DECIMAL)


def minor_of(source: Source, table: Expression, name: str, factor: int) -> Expression:
    """Give a column of amounts in minor units, of which `factor` make the unit of the file; rounded half away from zero."""
    if source.kinds[name] in INTEGERS:
        return table[name].cast("int64") * ibis.literal(factor, "int64")
    return (_number(source, table, name) * factor).round(0).cast("int64")


def sum_of(source: Source, table: Expression, amount: Sum, factor: int) -> Expression:
    """Give an amount that is columns added and columns taken away, in minor units."""
    total = minor_of(source, table, amount.plus[0], factor)
    for name in amount.plus[1:]:
        total = total + minor_of(source, table, name, factor)
    for name in amount.minus:
        total = total - minor_of(source, table, name, factor)
    return total


def month_of(source: Source, table: Expression, period: Period) -> Expression:
    """Give the month of a period: months since the year 0, or the number that the file has."""
    if period.kind == NUMBER:
        return (whole_of(source, table, period.column) + period.zero).cast("int32")
    if source.kinds[period.column] in (DAY, INSTANT):
        column = table[period.column]
        return (column.year() * 12 + column.month() - 1).cast("int32")
    year, month, _ = _cut(source, table, period)
    return (year * 12 + month - 1).cast("int32")


def day_of(source: Source, table: Expression, period: Period) -> Expression:
    """Give the day of a period as days since 1970-01-01."""
    if source.kinds[period.column] in (DAY, INSTANT):
        day = table[period.column].cast("date")
    else:
        year, month, number = _cut(source, table, period)
        written = year.cast("string") + "-" + month.cast("string").lpad(2, "0") + "-" + number.cast("string").lpad(2, "0")
        day = written.try_cast("date")
    return day.delta(ibis.date(*EPOCH), unit="day").cast("int32")


def _cut(source: Source, table: Expression, period: Period) -> tuple[Expression, Expression, Expression]:
    """Cut year, month and day out of text; null where the text is not of the pattern."""
    text = text_of(source, table, period.column)
    at = places(period.pattern or (ISO_DAY if period.kind == DATE else ISO_MONTH))
    fits = text.length() == at.length
    year = text.substr(at.year, 4).try_cast("int32")
    if at.is_named:
        name = text.substr(at.month, 3).lower()
        month = ibis.cases(*((name == word, number) for number, word in enumerate(MONTH_NAMES, 1)), else_=ibis.null("int8")).cast("int32")
    else:
        month = text.substr(at.month, 2).try_cast("int32")
    day = text.substr(at.day, 2).try_cast("int32") if at.day >= 0 else ibis.literal(1, "int32")
    is_right = fits & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    nothing = ibis.null("int32")
    return ibis.ifelse(is_right, year, nothing), ibis.ifelse(is_right, month, nothing), ibis.ifelse(is_right, day, nothing)
