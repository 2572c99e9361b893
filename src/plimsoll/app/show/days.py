"""Day numbers of the kernel as dates for people; 0 is no day."""

from datetime import date


def on_day(number: int) -> date:
    """Give the date of a day number."""
    return date.fromordinal(number)


def day_or_none(number: int) -> date | None:
    """Give the date of a day number, None for 0."""
    return date.fromordinal(number) if number else None
