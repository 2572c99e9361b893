"""Days of the calendar: what stands in the table of months is what is worked out, inside it, at its edges and beyond them."""

from datetime import date, timedelta

import pytest

from plimsoll.units.days import TABLE_YEARS, day_in_month, month_at, month_length, ordinal

FIRST, LAST = date(TABLE_YEARS[0] - 2, 1, 1), date(TABLE_YEARS[1] + 2, 12, 31)


def test_every_day_knows_its_month() -> None:
    """The month of every day that the table holds, and of two years before and after, is the calendar's."""
    day = FIRST
    while day <= LAST:
        assert month_at(day.toordinal()) == 12 * day.year + day.month - 1, day
        day += timedelta(days=1)


@pytest.mark.parametrize("day", [1, 28, 29, 30, 31])
def test_a_day_of_a_month_is_at_most_its_last(day: int) -> None:
    """A month that is too short gives its last day."""
    for months in range(12 * FIRST.year, 12 * LAST.year + 12):
        year, month = divmod(months, 12)
        assert day_in_month(months, day) == ordinal(year, month + 1, min(day, month_length(year, month + 1)))
