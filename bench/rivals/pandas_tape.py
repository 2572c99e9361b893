"""Vintages and roll rates by pandas, as an analyst would write them who knows pandas well.

It is treated kindly: loans and months are whole numbers, only the columns that are needed are read, the files by several threads, one
sort serves everything, and a loan's next and earlier months are shifts of sorted columns, with no function called for a group.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

COLUMNS = ["loan", "day", "opened", "days", "balance", "lent"]
THRESHOLDS = (2, 3, 4)


def read(folder: Path) -> pd.DataFrame:
    """Return the rows of a tape in the order of loan and month, with month, month on book and bucket."""
    table = pq.read_table(folder, columns=COLUMNS, partitioning=None).to_pandas(date_as_object=False)
    for name in ("day", "opened"):
        stamp = table[name].to_numpy("datetime64[M]")
        table[name] = stamp.astype(np.int64) + 1970 * 12
    table["bucket"] = np.minimum((table["days"] + 29) // 30, 7)
    return table.sort_values(["loan", "day"], ignore_index=True)


def vintages(table: pd.DataFrame) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Return loans, money lent and money late by month of opening and the months on book of 30, 60 and 90 days late."""
    table = table.assign(age=table["day"] - table["opened"])
    loans = table.groupby("loan", sort=False).agg(opened=("opened", "first"), lent=("lent", "max"))
    for place in THRESHOLDS:
        first = table[table["bucket"] >= place].drop_duplicates("loan").set_index("loan")
        loans = loans.join(first[["age", "balance"]].rename(columns={"age": f"m{place}", "balance": f"a{place}"}))
    loans = loans.fillna(dict.fromkeys((f"m{place}" for place in THRESHOLDS), -1)).fillna(0).astype("int64")
    keys = ["opened", *(f"m{place}" for place in THRESHOLDS)]
    sums = {"loans": ("lent", "size"), "lent": ("lent", "sum")} | {f"a{place}": (f"a{place}", "sum") for place in THRESHOLDS}
    counted = loans.groupby(keys).agg(**sums)
    return {tuple(map(int, key)): tuple(map(int, row)) for key, row in zip(counted.index, counted.to_numpy(), strict=True)}


def rolls(table: pd.DataFrame) -> dict[tuple[int, ...], int]:
    """Return loans by month, bucket, bucket a month later (-1 not seen) and late months of the three before (-1 not all seen)."""
    loan, day, bucket = (table[name].to_numpy() for name in ("loan", "day", "bucket"))

    def there(step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the bucket so many rows on, and whether that row is of the same loan and so many months on."""
        at = np.clip(np.arange(len(loan)) + step, 0, len(loan) - 1)
        inside = (np.arange(len(loan)) + step >= 0) & (np.arange(len(loan)) + step < len(loan))
        return bucket[at], inside & (loan[at] == loan) & (day[at] == day + step)

    after, is_seen = there(1)
    late, is_whole = np.zeros(len(loan), np.int64), np.ones(len(loan), bool)
    for step in (1, 2, 3):
        before, is_there = there(-step)
        late += before > 0
        is_whole &= is_there
    moves = pd.DataFrame({"day": day, "was": bucket, "now": np.where(is_seen, after, -1), "late": np.where(is_whole, late, -1)})
    counted = moves[day < day.max()].groupby(["day", "was", "now", "late"]).size()
    return {tuple(map(int, key)): int(count) for key, count in counted.items()}
