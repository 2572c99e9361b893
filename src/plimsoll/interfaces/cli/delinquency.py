"""Who is late, from the tape of one day: loans and principal by M-bucket, by short, mid and long, and by product."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped, per_cent
from plimsoll.loan.classes import BUCKET_DAYS, BUCKET_LAST, LONG_FROM, MID_FROM, SHORT_FROM
from plimsoll.units.money import text_of

BUCKETS: Final = tuple(f"M{n}" for n in range(BUCKET_LAST + 1))
CLASSES: Final = {
    "none": "not late",
    "short": f"short, {SHORT_FROM}-{MID_FROM - 1} days",
    "mid": f"mid, {MID_FROM}-{LONG_FROM - 1} days",
    "long": f"long, {LONG_FROM} days and over",
}
LATE: Final = ("short", "mid", "long")
ALL: Final = "all"
_COLUMNS: Final = (
    "product",
    "currency",
    "status",
    "bucket",
    "overdue_class",
    "principal_minor",
    "interest_minor",
    "penalty_minor",
    "fee_minor",
    "claim_minor",
    "charged_off_minor",
    "recovered_minor",
)


@dataclass(slots=True)
class Count:
    """A number of loans and their principal, in minor units."""

    loans: int = 0
    principal_minor: int = 0

    def add(self, principal_minor: int) -> None:
        """Count one loan."""
        self.loans += 1
        self.principal_minor += principal_minor


@dataclass(slots=True)
class Delinquency:
    """Loans of one currency on which something is owed, by product and name of lateness; and what was charged off so far."""

    currency: str
    products: tuple[str, ...] = ()
    counts: dict[tuple[str, str], Count] = field(default_factory=dict)
    lost: Count = field(default_factory=Count)
    recovered_minor: int = 0

    def count(self, product: str, name: str) -> Count:
        """Give the loans of a product ("all" for every one) in a bucket or class ("all" for every one)."""
        return self.counts.setdefault((product, name), Count())

    def add(self, row: dict[str, Any]) -> None:
        """Count one row of the tape."""
        if row["charged_off_minor"]:
            self.lost.add(row["charged_off_minor"])
            self.recovered_minor += row["recovered_minor"]
            return
        if row["principal_minor"] + row["interest_minor"] + row["penalty_minor"] + row["fee_minor"] == 0:
            return
        for product in (row["product"], ALL):
            for name in (f"M{row['bucket']}", row["overdue_class"], ALL):
                self.count(product, name).add(row["principal_minor"])

    def as_object(self) -> dict[str, object]:
        """Give the table as an object of plain values, amounts as decimal text."""
        return {
            "currency": self.currency,
            "buckets": [self._row(name) for name in BUCKETS],
            "classes": [self._row(name) for name in CLASSES],
            "total": self._row(ALL),
            "charged_off": {"loans": self.lost.loans, "amount": text_of(self.lost.principal_minor, self.currency)},
            "recovered": text_of(self.recovered_minor, self.currency),
        }

    def _row(self, name: str) -> dict[str, object]:
        by_product = {product: self._cells(product, name) for product in self.products}
        share = per_cent(self.count(ALL, name).principal_minor, self.count(ALL, ALL).principal_minor)
        return {"name": name, **self._cells(ALL, name), "share_per_cent": share, "products": by_product}

    def _cells(self, product: str, name: str) -> dict[str, object]:
        found = self.count(product, name)
        return {"loans": found.loans, "principal": text_of(found.principal_minor, self.currency)}


def read_delinquency(path: Path) -> list[Delinquency]:
    """Count the rows of one file of the tape, by currency."""
    found: dict[str, Delinquency] = {}
    products: dict[str, set[str]] = {}
    for row in pq.read_table(path, columns=list(_COLUMNS)).to_pylist():
        currency = row["currency"]
        found.setdefault(currency, Delinquency(currency)).add(row)
        products.setdefault(currency, set()).add(row["product"])
    for currency, one in found.items():
        one.products = tuple(sorted(products[currency]))
    return [found[currency] for currency in sorted(found)]


def table_of(delinquency: Delinquency) -> str:
    """Give the table for people: loans, principal and share by bucket, then by class, then by product and class."""
    rows: list[Sequence[str]] = [("past due", "", "loans", f"principal {delinquency.currency}", "share %"), RULE]
    rows += [_shown(delinquency, ALL, name, (name, days)) for name, days in zip(BUCKETS, bucket_days(), strict=True)]
    rows += [RULE, *(_shown(delinquency, ALL, name, (name, CLASSES[name].partition(", ")[2])) for name in LATE)]
    for product in delinquency.products:
        rows.append(RULE)
        rows += [_shown(delinquency, product, name, (product, CLASSES[name])) for name in CLASSES]
    return aligned([*rows, RULE, _shown(delinquency, ALL, ALL, (ALL, ""))], left=2)


def bucket_days() -> Sequence[str]:
    """Give the days past due of each bucket, in words."""
    ends = [BUCKET_DAYS * n for n in range(BUCKET_LAST)]
    return ["not late", *(f"{end - BUCKET_DAYS + 1}-{end} days" for end in ends[1:]), f"{ends[-1] + 1} days and over"]


def _shown(delinquency: Delinquency, product: str, name: str, said: tuple[str, str]) -> tuple[str, ...]:
    found, whole = delinquency.count(product, name), delinquency.count(ALL, ALL)
    share = per_cent(found.principal_minor, whole.principal_minor)
    return (*said, f"{found.loans:,}", grouped(found.principal_minor, delinquency.currency), share)
