"""What is known of debtors for the contact gate: what stops contact, who refused it, and the contacts that some rule still counts.

Facts and contacts come in order of time. Only what a rule can ask for is kept: of counted contacts those of the last days, of everything
that ended nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from plimsoll.collections.contact_rules import (
    ASKED,
    COMPLAINT,
    CONNECTED,
    CONTACT_PERSON,
    COURT,
    DEATH,
    DEBTOR,
    DIALLED,
    DISPUTE,
    HARDSHIP,
    INCAPACITY,
    INTERACTIVE,
    MESSAGES,
    MINOR,
    NUMBER,
    PAID_OFF,
    PERSON_REACHED,
    PERSON_TRIED,
    PLAN,
    PROMISE,
    REMIND,
    REPRESENTED,
    UNANSWERED,
    VISIT,
    CountryRules,
)

SPREAD: Final = timedelta(days=3)
"""Calendars of two zones are apart by less: a contact this much earlier than the first instant counted is of an earlier day everywhere."""

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
PERSON: Final = "person"

SWEEP: Final = 50_000
"""After so many contacts, what no rule counts any more is forgotten."""


class Effect(NamedTuple):
    """What a fact does to the stops: which it begins, which it ends; `is_each` where as many have to end as began."""

    begins: str = ""
    ends: tuple[str, ...] = ()
    is_each: bool = False


FACTS: Final[Mapping[str, Effect]] = {
    "consented": Effect(),
    "complained": Effect(COMPLAINT, (), True),
    "complaint_closed": Effect("", (COMPLAINT,), True),
    "hardship_opened": Effect(HARDSHIP),
    "hardship_closed": Effect("", (HARDSHIP,)),
    "plan_started": Effect(PLAN, (HARDSHIP,)),
    "plan_broken": Effect("", (PLAN,)),
    "plan_kept": Effect("", (PLAN,)),
    "disputed": Effect(DISPUTE, (), True),
    "dispute_closed": Effect("", (DISPUTE,), True),
    "refused_contact": Effect(),
    "unreachable": Effect(),
    "reached": Effect(),
    "died": Effect(DEATH),
    "incapable": Effect(INCAPACITY),
    "capable": Effect("", (INCAPACITY,)),
    "minor": Effect(MINOR),
    "of_age": Effect("", (MINOR,)),
    "court_stayed": Effect(COURT),
    "court_stay_lifted": Effect("", (COURT,)),
    "represented": Effect(REPRESENTED),
    "representation_ended": Effect("", (REPRESENTED,)),
    "wrong_number": Effect(),
    "paid_off": Effect(PAID_OFF),
    "owing": Effect("", (PAID_OFF,)),
    "asked_to_stop": Effect(ASKED),
}
"""What can be told of a debtor. Several complaints and disputes can be open at once, each with its own end; the others are or are not."""

PROMISED: Final = "promised"
_EFFECTS: Final[Mapping[str, Effect]] = {**FACTS, PROMISED: Effect(PROMISE)}
"""With what only the house's own file says: a promise that is waited for. It ends by time or by what was paid, so nobody tells it."""

Times = list[tuple[datetime, int]]
"""Counted contacts, oldest first: the instant (UTC), and the day by the calendar of the debtor's zone at that contact."""


class Told(NamedTuple):
    """A fact as somebody tells it. `person` is whom it is about beside the debtor; `subject` tells several of a kind apart."""

    fact: str
    debtor: str
    at: datetime
    person: str = ""
    number: str = ""
    subject: str = ""


class Attempt(NamedTuple):
    """A contact that somebody is about to make. `outcome` is what came of it: "connected", "unanswered", "by another", "" where
    nobody told yet.
    """

    channel: str
    debtor: str
    to: str  # "debtor" or "contact_person"
    person: str  # who, where it is not the debtor
    number: str
    by: str  # "lender" or the agency
    at: datetime  # UTC
    zone: tzinfo  # the debtor's
    country: str
    purpose: str
    outcome: str


class Debtor:
    """One debtor: stops that hold with what each is about, who agreed to contact in quiet hours, and whether contact was lost."""

    __slots__ = ("agreed", "is_unreachable", "stops", "wrong_numbers")

    def __init__(self) -> None:
        self.stops: dict[str, list[str]] = {}
        self.agreed: set[str] = set()
        self.is_unreachable = False
        self.wrong_numbers: set[str] = set()

    def is_lost(self) -> bool:
        """Tell whether a contact person may be asked where the debtor is: unreachable, dead or incapable."""
        return self.is_unreachable or DEATH in self.stops or INCAPACITY in self.stops


NOBODY: Final = Debtor()
"""A debtor of whom nothing is known; never changed."""


