"""Patterns of dates in text: where year, month and day stand. Every engine cuts the same letters out, so all read the same dates."""

import re
from typing import Final, NamedTuple

ISO_DAY: Final = "YYYY-MM-DD"
ISO_MONTH: Final = "YYYY-MM"
MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TOKENS: Final = re.compile(r"YYYY|MON|MM|DD")
_ELSE: Final = re.compile(r"[-/. ]*")


class Places(NamedTuple):
    """Where the parts of a date begin, counted from 0; -1 for what the text does not have. `length` of the whole text."""

    year: int
    month: int
    is_named: bool
    day: int
    length: int


def is_pattern(pattern: str, *, needs_day: bool) -> bool:
    """Tell whether a pattern has year and month once (and a day, where needed), and else only signs between them."""
    tokens = _TOKENS.findall(pattern)
    months = sum(token in ("MON", "MM") for token in tokens)
    if tokens.count("YYYY") != 1 or months != 1 or tokens.count("DD") > 1 or (needs_day and "DD" not in tokens):
        return False
    return _ELSE.fullmatch(_TOKENS.sub("", pattern)) is not None


def places(pattern: str) -> Places:
    """Give where the parts of a date stand."""
    is_named = "MON" in pattern
    return Places(pattern.index("YYYY"), pattern.index("MON" if is_named else "MM"), is_named, pattern.find("DD"), len(pattern))
