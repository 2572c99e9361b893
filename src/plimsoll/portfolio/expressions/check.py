"""What is wrong with a tape: values that cannot be read, loans that stand twice, amounts below zero, months that loans are not seen in."""

from typing import NamedTuple

import ibis

from plimsoll.portfolio.expressions.columns import Expression, minor_of, month_of, text_of, whole_of
from plimsoll.portfolio.expressions.rows import factor_of, file_table, keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.shape import AMOUNTS, REFUSE
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST, UNKNOWN

EXAMPLES: str = "examples"
SHOWN = 5


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
    shape, table = source.shape, file_table(source)
    parsed: dict[str, tuple[str, Expression]] = {}
    for name in shape.loan:
        parsed[name] = ("needed", text_of(source, table, name))
    for period, is_needed in ((shape.period, True), (shape.opened, True), (shape.ended, False)):
        if period is not None:
            parsed[period.column] = ("needed" if is_needed else "", month_of(source, table, period))
    if shape.currency_column:
        parsed[shape.currency_column] = ("needed", text_of(source, table, shape.currency_column))
    if shape.days:
        # Without a status nothing else tells whether a loan is late; with one, an open loan without days is an unknown status.
        parsed[shape.days] = ("" if shape.status else "needed", whole_of(source, table, shape.days))
    amounts = [name for one in shape.amounts.values() for name in (*one.plus, *one.minus)]
    amounts += [one.columns[part] for one in shape.slices for part in AMOUNTS if part in one.columns]
    for name in amounts:
        parsed.setdefault(name, ("", minor_of(source, table, name, factor_of(source))))
    for name in [one.columns["days"] for one in shape.slices if "days" in one.columns]:
        parsed.setdefault(name, ("", whole_of(source, table, name)))
    counts = {}
    for place, (name, (needed, value)) in enumerate(parsed.items()):
        is_wrong = value.isnull() if needed else value.isnull() & text_of(source, table, name).notnull()
        counts[f"c{place}"] = is_wrong.cast("int64").sum().fill_null(0).cast("int64")
    return Counted(write(table.aggregate(**counts), source.engine), tuple(parsed))


def faults(source: Source) -> Counted:
    """Ask how many rows have an amount below zero, were opened later than they are seen, or have a status that nobody explained."""
    shape, rows = source.shape, rows_of(source, every_day=True)
    is_wrong: dict[str, Expression] = {"status": rows.state == UNKNOWN}
    if shape.opened is not None:
        is_wrong["opened"] = rows.opened > rows.t
    if shape.negative == REFUSE:
        is_wrong |= {part: rows[part] < 0 for part in AMOUNTS if part in rows.columns}
    counts = {f"c{place}": one.cast("int64").sum().fill_null(0).cast("int64") for place, one in enumerate(is_wrong.values())}
    return Counted(write(rows.aggregate(**counts), source.engine), tuple(is_wrong))


def statuses_text(source: Source, column: str) -> str:
    """Ask for the texts of a status that the map does not name, the most frequent first: said, rows."""
    table = file_table(source)
    said = table.select(said=text_of(source, table, column).fill_null("(empty)"))
    # An open loan is strange too where nothing tells how late it is: all others explain themselves.
    strange = said.filter(~said.said.isin([text for text, state in source.shape.states.items() if state is not None]))
    counted = strange.group_by("said").agg(rows=strange.count())
    return write(counted.order_by(ibis.desc("rows"), "said").limit(SHOWN), source.engine)


def twice_text(source: Source) -> str:
    """Ask for loans that stand twice in one period: loan, month, rows."""
    rows = rows_of(source, every_day=True)
    keys = [*keys_of(source), "day" if source.shape.tells("day") else "t"]
    counted = rows.group_by(*keys).agg(month=rows.t.min(), rows=rows.count())
    found = counted.filter(counted["rows"] > 1)
    loan = found[keys[0]].cast("string")
    for key in keys_of(source)[1:]:
        loan = loan + " " + found[key].cast("string")
    shown = found.select(loan=loan, month=found.month, rows=found["rows"])
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
