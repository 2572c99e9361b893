"""How late a book is at the end of a day."""

from collections import Counter
from typing import NamedTuple

from plimsoll.loan.classes import BUCKET_LAST, bucket
from plimsoll.loan.columns import Ints
from plimsoll.loan.layout import O_FEE, O_INTEREST, O_LATE_DAYS, O_PENALTY, O_PRINCIPAL, O_PRINCIPAL_LATE, O_STATUS, OPEN


class Late(NamedTuple):
    """How late the accounts or loans of a book are at the end of a day: those that owe, by bucket M0 to M7; money in minor units."""

    day: int
    owing: int
    buckets: tuple[int, ...]
    outstanding_minor: int
    late_minor: int


def lateness(out: Ints, day: int) -> Late:
    """Count how late the accounts or loans are, by bucket; what was charged off owes nothing any more. `out`: one row (O_*) a loan."""
    owed = out[:, O_PRINCIPAL] + out[:, O_INTEREST] + out[:, O_PENALTY] + out[:, O_FEE]
    owing = (owed > 0) & (out[:, O_STATUS] == OPEN)
    buckets = Counter(bucket(days) for days in out[owing, O_LATE_DAYS].tolist())
    return Late(
        day,
        int(owing.sum()),
        tuple(buckets[number] for number in range(BUCKET_LAST + 1)),
        int(out[:, O_PRINCIPAL].sum()),
        int(out[:, O_PRINCIPAL_LATE].sum()),
    )
