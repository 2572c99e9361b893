"""Workdays of a country as a table with the days that it is confirmed for; beyond them the answer is a refusal, never a guess."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plimsoll.rulebook.read import Field
from plimsoll.units.refusal import Refused

ROLLS: Final = ("none", "following", "preceding", "modified-following")
"""What becomes of a due date on a holiday: stays; next workday; the one before; next unless that is another month, then the one before."""

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAY_LENGTH_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays and make-up workdays, known from the first confirmed day through the last."""

    name: str
    confirmed_from: date
    confirmed_through: date
    weekend: frozenset[int]
    holidays: frozenset[date]
    workdays: frozenset[date]
    source: str

    def is_workday(self, day: date) -> bool | Refused:
        """Tell whether business is done on a day; Refused calendar_not_confirmed outside the table."""
        if not self.confirmed_from <= day <= self.confirmed_through:
            return Refused(
                "calendar_not_confirmed", self.name, f"{day}; confirmed from {self.confirmed_from} through {self.confirmed_through}"
            )
        return day in self.workdays or (day.weekday() not in self.weekend and day not in self.holidays)

    def roll(self, day: date, how: str) -> date | Refused:
        """Move a day that is no workday, as `how` (one of ROLLS) says; Refused calendar_not_confirmed outside the table."""
        assert how in ROLLS, how
        if how == "none":
            return day
        if how != "modified-following":
            return self._next(day, -1 if how == "preceding" else 1)
        after = self._next(day, 1)
        if isinstance(after, Refused) or after.month == day.month:
            return after
        return self._next(day, -1)

    def _next(self, day: date, step: int) -> date | Refused:
        """Give the first workday from a day on, forward or back."""
        for count in range(HOLIDAY_LENGTH_MAX):
            found = day + timedelta(days=step * count)
            works = self.is_workday(found)
            if isinstance(works, Refused):
                return works
            if works:
                return found
        raise AssertionError(f"calendar {self.name}: no workday within {HOLIDAY_LENGTH_MAX} days of {day}")


def read_calendar(field: Field) -> Calendar:
    """Read a calendar file; raises Malformed with file, line and key."""
    found = field.fields(("calendar", "title", "confirmed_from", "confirmed_through", "source", "weekend", "holidays"), ("workdays",))
    first, last = found["confirmed_from"].date(), found["confirmed_through"].date()
    if last < first:
        raise found["confirmed_through"].wrong("rule_malformed", f"{last} is before {first}")
    holidays = _read_days(found["holidays"], first, last)
    workdays = _read_days(found["workdays"], first, last) if "workdays" in found else frozenset[date]()
    if both := holidays & workdays:
        raise found["workdays"].wrong("rule_malformed", f"{min(both)} is both a holiday and a workday")
    return Calendar(
        name=found["calendar"].text(),
        confirmed_from=first,
        confirmed_through=last,
        weekend=frozenset(WEEKDAYS.index(day) for day in found["weekend"].words(WEEKDAYS)),
        holidays=holidays,
        workdays=workdays,
        source=found["source"].text(),
    )


def _read_days(field: Field, first: date, last: date) -> frozenset[date]:
    """Read a list of different days within the confirmed ones."""
    days: set[date] = set()
    for entry in field.each():
        day = entry.date()
        if day in days:
            raise entry.wrong("rule_duplicate", f"{day}")
        if not first <= day <= last:
            raise entry.wrong("rule_malformed", f"{day} is outside the confirmed days")
        days.add(day)
    return frozenset(days)
