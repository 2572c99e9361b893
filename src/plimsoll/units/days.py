"""Days as whole numbers: civil dates, month steps and the weight of a period under each day count.

A day is `date.toordinal()` (1 is 1 January of year 1, proleptic Gregorian). Integers only; the same source is compiled
for columns of loans, so nothing here builds a `date`.
"""

# Day counts. The number is what terms carry; `DAY_COUNTS` gives the name that people write.
PER_DAY, ACTUAL_365, ACTUAL_360, THIRTY_360, ACTUAL_ACTUAL, ACTUAL_ACTUAL_END, ACTUAL_365_FEB29 = range(7)
DAY_COUNTS = {
    "actual/365": ACTUAL_365,
    "actual/360": ACTUAL_360,
    "30/360": THIRTY_360,
    "actual/actual": ACTUAL_ACTUAL,
    "actual/actual-end": ACTUAL_ACTUAL_END,
    "actual/365-feb29": ACTUAL_365_FEB29,
}

# Steps between due days. NO_STEP: the due days were given in full.
NO_STEP, DAYS, WEEKS, MONTHS = range(4)


def basis(day_count: int) -> int:
    """Give the divisor that turns a weight of this day count into a fraction of the rate's unit (a year, or a day)."""
    if day_count == PER_DAY:
        return 1
    if day_count == ACTUAL_365:
        return 365
    if day_count == ACTUAL_360 or day_count == THIRTY_360:
        return 360
    return 365 * 366


def ordinal(year: int, month: int, day: int) -> int:
    """Give the day number of a civil date. The date must exist."""
    y = year - 1 if month <= 2 else year
    m = (month + 9) % 12
    return y * 365 + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day - 306


