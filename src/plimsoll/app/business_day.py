"""The day that pages and their figures are of, and the instant with it."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from plimsoll.app.house import House
from plimsoll.collections.case import day_of


class At(NamedTuple):
    """An instant, by which what is held runs out and the gate opens, and the business date, by which all that is counted in days is:
    days late, promises, follow-ups, deadlines. In a house that is open on the day of the clock they are of one day."""

    now: datetime
    today: date

    @property
    def by_day(self) -> datetime:
        """Give the business date at the time of day that it is: what is due on a day is judged by it."""
        return self.now + timedelta(days=self.today.toordinal() - day_of(self.now))


def at_instant(now: datetime) -> At:
    """Give an instant with the day that it is in China."""
    return At(now, date.fromordinal(day_of(now)))


def at_of(house: House) -> At:
    """Give the instant and the business date of a house."""
    return At(house.now(), business_day(house))


def business_day(house: House) -> date:
    """Give the business date; of a book that was never opened, the day of the clock."""
    found = house.today()
    return found if found > date.min else house.now().date()
