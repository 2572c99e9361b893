"""What is wrong with a tape: values that cannot be read, loans that stand twice, amounts below zero, months that loans are not seen in."""

from typing import NamedTuple

import ibis

from plimsoll.portfolio.expressions.columns import Expression, day_of, minor_of, month_of, text_of, whole_of
from plimsoll.portfolio.expressions.rows import factor_of, file_table, keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.shape import AGE, AMOUNTS, DATE, REFUSE, Period
from plimsoll.portfolio.source import FRACTION, Source
from plimsoll.portfolio.state import LATEST, UNKNOWN

EMPTY = "no "
EMPTY_BALANCE = EMPTY + "balance"
"""The fault of a loan that owes and has no balance."""

SHOWN = 5
EXAMPLES = 3


class Counted(NamedTuple):
    """A query of one row, and what each of its columns counts."""

    text: str
    labels: tuple[str, ...]


def periods_text(source: Source) -> str:
    """Ask for the months (and days, else 0) of a tape: t, day, currency, rows."""
    rows = rows_of(source, every_day=True)
    day = rows.day if source.shape.tells("day") else ibis.literal(0, "int32")
    found = rows.select(t=rows.t, day=day, currency=rows.currency)
    counted = found.group_by("t", "day", "currency").agg(rows=found.count()).order_by("t", "day", "currency")
    return write(counted, source.engine)


def unreadable(source: Source) -> Counted:
    """Ask how many values of each column cannot be read as what the map says; a loan or period that is empty counts too."""
    table = file_table(source)
    wrong = _wrong(source, table)
    counts = {f"c{place}": one.cast("int64").sum().fill_null(0).cast("int64") for place, one in enumerate(wrong.values())}
    return Counted(write(table.aggregate(**counts), source.engine), tuple(wrong))


def unreadable_text(source: Source, column: str) -> str:
    """Ask for some values of a column that cannot be read: the loan, and what is written."""
    table = file_table(source)
    loan = _joined([text_of(source, table, name).fill_null("") for name in source.shape.loan])
    said = table.select(loan=loan, said=text_of(source, table, column).fill_null(""), is_wrong=_wrong(source, table)[column])
    return write(said.filter(said.is_wrong).select("said", "loan").distinct().order_by("said", "loan").limit(EXAMPLES), source.engine)


def _joined(parts: list[Expression]) -> Expression:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + " " + part
    return whole


def _when(source: Source, table: Expression, period: Period) -> Expression:
    """Give what a period is read as: its day where it is a date, so that no 31st of February passes for a month."""
    if period.kind == AGE:
        return whole_of(source, table, period.column)
    return day_of(source, table, period) if period.kind == DATE else month_of(source, table, period)


def _wrong(source: Source, table: Expression) -> dict[str, Expression]:
    """Tell by column of which rows it cannot be read."""
    shape = source.shape
    parsed: dict[str, tuple[str, Expression]] = {}
    for name in shape.loan:
        parsed[name] = ("needed", text_of(source, table, name))
    for period, is_needed in ((shape.period, True), (shape.opened, True), (shape.ended, False)):
        if period is not None:
            parsed[period.column] = ("needed" if is_needed else "", _when(source, table, period))
    if shape.currency_column:
        parsed[shape.currency_column] = ("needed", text_of(source, table, shape.currency_column))
    if shape.days:
        # Without a status nothing else tells whether a loan is late; with one, an open loan without days is an unknown status.
        parsed[shape.days] = ("" if shape.status or shape.days_blank is not None else "needed", whole_of(source, table, shape.days))
    amounts = [name for one in shape.amounts.values() for name in (*one.plus, *one.minus)]
    amounts += [one.columns[part] for one in shape.slices for part in AMOUNTS if part in one.columns]
    for name in amounts:
        parsed.setdefault(name, ("", minor_of(source, table, name, factor_of(source))))
    for name in [one.columns["days"] for one in shape.slices if "days" in one.columns]:
        parsed.setdefault(name, ("", whole_of(source, table, name)))
    return {
        name: value.isnull() if needed else value.isnull() & _is_written(source, table, name) for name, (needed, value) in parsed.items()
    }