def year_of(day: int) -> int:
    """Give the civil year of a day number."""
    n = day - 1
    n400 = n // 146097
    n -= n400 * 146097
    n100 = min(n // 36524, 3)
    n -= n100 * 36524
    n4 = n // 1461
    n -= n4 * 1461
    return 400 * n400 + 100 * n100 + 4 * n4 + min(n // 365, 3) + 1


def month_of(day: int) -> int:
    """Give the civil month (1 to 12) of a day number."""
    months = ((day + 305 - _days_to_march(day)) * 5 + 2) // 153
    return months + 3 if months < 10 else months - 9


def day_of(day: int) -> int:
    """Give the day of the month (1 to 31) of a day number."""
    since_march = day + 305 - _days_to_march(day)
    return since_march - (153 * ((since_march * 5 + 2) // 153) + 2) // 5 + 1


def _days_to_march(day: int) -> int:
    """Give the count of days from 1 March of year 0 to the last 1 March on or before the day."""
    year = year_of(day)
    if day < ordinal(year, 3, 1):
        year -= 1
    return year * 365 + year // 4 - year // 100 + year // 400


def is_leap(year: int) -> bool:
    """Tell whether the year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Give the count of days in a month."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


def _month_starts() -> tuple[int, ...]:
    """Give the first days of the months in the table, and of the one after."""
    starts = []
    start = ordinal(TABLE_YEARS[0], 1, 1)
    for year in range(*TABLE_YEARS):
        for days in (31, 29 if is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31):
            starts.append(start)
            start += days
    return (*starts, start)


TABLE_YEARS = (1970, 2150)
TABLE_FROM = 12 * TABLE_YEARS[0]
TABLE_MONTHS = 12 * (TABLE_YEARS[1] - TABLE_YEARS[0])
MONTH_STARTS = _month_starts()
"""Due days step by months: to look the first day of one up takes a tenth of working it out."""


def month_at(day: int) -> int:
    """Give the month of a day number as 12 · year + month - 1."""
    if not MONTH_STARTS[0] <= day < MONTH_STARTS[TABLE_MONTHS]:
        return 12 * year_of(day) + month_of(day) - 1
    # 400 years have 4,800 months and 146,097 days; no month begins two days or more before or after its even share of them.
    at = (day - MONTH_STARTS[0]) * 4800 // 146097
    if MONTH_STARTS[at] > day:
        at -= 1
    elif MONTH_STARTS[at + 1] <= day:
        at += 1
    return TABLE_FROM + at


def day_in_month(months: int, day: int) -> int:
    """Give the day number of a day of a month, or of the month's last day where it is shorter. `months` is 12 · year + month - 1."""
    at = months - TABLE_FROM
    if 0 <= at < TABLE_MONTHS:
        return min(MONTH_STARTS[at] + day, MONTH_STARTS[at + 1]) - 1
    return _day_worked_out(months, day)


def _day_worked_out(months: int, day: int) -> int:
    """Give what `day_in_month` gives, of months that are not in the table."""
    year = months // 12
    month = months - 12 * year + 1
    return ordinal(year, month, min(day, month_length(year, month)))


def add_months(day: int, months: int) -> int:
    """Give the same day of the month `months` later, or the last day of that month where it is shorter."""
    return day_in_month(12 * year_of(day) + month_of(day) - 1 + months, day_of(day))


def step_from(first: int, unit: int, step: int, index: int) -> int:
    """Give the `index`-th day (from 0) of a row that starts at `first`; a month row keeps the day of month of `first`."""
    if unit == MONTHS:
        return add_months(first, step * index)
    return first + (7 if unit == WEEKS else 1) * step * index


def thirty_days(start: int, end: int) -> int:
    """Give the days between two dates when every month has 30 (30E/360: a 31st counts as the 30th)."""
    months = 12 * (year_of(end) - year_of(start)) + month_of(end) - month_of(start)
    return 30 * months + min(day_of(end), 30) - min(day_of(start), 30)


def leap_days(start: int, end: int) -> int:
    """Give how many of the days `[start, end)` belong to a leap year."""
    count = 0
    year = year_of(start)
    at = start
    while at < end:
        turn = min(ordinal(year + 1, 1, 1), end)
        if is_leap(year):
            count += turn - at
        at = turn
        year += 1
    return count


def has_feb29(start: int, end: int) -> bool:
    """Tell whether `(start, end]` contains a 29 February."""
    for year in range(year_of(start), year_of(end) + 1):
        if is_leap(year) and start < ordinal(year, 2, 29) <= end:
            return True
    return False


def weight(day_count: int, unit: int, period_from: int, period_until: int, start: int, end: int) -> int:
    """Give what the days `[start, end)` of an instalment period weigh: rate × weight ÷ `basis` is the fraction earned.

    The weights of consecutive parts of a period add up to the weight of the whole. 30/360 counts a period stepped by days or
    weeks in days, a whole period of n months as 30n, a part of it in 30E/360 days up to the whole, and any other period in
    30E/360 days. `period_until` is 0 where there is no due day; then actual/365-feb29 weighs each day by the length of its year.
    """
    if end <= start:
        return 0
    if day_count <= ACTUAL_360:
        return end - start
    return weigh_unevenly(day_count, unit, period_from, period_until, start, end)


def weigh_unevenly(day_count: int, unit: int, period_from: int, period_until: int, start: int, end: int) -> int:
    """Give what `weight` does where a day does not weigh one."""
    if day_count == THIRTY_360:
        if unit == DAYS or unit == WEEKS:
            return end - start
        return _thirty_at(period_from, period_until, end) - _thirty_at(period_from, period_until, start)
    if day_count == ACTUAL_ACTUAL or (day_count == ACTUAL_365_FEB29 and period_until == 0):
        return 366 * (end - start) - leap_days(start, end)
    if day_count == ACTUAL_ACTUAL_END:
        return 366 * (end - start) - leap_days(start + 1, end + 1)
    return (365 if has_feb29(period_from, period_until) else 366) * (end - start)


def _thirty_at(period_from: int, period_until: int, day: int) -> int:
    """Give how much of a 30/360 period has been earned by a day within it."""
    months = whole_months(period_from, period_until)
    if months == 0:
        return thirty_days(period_from, day)
    return 30 * months if day == period_until else min(thirty_days(period_from, day), 30 * months)


def whole_months(start: int, end: int) -> int:
    """Give how many calendar months lie between two dates: same day of month, or a month's last day for a later one; else 0."""
    if end <= start:
        return 0
    day, other = day_of(start), day_of(end)
    is_short_end = day > other and other == month_length(year_of(end), month_of(end))
    is_short_start = day < other and day == month_length(year_of(start), month_of(start))
    if day != other and not is_short_end and not is_short_start:
        return 0
    return 12 * (year_of(end) - year_of(start)) + month_of(end) - month_of(start)
