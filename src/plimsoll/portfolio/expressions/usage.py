"""How much of the limits is used, how use runs up before a loan goes bad, and in how few places the money stands."""

from typing import Final

import ibis

from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import BAD_FROM, LATEST

PATH_MONTHS: Final = 12
FULL_PER_CENT: Final = 90
BORROWERS_SHOWN: Final = 100


def usage_text(source: Source, by: str = "") -> str:
    """Ask how limits are used: t, dimension, open loans with a limit, limits, balance, loans over 90 % used, over the limit."""
    rows = rows_of(source)
    has = (rows.state <= LATEST) & (rows["limit"] > 0)
    told = rows.filter(has).select(
        t=rows.t,
        dimension=rows[f"d_{by}"] if by else ibis.literal(""),
        limit=rows["limit"],
        balance=rows.balance.fill_null(0),
        full=(rows.balance * 100 > rows["limit"] * FULL_PER_CENT).cast("int64").fill_null(0),
        over=(rows.balance > rows["limit"]).cast("int64").fill_null(0),
    )
    counted = told.group_by("t", "dimension").agg(
        loans=told.count(), **{name: told[name].sum().cast("int64") for name in ("limit", "balance", "full", "over")}
    )
    return write(counted.order_by("t", "dimension"), source.engine)


def path_text(source: Source) -> str:
    """Ask how limits were used before loans went bad: months before the first bad month (0 to 12), loans, limits, balance."""
    rows = rows_of(source)
    keys = keys_of(source)
    bad = rows.filter((rows.state >= BAD_FROM) & (rows.state <= LATEST))
    first = bad.group_by(*keys).agg(bad_t=bad.t.min())
    first = first.select(**{f"bad_{key}": first[key] for key in keys}, bad_t=first.bad_t)
    seen = rows.inner_join(first, [rows[key] == first[f"bad_{key}"] for key in keys])
    told = seen.select(before=(seen.bad_t - seen.t).cast("int32"), limit=seen["limit"], balance=seen.balance.fill_null(0))
    told = told.filter((told.before >= 0) & (told.before <= PATH_MONTHS) & (told["limit"] > 0))
    counted = told.group_by("before").agg(
        loans=told.count(), limit=told["limit"].sum().cast("int64"), balance=told.balance.sum().cast("int64")
    )
    return write(counted.order_by("before"), source.engine)


def places_text(source: Source, by: str) -> str:
    """Ask where the money stands in the last month: dimension, loans that owe, balance, loans and balance that are bad."""
    rows = rows_of(source)
    last = rows.filter((rows.t == source.months[-1]) & (rows.state <= LATEST))
    is_bad = last.state >= BAD_FROM
    told = last.select(
        dimension=last[f"d_{by}"],
        balance=last.balance.fill_null(0),
        bad=is_bad.cast("int64"),
        bad_balance=ibis.ifelse(is_bad, last.balance.fill_null(0), 0),
    )
    counted = told.group_by("dimension").agg(
        loans=told.count(), **{name: told[name].sum().cast("int64") for name in ("balance", "bad", "bad_balance")}
    )
    return write(counted.order_by(ibis.desc("balance"), "dimension"), source.engine)


def owing_text(source: Source) -> str:
    """Ask who owes in the last month: customer, loans that owe, balance, loans and balance that are bad."""
    rows = rows_of(source)
    last = rows.filter((rows.t == source.months[-1]) & (rows.state <= LATEST))
    is_bad = last.state >= BAD_FROM
    told = last.select(
        customer=last.customer,
        balance=last.balance.fill_null(0),
        bad=is_bad.cast("int64"),
        bad_balance=ibis.ifelse(is_bad, last.balance.fill_null(0), 0),
    )
    counted = told.group_by("customer").agg(
        loans=told.count(), **{name: told[name].sum().cast("int64") for name in ("balance", "bad", "bad_balance")}
    )
    return write(counted.order_by("customer"), source.engine)


def borrowers_text(source: Source) -> str:
    """Ask for the balances of the largest borrowers in the last month, without names: balance, the largest first; 100 of them."""
    rows = rows_of(source)
    last = rows.filter((rows.t == source.months[-1]) & (rows.state <= LATEST))
    who = "customer" if source.shape.customer else keys_of(source)[0]
    owed = last.group_by(who).agg(balance=last.balance.fill_null(0).sum().cast("int64"))
    return write(owed.select("balance").order_by(ibis.desc("balance")).limit(BORROWERS_SHOWN), source.engine)
