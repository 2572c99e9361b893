"""Dates as people write them: ISO text in, ISO text out, nothing else accepted."""

from datetime import date
from functools import lru_cache
from typing import Final

from plimsoll.units.refusal import Malformed

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2199


def parse_date(text: str) -> date:
    """Read "2026-01-31"; raises Malformed: date_malformed, date_out_of_range (before 1900 or after 2199)."""
    # The library reads more forms (20260131, 2026-W05-6) than the house wants to explain.
    if type(text) is not str or len(text) != 10 or not text.isascii() or text[4] != "-" or text[7] != "-":
        raise Malformed("date_malformed", f"{text!r}"[:60])
    try:
        found = date.fromisoformat(text)
    except ValueError as impossible:
        raise Malformed("date_malformed", f"{text!r}: {impossible}") from None
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise Malformed("date_out_of_range", f"{text!r}")
    return found


def parse_day(text: str) -> int:
    """Read "2026-01-31" as a day number (`date.toordinal`); raises Malformed as `parse_date` does."""
    return parse_date(text).toordinal()


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """Write a day number as "2026-01-31"."""
    return date.fromordinal(day).isoformat()


def years_later(since: date, years: int) -> date:
    """Give the same day some years later; 1 March for a 29 February that is not there."""
    try:
        return since.replace(year=since.year + years)
    except ValueError:
        return date(since.year + years, 3, 1)
