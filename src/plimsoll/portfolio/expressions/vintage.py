"""What loans of an age have come to: when each was first so many days late, what was lost, and what is outstanding at every age."""

from typing import Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.expressions.rows import dimension_keys, keys_of, rows_of, told_in
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import BAD_FROM, LATEST, LOST, bucket_from_days
from plimsoll.portfolio.vintage import EVENTS as EVENTS  # noqa: PLC0414 -- what is asked for and what it is called are one thing

SCALE: Final = 2**50
"""Month on book and amount share one number: amounts stay below 10^15 minor units, months on book below 4,096."""


def event_of(rows: Expression, event: str) -> Expression:
    """Tell whether a row is of an event."""
    is_lost = rows.state.isin(LOST)
    if event == "lost":
        return is_lost
    threshold = bucket_from_days(int(event.removeprefix("ever-")))
    return is_lost | ((rows.state >= threshold) & (rows.state <= LATEST))


def first_value(rows: Expression, by: str) -> Expression:
    """Give the value of a dimension in the first month of a loan."""
    return rows[f"d_{by}"].argmin(rows.t)


def hits_text(source: Source, by: str = "") -> str:
    """Ask when loans had their first event: opened, dimension, then for each event the month on book (-1 never), loans, money lent, and
    for each event the money outstanding (or lost) when it came.
    """
    rows = rows_of(source)
    columns = rows.columns
    zero = ibis.literal(0, "int64")
    amount = rows.balance if "balance" in columns else zero
    if "written_off" in columns:
        amount = ibis.ifelse(rows.state.isin(LOST), ibis.greatest(rows.written_off, amount), amount)
    values = {"opened": rows.opened.min(), "lent": rows.originated.max().fill_null(0) if "originated" in columns else zero}
    if by:
        values["dimension"] = first_value(rows, by)
    loans = rows.group_by(*keys_of(source)).agg(**values).left_join(_first_events(source, rows, amount), keys_of(source))
    numbers = range(len(EVENTS))
    hits = {f"m{n}": (loans[f"h{n}"] >> ibis.literal(50, "int32")).fill_null(-1).cast("int32") for n in numbers}
    sums = {f"a{n}": (loans[f"h{n}"] & (SCALE - 1)).fill_null(0) for n in numbers}
    told = loans.select(opened=loans.opened, lent=loans.lent, **hits, **sums, **({"dimension": loans.dimension} if by else {}))
    counted = told.group_by(*dimension_keys(by, "opened", *hits)).agg(
        loans=told.count(), lent=told.lent.sum().cast("int64"), **{name: told[name].sum().cast("int64") for name in sums}
    )
    ordered = told_in(counted, ("opened", "dimension", *hits, "loans", "lent", *sums)).order_by("opened", "dimension", *hits)
    return write(ordered, source.engine)


def _first_events(source: Source, rows: Expression, amount: Expression) -> Expression:
    """Give a row for each loan that an event befell: for each event the first month on book and the amount then, in one number.

    Few loans are ever late: theirs are the only rows that are looked at so closely.
    """
    late = rows.select(*keys_of(source), state=rows.state, place=(rows.t - rows.opened).cast("int64") * SCALE + amount.fill_null(0))
    late = late.filter(event_of(late, EVENTS[0]))
    first = {f"h{n}": late.place.min(where=event_of(late, event)) for n, event in enumerate(EVENTS)}
    return late.group_by(*keys_of(source)).agg(**first)


def ages_text(source: Source, by: str = "") -> str:
    """Ask what stands at every age: opened (-1 unknown), t, dimension, loans that owe, balance, loans and balance that are bad, written off
    and recovered so far by the loans that are seen.
    """
    rows = rows_of(source)
    columns = rows.columns
    zero = ibis.literal(0, "int64")
    owes = rows.state <= LATEST
    is_bad = owes & (rows.state >= BAD_FROM)
    balance = rows.balance.fill_null(0) if "balance" in columns else zero
    told = rows.select(
        opened=rows.opened if "opened" in columns else ibis.literal(-1, "int32"),
        t=rows.t,
        **({"dimension": rows[f"d_{by}"]} if by else {}),
        loans=owes.cast("int64"),
        balance=ibis.ifelse(owes, balance, zero),
        bad_loans=is_bad.cast("int64"),
        bad_balance=ibis.ifelse(is_bad, balance, zero),
        written_off=rows.written_off.fill_null(0) if "written_off" in columns else zero,
        recovered=rows.recovered.fill_null(0) if "recovered" in columns else zero,
    )
    names = ("loans", "balance", "bad_loans", "bad_balance", "written_off", "recovered")
    counted = told.group_by(*dimension_keys(by, "opened", "t")).agg(**{name: told[name].sum().cast("int64") for name in names})
    return write(told_in(counted, ("opened", "t", "dimension", *names)).order_by("opened", "t", "dimension"), source.engine)


def leavers_text(source: Source, by: str = "") -> str:
    """Ask what loans had lost that are no longer seen: opened, last month, dimension, written off, recovered."""
    rows = rows_of(source)
    zero = ibis.literal(0, "int64")
    values = {
        "opened": rows.opened.min() if "opened" in rows.columns else ibis.literal(-1, "int32"),
        "last": rows.t.max(),
        "written_off": rows.written_off.max().fill_null(0) if "written_off" in rows.columns else zero,
        "recovered": rows.recovered.max().fill_null(0) if "recovered" in rows.columns else zero,
    }
    if by:
        values["dimension"] = first_value(rows, by)
    loans = rows.group_by(*keys_of(source)).agg(**values)
    left = loans.filter((loans["last"] < source.months[-1]) & ((loans.written_off > 0) | (loans.recovered > 0)))
    told = left.select(
        opened=left.opened,
        last=left["last"],
        dimension=left.dimension if by else ibis.literal(""),
        written_off=left.written_off,
        recovered=left.recovered,
    )
    counted = told.group_by("opened", "last", "dimension").agg(
        written_off=told.written_off.sum().cast("int64"), recovered=told.recovered.sum().cast("int64")
    )
    return write(counted.order_by("opened", "last", "dimension"), source.engine)
