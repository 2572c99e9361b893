"""When a loan was in default: from the first day past due until the first day on which nothing was past due any more."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from plimsoll.risk.classify.timeline import Span
from plimsoll.units.dates import years_later


class Default(NamedTuple):
    """One default. Days are day numbers; `until` is the day on which it ended, 0 while it lasts."""

    due_on: int  # the due day that was missed first
    late_on: int
    until: int

    def holds(self, day: int) -> bool:
        """Tell whether the loan was in this default on a day."""
        return self.late_on <= day and (self.until == 0 or day < self.until)

    def is_over_for(self, years: int, on: date) -> bool:
        """Tell whether the default ended so many years ago, or longer: what was said of it is then taken back."""
        return self.until > 0 and on >= years_later(date.fromordinal(self.until), years)


def defaults_of(spans: Iterable[Span], grace_days: int, through: int) -> tuple[Default, ...]:
    """Give the defaults of a loan through a day, oldest first, from the spans of its life."""
    found: list[Default] = []
    for span in spans:
        if span.oldest_due == 0:
            continue
        grace = 0 if span.is_charged_off else grace_days
        late_on, until = max(span.since, span.oldest_due + grace + 1), min(span.until, through + 1)
        if late_on >= until:
            continue
        if found and found[-1].until == late_on:
            found[-1] = found[-1]._replace(until=until)
        else:
            found.append(Default(span.oldest_due, late_on, until))
    if found and found[-1].until > through:
        found[-1] = found[-1]._replace(until=0)
    return tuple(found)


def default_on(defaults: Sequence[Default], day: int) -> Default | None:
    """Give the default that a loan was in on a day; None where it was in none."""
    return next((one for one in defaults if one.holds(day)), None)
