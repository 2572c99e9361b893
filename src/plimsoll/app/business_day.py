"""The day that pages and their figures are of."""

from datetime import date

from plimsoll.app.house import House


def business_day(house: House) -> date:
    """Give the business date; of a book that was never opened, the day of the clock."""
    found = house.today()
    return found if found > date.min else house.now().date()
