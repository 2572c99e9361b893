"""The history of a loan's class: every change from its first day on, each with its cause, as the rules of each day have it.

商业银行金融资产风险分类办法 (Order 2023 No. 1): a class is the worst that any trigger asks for. A loan that was NPL stays it until all
arrears are paid and it has then paid on time for two periods or six months, whichever is longer; one that was restructured is observed
from its first due day after the change, for two periods and a year, from the start again after a miss. What is late within the technical
delay is no miss.

A rest that belongs to a request for help eases nothing while the request is decided, nor where it is declined: who asks is not yet found to
be in difficulty. An acceptance finds it; rest and plan of one request are then one restructuring.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from typing import Final

from plimsoll.loan.facts import NAMES, Fact
from plimsoll.loan.layout import PAUSED, RESCHEDULED, REVERSED
from plimsoll.loan.terms import Terms
from plimsoll.risk.classify.policy import NORMAL, SPECIAL_MENTION, SUBSTANDARD, ClassPolicy, Policies
from plimsoll.risk.classify.state import Change, Class, changed
from plimsoll.risk.classify.timeline import Span, grace_of, timeline
from plimsoll.risk.classify.trigger import (
    DIFFICULTY,
    ECL,
    LASTING,
    NO_DIFFICULTY,
    POCI,
    REST_ASKED,
    REST_KEPT,
    RESTRUCTURED,
    TECHNICAL,
    Noted,
)
from plimsoll.units.days import add_months
from plimsoll.units.refusal import Refused

EASING: Final = (RESCHEDULED, PAUSED)
"""Facts by which a contract is eased. They make a loan a restructured one, unless it is noted that the debtor was in no difficulty, or they
are the rest of a request that nobody has accepted."""
DAYS, STRICT, CHARGED_OFF, AGAIN, UNTIL_UPGRADE = "days", "strict", "charged_off", "restructured_again", "until_upgrade"
BEGUN, RULE, MISSED, UPGRADED, OBSERVED = "begun", "rule", "missed", "upgraded", "observation_over"


def history(
    terms: Terms, facts: Sequence[Fact], noted: Sequence[Noted], policies: Policies, through: int, tolerance_days: int = 0
) -> tuple[Change, ...] | Refused:
    """Give every change of a loan's class through a day; the last one tells where it stands, but for the count of days.

    `tolerance_days` is the product's; no more than the technical delay of the law counts. Refused where the facts cannot stand.
    """
    spans = timeline(terms, facts, through)
    if isinstance(spans, Refused):
        return spans
    course = Course(facts, noted, policies, grace_of(terms), tolerance_days)
    return course.run(spans, through)


def class_on(
    terms: Terms, facts: Sequence[Fact], noted: Sequence[Noted], policies: Policies, on: int, tolerance_days: int = 0
) -> Class | Refused | None:
    """Give where a loan stands on a day; None before it begins."""
    spans = timeline(terms, facts, on)
    if isinstance(spans, Refused) or not spans:
        return spans if isinstance(spans, Refused) else None
    grace_days = grace_of(terms)
    changes = Course(facts, noted, policies, grace_days, tolerance_days).run(spans, on)
    return changes[-1].after._replace(late_days=spans[-1].late_days(on, grace_days))


class Course:
    """A loan on its way from day to day: what it owes to its past."""

    def __init__(self, facts: Sequence[Fact], noted: Sequence[Noted], policies: Policies, grace_days: int, tolerance_days: int) -> None:
        self._facts = facts
        self._noted = noted
        self._policies = policies
        self._grace_days = grace_days
        self._tolerance_days = tolerance_days
        self._technical = {one.due_on or one.on for one in noted if one.trigger == TECHNICAL}
        self._in_no_difficulty = {one.due_on or one.on for one in noted if one.trigger == NO_DIFFICULTY}
        self._asked_until = {one.on: one.due_on for one in noted if one.trigger == REST_ASKED}
        self._rests: tuple[int, ...] = ()  # numbers of the facts by which the loan rests for a request that is not over
        self._is_accepted = False  # that request was accepted, and what rested for it was eased
        self._wakes: list[int] = []
        self._through = 0
        self._dues: list[int] = []
        self._active: set[str] = set()
        self._ecl = NORMAL
        self._is_poci = False
        self._was_missed = False
        self._missed_through = 0
        self._clear_since = 0
        self._is_npl = self._is_again = self._was_hard = False
        self._free_since = 0
        self._eased: dict[int, int] = {}  # number of the fact, or minus the day of a note: its day
        self._observed_from = 0
        self._events: list[str] = []

    def run(self, spans: Sequence[Span], through: int) -> tuple[Change, ...]:
        """Go through the days on which anything can change; give the changes."""
        if not spans:
            return ()
        begun, self._through = spans[0].since, through
        days = {span.since for span in spans} | {one.on for one in self._noted} | set(self._policies.days)
        days |= self._counted_days(spans)
        self._wakes = sorted(day for day in days if begun <= day <= through)
        before_begun = [one for one in self._noted if one.on < begun]
        for one in before_begun:
            self._note(one)
        changes: list[Change] = []
        last: Class | None = None
        place = at = 0
        while at < len(self._wakes):
            day = self._wakes[at]
            while spans[place].until <= day:
                place += 1
            self._events = [] if at else [BEGUN]
            found = self._step(day, spans[place])
            if changed(last, found):
                taken = spans[place].facts if spans[place].since == day else ()
                changes.append(Change(day, last, found, tuple(self._events) or (DAYS,), taken))
                last = found
            at += 1
            while at < len(self._wakes) and self._wakes[at] == day:
                at += 1
        return tuple(changes)

    def _counted_days(self, spans: Sequence[Span]) -> set[int]:
        """Give the days on which a count of days past due passes from one name to the next."""
        counts = {self._grace_days + 1, self._tolerance_days + 1}
        for since in self._policies.days:
            policy = self._policies.on(since)
            counts |= {*policy.boundaries(), policy.technical_days + 1}
        late = [span for span in spans if span.oldest_due]
        return {span.oldest_due + days for span in late for days in counts if span.since < span.oldest_due + days < span.until}

    def _step(self, day: int, span: Span) -> Class:
        """Come to a day; give the class on it."""
        policy = self._policies.on(day)
        if self._was_missed:
            self._missed_through = day - 1
        if day == span.since:
            self._take(day, span, policy)
        for one in self._noted:
            if one.on == day:
                self._note(one)
                self._rest(one, span, policy)
                if one.trigger == RESTRUCTURED and not one.is_over:
                    self._ease(-day, day, policy)
        if day in self._policies.days:
            self._events.append(RULE)
        tolerance = min(self._tolerance_days, policy.technical_days or self._tolerance_days)
        if span.oldest_due in self._technical:
            tolerance = max(tolerance, policy.technical_days)
        late = span.late_days(day, self._grace_days)
        is_missed = late > tolerance
        if is_missed and not self._was_missed and self._observed_from:
            self._events.append(MISSED)
        self._was_missed = is_missed
        if is_missed:
            self._clear_since = 0
        elif self._clear_since == 0 and span.is_paid_up:
            self._clear_since = day
        if span.is_empty:
            return self._nothing_owed(policy)
        return self._judge(day, span, policy, late, tolerance)

    def _take(self, day: int, span: Span, policy: ClassPolicy) -> None:
        """Take what happened to the loan on the first day of a span."""
        if span.is_due_day:
            self._dues.append(day)
        for number in span.facts:
            fact = self._facts[number - 1]
            self._events.append(NAMES[fact.kind])
            if fact.kind in EASING and day not in self._in_no_difficulty and not self._is_asked(fact):
                self._ease(number, day, policy)
            elif fact.kind == REVERSED and self._eased.pop(fact.a, 0):
                self._observed_from = max(self._eased.values(), default=0) and self._observed_from

    def _is_asked(self, fact: Fact) -> bool:
        """Tell whether a loan rests by a fact for no longer than a request of that day takes to be decided."""
        return fact.kind == PAUSED and fact.a <= self._asked_until.get(fact.on, 0) + 1

    def _rest(self, one: Noted, span: Span, policy: ClassPolicy) -> None:
        """Take what was asked for or decided of a rest: an acceptance eases what rested, the end of a request forgets it."""
        if one.trigger == REST_ASKED:
            taken = span.facts if span.since == one.on else ()
            self._rests = tuple(number for number in taken if self._is_asked(self._facts[number - 1]))
        elif one.trigger == REST_KEPT and one.is_over:
            self._rests, self._is_accepted = (), False
        elif one.trigger == REST_KEPT:
            undone = {fact.a for fact in self._facts if fact.kind == REVERSED and fact.on <= one.on}
            for number in self._rests:
                if number not in undone:
                    self._ease(number, one.on, policy)
                    self._events.append(RESTRUCTURED)
                    self._is_accepted = True

    def _ease(self, number: int, day: int, policy: ClassPolicy) -> None:
        """Begin, or begin again, to observe a loan whose terms were eased; the second time within observation it is NPL."""
        if RESTRUCTURED not in policy.triggers:
            return
        is_new = day not in self._eased.values() and not self._is_accepted
        if self._observed_from and is_new and policy.triggers.get(AGAIN, NORMAL) >= SUBSTANDARD:
            self._is_npl = self._is_again = True
            self._free_since = day
            self._events.append(AGAIN)
        elif number < 0:
            self._events.append(RESTRUCTURED)
        self._eased[number] = day
        self._observed_from = day

    def _note(self, one: Noted) -> None:
        """Take what was noted."""
        if one.trigger in LASTING:
            (self._active.discard if one.is_over else self._active.add)(one.trigger)
        elif one.trigger == ECL:
            share = one.share
            self._ecl = NORMAL if share is None or one.is_over else self._policies.on(one.on).ecl_class(share)
        elif one.trigger == POCI:
            self._is_poci = not one.is_over
        if one.trigger not in (RESTRUCTURED, REST_ASKED, REST_KEPT):
            self._events.append(f"{one.trigger}_over" if one.is_over else one.trigger)

    def _nothing_owed(self, policy: ClassPolicy) -> Class:
        """Forget the past with the debt: what is owed later is another debt."""
        self._is_npl = self._is_again = self._was_hard = False
        self._eased.clear()
        self._observed_from = 0
        return Class(0, policy.names.bucket(0), policy.names.overdue_class(0), NORMAL, 1, False, self._is_poci, ())

    def _judge(self, day: int, span: Span, policy: ClassPolicy, late: int, tolerance: int) -> Class:
        asked = self._asked(span, policy, late, tolerance)
        hard = max(asked.values(), default=NORMAL)
        self._test(day, span, policy, hard)
        if self._observed_from:
            self._observe(day, span, policy, hard)
        if self._observed_from:
            asked[RESTRUCTURED] = policy.triggers.get(RESTRUCTURED, NORMAL)
        if self._is_npl:
            asked[AGAIN if self._is_again else UNTIL_UPGRADE] = SUBSTANDARD
        five = max(asked.values(), default=NORMAL)
        held = tuple(name for name, place in asked.items() if place == five and five > NORMAL)
        if len(held) > 1:
            held = tuple(name for name in held if name != UNTIL_UPGRADE)
        is_doubted = any(place >= SPECIAL_MENTION for name, place in asked.items() if name != DAYS)
        stage = 1
        if five >= SUBSTANDARD or 0 < policy.stage_3_days <= late:
            stage = 3
        elif is_doubted or 0 < policy.stage_2_days <= late:
            stage = 2
        names = policy.names
        return Class(late, names.bucket(late), names.overdue_class(late), five, stage, self._observed_from > 0, self._is_poci, held)

    def _asked(self, span: Span, policy: ClassPolicy, late: int, tolerance: int) -> dict[str, int]:
        """Give the class that each trigger of the day asks for, by its name."""
        asked = {DAYS: NORMAL if late <= tolerance else bisect_right(policy.names.five_days, late)}
        if 0 < policy.strict_days <= late:
            asked[STRICT] = SUBSTANDARD
        if span.is_charged_off:
            asked[CHARGED_OFF] = policy.triggers.get(CHARGED_OFF, NORMAL)
        asked |= {name: policy.triggers.get(name, NORMAL) for name in LASTING if name in self._active}
        if self._ecl:
            asked[ECL] = self._ecl
        return asked

    def _test(self, day: int, span: Span, policy: ClassPolicy, hard: int) -> None:
        """Make a loan NPL, or let it rise again when it has passed the test of the upgrade."""
        if hard >= SUBSTANDARD:
            self._is_npl = self._was_hard = True
            return
        if self._was_hard:
            self._was_hard = False
            self._free_since = day
        if not self._is_npl:
            return
        if policy.upgrade_months == 0:
            self._is_npl = self._is_again = False
            return
        base = max(self._clear_since, self._free_since)
        until = add_months(base, policy.upgrade_months) if self._clear_since else 0
        if until > day:
            self._wake(until)
        elif until and span.is_paid_up and self._dues_after(base, day) >= policy.upgrade_periods:
            self._is_npl = self._is_again = False
            self._events.append(UPGRADED)

    def _observe(self, day: int, span: Span, policy: ClassPolicy, hard: int) -> None:
        """End the observation of a restructured loan that has proved itself, or begin it again where the debtor still is in difficulty."""
        base = max(self._observed_from, self._missed_through if policy.is_restarted_on_miss else 0)
        first = bisect_right(self._dues, base)
        if first == len(self._dues):
            return
        until = self._dues[first] + policy.observed_days
        if until > day:
            self._wake(until)
        elif span.is_paid_up and not self._was_missed and self._dues_after(base, day) > policy.observed_periods:
            if DIFFICULTY in self._active or hard >= SUBSTANDARD:
                self._observed_from = day
                return
            self._observed_from = 0
            self._eased.clear()
            self._events.append(OBSERVED)

    def _dues_after(self, day: int, through: int) -> int:
        return bisect_right(self._dues, through) - bisect_right(self._dues, day)

    def _wake(self, day: int) -> None:
        """See to it that a day is looked at; one after the last day asked for is looked at by nobody."""
        if day <= self._through:
            insort(self._wakes, day)
