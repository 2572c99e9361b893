"""A loan of a tape in one row: its months as digits, and where it began and was first late. One pass over the tape makes it.

A digit has four bits: the state and one, 0 where the loan is not seen. A word holds fifteen months, the last four of which are the first
four of the next: so a month, the three before it and the one after it always stand together in one word. What several questions ask of
loans is read off these rows without sorting a row of the tape, and of no more than one pass where the rows are held.
"""

from typing import Any, Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import INTEGERS, Source, held_table
from plimsoll.portfolio.state import LATEST, LOST, bucket_from_days
from plimsoll.portfolio.vintage import EVENTS

HISTORY: Final = 3
"""Months before a move in which lateness is counted."""

STRIDE, BITS, MASK = 11, 4, 15
WORD: Final = STRIDE + HISTORY + 1
SEEN, CLEAN, LATEST_DIGIT = 0, 1, LATEST + 1
"""Digits: not seen, nothing late, and the last that still owes."""

AGE_SHIFT: Final = 50
AMOUNT_MASK: Final = 2**AGE_SHIFT - 1
"""Month on book and amount share one number: amounts stay below 10^15 minor units, months on book below 4,096."""


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(digits: int) -> int:  # type: ignore[empty-body]
    """Put digits beside each other. Every engine has it under this name; Ibis writes its own for DuckDB alone."""


def loans_of(source: Source, by: str = "") -> Expression:
    """Give a row a loan: the columns that name it, its words w0, w1, …, `lent`, and where the tape tells of openings `opened` and h0, h1, …

    Word k holds the months from 11k - 3 to 11k + 11, counted from the first month of the tape. h0, h1, … are for each of EVENTS the month
    on book of the first and the money outstanding (or lost) then, in one number, null where there was none. With `by`, `dimension` is its
    value in the first month of the loan. What a question does not use of this no engine works out.
    """
    if by in source.held:
        return ibis.table(_columns(source, by), name=held_table(by))
    rows = rows_of(source)
    values = _words(source, rows)
    values["lent"] = rows.originated.max().fill_null(0) if "originated" in rows.columns else ibis.literal(0, "int64")
    if "opened" in rows.columns:
        values["opened"] = rows.opened.min()
        place = (rows.t - rows.opened).cast("int64") * (AMOUNT_MASK + 1) + _outstanding(rows).fill_null(0)
        values |= {f"h{n}": place.min(where=event_of(rows, event)) for n, event in enumerate(EVENTS)}
    if by:
        values["dimension"] = first_value(rows, by)
    loans = rows.group_by(*keys_of(source)).agg(**values)
    return loans.select(*_columns(source, by))


def loans_text(source: Source, by: str = "") -> str:
    """Ask for the row of every loan, to be held while several questions are asked."""
    return write(loans_of(source, by), source.engine)


def word_names(source: Source) -> list[str]:
    """Give the names of a loan's words."""
    return [f"w{word}" for word in range((source.months[-1] - source.months[0]) // STRIDE + 1)]


def _columns(source: Source, by: str) -> dict[str, str]:
    """Give the columns of a loan's row and their types."""
    kinds = (source.kinds[name] for name in source.shape.loan)
    found = {key: kind if kind in INTEGERS else "string" for key, kind in zip(keys_of(source), kinds, strict=True)}
    found |= dict.fromkeys((*word_names(source), "lent"), "int64")
    if source.shape.tells("opened"):
        found |= {"opened": "int32", **{f"h{n}": "int64" for n in range(len(EVENTS))}}
    return found | ({"dimension": "string"} if by else {})


def _words(source: Source, rows: Expression) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word, name in enumerate(word_names(source)):
        begin = source.months[0] + STRIDE * word - HISTORY
        digit = (rows.state.cast("int64") + 1) << ((rows.t - begin) * BITS).cast("int32")
        is_here = (rows.t >= begin) & (rows.t < begin + WORD)
        found[name] = bit_or(ibis.ifelse(is_here, digit, ibis.literal(0, "int64")))
    return found


def _outstanding(rows: Expression) -> Expression:
    """Give what is outstanding of a row, or what was lost."""
    amount = rows.balance if "balance" in rows.columns else ibis.literal(0, "int64")
    if "written_off" in rows.columns:
        amount = ibis.ifelse(rows.state.isin(LOST), ibis.greatest(rows.written_off, amount), amount)
    return amount


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
