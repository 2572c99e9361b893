"""Patterns of dates in text: where year, month and day stand. Every engine cuts the same letters out, so all read the same dates."""

import re
from typing import Final, NamedTuple

ISO_DAY: Final = "YYYY-MM-DD"
ISO_MONTH: Final = "YYYY-MM"
MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CENTURY_FROM: Final = 70
"""Years of two digits from here on are of the twentieth century, the others of the twenty-first (POSIX)."""

_TOKENS: Final = re.compile(r"YYYY|YY|MONTH|MON|MM|M|DD|D")
_ELSE: Final = re.compile(r"[-/. ,'年月日号]*")
_WRITTEN: Final = {"YYYY": r"(\d{4})", "YY": r"(\d{2})", "MONTH": r"([A-Za-z]{3})[A-Za-z]*", "MON": r"([A-Za-z]{3})", "MM": r"(\d{2})",
                   "M": r"(\d{1,2})", "DD": r"(\d{2})", "D": r"(\d{1,2})"}  # fmt: skip
_PARTS: Final = {"YYYY": "year", "YY": "year", "MONTH": "month", "MON": "month", "MM": "month", "M": "month", "DD": "day", "D": "day"}
TIME: Final = r"([ T]\d{1,2}:\d{2}.*)?"
"""A time of the day after a date says nothing more of the date."""


class Places(NamedTuple):
    """Where the parts of a date begin, counted from 0; -1 for what the text does not have. `length` of the whole text."""

    year: int
    month: int
    is_named: bool
    day: int
    length: int


class Written(NamedTuple):
    """A date whose parts have no fixed places: the expression that the whole text is of, and by part the number of its group."""

    expression: str
    year: int
    month: int
    day: int
    is_named: bool
    is_short: bool


def is_pattern(pattern: str, *, needs_day: bool) -> bool:
    """Tell whether a pattern has year and month once (and a day, where needed), and else only signs between them."""
    parts = [_PARTS[token] for token in _TOKENS.findall(pattern)]
    if parts.count("year") != 1 or parts.count("month") != 1 or parts.count("day") > 1 or (needs_day and "day" not in parts):
        return False
    return _ELSE.fullmatch(_TOKENS.sub("", pattern)) is not None


def is_fixed(pattern: str) -> bool:
    """Tell whether every part of a pattern has its place and length in every text."""
    return set(_TOKENS.findall(pattern)) <= {"YYYY", "MON", "MM", "DD"}


def places(pattern: str) -> Places:
    """Give where the parts of a date stand, of a fixed pattern."""
    is_named = "MON" in pattern
    return Places(pattern.index("YYYY"), pattern.index("MON" if is_named else "MM"), is_named, pattern.find("DD"), len(pattern))


def written(pattern: str) -> Written:
    """Give the expression of a pattern; the group of a part that it does not have is 0."""
    tokens = _TOKENS.findall(pattern)
    between = [re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", signs) for signs in _TOKENS.split(pattern)]
    text = "".join(signs + _WRITTEN[token] for signs, token in zip(between, tokens, strict=False)) + between[-1]
    parts = [_PARTS[token] for token in tokens]
    day = parts.index("day") + 1 if "day" in parts else 0
    is_named = "MON" in tokens or "MONTH" in tokens
    return Written(f"^{text}{TIME if day else ''}$", parts.index("year") + 1, parts.index("month") + 1, day, is_named, "YY" in tokens)
