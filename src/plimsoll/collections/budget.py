"""What is left of the contacts that the rules allow: by channel, today and over seven days, as the gate would count."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from plimsoll.collections.contact import NAME
from plimsoll.collections.contact_rules import COLLECT, DEBTOR, Cap, CountryRules
from plimsoll.collections.debtor import SPREAD, Attempt, Known, Times
from plimsoll.collections.gate import Denied, first_instant, may_contact

WEEK: Final = 7


class Left(NamedTuple):
    """One limit of a channel: its rule, what it counts, over how many days (0: for ever), the most, and how many are counted."""

    rule: str
    what: str
    days: int
    most: int
    used: int

    @property
    def left(self) -> int:
        """Give how many more it allows now."""
        return max(self.most - self.used, 0)


class Budget(NamedTuple):
    """What is left of one channel, whatever comes of each contact: today, and in the seven days that begin today (at least: what drops out
    of a count meanwhile comes on top). None where nothing limits them.

    `rule` and `until` say why none may be made at this instant, "" where one may; `limits` are those that count here.
    """

    channel: str
    today: int | None
    week: int | None
    rule: str
    until: datetime | None
    limits: tuple[Left, ...]


class Asked(NamedTuple):
    """When, in which zone and country, for whom and to which number contact is thought of; without a number its limits are left out."""

    at: datetime
    zone: tzinfo
    country: str
    by: str
    number: str = ""


def budgets(known: Known, asked: Asked, rules: CountryRules, channels: Sequence[str]) -> tuple[Budget, ...]:
    """Give what is left of some channels with the debtor. Nothing is counted by asking."""
    return tuple(_budget(known, asked, rules, channel) for channel in channels)


def _budget(known: Known, asked: Asked, rules: CountryRules, channel: str) -> Budget:
    attempt = Attempt(channel, NAME, DEBTOR, "", asked.number, asked.by, asked.at, asked.zone, asked.country, COLLECT, "")
    local = asked.at.astimezone(asked.zone)
    day = local.toordinal()
    caps = rules.on(day).caps[channel, DEBTOR, COLLECT]
    limits = tuple(_left(known, cap, asked, day) for cap in caps if cap.who == DEBTOR or (cap.who == "number" and asked.number))
    said = may_contact(known, attempt, rules)
    rule, until = (said.rule, said.until) if isinstance(said, Denied) else ("", None)
    is_stopped = bool(rule) and until is None
    today = 0 if is_stopped else min((one.left for one in limits), default=None)
    week = 0 if is_stopped else min((_in_a_week(one) for one in limits), default=None)
    return Budget(channel, today, week, rule, until, limits)


def _in_a_week(one: Left) -> int:
    """Give how many a limit allows in the seven days that begin today: one of a day is there again on each of them."""
    return one.left + (WEEK // one.days - 1) * one.most if 0 < one.days < WEEK else one.left


def _left(known: Known, cap: Cap, asked: Asked, day: int) -> Left:
    key = (cap.who, NAME if cap.who == DEBTOR else asked.number, cap.what)
    if not cap.days:
        return Left(cap.rule, cap.what, 0, cap.most, known.totals.get(key, 0))
    return Left(cap.rule, cap.what, cap.days, cap.most, _counted(known.times.get(key, []), day - cap.days + 1, asked.zone))


def _counted(times: Times, first: int, zone: tzinfo) -> int:
    """Count what the gate counts from a day on: by the clock of the zone, or by the date that the debtor's zone had at the time."""
    start = first_instant(first, 0, zone)
    return sum(1 for at, its_day in times if at >= start - SPREAD and (at >= start or its_day >= first))