class Known:
    """Everything known of the debtors of one stream, or of one customer. `rules` say what has to be counted."""

    __slots__ = ("_counted", "_counting", "_keep", "_noted", "debtors", "refused", "times", "totals")

    def __init__(self, rules: Iterable[CountryRules]) -> None:
        countries = tuple(rules)
        self._counted = frozenset[tuple[str, str, bool]]().union(*(country.counted for country in countries))
        self._keep = timedelta(days=max((country.longest for country in countries), default=1)) + SPREAD
        self._counting: dict[tuple[str, str, str, str], tuple[tuple[str, str, bool], ...]] = {}
        self._noted = 0
        self.debtors: dict[str, Debtor] = {}
        self.refused: set[str] = set()
        self.times: dict[tuple[str, str, str], Times] = {}
        self.totals: dict[tuple[str, str, str], int] = {}

    def counted_since(self, now: datetime) -> datetime:
        """Give the instant from which on contacts with a debtor still count at another; a rule may count them for ever."""
        is_for_ever = any(ever and who != PERSON for who, _, ever in self._counted)
        return LONG_AGO if is_for_ever else now - self._keep

    def debtor(self, name: str) -> Debtor:
        """Give a debtor to look at."""
        return self.debtors.get(name, NOBODY)

    def hear(self, told: Told) -> None:
        """Take in a fact. Its kind must be one of FACTS, or PROMISED; `refused_contact` names a person, `wrong_number` a number."""
        effect = _EFFECTS[told.fact]
        debtor = self.debtors.setdefault(told.debtor, Debtor())
        if effect.begins:
            held = debtor.stops.setdefault(effect.begins, [])
            if not held or (effect.is_each and (not told.subject or told.subject not in held)):
                held.append(told.subject)
        for stop in effect.ends:
            _end(debtor.stops, stop, told.subject, is_each=effect.is_each)
        self._hear_more(debtor, told)

    def _hear_more(self, debtor: Debtor, told: Told) -> None:
        """Take in what a fact says beside stops."""
        if told.fact == "refused_contact":
            self.refused.add(told.person)
        elif told.fact == "unreachable":
            debtor.is_unreachable = True
        elif told.fact == "reached":
            debtor.is_unreachable = False
        elif told.fact == "consented":
            debtor.agreed.add(told.person)
        elif told.fact == "asked_to_stop":
            debtor.agreed.clear()
        elif told.fact == "wrong_number":
            debtor.wrong_numbers.add(told.number)

    def note(self, attempt: Attempt, day: int) -> None:
        """Count a contact that took place, on a day of the debtor's calendar.

        A call whose outcome nobody told counts as connected and as unanswered, whichever is worse.
        """
        channel, debtor, to, person, number, _, at, _, _, purpose, outcome = attempt
        counting = self._counting.get((channel, to, purpose, outcome))
        if counting is None:
            counting = self._counting[channel, to, purpose, outcome] = self._count(channel, to, purpose, outcome)
        for who, what, is_for_ever in counting:
            key = (who, debtor if who == DEBTOR else number if who == NUMBER else person, what)
            if is_for_ever:
                self.totals[key] = self.totals.get(key, 0) + 1
            else:
                self.times.setdefault(key, []).append((at, day))
        if outcome == CONNECTED and to == DEBTOR and (channel in INTERACTIVE or channel == VISIT) and debtor in self.debtors:
            self.debtors[debtor].is_unreachable = False
        self._noted += len(counting)
        if self._noted >= SWEEP and self._noted >= len(self.times):
            self._sweep(at - self._keep)

    def _count(self, channel: str, to: str, purpose: str, outcome: str) -> tuple[tuple[str, str, bool], ...]:
        """Give what a contact counts as, of whom, and whether for ever."""
        whats = [channel] if purpose != REMIND or channel not in MESSAGES else []
        if channel in INTERACTIVE:
            whats = [DIALLED, *((CONNECTED,) if outcome != UNANSWERED else ()), *((UNANSWERED,) if outcome in ("", UNANSWERED) else ())]
        if to == CONTACT_PERSON:
            whats += [PERSON_TRIED, *((PERSON_REACHED,) if outcome != UNANSWERED else ())]
        return tuple(one for one in sorted(self._counted) if one[1] in whats)

    def _sweep(self, before: datetime) -> None:
        """Forget contacts that no rule counts any more."""
        self._noted = 0
        for key, times in list(self.times.items()):
            if times[-1][0] < before:
                del self.times[key]
            elif times[0][0] < before:
                self.times[key] = [one for one in times if one[0] >= before]


def _end(stops: dict[str, list[str]], stop: str, subject: str, *, is_each: bool) -> None:
    held = stops.get(stop)
    if held is None:
        return
    if not is_each:
        held.clear()
    elif subject in held:
        held.remove(subject)
    if not held:
        del stops[stop]
