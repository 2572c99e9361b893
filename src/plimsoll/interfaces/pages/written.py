"""How figures are written on pages: amounts, rates, days, instants, shares. One place, so that a figure looks the same everywhere.

Amounts come in minor units and are written with thousands, the digits of their currency and a real minus. A rate is never written
without its basis. Days are ISO; instants are in the zone of the house, which the page names once.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Final

from plimsoll.interfaces.pages.words import CHINESE, say
from plimsoll.units.money import EXPONENTS, sign_of
from plimsoll.units.money import written as amount

MINUS: Final = "\N{MINUS SIGN}"
ABSENT: Final = "–"
DAYS_A_YEAR: Final = 365
LARGE: Final = (
    ((10**9, 10**9, "bn", 2), (10**6, 10**6, "m", 2), (10**4, 10**3, "k", 0)),
    ((10**8, 10**8, " 亿", 2), (10**4, 10**4, " 万", 1)),
)
"""How large amounts are cut short, in English and in Chinese: from what on, by what, the name, the digits kept."""


def money(minor: int | None, currency: str = "CNY") -> str:
    """Write minor units: 123456 CNY is ¥1,234.56, and -5 is −¥0.05; – where there is none, or no currency yet."""
    if minor is None or not currency:
        return ABSENT
    return amount(minor, currency).replace("-", MINUS)


def large(minor: int | None, currency: str = "CNY", language: str = CHINESE) -> str:
    """Write a large amount for a board: 234,567,800 minor units are ¥234.6 万 in Chinese and ¥2.35m in English."""
    if minor is None:
        return ABSENT
    units, sign = Fraction(abs(minor), 10 ** EXPONENTS[currency]), sign_of(currency)
    for least, by, name, digits in LARGE[language == CHINESE]:
        if units >= least:
            return f"{MINUS if minor < 0 else ''}{sign}{float(units / by):,.{digits}f}{name}"
    return money(minor, currency)


def share(value: float | Fraction | None, digits: int = 2) -> str:
    """Write a share of one as per cent: 0.0123 is 1.23 %; – where there is none."""
    if value is None:
        return ABSENT
    text = f"{float(value) * 100:,.{digits}f} %"
    return text.replace("-", MINUS)


def daily_rate(rate: str | Fraction | None, language: str = CHINESE) -> str:
    """Write a daily rate with its year beside it: 0.00035 is 0.035 %/day (12.775 % a year, simple)."""
    if rate is None or rate == "":
        return ABSENT
    exact = Fraction(rate)
    return say("rate.daily", language, {"day": _digits(exact * 100), "year": _digits(exact * 100 * DAYS_A_YEAR)})


def yearly_rate(rate: str | Fraction | None, language: str = CHINESE) -> str:
    """Write a rate of a year with its basis: 0.12775 is 12.775 % a year, simple."""
    if rate is None or rate == "":
        return ABSENT
    return say("rate.yearly", language, {"year": _digits(Fraction(rate) * 100)})


def _digits(value: Fraction) -> str:
    """Write a fraction with as many digits as it has, six at most."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return text or "0"


def day(value: date | int | str | None) -> str:
    """Write a day as 2026-12-01; a number is a day number; – where there is none."""
    if value is None or value == "":
        return ABSENT
    if isinstance(value, str):
        return value[:10]
    return date.fromordinal(value).isoformat() if isinstance(value, int) else value.strftime("%Y-%m-%d")


def instant(value: datetime | str | None, hours: int = 8) -> str:
    """Write an instant to the minute, so many hours ahead of UTC; one without a zone is taken as UTC; – where there is none."""
    if value is None or value == "":
        return ABSENT
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return at.astimezone(timezone(timedelta(hours=hours))).strftime("%Y-%m-%d %H:%M")


def count(value: int | None) -> str:
    """Write a count with thousands; – where there is none."""
    return ABSENT if value is None else f"{value:,}".replace("-", MINUS)


def past_due(days: int, language: str = CHINESE) -> str:
    """Write days past due with the bucket beside it: 12 is 12 days · M1, 0 is current."""
    if days <= 0:
        return say("late.none", language)
    bucket = min((days + 29) // 30, 7)
    return say("late.days", language, {"n": days, "bucket": f"M{bucket}{'+' if bucket == 7 else ''}"})
