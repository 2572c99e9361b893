"""Early reads: loans whose first payment was missed, entries into lateness day by day, and how soon they are collected."""

from typing import Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.expressions.loans import first_value
from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST, LOST, PAID

FIRST_DAYS: Final = (1, 7, 30)
"""Days past due at which a missed first payment is read."""

COLLECTED_DAYS: Final = (7, 30)


def first_payment_text(source: Source, first_due_months: int, by: str = "") -> str:
    """Ask for first payments missed: opened, dimension, loans, and of them late by 1, 7 and 30 days or more on the first payment.

    The oldest payment that is late fell due by the month after opening that `first_due_months` counts. Every day of the tape is looked at.
    """
    rows = rows_of(source, every_day=True)
    due = _due_month(source, rows)
    is_first = (due - rows.opened <= first_due_months) & (rows.state <= LATEST)
    values = {"opened": rows.opened.min()}
    for days in FIRST_DAYS:
        values[f"late{days}"] = (is_first & (rows.days >= days)).cast("int64").max()
    if by:
        values["dimension"] = first_value(rows, by)
    loans = rows.group_by(*keys_of(source)).agg(**values)
    loans = loans if by else loans.mutate(dimension=ibis.literal(""))
    counted = loans.group_by("opened", "dimension").agg(
        loans=loans.count(), **{f"late{days}": loans[f"late{days}"].sum().cast("int64") for days in FIRST_DAYS}
    )
    return write(counted.order_by("opened", "dimension"), source.engine)


def _due_month(source: Source, rows: Expression) -> Expression:
    """Give the month in which the oldest payment that is late fell due; with months alone, as many months ago as the loan is late."""
    if source.shape.tells("day"):
        day = ibis.date(1970, 1, 1) + (rows.day - rows.days).as_interval("D")
        return day.year() * 12 + day.month() - 1
    return rows.t - rows.state.cast("int32")


def entries_text(source: Source, by: str = "") -> str:
    """Ask for entries into lateness on a tape of days: t, dimension, days on which a loan was not late, entries, money late; then for 7 and
    30 days: entries seen so long, their money, of them collected, their money.

    An entry is a first day past due. It is collected in h days where h days later its oldest late payment is paid: the loan is less than
    h + 1 days late, or paid off. An entry on one of the last h days of the tape is not seen so long.
    """
    rows = rows_of(source, every_day=True)
    keys = keys_of(source)
    owes = rows.state <= LATEST
    slim = rows.select(
        *keys,
        t=rows.t,
        day=rows.day,
        days=rows.days,
        state=rows.state,
        money=rows.past_due.fill_null(0) if "past_due" in rows.columns else ibis.literal(0, "int64"),
        dimension=rows[f"d_{by}"] if by else ibis.literal(""),
        is_clean=(owes & (rows.days <= 0)).cast("int64"),
        is_entry=owes & (rows.days == 1),
    )
    clean = slim.group_by("t", "dimension").agg(
        clean_days=slim.is_clean.sum().cast("int64"),
        entries=slim.is_entry.cast("int64").sum().cast("int64"),
        money=ibis.ifelse(slim.is_entry, slim.money, 0).sum().cast("int64"),
    )
    entered = slim.filter(slim.is_entry)
    joined = clean
    for days in COLLECTED_DAYS:
        told = _collected(slim, entered, keys, days)
        joined = joined.left_join(told, [joined.t == told.t, joined.dimension == told.dimension]).drop("t_right", "dimension_right")
    names = [name for name in joined.columns if name not in ("t", "dimension")]
    filled = joined.mutate(**{name: joined[name].fill_null(0) for name in names})
    return write(filled.order_by("t", "dimension"), source.engine)


def _collected(slim: Expression, entered: Expression, keys: tuple[str, ...], days: int) -> Expression:
    """Count entries that are seen so many days later, and of them those whose money came."""
    later = slim.select(**{f"later_{key}": slim[key] for key in keys}, later_day=slim.day, later_days=slim.days, later_state=slim.state)
    at = entered.mutate(at_day=entered.day + days)
    same = [at[key] == later[f"later_{key}"] for key in keys]
    seen = at.inner_join(later, [*same, at.at_day == later.later_day])
    is_paid = (seen.later_state == PAID) | (~seen.later_state.isin(LOST) & (seen.later_days < days + 1))
    told = seen.select(
        t=seen.t, dimension=seen.dimension, money=seen.money, is_paid=is_paid.cast("int64"), paid=ibis.ifelse(is_paid, seen.money, 0)
    )
    return told.group_by("t", "dimension").agg(
        **{
            f"seen{days}": told.count(),
            f"seen_money{days}": told.money.sum().cast("int64"),
            f"paid{days}": told.is_paid.sum().cast("int64"),
            f"paid_money{days}": told.paid.sum().cast("int64"),
        }
    )
