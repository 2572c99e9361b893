"""Loans on which interest, penalty and fees outweigh what was repaid for months on end: what is known as persistent debt."""

import ibis

from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.shape import INCOME
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST


def persistent_text(source: Source, at: int, window: int, num: int, den: int) -> str:
    """Ask for loans that owe in a month, by how long they have been in persistent debt: is_now, months, loans, balance.

    A loan is in it in a month in which it owes and has paid, over the window of months that ends with it, at least num / den as much
    interest, penalty and fees as principal, and any of them at all. A window that begins before the loan or the tape does tells nothing;
    such loans have is_now of -1.
    """
    rows = rows_of(source)
    keys = keys_of(source)
    zero = ibis.literal(0, "int64")
    charges = sum((rows[name].fill_null(0) for name in INCOME if name in rows.columns), zero)
    told = rows.select(
        *keys,
        t=rows.t.cast("int32"),
        opened=rows.opened.cast("int32"),
        owes=rows.state <= LATEST,
        balance=rows.balance.fill_null(0).cast("int64"),
        charges=charges.cast("int64"),
        repaid=(rows.originated.fill_null(0) - rows.balance.fill_null(0) - rows.written_off.fill_null(0)).cast("int64"),
    )
    was = told.select(**{f"w_{key}": told[key] for key in keys}, w_t=told.t, w_charges=told.charges, w_repaid=told.repaid)
    here = told.filter(told.owes & (told.t <= at))
    pair = here.left_join(was, [*(here[key] == was[f"w_{key}"] for key in keys), here.t == was.w_t + window])
    # A loan that was opened in the first month of the window had paid nothing before it.
    is_whole = (pair.opened == pair.t - window + 1) & (pair.opened >= source.months[0])
    is_known = pair.w_charges.notnull() | is_whole
    paid = pair.charges - pair.w_charges.fill_null(0)
    back = pair.repaid - pair.w_repaid.fill_null(0)
    is_in = is_known & (paid > 0) & (paid * den >= back * num)
    flags = pair.select(
        *keys,
        t=pair.t,
        balance=pair.balance,
        place=ibis.ifelse(is_known, is_in.cast("int32"), ibis.literal(-1, "int32")),
        months=is_in.cast("int64"),
    )
    last = flags.t == at
    loans = flags.group_by(*keys).agg(
        is_now=flags.place.max(where=last), months=flags.months.sum().cast("int64"), balance=flags.balance.max(where=last)
    )
    seen = loans.filter(loans.is_now.notnull())
    counted = seen.group_by("is_now", "months").agg(loans=seen.count(), balance=seen.balance.sum().cast("int64"))
    return write(counted.order_by("is_now", "months"), source.engine)
