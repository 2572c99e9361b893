"""Who is late, from the tape of one day: loans and principal by M-bucket, by short, mid and long, and by product."""

from collections.abc import Sequence
from typing import Final

from plimsoll.app.closing.delinquency import ALL, Delinquency
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


def as_object(delinquency: Delinquency) -> dict[str, object]:
    """Give the table as an object of plain values, amounts as decimal text."""
    return {
        "currency": delinquency.currency,
        "buckets": [_row(delinquency, name) for name in BUCKETS],
        "classes": [_row(delinquency, name) for name in CLASSES],
        "total": _row(delinquency, ALL),
        "charged_off": {"loans": delinquency.lost.loans, "amount": text_of(delinquency.lost.principal_minor, delinquency.currency)},
        "recovered": text_of(delinquency.recovered_minor, delinquency.currency),
    }


def _row(delinquency: Delinquency, name: str) -> dict[str, object]:
    by_product = {product: _cells(delinquency, product, name) for product in delinquency.products}
    share = per_cent(delinquency.count(ALL, name).principal_minor, delinquency.count(ALL, ALL).principal_minor)
    return {"name": name, **_cells(delinquency, ALL, name), "share_per_cent": share, "products": by_product}


def _cells(delinquency: Delinquency, product: str, name: str) -> dict[str, object]:
    found = delinquency.count(product, name)
    return {"loans": found.loans, "principal": text_of(found.principal_minor, delinquency.currency)}


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
