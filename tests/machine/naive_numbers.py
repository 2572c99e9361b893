"""Money, roundings, dates and day counts for the naive model: fractions and calendar dates only, one day at a step."""

import calendar
import math
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

DAY = timedelta(days=1)
DECIMALS = {"CNY": 2, "USD": 2, "EUR": 2, "TWD": 2, "JPY": 0}


class Stop(Exception):
    """A rule refuses the case; the text says which."""


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, a half away from zero."""
    whole = math.floor(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def half_even(value: Fraction) -> int:
    """Round to the nearest whole number, a half to the even one."""
    return round(value)


def split(total: int, count: int) -> list[int]:
    """Share a total over a count: the floor each, everything left over to the first."""
    each = total // count
    return [total - each * (count - 1)] + [each] * (count - 1)


def minor(text: str, currency: str) -> int:
    """Read an amount text as minor units."""
    value = Fraction(text) * 10 ** DECIMALS[currency]
    if value.denominator != 1:
        raise Stop("amount has too many decimals")
    return int(value)


def text(value: int, currency: str) -> str:
    """Write minor units as an amount text."""
    places = DECIMALS[currency]
    sign, digits = "-" if value < 0 else "", str(abs(value)).rjust(places + 1, "0")
    return sign + digits[: len(digits) - places] + ("." + digits[-places:] if places else "")


def clamped(year: int, month: int, day: int) -> date:
    """Give that day of the month, or the month's last day where it is shorter."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def months_later(start: date, months: int, day: int) -> date:
    """Step whole months from a date, keeping a day of month."""
    ahead = start.month - 1 + months
    return clamped(start.year + ahead // 12, ahead % 12 + 1, day)


class Step(NamedTuple):
    """What `every` says: a count of months, weeks or days."""

    count: int
    unit: str

    @classmethod
    def read(cls, words: str) -> "Step":
        count, unit = words.split()
        return cls(int(count), unit.rstrip("s"))

    @property
    def days(self) -> int:
        return self.count * {"day": 1, "week": 7}[self.unit]

    def dates(self, first: date, count: int, day: int) -> list[date]:
        """List `count` dates from the first; month steps keep `day` as the day of month."""
        if self.unit == "month":
            return [months_later(first, self.count * i, day) for i in range(count)]
        return [first + timedelta(days=self.days * i) for i in range(count)]

    def after(self, start: date) -> date:
        """Give the date one step after a start."""
        return months_later(start, self.count, start.day) if self.unit == "month" else start + timedelta(days=self.days)


def is_whole_months(start: date, end: date, months: int) -> bool:
    """Tell whether a period is exactly that many months: same day of month, or cut short by the end of a month."""
    if (end.year - start.year) * 12 + end.month - start.month != months:
        return False
    ends_month = end.day == calendar.monthrange(end.year, end.month)[1]
    starts_at_month_end = start.day == calendar.monthrange(start.year, start.month)[1]
    return start.day == end.day or (ends_month and start.day > end.day) or (starts_at_month_end and end.day > start.day)


def thirty_e(start: date, end: date) -> int:
    """Count days by 30E/360."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + min(end.day, 30) - min(start.day, 30)


def has_leap_day(start: date, end: date) -> bool:
    """Tell whether (start, end] holds a 29 February."""
    return any(calendar.isleap(y) and start < date(y, 2, 29) <= end for y in range(start.year, end.year + 1))


class Period(NamedTuple):
    """An instalment period (start, end]; `end` is None where a loan has no due date."""

    start: date
    end: date | None
    step: Step | None

    def thirty_weight(self, day: date) -> int:
        """Weigh the days from the start to a day of the period by 30/360."""
        if self.step is not None and self.step.unit != "month":
            return (day - self.start).days
        if self.step is not None and self.end is not None and is_whole_months(self.start, self.end, self.step.count):
            full = 30 * self.step.count
            return full if day == self.end else min(thirty_e(self.start, day), full)
        return thirty_e(self.start, day)


class Rate(NamedTuple):
    """A contract rate: by day, or by year with a day count."""

    value: Fraction
    day_count: str

    @classmethod
    def read(cls, rate: dict | None) -> "Rate":
        if not rate:
            return cls(Fraction(0), "per-day")
        if "per_day" in rate:
            return cls(Fraction(rate["per_day"]), "per-day")
        return cls(Fraction(rate["per_year"]), rate["day_count"])

    @property
    def contract_day_rate(self) -> Fraction:
        """The daily rate that a penalty is a multiple of."""
        if self.day_count == "per-day":
            return self.value
        return self.value / (360 if self.day_count.endswith("360") else 365)

    def on_day(self, day: date, period: Period) -> Fraction:
        """Give the rate of the one day that ends on `day` (the night before it to it)."""
        count = self.day_count
        if count == "per-day":
            return self.value
        if count == "30/360":
            return self.value * (period.thirty_weight(day) - period.thirty_weight(day - DAY)) / 360
        if count == "actual/360":
            return self.value / 360
        if count == "actual/actual":
            return self.value / days_in_year((day - DAY).year)
        if count == "actual/actual-end":
            return self.value / days_in_year(day.year)
        if count == "actual/365-feb29":
            if period.end is None:
                return self.value / days_in_year((day - DAY).year)
            return self.value / (366 if has_leap_day(period.start, period.end) else 365)
        if count != "actual/365":
            raise Stop(f"unknown day count {count}")
        return self.value / 365


def days_in_year(year: int) -> int:
    """Give 365 or 366."""
    return 366 if calendar.isleap(year) else 365


def due_dates(terms: dict, start: date) -> list[date]:
    """List the due dates that terms (or a reschedule) ask for, counted from the start."""
    if "due_on" in terms:
        dates = [date.fromisoformat(day) for day in terms["due_on"]]
    elif "every" in terms and "instalments" in terms:
        step = Step.read(terms["every"])
        if "first_due_on" in terms:
            first = date.fromisoformat(terms["first_due_on"])
            dates = step.dates(first, terms["instalments"], first.day)
        else:
            dates = step.dates(step.after(start), terms["instalments"], start.day)
    else:
        dates = []
    if dates != sorted(set(dates)) or (dates and dates[0] <= start):
        raise Stop("due dates must ascend and lie after the start")
    return dates


def days_late_words(days: int) -> dict:
    """Give the bucket and classes of a number of days past due."""
    bucket = "M7" if days > 180 else f"M{-(-days // 30)}"
    overdue = "none" if days == 0 else "short" if days <= 30 else "mid" if days <= 90 else "long"
    five = "normal"
    for least, name in ((1, "special-mention"), (91, "substandard"), (271, "doubtful"), (361, "loss")):
        five = name if days >= least else five
    return {"past_due_days": days, "bucket": bucket, "overdue_class": overdue, "five_class": five}
