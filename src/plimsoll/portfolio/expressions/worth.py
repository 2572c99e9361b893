"""What loans of a month of opening earned, owe and lost by every month, and where the loans are that are no longer seen."""

from typing import Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.expressions.loans import first_value
from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.shape import INCOME
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import BAD_FROM, LATEST

PAID: Final = (*INCOME, "written_off", "recovered")
"""What is told in all so far, for each loan."""

OWED: Final = ("owing", "late", "balance", "bad", "base")
"""What is told as it stands: loans that owe, of these late, their balance, of it over 90 days late, and what running costs go by."""


def _loans(source: Source, rows: Expression, by: str) -> Expression:
    """Give a row a loan: opened, last month seen, what was lent in its first month, the value of a dimension then."""
    zero = ibis.literal(0, "int64")
    lent = rows.originated.fill_null(0) if "originated" in rows.columns else zero
    told = rows.mutate(lent=lent)
    values = {
        "f_opened": told.opened.min(),
        "f_last": told.t.max(),
        "f_lent": told.lent.argmin(told.t),
        "f_dimension": first_value(told, by) if by else ibis.literal(""),
    }
    found = told.group_by(*keys_of(source)).agg(**values)
    return found.select(**{f"f_{key}": found[key] for key in keys_of(source)}, **{name: found[name] for name in values})


def _joined(source: Source, by: str) -> Expression:
    """Give the rows of a tape beside what is known of each loan, with the amounts of PAID and OWED."""
    rows = rows_of(source)
    loans = _loans(source, rows, by)
    pair = rows.inner_join(loans, [rows[key] == loans[f"f_{key}"] for key in keys_of(source)])
    zero = ibis.literal(0, "int64")
    owes = pair.state <= LATEST
    balance = ibis.ifelse(owes, pair.balance.fill_null(0).cast("int64"), zero) if "balance" in rows.columns else zero
    return pair.select(
        t=pair.t,
        opened=pair.f_opened,
        last=pair.f_last,
        dimension=pair.f_dimension,
        lent=pair.f_lent,
        owing=owes.cast("int64"),
        late=(owes & (pair.state > 0)).cast("int64"),
        balance=balance,
        bad=ibis.ifelse(owes & (pair.state >= BAD_FROM), balance, zero),
        # Running costs go by what was lent at first, and by what is owed where an account was drawn on further.
        base=ibis.ifelse(owes, ibis.greatest(balance, pair.f_lent), zero),
        **{name: pair[name].fill_null(0).cast("int64") if name in rows.columns else zero for name in PAID},
    )


def worth_text(source: Source, by: str = "") -> str:
    """Ask what stands at every month: opened, t, dimension, then OWED and PAID added up over the loans that are seen."""
    told = _joined(source, by)
    counted = told.group_by("opened", "t", "dimension").agg(**{name: told[name].sum().cast("int64") for name in (*OWED, *PAID)})
    return write(counted.order_by("opened", "t", "dimension"), source.engine)


def lives_text(source: Source, by: str = "") -> str:
    """Ask how loans stood when they were last seen: opened, last, dimension, loans, lent at first, then OWED and PAID added up."""
    told = _joined(source, by)
    final = told.filter(told.t == told["last"])
    counted = final.group_by("opened", "last", "dimension").agg(
        loans=final.count(), lent=final.lent.sum().cast("int64"), **{name: final[name].sum().cast("int64") for name in (*OWED, *PAID)}
    )
    return write(counted.order_by("opened", "last", "dimension"), source.engine)
