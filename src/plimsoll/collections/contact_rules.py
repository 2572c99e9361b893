"""The rules of contact of a country on a day, from the rulebook: what is quiet, whom, how often, and what stops it.

A country is a file of rules whose keys end alike (`CN.COLLECT.QUIET`, `US.COLLECT.QUIET`): this file reads them by these endings, so
another country is data. What the law of a country leaves open, the house's own `POLICY.CONTACT` says: its stops hold always, its hours
and counts where they are asked for.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

from plimsoll.rulebook.rule import Value
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

HOUSE: Final = "POLICY.CONTACT"
DEBTOR, CONTACT_PERSON = "debtor", "contact_person"
NUMBER: Final = "number"
COLLECT, REMIND, LOCATE = "collect", "remind", "locate"
PURPOSES: Final = (COLLECT, REMIND, LOCATE)
CALL, AI_CALL, SMS, EMAIL, PUSH, VISIT = "call", "ai_call", "sms", "email", "push", "visit"
CHANNELS: Final = (CALL, AI_CALL, SMS, EMAIL, PUSH, VISIT)
INTERACTIVE: Final = (CALL, AI_CALL)
"""Somebody, or something, talks and is answered."""

MESSAGES: Final = (SMS, EMAIL, PUSH)

QUIET: Final = "QUIET"
AGREED: Final = "QUIET.AGREED"
PERSON: Final = "CONTACT_PERSON"
PERSON_STOP: Final = "CONTACT_PERSON.STOP"
RECORDS: Final = "RECORDS"
RECORDS_AFTER: Final = "RECORDS.AFTER"

CONNECTED, UNANSWERED, DIALLED, PERSON_TRIED, PERSON_REACHED = "connected", "unanswered", "dialled", "person tried", "person reached"
"""What is counted beside the channels themselves."""

BY_ANOTHER: Final = "by another"
"""What came of a call that somebody else answered than who was called: connected, and nobody was reached."""


class Counting(NamedTuple):
    """What a limit counts, and the attempts that it holds back: their channels, whom they go to, what they are for."""

    what: str
    channels: tuple[str, ...]
    to: tuple[str, ...] = (DEBTOR, CONTACT_PERSON)
    purposes: tuple[str, ...] = PURPOSES


COUNTS: Final[Mapping[str, Counting]] = {
    "CALLS.CONNECTED.MAX": Counting(CONNECTED, INTERACTIVE),
    "CALLS.CONNECTED.WEEK.MAX": Counting(CONNECTED, INTERACTIVE),
    "CALLS.MAX": Counting(DIALLED, INTERACTIVE),
    "DIALS.UNANSWERED.MAX": Counting(UNANSWERED, INTERACTIVE),
    "SMS.MAX": Counting(SMS, (SMS,), purposes=(COLLECT, LOCATE)),
    "PUSH.MAX": Counting(PUSH, (PUSH,), purposes=(COLLECT, LOCATE)),
    "VISITS.MAX": Counting(VISIT, (VISIT,)),
    "CONTACT_PERSON.MAX": Counting(PERSON_TRIED, CHANNELS, (CONTACT_PERSON,)),
    "CONTACT_PERSON.DAY.MAX": Counting(PERSON_TRIED, CHANNELS, (CONTACT_PERSON,)),
    "CONTACT_PERSON.REACHED.MAX": Counting(PERSON_REACHED, CHANNELS, (CONTACT_PERSON,)),
}
"""Limits by the ending of their key; messages that remind of a due day are not counted as collection.

