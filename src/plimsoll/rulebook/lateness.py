"""What a count of days past due is called: M-bucket, short, mid or long, and the five classes."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from plimsoll.rulebook.by_digest import ByDigest
from plimsoll.rulebook.rules import Rules

FIVE_CLASSES: Final = ("normal", "special-mention", "substandard", "doubtful", "loss")
OVERDUE_CLASSES: Final = ("none", "short", "mid", "long")
CLASSES: Final = "POLICY.OVERDUE.CLASS"
"""The rule that says from which day past due each of them begins."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """First days past due of each name in force on a day, ascending."""

    bucket_days: tuple[int, ...]
    overdue_days: tuple[int, ...]
    five_days: tuple[int, ...]

    def bucket(self, past_due_days: int) -> str:
        """Give "M0" for not late, "M1" from the first boundary, and so on; the last bucket is open."""
        return f"M{bisect_right(self.bucket_days, past_due_days)}"

    def overdue_class(self, past_due_days: int) -> str:
        """Give none, short, mid or long."""
        return OVERDUE_CLASSES[bisect_right(self.overdue_days, past_due_days)]

    def five_class(self, past_due_days: int, tolerance_days: int = 0) -> str:
        """Give the class by days past due alone, from normal to loss; a technical delay within the product's tolerance stays normal."""
        if past_due_days <= tolerance_days:
            return FIVE_CLASSES[0]
        return FIVE_CLASSES[bisect_right(self.five_days, past_due_days)]

    def boundaries(self) -> tuple[int, ...]:
        """Give every count of days past due on which some name changes, ascending: what the close must look at."""
        return tuple(sorted({*self.bucket_days, *self.overdue_days, *self.five_days}))


def lateness(rules: Rules, on: date) -> Lateness:
    """Give the names of lateness in force on a day; where the law sets no classes, those of the lender's policy."""
    return _lateness(ByDigest(rules), on)


@lru_cache(maxsize=256)
def _lateness(known: ByDigest, on: date) -> Lateness:
    rules = known.rules
    overdue = _days(rules, CLASSES, on)
    five = _days(rules, "POLICY.CLASS.DPD", on) | _days(rules, "CN.CLASS.DPD", on)
    buckets = rules.value("POLICY.BUCKET.DAYS", on)
    assert isinstance(buckets, tuple), buckets
    return Lateness(
        bucket_days=tuple(day for day in buckets if isinstance(day, int)),
        overdue_days=tuple(overdue[name] for name in OVERDUE_CLASSES[1:]),
        five_days=tuple(five[name.replace("-", "_")] for name in FIVE_CLASSES[1:]),
    )


def _days(rules: Rules, key: str, on: date) -> dict[str, int]:
    """Give the named days of a rule; none where it is not in force."""
    value = rules.value(key, on)
    return {name: day for name, day in value.items() if isinstance(day, int)} if isinstance(value, dict) else {}
