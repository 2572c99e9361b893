"""Chances to pay: the moments at which somebody could have paid, what was known of the money then, and what came of it.

A due day is a chance. While something is late, so is every payday and every time the debtor was spoken to. A miss right before wages
come says little about the will; a miss right after they came says much. That is what makes the payday an instrument.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.risk.classify.timeline import Span
from plimsoll.units.days import add_months

PAID, PART, NOTHING = "paid", "part", "nothing"
OUTCOMES: Final = (PAID, PART, NOTHING)
SHORT, PLAIN, AFTER_PAYDAY = "short", "plain", "after_payday"
CASH: Final = (SHORT, PLAIN, AFTER_PAYDAY)
"""What is known of the money: a debit failed for lack of it; nothing; wages came in the days before."""


class Chance(NamedTuple):
    """One moment at which somebody could have paid: the day, whether they were asked in person, the money, and what came of it."""

    day: int
    is_prompted: bool
    cash: str  # one of CASH
    outcome: str  # one of OUTCOMES


class Known(NamedTuple):
    """What is known of a customer beside the loans: the payday (day of the month, 0 not known), and days, each in order.

    `asked` are days on which the debtor was spoken to, `short` days on which a debit failed for lack of money.
    """

    payday: int = 0
    asked: tuple[int, ...] = ()
    short: tuple[int, ...] = ()


class Lives(NamedTuple):
    """The loans of a customer as spans of their lives, and the days of repayments that were made of free will."""

    spans: Sequence[Sequence[Span]]
    paid_on: frozenset[int]


def chances_of(lives: Lives, known: Known, since: int, through: int, days: int) -> tuple[Chance, ...]:
    """Give the chances from one day through another, oldest first; what comes within so many days after a chance came of it.

    Chances whose days are not over by `through` are left out: nobody knows yet what comes of them.
    """
    runs = _late_runs(lives.spans)
    due_days = {span.since for spans in lives.spans for span in spans if span.is_due_day}
    paydays = _paydays(known.payday, since, through)
    asked = frozenset(known.asked)
    moments = due_days | {day for day in (*paydays, *asked) if _is_late(runs, day)}
    found = []
    for day in sorted(moments):
        if since <= day <= through - days:
            cash = _cash(day, known, paydays, days)
            # A due day is met by its end or missed; who is late already has some days to act.
            last = day + (1 if day in due_days and not _is_late(runs, day) else days)
            found.append(Chance(day, day in asked, cash, _outcome(runs, lives.paid_on, day, last)))
    return tuple(found)


def _late_runs(lives: Sequence[Sequence[Span]]) -> list[tuple[int, int]]:
    """Give the stretches [first late day, first day after it) of all loans; a due day that is met begins none."""
    runs = [(max(span.since, span.oldest_due + 1), span.until) for spans in lives for span in spans if span.oldest_due]
    return [(first, until) for first, until in runs if first < until]


def _is_late(runs: Iterable[tuple[int, int]], day: int) -> bool:
    return any(first <= day < until for first, until in runs)


def _outcome(runs: Sequence[tuple[int, int]], paid_on: frozenset[int], day: int, last: int) -> str:
    """Give what came of a chance by its last day: paid where nothing is late then, else a part or nothing."""
    if not _is_late(runs, last):
        return PAID
    return PART if any(day <= at <= last for at in paid_on) else NOTHING


def _cash(day: int, known: Known, paydays: Sequence[int], days: int) -> str:
    if any(day <= at <= day + days for at in known.short):
        return SHORT
    return AFTER_PAYDAY if any(0 <= day - at <= days for at in paydays) else PLAIN


def _paydays(payday: int, since: int, through: int) -> tuple[int, ...]:
    """Give the days on which wages come; the last day of a month that is shorter."""
    if not payday:
        return ()
    first = date.fromordinal(since).replace(day=1).toordinal()
    months = (through - first) // 28 + 2
    firsts = [add_months(first, k) for k in range(months)]
    return tuple(min(one + payday - 1, add_months(one, 1) - 1) for one in firsts)