`per` of the rule says of whom and over which days: "debtor-day", "number-7-days", "person".
"""

ASKED, COMPLAINT, HARDSHIP, DISPUTE, PLAN = "ASKED", "COMPLAINT", "HARDSHIP", "DISPUTE", "PLAN"
DEATH, INCAPACITY, MINOR, COURT, PAID_OFF = "DEATH", "INCAPACITY", "MINOR", "COURT", "PAID_OFF"
REPRESENTED, WRONG_NUMBER, PROMISE = "REPRESENTED", "WRONG_NUMBER", "PROMISE"
STOPS: Final = (ASKED, COMPLAINT, HARDSHIP, DISPUTE, PLAN, DEATH, INCAPACITY, MINOR, COURT, PAID_OFF, REPRESENTED, WRONG_NUMBER, PROMISE)
"""What can stop contact; the rule `STOP.…` says for which purposes it does."""

ENDINGS: Final = (QUIET, AGREED, PERSON, PERSON_STOP, RECORDS, RECORDS_AFTER, *COUNTS, *(f"STOP.{stop}" for stop in STOPS))
"""Every ending that is read: a rule of a country with another one is not a rule of contact."""

ONLY_IF_LOST: Final = "only_if_unreachable_or_dead_or_incapable"
NEVER: Final = "never"
DAYS_MAX: Final = 400
_PER: Final = re.compile(r"(debtor|number|person)(?:-(?:day|([1-9][0-9]{0,2})-days))?")


class Quiet(NamedTuple):
    """Hours in which nobody is contacted, in minutes of the day: from `begin` until before `end`, over midnight where that is earlier."""

    rule: str
    begin: int
    end: int
    is_open_to_agreement: bool


class Cap(NamedTuple):
    """At most so many of something in so many days in a row, today the last of them; `days` 0 is for ever."""

    rule: str
    what: str
    who: str  # "debtor", "number" or "person"
    days: int
    most: int


@dataclass(frozen=True, slots=True)
class ContactRules:
    """The rules of a country on the days [since, until) of the debtor's calendar, as day numbers."""

    since: int
    until: int
    quiet: tuple[Quiet, ...]
    person: str  # the rule by which contact persons are left alone, "" for none
    is_person_never: bool
    person_stop: str  # the rule by which one who refuses is left alone for good, "" for none
    stops: Mapping[tuple[str, str], str]  # by stop and purpose: the rule
    caps: Mapping[tuple[str, str, str], tuple[Cap, ...]]  # by channel, to whom, and what for
    records_years: int
    records_after_years: int  # beyond the day the debt was paid


@dataclass(frozen=True, slots=True)
class CountryRules:
    """The rules of a country through time."""

    country: str
    rows: tuple[ContactRules, ...]
    starts: tuple[int, ...]
    counted: frozenset[tuple[str, str, bool]]
    """Everything that is ever counted: of whom, what, and whether for ever."""
    longest: int
    """The most days that anything is counted over."""

    def on(self, day: int) -> ContactRules:
        """Give the rules on a day of the debtor's calendar."""
        return self.rows[bisect_right(self.starts, day) - 1]


def read_countries(rules: Rules, *, with_policy: bool = False) -> dict[str, CountryRules]:
    """Give the rules of contact of every country that has any, by its name ("cn")."""
    found = {key.partition(".")[0] for key in rules.rules if _ending(key) in ENDINGS and not key.startswith(HOUSE)}
    return {name.lower(): read_country(rules, name.lower(), with_policy=with_policy) for name in sorted(found)}


def read_country(rules: Rules, country: str, *, with_policy: bool = False) -> CountryRules:
    """Give the rules of contact of a country; `with_policy` adds hours and counts of the house, stricter than the law.

    Raises Malformed country_unknown where the rulebook has none of it, rule_malformed where a value cannot be meant.
    """
    law = f"{country.upper()}.COLLECT"
    keys = [key for key in (f"{place}.{ending}" for place in (law, HOUSE) for ending in ENDINGS) if key in rules.rules]
    if not any(key.startswith(law) for key in keys):
        raise Malformed("country_unknown", f"{country!r}")
    days = sorted({date.min, *(day for key in keys for day in rules.days(key))})
    ends = [*days[1:], date.max]
    rows = tuple(_read_row(rules, law, since, until, with_policy=with_policy) for since, until in zip(days, ends, strict=True))
    caps = [cap for row in rows for some in row.caps.values() for cap in some]
    counted = frozenset((cap.who, cap.what, cap.days == 0) for cap in caps)
    return CountryRules(country, rows, tuple(row.since for row in rows), counted, max((cap.days for cap in caps), default=1))


def country_rules(rules: Rules, country: str, *, with_policy: bool) -> CountryRules:
    """Give what `read_country` gives, read once for each rulebook; raises as it does."""
    key = (rules.digest, country, with_policy)
    if key not in _READ:
        _READ[key] = read_country(rules, country, with_policy=with_policy)
    return _READ[key]


_READ: Final[dict[tuple[str, str, bool], CountryRules]] = {}


def _ending(key: str) -> str:
    """Give what a key of a country's rule of collection ends in, "" for another key."""
    return key.partition(".COLLECT.")[2]


