"""The contact gate written a second time, as plainly as can be: every question looks at the whole past again, in loops.

It shares nothing with the gate but the shapes of facts and attempts and the values of the rulebook.
"""

from datetime import date, datetime, timedelta

from plimsoll.collections.debtor import Attempt, Told
from plimsoll.rulebook.rules import Rules

CALLS = ("call", "ai_call")
STOPS = {
    "ASKED": ("asked_to_stop", ()),
    "COMPLAINT": ("complained", ("complaint_closed",)),
    "HARDSHIP": ("hardship_opened", ("hardship_closed", "plan_started")),
    "DISPUTE": ("disputed", ("dispute_closed",)),
    "PLAN": ("plan_started", ("plan_broken", "plan_kept")),
    "DEATH": ("died", ()),
    "INCAPACITY": ("incapable", ("capable",)),
    "MINOR": ("minor", ("of_age",)),
    "COURT": ("court_stayed", ("court_stay_lifted",)),
    "PAID_OFF": ("paid_off", ("owing",)),
    "REPRESENTED": ("represented", ("representation_ended",)),
}
LIMITS = (
    "CALLS.CONNECTED.MAX",
    "CALLS.CONNECTED.WEEK.MAX",
    "CALLS.MAX",
    "DIALS.UNANSWERED.MAX",
    "SMS.MAX",
    "PUSH.MAX",
    "VISITS.MAX",
    "CONTACT_PERSON.MAX",
    "CONTACT_PERSON.DAY.MAX",
    "CONTACT_PERSON.REACHED.MAX",
)


