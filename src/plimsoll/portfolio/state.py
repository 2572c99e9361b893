"""States of a loan on a tape: how many months it is late, or how it left."""

from typing import Final

from plimsoll.loan.classes import BUCKET_DAYS, BUCKET_LAST

CURRENT: Final = 0
LATEST: Final = BUCKET_LAST
PAID, WRITTEN_OFF, SOLD = BUCKET_LAST + 1, BUCKET_LAST + 2, BUCKET_LAST + 3
"""How a loan left: paid, written off, sold. What is written off or sold stays so."""

BUCKETS: Final = tuple(range(BUCKET_LAST + 1))
NAMES: Final = ("C", *(f"M{n}" for n in range(1, BUCKET_LAST)), f"M{BUCKET_LAST}+", "paid", "written-off", "sold")
"""Names by state: nothing late, 1-30 days, 31-60 days, …, over 180 days, and the three ways out."""

LOST: Final = (WRITTEN_OFF, SOLD)
BAD_FROM: Final = 4
"""From this bucket on a loan is bad: more than 90 days past due, substandard or worse."""

WORDS: Final = {
    **{name: state for state, name in enumerate(NAMES)},
    **{str(n): n for n in BUCKETS},
    f"M{BUCKET_LAST}": BUCKET_LAST,
}
"""What a map may call a state: its name, or a number of months late."""

OPEN: Final = "open"
"""What a map calls a status that says nothing of lateness: the days past due do."""

UNKNOWN: Final = -1


def bucket_ends() -> tuple[int, ...]:
    """Give the last day past due of every bucket but the last."""
    return tuple(BUCKET_DAYS * n for n in BUCKETS[:-1])


def bucket_from_days(days: int) -> int:
    """Give the first bucket in which a loan is surely as many days past due as the threshold says, such as 2 for 30 (31 days and over)."""
    return days // BUCKET_DAYS + 1