def _read_row(rules: Rules, law: str, since: date, until: date, *, with_policy: bool) -> ContactRules:
    """Read the rules that hold on [since, until)."""
    found = {key: value for place in (law, HOUSE) for key, value in _values(rules, place, since)}
    quiet = [_read_quiet(rules, f"{law}.{QUIET}", found, is_open_to_agreement=found.get(f"{law}.{AGREED}") is True)]
    if with_policy:
        quiet.append(_read_quiet(rules, f"{HOUSE}.{QUIET}", found, is_open_to_agreement=True))
    person, person_stop = (f"{law if f'{law}.{ending}' in rules.rules else HOUSE}.{ending}" for ending in (PERSON, PERSON_STOP))
    if found.get(person) not in (None, ONLY_IF_LOST, NEVER):
        raise _wrong(rules, person, f"one of: {ONLY_IF_LOST}, {NEVER}")
    years, after = found.get(f"{law}.{RECORDS}", 0), found.get(f"{HOUSE}.{RECORDS_AFTER}", 0)
    assert isinstance(years, int), "years are a whole number"
    assert isinstance(after, int), "years are a whole number"
    return ContactRules(
        since.toordinal(),
        until.toordinal(),
        tuple(one for one in quiet if one is not None),
        person if person in found else "",
        found.get(person) == NEVER,
        person_stop if found.get(person_stop) is True else "",
        _read_stops(rules, law, found),
        _read_caps(rules, (law, HOUSE) if with_policy else (law,), found),
        years,
        after,
    )


def _values(rules: Rules, place: str, on: date) -> Iterator[tuple[str, Value]]:
    for ending in ENDINGS:
        key = f"{place}.{ending}"
        value = rules.value(key, on) if key in rules.rules else None
        if value is not None:
            yield key, value


def _read_quiet(rules: Rules, key: str, found: Mapping[str, Value], *, is_open_to_agreement: bool) -> Quiet | None:
    value = found.get(key)
    if value is None:
        return None
    if not isinstance(value, tuple) or len(value) != 2 or value[0] == value[1]:
        raise _wrong(rules, key, "two different times of day")
    begin, end = (timedelta(hours=int(f"{time}"[:2]), minutes=int(f"{time}"[3:])) for time in value)
    return Quiet(key, begin // timedelta(minutes=1), end // timedelta(minutes=1), is_open_to_agreement)


def _read_stops(rules: Rules, law: str, found: Mapping[str, Value]) -> dict[tuple[str, str], str]:
    """Give the rule behind each stop and purpose; where law and house say the same it is the law's."""
    stops: dict[tuple[str, str], str] = {}
    for stop in STOPS:
        for key in (f"{law}.STOP.{stop}", f"{HOUSE}.STOP.{stop}"):
            value = found.get(key, ())
            words = [f"{word}" for word in (value if isinstance(value, tuple) else (value,))]
            if not set(words) <= set(PURPOSES):
                raise _wrong(rules, key, f"some of: {', '.join(PURPOSES)}")
            for purpose in words:
                stops.setdefault((stop, purpose), key)
    return stops


def _read_caps(rules: Rules, places: tuple[str, ...], found: Mapping[str, Value]) -> dict[tuple[str, str, str], tuple[Cap, ...]]:
    """Read the limits, and give those that hold an attempt back, by its channel, whom it goes to and what it is for."""
    caps: dict[tuple[str, str, str], list[Cap]] = {one: [] for one in product(CHANNELS, (DEBTOR, CONTACT_PERSON), PURPOSES)}
    for ending, counting in COUNTS.items():
        for key in (f"{place}.{ending}" for place in places):
            if key not in found:
                continue
            most, per = found[key], _PER.fullmatch(rules.rule(key).per)
            days = int(per[2]) if per is not None and per[2] else 1
            if per is None or not isinstance(most, int) or not days <= DAYS_MAX:
                raise _wrong(rules, key, 'a count, per "debtor-day", "number-7-days", "person" or the like')
            cap = Cap(key, counting.what, per[1], days if "-" in per[0] else 0, most)
            for one in product(counting.channels, counting.to, counting.purposes):
                caps[one].append(cap)
    return {key: tuple(some) for key, some in caps.items()}


def _wrong(rules: Rules, key: str, remedy: str) -> Malformed:
    rule = rules.rule(key)
    return Malformed("rule_malformed", "", file=rule.file, line=rule.line, key=key, remedy=f"It says {remedy}.")
