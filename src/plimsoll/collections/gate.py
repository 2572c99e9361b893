"""The contact gate: whether a contact may be made, asked before it is made; if not, by which rule, and when it may be as far as known.

Every rule is asked in one order: whom, what stops, quiet hours, counts. Days and hours are those of the debtor's zone. What came of the
attempt is not looked at, since nobody knows it beforehand: after the third connected call of a day the next one may not be dialled.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from plimsoll.collections.contact_rules import (
    CONTACT_PERSON,
    DEATH,
    DEBTOR,
    INCAPACITY,
    LOCATE,
    NUMBER,
    WRONG_NUMBER,
    Cap,
    ContactRules,
    CountryRules,
    Quiet,
)
from plimsoll.collections.debtor import NOBODY, SPREAD, Attempt, Debtor, Known, Times

STEPS_MAX: Final = 1_000
NEVER_YET: Final[Times] = []
OF_THE_DEBTOR: Final = frozenset({DEATH, INCAPACITY})
"""Stops that hold back contact with the debtor only: then others may be asked who looks after the estate."""


class Allowed(NamedTuple):
    """The contact may be made now."""

    day: int  # of the debtor's calendar


class Denied(NamedTuple):
    """The contact may not be made: the rule, and the first instant (in the debtor's zone) at which it may as far as known."""

    rule: str
    until: datetime | None


class No(NamedTuple):
    """A rule that holds an attempt back, and the first instant (UTC) at which that rule alone would not; None: nobody knows."""

    rule: str
    again: datetime | None


def may_contact(known: Known, attempt: Attempt, rules: CountryRules) -> Allowed | Denied:
    """Decide on an attempt at its instant. Nothing is counted: `known.note` does, once it was made."""
    local = attempt.at.astimezone(attempt.zone)
    day = local.toordinal()
    row = rules.on(day)
    no = _refuse(known, attempt, row, local, day)
    if no is None:
        return Allowed(day)
    return Denied(no.rule, _first_allowed(known, attempt, rules, row, no))


def _refuse(known: Known, attempt: Attempt, row: ContactRules, local: datetime, day: int) -> No | None:
    """Give the first rule that holds the attempt back at a local time on a day."""
    debtor = known.debtors.get(attempt.debtor, NOBODY)
    rule = _refuse_person(known, debtor, attempt, row) if attempt.to == CONTACT_PERSON else ""
    if not rule and debtor is not NOBODY:
        rule = _refuse_stopped(debtor, attempt, row)
    if rule:
        return No(rule, None)
    minute = local.hour * 60 + local.minute
    for quiet in row.quiet:
        if _is_quiet(quiet, minute) and not (quiet.is_open_to_agreement and _agreed_by(attempt) in debtor.agreed):
            return No(quiet.rule, _end_of(quiet, local, minute, day, attempt.zone))
    for cap in row.caps[attempt.channel, attempt.to, attempt.purpose]:
        key = (cap.who, _counted_by(attempt, cap), cap.what)
        if not cap.days:
            if known.totals.get(key, 0) >= cap.most:
                return No(cap.rule, None)
        elif _is_full(known.times.get(key, NEVER_YET), cap, day, attempt.zone):
            return No(cap.rule, _room_in(known.times.get(key, NEVER_YET), cap, day, attempt.zone))
    return None


def _refuse_person(known: Known, debtor: Debtor, attempt: Attempt, row: ContactRules) -> str:
    """Give the rule by which somebody beside the debtor is left alone, "" for none."""
    if row.person_stop and attempt.person in known.refused:
        return row.person_stop
    if row.person and (row.is_person_never or attempt.purpose != LOCATE or not debtor.is_lost()):
        return row.person
    return ""


def _refuse_stopped(debtor: Debtor, attempt: Attempt, row: ContactRules) -> str:
    """Give the rule by which a contact of this purpose is stopped, "" for none; of several stops the one that began first."""
    for stop in debtor.stops:
        if (stop, attempt.purpose) in row.stops and (attempt.to == DEBTOR or stop not in OF_THE_DEBTOR):
            return row.stops[stop, attempt.purpose]
    return row.stops.get((WRONG_NUMBER, attempt.purpose), "") if attempt.number in debtor.wrong_numbers else ""


def _agreed_by(attempt: Attempt) -> str:
    return attempt.person if attempt.to == CONTACT_PERSON else ""


def _counted_by(attempt: Attempt, cap: Cap) -> str:
    if cap.who == DEBTOR:
        return attempt.debtor
    return attempt.number if cap.who == NUMBER else attempt.person


def _is_quiet(quiet: Quiet, minute: int) -> bool:
    if quiet.begin < quiet.end:
        return quiet.begin <= minute < quiet.end
    return minute >= quiet.begin or minute < quiet.end


def _end_of(quiet: Quiet, local: datetime, minute: int, day: int, zone: tzinfo) -> datetime:
    """Give the first instant at which quiet hours that hold now are over."""
    if minute >= quiet.end:
        day += 1
    end = first_instant(day, quiet.end, zone)
    # Where a clock is put back over the end, that hour is quiet a second time.
    return end if end > local else instant_of(day, quiet.end, zone, fold=1)


def _is_full(times: Times, cap: Cap, day: int, zone: tzinfo) -> bool:
    """Tell whether as many are counted on the days up to this one as may be.

    A contact is of these days where its instant is, by the clock of the zone asked about; or where the date was, that the debtor's zone
    had at the time. Who moves, or shares a number with somebody far away, is called no more often for it.
    """
    if len(times) < cap.most:
        return False
    first = day - cap.days + 1
    start = first_instant(first, 0, zone)
    counted = 0
    for at, its_day in reversed(times):
        if at >= start or its_day >= first:
            counted += 1
            if counted >= cap.most:
                return True
        elif at < start - SPREAD:
            break
    return cap.most == 0


def _room_in(times: Times, cap: Cap, day: int, zone: tzinfo) -> datetime | None:
    """Give the start of the first later day with room for one more; None where there never is."""
    for later in range(day + 1, day + cap.days + 4):
        if not _is_full(times, cap, later, zone):
            return first_instant(later, 0, zone)
    return None


def _first_allowed(known: Known, attempt: Attempt, rules: CountryRules, row: ContactRules, no: No) -> datetime | None:
    """Give the first instant, in the debtor's zone, at which no rule that is known now holds the same attempt back."""
    found: No | None = no
    for _ in range(STEPS_MAX):
        assert found is not None
        changed = first_instant(row.until, 0, attempt.zone) if row.until < date.max.toordinal() else None
        again = min((one for one in (found.again, changed) if one is not None), default=None)
        if again is None:
            return None
        local = again.astimezone(attempt.zone)
        day = local.toordinal()
        row = rules.on(day)
        found = _refuse(known, attempt, row, local, day)
        if found is None:
            return local
    return None


@lru_cache(maxsize=8_192)
def first_instant(day: int, minute: int, zone: tzinfo) -> datetime:
    """Give the first instant (UTC) at which the clock of a zone shows a minute of a day, or has jumped over it."""
    at, later = instant_of(day, minute, zone, fold=0), instant_of(day, minute, zone, fold=1)
    if at <= later:
        return at
    # The clock jumps over that minute, between `later` and `at`: the first instant after the jump is looked for.
    before = later
    while at - before > timedelta(seconds=1):
        between = (before + (at - before) // 2).replace(microsecond=0)
        if _shown(between.astimezone(zone)) >= _shown(_wall(day, minute)):
            at = between
        else:
            before = between
    return at


def instant_of(day: int, minute: int, zone: tzinfo, *, fold: int) -> datetime:
    """Give the instant (UTC) at which the clock of a zone shows a minute of a day, the first or the second time."""
    return _wall(day, minute).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _wall(day: int, minute: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60))


def _shown(at: datetime) -> datetime:
    return at.replace(tzinfo=None, fold=0)
