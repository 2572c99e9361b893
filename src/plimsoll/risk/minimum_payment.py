"""What paying only the minimum really costs: how many months, how much interest, and what a little more each month saves."""

from typing import Final, NamedTuple

from plimsoll.units.divide import half_up
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

MONTH_DAYS: Final = 30
MONTHS_MAX: Final = 1200
FLOOR_MINOR: Final = 1000
"""The least that a month asks for, interest included, in minor units, where nothing else is said."""


class Habit(NamedTuple):
    """How somebody pays a bill that revolves: a share of what is left, and interest; at least a floor; and something on top of it."""

    share: Rate
    per_day: Rate
    floor_minor: int = FLOOR_MINOR
    extra_minor: int = 0


class Course(NamedTuple):
    """How it goes until nothing is owed: months, and money in minor units."""

    months: int
    interest_minor: int
    paid_minor: int
    first_minor: int


def pay_down(bill_minor: int, habit: Habit) -> Course | Refused:
    """Give how a bill is paid down by a habit, months of 30 days, each line of interest rounded half-up.

    3,000.00 at 0.05 % a day: by 10 % of the principal and the interest 43 months and 443.84, by 5 % 76 months and 876.25.
    Refuses amount_must_be_positive, instalment_never_amortises (more than a hundred years).
    """
    if bill_minor <= 0:
        return Refused("amount_must_be_positive")
    left, months, interest_all, first = bill_minor, 0, 0, 0
    while left > 0:
        interest = half_up(left * habit.per_day.num * MONTH_DAYS, habit.per_day.den)
        share = half_up(left * habit.share.num, habit.share.den)
        principal = min(max(share, habit.floor_minor - interest) + habit.extra_minor, left)
        if principal <= 0 or months == MONTHS_MAX:
            return Refused("instalment_never_amortises", "", f"after {months} months {left} minor units are left")
        left -= principal
        interest_all += interest
        months += 1
        first = first or principal + interest
    return Course(months, interest_all, bill_minor + interest_all, first)
