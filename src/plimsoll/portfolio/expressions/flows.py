"""What flowed between two months, in money: what became bad, was cured, was written off or sold, and what is there after."""

from typing import Final

import ibis

from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import BAD_FROM, LATEST, SOLD, WRITTEN_OFF

AGE_MONTHS: Final = 3
AGES: Final = 12
"""Loans are gathered by age in bands of three months, all from three years on together."""

UNKNOWN_AGE: Final = -1
PARTS: Final = ("good", "bad", "entered", "stayed", "cured", "written_off", "sold", "after", "bad_after")


def flows_text(source: Source, by: str = "") -> str:
    """Ask for the money that flowed into each month: t, dimension, age band, then minor units by PARTS.

    Of the month before: good and bad balance; of bad loans those that are cured, written off or sold. Of the month itself: what entered
    as bad, what stayed bad, and all balance and bad balance. A loan that is new, or seen again, counts in the month itself alone.
    """
    rows = rows_of(source)
    keys = keys_of(source)
    age = ibis.least((rows.t - rows.opened) // AGE_MONTHS, AGES) if "opened" in rows.columns else ibis.literal(UNKNOWN_AGE, "int32")
    told = rows.select(
        *keys,
        t=rows.t.cast("int32"),
        dimension=rows[f"d_{by}"] if by else ibis.literal(""),
        age=age.cast("int32"),
        state=rows.state.cast("int32"),
        balance=rows.balance.fill_null(0).cast("int64"),
    )
    was = told.select(**{f"w_{name}": told[name] for name in told.columns})
    here = told.filter(told.t > source.months[0])
    pair = here.left_join(was, [*(here[key] == was[f"w_{key}"] for key in keys), here.t == was.w_t + 1])
    owes, owed = pair.state <= LATEST, pair.w_state <= LATEST
    is_bad, was_bad = owes & (pair.state >= BAD_FROM), owed & (pair.w_state >= BAD_FROM)
    was_good = owed & (pair.w_state < BAD_FROM)
    zero = ibis.literal(0, "int64")
    amounts = {
        "good": ibis.ifelse(was_good, pair.w_balance, zero),
        "bad": ibis.ifelse(was_bad, pair.w_balance, zero),
        "entered": ibis.ifelse(is_bad & ~was_bad.fill_null(ibis.literal(value=False)), pair.balance, zero),
        "stayed": ibis.ifelse(is_bad & was_bad, pair.balance, zero),
        "cured": ibis.ifelse(was_bad & owes & (pair.state < BAD_FROM), pair.w_balance, zero),
        "written_off": ibis.ifelse(was_bad & (pair.state == WRITTEN_OFF), pair.w_balance, zero),
        "sold": ibis.ifelse(was_bad & (pair.state == SOLD), pair.w_balance, zero),
        "after": ibis.ifelse(owes, pair.balance, zero),
        "bad_after": ibis.ifelse(is_bad, pair.balance, zero),
    }
    placed = pair.select(t=pair.t, dimension=pair.dimension, age=pair.age, **{name: part.fill_null(0) for name, part in amounts.items()})
    counted = placed.group_by("t", "dimension", "age").agg(**{name: placed[name].sum().cast("int64") for name in PARTS})
    return write(counted.order_by("t", "dimension", "age"), source.engine)
