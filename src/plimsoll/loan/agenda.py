"""The next day on which something happens to a loan; between those days it costs nothing."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrued_interest
from plimsoll.loan.layout import (
    OPEN,
    S_BALANCE,
    S_CYCLE_PURCHASES,
    S_DAY,
    S_GRACE_DUE,
    S_NEXT,
    S_OPEN,
    S_PERIOD_UNTIL,
    S_PLAN_FEE_LEFT,
    S_PLAN_LEFT,
    S_ROWS,
    S_STATUS,
    S_UNBILLED,
    T_GRACE_DAYS,
)

Vector = MutableSequence[int]

# Days past due on which a class or bucket begins (loan/classes.py); what is unpaid is late the day after its due day.
BOUNDARIES = (1, 31, 61, 91, 121, 151, 181, 271, 361)


def sooner(best: int, day: int, after: int) -> int:
    """Give the earlier of two days, of those later than `after`; 0 stands for no day."""
    if day <= after or (best != 0 and best <= day):
        return best
    return day


def next_day(terms: Sequence[int], s: Vector, oldest: int, is_account: bool) -> int:
    """Give the next day after the day of the state on which a due day comes or has passed, a bill is cut, or a class changes; 0 if none.

    `oldest` is the oldest unpaid due day, 0 if there is none.
    """
    if s[S_STATUS] != OPEN:
        return 0
    today = s[S_DAY]
    best = 0
    if oldest != 0:
        for boundary in BOUNDARIES:
            if boundary > terms[T_GRACE_DAYS]:
                best = sooner(best, oldest + boundary, today)
        best = sooner(best, oldest + terms[T_GRACE_DAYS] + 1, today)
    if not is_account:
        if s[S_NEXT] < s[S_ROWS]:
            best = sooner(best, s[S_PERIOD_UNTIL], today)
        return best
    if s[S_GRACE_DUE] != 0:
        best = sooner(best, s[S_GRACE_DUE], today)
        best = sooner(best, s[S_GRACE_DUE] + 1, today)
    if has_something_to_bill(s):
        best = sooner(best, s[S_PERIOD_UNTIL], today)
    return best


def has_something_to_bill(s: Vector) -> bool:
    """Tell whether the next bill of an account will say anything."""
    waiting = s[S_UNBILLED] + s[S_CYCLE_PURCHASES] + s[S_PLAN_LEFT] + s[S_PLAN_FEE_LEFT] + s[S_BALANCE]
    return waiting > 0 or s[S_OPEN] < s[S_NEXT] or accrued_interest(s) > 0
