"""The as-of states of a column of loans as Polars plans with the same answers: as one writes it first, and the fastest that we found.

First: repayments are the table they are (grouped and joined), due days are stepped from each loan's own date, Polars chooses its engine.
Fastest: repayments are handed over as a list a loan, due days come from one small calendar joined on the day of the draw, the streaming
engine, rows in any order.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from bench.columns import AS_OF, INSTALMENTS, OLDEST_DAYS, Loans, due_days

MILLION = 1_000_000
EPOCH = date(1970, 1, 1).toordinal()
SUMS = ("interest_due", "unpaid_interest", "today_interest", "today_principal", "penalty")


def calendar() -> pl.LazyFrame:
    """Return the due days of each day of drawing, and how many of them have come."""
    due = due_days()
    columns = {f"due_{k + 1}": due[:, k] for k in range(INSTALMENTS)}
    drawn = np.arange(AS_OF - OLDEST_DAYS, AS_OF + 1, dtype=np.int32)
    return pl.DataFrame({"disbursed_on": drawn, "due_count": (due <= AS_OF).sum(1), **columns}).lazy()


def long(loans: Loans) -> pl.DataFrame:
    """Return the repayments as a table, a row each."""
    return pl.DataFrame({"loan": np.repeat(np.arange(loans.count()), np.diff(loans.paid_from)), "paid": loans.paid_minor})


def frame(loans: Loans, paid: pl.DataFrame) -> pl.DataFrame:
    """Return the loans as a table, numbered, with the repayments of each as a list."""
    number = np.arange(loans.count())
    terms = {
        "loan": number,
        "disbursed_on": loans.disbursed_on,
        "principal": loans.principal_minor,
        "rate_ppm": loans.rate_ppm,
        "instalment": loans.instalment_minor,
    }
    return pl.DataFrame(terms).join(paid.group_by("loan").agg("paid"), on="loan", how="left", maintain_order="left").rechunk()


def interest(balance: str, until: pl.Expr, since: str) -> pl.Expr:
    """Return the interest on a balance from one day to another, rounded half-up."""
    return (pl.col(balance) * pl.col("rate_ppm") * (until - pl.col(since)) * 2 + MILLION) // (2 * MILLION)


def instalment(plan: pl.LazyFrame, k: int) -> pl.LazyFrame:
    """Add the k-th instalment: split it, let the cash that is left pay its interest and then its principal, charge what is late.

    `cash` goes below zero by what has fallen due and is not paid.
    """
    due, has_come = pl.col(f"due_{k}"), pl.col("due_count") >= k
    plan = plan.with_columns(i=pl.when(has_come).then(interest("balance", due, "since")).otherwise(0))
    part = pl.col("balance") if k == INSTALMENTS else pl.min_horizontal(pl.col("instalment") - pl.col("i"), "balance")
    plan = plan.with_columns(p=pl.when(has_come).then(part).otherwise(0), since=pl.when(has_come).then(due).otherwise("since"))
    plan = plan.with_columns(cash=pl.col("cash") - pl.col("i") - pl.col("p"), held=pl.col("cash").clip(0))
    unpaid = pl.min_horizontal((-pl.col("cash")).clip(0), "p")
    return plan.with_columns(
        balance=pl.col("balance") - pl.col("p"),
        interest_due=pl.col("interest_due") + pl.col("i"),
        unpaid_interest=pl.col("unpaid_interest") + (pl.col("i") - pl.col("held")).clip(0),
        today_interest=pl.col("today_interest") + pl.when(due == AS_OF).then((pl.col("i") - pl.col("held")).clip(0)).otherwise(0),
        today_principal=pl.col("today_principal") + pl.when(due == AS_OF).then(unpaid).otherwise(0),
        penalty=pl.col("penalty") + (unpaid * pl.col("rate_ppm") * 3 * (AS_OF - due) + MILLION) // (2 * MILLION),
        oldest=pl.when((pl.col("oldest") == 0) & (pl.col("cash") < 0)).then(due).otherwise("oldest"),
    )


def states(loans: pl.DataFrame, days: pl.LazyFrame) -> pl.DataFrame:
    """Return number and `OUTPUTS` of each loan on `AS_OF`, in any order, the fastest way; `days` is `calendar()`."""
    plan = loans.lazy().join(days, on="disbursed_on", how="left")
    return measured(plan.with_columns(received=pl.col("paid").list.sum().fill_null(0))).collect(engine="streaming")


def states_first_written(loans: pl.DataFrame, repayments: pl.DataFrame) -> pl.DataFrame:
    """Return the same, as one writes it first; `repayments` has a row each."""
    first = (pl.col("disbursed_on") - EPOCH).cast(pl.Date).dt.offset_by("1mo")
    due = {f"due_{k + 1}": first.dt.offset_by(f"{k}mo").cast(pl.Int32) + EPOCH for k in range(INSTALMENTS)}
    received = repayments.lazy().group_by("loan").agg(received=pl.col("paid").sum())
    plan = loans.lazy().drop("paid").join(received, on="loan", how="left").with_columns(pl.col("received").fill_null(0), **due)
    counted = pl.sum_horizontal([(pl.col(name) <= AS_OF).cast(pl.Int64) for name in due])
    return measured(plan.with_columns(due_count=counted)).collect()


def measured(plan: pl.LazyFrame) -> pl.LazyFrame:
    """Add `OUTPUTS` to loans that have their due days, how many have come, and what was received."""
    plan = plan.with_columns(**dict.fromkeys(SUMS, pl.lit(0, pl.Int64)))
    plan = plan.with_columns(balance="principal", since="disbursed_on", cash="received", oldest=pl.lit(0, pl.Int32))
    for k in range(1, INSTALMENTS + 1):
        plan = instalment(plan, k)
    plan = plan.with_columns(
        unpaid_principal=(-pl.col("cash")).clip(0) - pl.col("unpaid_interest"),
        accrued=interest("balance", pl.lit(AS_OF, pl.Int32), "since"),
        past_due_days=pl.when(pl.col("oldest") > 0).then(AS_OF - pl.col("oldest")).otherwise(0),
    )
    owed = pl.sum_horizontal("balance", "unpaid_principal", "accrued", "unpaid_interest", "penalty")
    return plan.select(
        "loan",
        principal=pl.col("balance") + pl.col("unpaid_principal"),
        principal_late=pl.col("unpaid_principal") - pl.col("today_principal"),
        interest=pl.col("unpaid_interest") + pl.col("accrued"),
        interest_late=pl.col("unpaid_interest") - pl.col("today_interest"),
        penalty="penalty",
        payoff=owed,
        past_due_days="past_due_days",
        bucket=((pl.col("past_due_days") + 29) // 30).clip(0, 7),
        oldest_due="oldest",
        received="received",
        interest_paid=pl.col("interest_due") - pl.col("unpaid_interest"),
        is_open=owed > 0,
    )
