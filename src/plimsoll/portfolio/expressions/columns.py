"""Columns of a foreign file as values: text, whole numbers, amounts in minor units, months and days. What cannot be read becomes null."""

import re
from typing import Any, Final

import ibis

from plimsoll.portfolio.pattern import CENTURY_FROM, ISO_DAY, ISO_MONTH, MONTH_NAMES, is_fixed, places, written
from plimsoll.portfolio.shape import DATE, MONTH, NUMBER, Numbers, Period, Sum
from plimsoll.portfolio.source import DAY, FRACTION, INSTANT, INTEGERS, TEXT, Source
from plimsoll.units.money import MINOR_MAX

Expression = Any
"""An expression of Ibis."""

DECIMAL: Final = "decimal(24, 6)"
EPOCH: Final = (1970, 1, 1)
LETTERS: Final = 3


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
    if source.kinds[name] != TEXT:
        return table[name].try_cast(DECIMAL)
    return _plain(text_of(source, table, name), source.shape.numbers).try_cast(DECIMAL)


def _plain(text: Expression, how: Numbers) -> Expression:
    """Give a number in text as engines write it; null where its signs stand where they cannot."""
    for sign in how.remove:
        text = text.replace(sign, "")
    if how.remove:
        text = text.strip()
    if how.decimal == "." and not how.thousands:
        return text
    decimal, thousands = (re.escape(sign) for sign in (how.decimal, how.thousands))
    grouped = rf"\d{{1,3}}({thousands}\d{{3}})+" if how.thousands else r"\d+"
    fits = text.re_search(rf"^-?({grouped}|\d+)({decimal}\d*)?$")
    plain = text.replace(how.thousands, "") if how.thousands else text
    return ibis.ifelse(fits, plain.replace(how.decimal, "."), ibis.null("string"))


def minor_of(source: Source, table: Expression, name: str, factor: int) -> Expression:
    """Give a column of amounts in minor units, of which `factor` make the unit of the file; rounded half away from zero.

    Null where that is more than MINOR_MAX, save in whole minor units, which are taken as they are.
    """
    if source.kinds[name] in INTEGERS:
        whole = table[name].cast("int64")
        if factor == 1:
            return whole
        most = MINOR_MAX // factor
        return ibis.ifelse(whole.between(-most, most), whole * ibis.literal(factor, "int64"), ibis.null("int64"))
    number = _number(source, table, name)
    most = MINOR_MAX // factor
    return ibis.ifelse(number.between(-most, most), (number * factor).round(0), ibis.null(DECIMAL)).cast("int64")


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
    year, month, _ = _cut(table, period)
    return (year * 12 + month - 1).cast("int32")


def day_of(source: Source, table: Expression, period: Period) -> Expression:
    """Give the day of a period as days since 1970-01-01."""
    if source.kinds[period.column] in (DAY, INSTANT):
        day = table[period.column].cast("date")
    else:
        year, month, number = _cut(table, period)
        written = year.cast("string") + "-" + month.cast("string").lpad(2, "0") + "-" + number.cast("string").lpad(2, "0")
        day = written.try_cast("date")
    return day.delta(ibis.date(*EPOCH), unit="day").cast("int32")


def _cut(table: Expression, period: Period) -> tuple[Expression, Expression, Expression]:
    """Cut year, month and day out of text; null where the text is not of the pattern."""
    names = part_names(period)
    assert names[0] in table.columns, period.column
    return _right(*(table[name] for name in names))


def part_names(period: Period) -> tuple[str, str, str]:
    """Give the names of the columns that hold the year, the month and the day of a period as they are written."""
    return f"{period.column} year", f"{period.column} month", f"{period.column} day"


def parts_of(source: Source, table: Expression, period: Period) -> dict[str, Expression]:
    """Give what is written as year, month and day of a period; year null where the text is not of the pattern.

    They are columns of a table of their own, so that a query says once how they are cut, however often they are used.
    """
    if period.kind not in (DATE, MONTH) or source.kinds[period.column] in (DAY, INSTANT):
        return {}
    text = text_of(source, table, period.column)
    pattern = period.pattern or (ISO_DAY if period.kind == DATE else ISO_MONTH)
    found = _fixed(text, pattern) if is_fixed(pattern) else _extracted(text, pattern)
    return dict(zip(part_names(period), found, strict=True))


def _fixed(text: Expression, pattern: str) -> tuple[Expression, Expression, Expression]:
    """Cut year, month and day out at their places."""
    at = places(pattern)
    fits = text.length() == at.length
    if at.day >= 0:
        fits = fits | ((text.length() > at.length) & text.substr(at.length, 1).isin((" ", "T")) & text.contains(":"))
    year = text.substr(at.year, 4).try_cast("int32")
    month = _named(text.substr(at.month, 3)) if at.is_named else text.substr(at.month, 2).try_cast("int32")
    day = text.substr(at.day, 2).try_cast("int32") if at.day >= 0 else ibis.literal(1, "int32")
    return ibis.ifelse(fits, year, ibis.null("int32")), month, day


def _extracted(text: Expression, pattern: str) -> tuple[Expression, Expression, Expression]:
    """Take year, month and day out of text whose parts have no fixed places."""
    how = written(pattern)

    def part(group: int) -> Expression:
        return text.re_extract(how.expression, group).nullif("")

    year = part(how.year).try_cast("int32")
    if how.is_short:
        year = year + ibis.ifelse(year < CENTURY_FROM, ibis.literal(2000, "int32"), ibis.literal(1900, "int32"))
    month = _named(part(how.month)) if how.is_named else part(how.month).try_cast("int32")
    day = part(how.day).try_cast("int32") if how.day else ibis.literal(1, "int32")
    return year, month, day


def _named(name: Expression) -> Expression:
    """Give the number of a month by the first three letters of its English name."""
    # One search finds it: twelve comparisons, written out wherever a month is used, are more than an engine reads quickly.
    place = ibis.literal("".join(MONTH_NAMES)).find(name.lower())
    return ibis.ifelse((place >= 0) & (place % LETTERS == 0), place // LETTERS + 1, ibis.null("int64")).cast("int32")


def _right(year: Expression, month: Expression, day: Expression) -> tuple[Expression, Expression, Expression]:
    """Give the parts of what can be a date; null of anything else."""
    is_right = year.notnull() & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    nothing = ibis.null("int32")
    return ibis.ifelse(is_right, year, nothing), ibis.ifelse(is_right, month, nothing), ibis.ifelse(is_right, day, nothing)