def _is_written(source: Source, table: Expression, name: str) -> Expression:
    """Tell whether something stands in a column; a fraction that is no number at all (NaN) is nothing, one without end is something."""
    if source.kinds[name] != FRACTION:
        return text_of(source, table, name).notnull()
    return table[name].notnull() & ((table[name] + "").lower() != "nan")


def faults(source: Source) -> Counted:
    """Ask how many rows have an amount below zero, were opened later than they are seen, or have a status that nobody explained."""
    rows = rows_of(source, every_day=True)
    wrong = _faulty(source, rows)
    counts = {f"c{place}": one.cast("int64").sum().fill_null(0).cast("int64") for place, one in enumerate(wrong.values())}
    return Counted(write(rows.aggregate(**counts), source.engine), tuple(wrong))


def fault_text(source: Source, label: str) -> str:
    """Ask for some rows with a fault: loan, month."""
    rows = rows_of(source, every_day=True)
    found = rows.filter(_faulty(source, rows)[label])
    shown = found.select(loan=_joined([found[key].cast("string") for key in keys_of(source)]), month=found.t)
    return write(shown.distinct().order_by("loan", "month").limit(EXAMPLES), source.engine)


def _faulty(source: Source, rows: Expression) -> dict[str, Expression]:
    """Tell by fault which rows have it."""
    found: dict[str, Expression] = {"status": rows.state == UNKNOWN}
    if source.shape.opened is not None:
        found["opened"] = rows.opened > rows.t
    if source.shape.negative == REFUSE:
        found |= {part: rows[part] < 0 for part in AMOUNTS if part in rows.columns}
    if source.shape.blank == REFUSE and "balance" in rows.columns:
        found[EMPTY_BALANCE] = rows.balance.isnull() & (rows.state <= LATEST)
    return found


def statuses_text(source: Source, column: str) -> str:
    """Ask for the texts of a status that the map does not name, the most frequent first: said, rows."""
    table = file_table(source)
    blank = "" if "" in source.shape.states else "(empty)"
    said = table.select(said=text_of(source, table, column).fill_null(blank))
    # An open loan is strange too where nothing tells how late it is: all others explain themselves.
    strange = said.filter(~said.said.isin([text for text, state in source.shape.states.items() if state is not None]))
    counted = strange.group_by("said").agg(rows=strange.count())
    return write(counted.order_by(ibis.desc("rows"), "said").limit(SHOWN), source.engine)


def oftener_text(source: Source, month: int) -> str:
    """Ask how many loans stand more than once in a month: on a tape of days they do, on one where each has its own day they do not."""
    rows = rows_of(source, every_day=True)
    here = rows.filter(rows.t == month)
    counted = here.group_by(*keys_of(source)).agg(rows=here.count())
    return write(counted.filter(counted["rows"] > 1).aggregate(loans=ibis._.count()), source.engine)


def twice_text(source: Source) -> str:
    """Ask for loans that stand twice in one period: loan, month, rows."""
    rows = rows_of(source, every_day=True)
    keys = [*keys_of(source), "day" if source.month_ends else "t"]
    counted = rows.group_by(*keys).agg(month=rows.t.min(), rows=rows.count())
    found = counted.filter(counted["rows"] > 1)
    shown = found.select(loan=_joined([found[key].cast("string") for key in keys_of(source)]), month=found.month, rows=found["rows"])
    return write(shown.order_by("loan", "month").limit(SHOWN), source.engine)


def seen_text(source: Source) -> str:
    """Ask how completely loans are seen: loans, loans with a gap, months missing inside, loans that went while still owing.

    A loan is gone while owing where its last month is before that of the tape and it was neither paid nor written off nor sold.
    """
    rows = rows_of(source)
    packed = rows.t.cast("int64") * 16 + rows.state.cast("int64")
    lives = rows.group_by(*keys_of(source)).agg(first=rows.t.min(), last=packed.max(), seen=rows.count())
    last, state = (lives["last"] / 16).floor().cast("int64"), lives["last"] % 16
    missing = last - lives["first"] + 1 - lives["seen"]
    gone = (last < source.months[-1]) & (state <= LATEST)
    counts = lives.aggregate(
        loans=lives.count(),
        with_gap=(missing > 0).cast("int64").sum().cast("int64"),
        missing=ibis.greatest(missing, 0).sum().cast("int64"),
        gone=gone.cast("int64").sum().cast("int64"),
    )
    return write(counts, source.engine)