class NaiveGate:
    """Everything that was told and done so far, in order, and what may be done now."""

    def __init__(self, rules: Rules, with_policy: bool = False) -> None:
        self.rules = rules
        self.with_policy = with_policy
        self.past: list[Told | Attempt] = []
        self.values: dict[tuple[str, date], object] = {}

    def value(self, key: str, on: date) -> object:
        """Give what a rule says on a day; None where there is none."""
        if (key, on) not in self.values:
            self.values[key, on] = self.rules.value(key, on) if key in self.rules.rules else None
        return self.values[key, on]

    def refused(self, attempt: Attempt) -> str:
        """Give the rule by which a contact may not be made, "" where it may."""
        local = attempt.at.astimezone(attempt.zone)
        return (
            self.refused_person(attempt, local.date())
            or self.refused_stopped(attempt, local.date())
            or self.refused_hour(attempt, local)
            or self.refused_count(attempt, local.date())
        )

    def facts(self, debtor: str) -> list[Told]:
        return [one for one in self.past if isinstance(one, Told) and one.debtor == debtor]

    def made(self) -> list[Attempt]:
        return [one for one in self.past if isinstance(one, Attempt)]

    def refused_person(self, attempt: Attempt, today: date) -> str:
        if attempt.to != "contact_person":
            return ""
        places = {}
        for ending in ("CONTACT_PERSON.STOP", "CONTACT_PERSON"):
            law = f"{attempt.country.upper()}.COLLECT.{ending}"
            places[ending] = law if law in self.rules.rules else f"POLICY.CONTACT.{ending}"
        if self.value(places["CONTACT_PERSON.STOP"], today):
            for one in self.past:
                if isinstance(one, Told) and one.fact == "refused_contact" and one.person == attempt.person:
                    return places["CONTACT_PERSON.STOP"]
        if self.value(places["CONTACT_PERSON"], today) is None:
            return ""
        is_lost = self.is_unreachable(attempt.debtor) or "DEATH" in self.holding(attempt) or "INCAPACITY" in self.holding(attempt)
        return "" if is_lost and attempt.purpose == "locate" else places["CONTACT_PERSON"]

    def is_unreachable(self, debtor: str) -> bool:
        is_lost = False
        for one in self.past:
            if one.debtor != debtor:
                continue
            if isinstance(one, Told):
                is_lost = {"unreachable": True, "reached": False}.get(one.fact, is_lost)
            elif one.to == "debtor" and one.channel in ("call", "ai_call", "visit") and one.outcome == "connected":
                is_lost = False
        return is_lost

    def holding(self, attempt: Attempt) -> list[str]:
        """Give the stops that hold for a debtor, the one that began first before the others."""
        began = {}
        for stop, (begin, ends) in STOPS.items():
            open_now, since = 0, 0
            for place, one in enumerate(self.facts(attempt.debtor)):
                if one.fact == begin:
                    since = place if open_now == 0 else since
                    open_now = open_now + 1 if stop in ("COMPLAINT", "DISPUTE") else 1
                elif one.fact in ends and open_now > 0:
                    open_now -= 1
            if open_now:
                began[stop] = since
        return sorted(began, key=lambda stop: began[stop])

    def refused_stopped(self, attempt: Attempt, today: date) -> str:
        holding = [stop for stop in self.holding(attempt) if attempt.to == "debtor" or stop not in ("DEATH", "INCAPACITY")]
        if any(fact.fact == "wrong_number" and fact.number == attempt.number for fact in self.facts(attempt.debtor)):
            holding.append("WRONG_NUMBER")
        for stop in holding:
            for key in (f"{attempt.country.upper()}.COLLECT.STOP.{stop}", f"POLICY.CONTACT.STOP.{stop}"):
                said = self.value(key, today)
                if said is not None and attempt.purpose in (said if isinstance(said, tuple) else (said,)):
                    return key
        return ""

    def refused_hour(self, attempt: Attempt, local: datetime) -> str:
        agreed = False
        for fact in self.facts(attempt.debtor):
            if fact.fact == "consented" and fact.person == (attempt.person if attempt.to == "contact_person" else ""):
                agreed = True
            if fact.fact == "asked_to_stop":
                agreed = False
        law = f"{attempt.country.upper()}.COLLECT.QUIET"
        hours = self.value(law, local.date())
        if hours and is_within(local, hours) and not (agreed and self.value(f"{law}.AGREED", local.date())):
            return law
        hours = self.value("POLICY.CONTACT.QUIET", local.date()) if self.with_policy else None
        return "POLICY.CONTACT.QUIET" if hours and is_within(local, hours) and not agreed else ""

    def refused_count(self, attempt: Attempt, today: date) -> str:
        places = (f"{attempt.country.upper()}.COLLECT", *(("POLICY.CONTACT",) if self.with_policy else ()))
        for ending in LIMITS:
            for rule in (f"{place}.{ending}" for place in places):
                most = self.value(rule, today)
                if most is None or not concerns(ending, attempt):
                    continue
                if self.count(ending, attempt, self.rules.rule(rule).per, today) >= most:  # type: ignore[operator]
                    return rule
        return ""

    def count(self, ending: str, attempt: Attempt, per: str, today: date) -> int:
        """Count the contacts made that a limit is about."""
        who, _, days = per.partition("-")
        first = today - timedelta(days=int(days.split("-")[0]) - 1) if days and days != "day" else today
        count = 0
        for made in self.made():
            if getattr(made, who) != getattr(attempt, who) or not is_counted(ending, made):
                continue
            here, there = made.at.astimezone(attempt.zone).date(), made.at.astimezone(made.zone).date()
            if not days or here >= first or there >= first:
                count += 1
        return count

    def first_allowed(self, attempt: Attempt, days: int) -> datetime | None:
        """Give the first whole minute at which the same attempt may be made, by trying every minute of some days; None for none."""
        at = attempt.at.replace(second=0, microsecond=0)
        for _ in range(days * 24 * 60):
            at += timedelta(minutes=1)
            if not self.refused(attempt._replace(at=at)):
                return at
        return None


def is_within(local: datetime, hours: object) -> bool:
    """Tell whether a clock shows a time from the first until before the second, over midnight where that is earlier."""
    begin, end = hours  # type: ignore[misc]
    shown = f"{local:%H:%M}"
    return begin <= shown < end if begin < end else not end <= shown < begin


def concerns(ending: str, attempt: Attempt) -> bool:
    """Tell whether a limit can hold an attempt back."""
    if ending.startswith("CONTACT_PERSON"):
        return attempt.to == "contact_person"
    if ending in ("SMS.MAX", "PUSH.MAX"):
        return attempt.channel == ending[:-4].lower() and attempt.purpose != "remind"
    return attempt.channel == "visit" if ending == "VISITS.MAX" else attempt.channel in CALLS


def is_counted(ending: str, made: Attempt) -> bool:
    """Tell whether a limit counts a contact that was made."""
    if ending.startswith("CALLS.CONNECTED"):
        return made.channel in CALLS and made.outcome != "unanswered"
    if ending.startswith("DIALS"):
        return made.channel in CALLS and made.outcome != "connected"
    if ending == "CONTACT_PERSON.REACHED.MAX":
        return made.to == "contact_person" and made.outcome != "unanswered"
    return concerns(ending, made)
