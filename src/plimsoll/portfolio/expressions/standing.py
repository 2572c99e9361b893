"""Where every loan stands in one month, with how often it was late just before: what expected loss is worked out from, loan by loan."""

from typing import Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.expressions.loans import BITS, CLEAN, HISTORY, LATEST_DIGIT, MASK, STRIDE, loans_of
from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST, LOST

NOT_TOLD: Final = -1
"""Days past due, or a limit, that the tape does not tell."""


def standing_text(source: Source, at: int) -> str:
    """Ask for loans that owe in a month: key columns, state, pattern, deep, days past due, balance, limit; in the order of the keys.

    `pattern` and `deep` have a bit for each of the three months before, late and more than 30 days late, the latest lowest; a month that
    is not seen counts as not late.
    """
    keys = keys_of(source)
    loans = loans_of(source)
    steps = range(1, HISTORY + 1)
    late = {f"late{step}": _is_late(source, loans, at - step, CLEAN) for step in steps}
    deep = {f"deep{step}": _is_late(source, loans, at - step, CLEAN + 1) for step in steps}
    past = loans.select(**{f"p_{key}": loans[key] for key in keys}, **late, **deep)
    rows = rows_of(source)
    here = rows.filter((rows.t == at) & (rows.state <= LATEST))
    seen = here.inner_join(past, [here[key] == past[f"p_{key}"] for key in keys])
    unknown = ibis.literal(NOT_TOLD, "int64")
    told = seen.select(
        *keys,
        state=seen.state.cast("int64"),
        pattern=sum(seen[f"late{step}"].cast("int64") * (1 << (step - 1)) for step in steps).cast("int64"),
        deep=sum(seen[f"deep{step}"].cast("int64") * (1 << (step - 1)) for step in steps).cast("int64"),
        days=seen.days.cast("int64") if "days" in rows.columns else unknown,
        balance=seen.balance.fill_null(0).cast("int64") if "balance" in rows.columns else ibis.literal(0, "int64"),
        limit=seen["limit"].fill_null(NOT_TOLD).cast("int64") if "limit" in rows.columns else unknown,
    )
    return write(told.order_by(*keys), source.engine)


def _is_late(source: Source, loans: Expression, month: int, above: int) -> Expression:
    place = month - source.months[0]
    if place < 0:
        return ibis.literal(value=False)
    digit = (loans[f"w{place // STRIDE}"] >> ibis.literal((place % STRIDE + HISTORY) * BITS, "int32")) & MASK
    return (digit > above) & (digit <= LATEST_DIGIT)


def recoveries_text(source: Source) -> str:
    """Ask what came back of what was written off: months since the write-off, written off and recovered so far of loans seen then."""
    rows = rows_of(source)
    keys = keys_of(source)
    lost = rows.filter(rows.state.isin(LOST))
    first = lost.group_by(*keys).agg(gone=lost.t.min(), owed=lost.written_off.max().fill_null(0))
    first = first.select(**{f"f_{key}": first[key] for key in keys}, gone=first.gone, owed=first.owed)
    seen = lost.inner_join(first, [lost[key] == first[f"f_{key}"] for key in keys])
    told = seen.select(age=(seen.t - seen.gone).cast("int32"), gone=seen.gone, owed=seen.owed, back=seen.recovered.fill_null(0))
    counted = told.group_by("gone", "age").agg(owed=told.owed.sum().cast("int64"), back=told.back.sum().cast("int64"))
    return write(counted.order_by("gone", "age"), source.engine)
