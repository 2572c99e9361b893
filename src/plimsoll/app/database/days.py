"""Days between the kernel's numbers and what a driver stores: each distinct day is turned once, then looked up."""

from datetime import date


class StoredDates(dict[int, object]):
    """Day number -> date for PostgreSQL; 0 means none."""

    def __missing__(self, day: int) -> object:
        """Work out a day that was not asked for before."""
        self[day] = found = date.fromordinal(day) if day else None
        return found


class StoredTexts(dict[int, object]):
    """Day number -> ISO text for SQLite; 0 means none."""

    def __missing__(self, day: int) -> object:
        """Work out a day that was not asked for before."""
        self[day] = found = date.fromordinal(day).isoformat() if day else None
        return found


class DayNumbers(dict[object, int]):
    """What a driver gives for a day (date, ISO text, day number or None) -> day number, 0 for none."""

    def __missing__(self, stored: object) -> int:
        """Work out a day that was not asked for before."""
        if isinstance(stored, int):
            found = stored
        elif isinstance(stored, str):
            found = date.fromisoformat(stored).toordinal()
        else:
            found = stored.toordinal() if isinstance(stored, date) else 0
        self[stored] = found
        return found
