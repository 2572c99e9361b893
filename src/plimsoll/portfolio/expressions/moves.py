"""Moves from month to month with the money that moved: what the payment strings, which hold no money, cannot tell."""

import ibis

from plimsoll.portfolio.expressions.rows import dimension_keys, keys_of, rows_of, told_in
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST


def amounts_text(source: Source, by: str = "") -> str:
    """Ask for moves with the balance that moved: t, dimension, from, to (-1 not seen in the next month), loans, balance in the first month.

    The dimension is that of the month moved from. The last month of the tape has no moves.
    """
    rows = rows_of(source)
    order = ibis.window(group_by=[rows[key] for key in keys_of(source)], order_by=rows.t)
    # One number holds the next month and the state in it, so that one look ahead is enough.
    next_row = (rows.t.cast("int64") * 16 + rows.state.cast("int64")).lead().over(order)
    told = rows.select(
        t=rows.t,
        **({"dimension": rows[f"d_{by}"]} if by else {}),
        was=rows.state.cast("int32"),
        follows=next_row - rows.t.cast("int64") * 16 - 16,
        balance=rows.balance.fill_null(0) if "balance" in rows.columns else ibis.literal(0, "int64"),
    )
    told = told.filter((told.was <= LATEST) & (told.t < source.months[-1]))
    is_next = (told.follows >= 0) & (told.follows < 16)
    told = told.mutate(now=ibis.ifelse(is_next, told.follows, ibis.literal(-1, "int64")).cast("int32"))
    counted = told.group_by(*dimension_keys(by, "t", "was", "now")).agg(loans=told.count(), balance=told.balance.sum().cast("int64"))
    keys = ("t", "dimension", "was", "now")
    return write(told_in(counted, (*keys, "loans", "balance")).order_by(*keys), source.engine)
