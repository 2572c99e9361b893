"""What loans of an age have come to: when each was first so many days late, what was lost, and what is outstanding at every age."""

import ibis

from plimsoll.portfolio.expressions.loans import AGE_SHIFT, AMOUNT_MASK, first_value, loans_of
from plimsoll.portfolio.expressions.rows import dimension_keys, keys_of, rows_of, told_in
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import BAD_FROM, LATEST
from plimsoll.portfolio.vintage import EVENTS as EVENTS  # noqa: PLC0414 -- what is asked for and what it is called are one thing


def hits_text(source: Source, by: str = "") -> str:
    """Ask when loans had their first event: opened, dimension, then for each event the month on book (-1 never), loans, money lent, and
    for each event the money outstanding (or lost) when it came.
    """
    loans = loans_of(source, by)
    numbers = range(len(EVENTS))
    hits = {f"m{n}": (loans[f"h{n}"] >> ibis.literal(AGE_SHIFT, "int32")).fill_null(-1).cast("int32") for n in numbers}
    sums = {f"a{n}": (loans[f"h{n}"] & AMOUNT_MASK).fill_null(0) for n in numbers}
    told = loans.select(opened=loans.opened, lent=loans.lent, **hits, **sums, **({"dimension": loans.dimension} if by else {}))
    counted = told.group_by(*dimension_keys(by, "opened", *hits)).agg(
        loans=told.count(), lent=told.lent.sum().cast("int64"), **{name: told[name].sum().cast("int64") for name in sums}
    )
    ordered = told_in(counted, ("opened", "dimension", *hits, "loans", "lent", *sums)).order_by("opened", "dimension", *hits)
    return write(ordered, source.engine)


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
