"""What a day of collection came to, read from the record: contacts and denials, outcomes, promises, cases, money, cost, and what it gained.

Nothing here is counted on the way: whoever runs it again, later or elsewhere, reads the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import numpy as np

from plimsoll.app.collecting.choose import cost_minor
from plimsoll.app.collecting.dial import MARK
from plimsoll.app.collecting.past import payments
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_on
from plimsoll.collections.assign_treatment import ASSIGNED
from plimsoll.collections.case import CLOSED, ENDS, HOLDOUT, MADE, OPENED
from plimsoll.collections.contact import ATTEMPTED, DENIED, FACT, OUTCOME
from plimsoll.collections.contact_rules import REMIND
from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.complaint import FILED
from plimsoll.risk.parameters import figures
from plimsoll.risk.plan.record import OPENED as HARDSHIP
from plimsoll.risk.treat.gain import Gain, gain_of
from plimsoll.rulebook.rules import Rules

MINOR: Final = 100.0
"""Gains are told in whole units of the currency."""


class Promises(NamedTuple):
    """Promises of some days: how many were made and for how much, how many ended how, and what was paid on them, in minor units.

    What came beyond a promise makes up for no other.
    """

    made: int
    made_minor: int
    ended: Mapping[str, int]
    paid_minor: int
    due_minor: int


class Report(NamedTuple):
    """Some days of collection. Contacts are those of collection; `reminders` are messages before and around the due day. Cost in fen."""

    first: date
    last: date
    contacts: Mapping[str, int]
    reminders: Mapping[str, int]
    denials: Mapping[str, int]
    outcomes: Mapping[str, int]
    told: Mapping[str, int]
    treatments: Mapping[str, int]
    chosen: Mapping[str, int]
    promises: Promises
    opened: int
    closed: Mapping[str, int]
    came_minor: int
    cost_fen: float
    gain: Gain | None
    judges: int  # customers that there have to be on both sides before a gain is more than chance

    @property
    def is_gain_told_by_enough(self) -> bool:
        """Tell whether enough customers were treated and held out for the interval of the gain to be trusted."""
        return self.gain is not None and min(self.gain.treated, self.gain.held_out) >= self.judges

    def as_object(self) -> dict[str, Any]:
        """Give the report as an object of plain values; money as text in units of the currency, cost in fen."""
        return {
            "from": self.first.isoformat(),
            "through": self.last.isoformat(),
            "contacts": dict(self.contacts),
            "reminders": dict(self.reminders),
            "denials": dict(self.denials),
            "outcomes": dict(self.outcomes),
            "told": dict(self.told),
            "treatments": dict(self.treatments),
            "chosen": dict(self.chosen),
            "promises": {
                "made": self.promises.made,
                "made_minor": self.promises.made_minor,
                **self.promises.ended,
                "due_minor": self.promises.due_minor,
                "paid_minor": self.promises.paid_minor,
            },
            "cases_opened": self.opened,
            "cases_closed": dict(self.closed),
            "came_minor": self.came_minor,
            "cost_fen": round(self.cost_fen, 1),
            "gain": gain_object(self.gain, is_told_by_enough=self.is_gain_told_by_enough),
        }


def gain_object(gain: Gain | None, *, is_told_by_enough: bool) -> dict[str, Any] | None:
    """Give a gain as plain values; None where nothing can be told yet."""
    if gain is None:
        return None
    bounds = {"low": round(gain.low, 2), "high": round(gain.high, 2)} if np.isfinite(gain.low) else {"low": None, "high": None}
    told = {"claimed": round(gain.claimed, 2), "realised": round(gain.realised, 2), **bounds}
    return told | {"treated": gain.treated, "held_out": gain.held_out, "is_proved": gain.is_proved and is_told_by_enough}


def report(store: Store, first: date, last: date, rules: Rules) -> Report:
    """Read what some days of collection came to."""
    made = _bodies(store, ATTEMPTED, first, last)
    collected = [said for _, one, said in made if MARK in one.subject]
    reminders = [said for _, one, said in made if MARK not in one.subject and said["purpose"] == REMIND]
    treated = _bodies(store, ASSIGNED, first, last)
    closed = _bodies(store, CLOSED, first, last)
    whose = {customer_id for customer_id, _, _ in (*treated, *closed)}
    came = sum(minor for paid in payments(store, whose, first, last).values() for _, minor in paid)
    return Report(
        first,
        last,
        _counted(said["channel"] for said in collected),
        _counted(said["channel"] for said in reminders),
        _counted(said["rule"] for _, _, said in _bodies(store, DENIED, first, last)),
        _counted(said["outcome"] for _, one, said in _bodies(store, OUTCOME, first, last) if MARK in one.subject),
        _told(store, first, last),
        _counted(said["treatment"] for _, _, said in treated),
        _counted(said["how"] for _, _, said in treated),
        _promises(store, first, last),
        len(_bodies(store, OPENED, first, last)),
        _counted(said["why"] for _, _, said in closed),
        came,
        sum(cost_minor(said["channel"]) for said in collected),
        gain_until(store, last, rules),
        int(figures(rules, "POLICY.COLLECT.LEARN", last)["judges"]),
    )


def _told(store: Store, first: date, last: date) -> dict[str, int]:
    """Count what customers told beside payments and promises: complaints, requests for help, what the gate has to know."""
    complaints, helps = len(_bodies(store, FILED, first, last)), len(_bodies(store, HARDSHIP, first, last))
    facts = _counted(said["fact"] for _, _, said in _bodies(store, FACT, first, last))
    return {name: count for name, count in {"complaint": complaints, "request for help": helps, **facts}.items() if count}


def _promises(store: Store, first: date, last: date) -> Promises:
    made = _bodies(store, MADE, first, last)
    ended = dict.fromkeys(sorted(ENDS.values()), 0)
    came: dict[tuple[int, str], int] = {}
    for kind, state in ENDS.items():
        for customer_id, one, said in _bodies(store, kind, first, last):
            ended[state] += 1
            if state != "cancelled":
                came[customer_id, one.subject] = said["paid_minor"]
    ever = _bodies(store, MADE, date.fromordinal(1), last) if came else []
    promised = {(customer_id, one.subject): said["amount_minor"] for customer_id, one, said in ever if (customer_id, one.subject) in came}
    paid = sum(min(came[which], amount) for which, amount in promised.items())
    return Promises(len(made), sum(said["amount_minor"] for _, _, said in made), ended, paid, sum(promised.values()))


def gain_until(store: Store, on: date, rules: Rules) -> Gain | None:
    """Give what strategies gained over the plain baseline, by those held out: for each customer what came within the days by which a case
    is judged, less what contacts cost, of cases whose days are over; None where there is none of either kind.
    """
    days = figures(rules, "POLICY.COLLECT.DAYS", on)
    judged = int(days["judged"])
    last = on - timedelta(days=judged)
    first = last - timedelta(days=int(days["back"]))
    begun: dict[int, tuple[int, str]] = {}
    for customer_id, one, said in _bodies(store, OPENED, first, last):
        begun.setdefault(customer_id, (one.on, said["arm"]))
    claimed, cost = (defaultdict[int, float](float) for _ in range(2))
    for customer_id, one, said in _bodies(store, ASSIGNED, first, on):
        if customer_id in begun and one.on - begun[customer_id][0] <= judged:
            claimed[customer_id] += said["claimed_minor"] / MINOR
    for customer_id, one, said in _bodies(store, ATTEMPTED, first, on):
        if customer_id in begun and MARK in one.subject and one.on - begun[customer_id][0] <= judged:
            cost[customer_id] += cost_minor(said["channel"]) / MINOR
    paid = payments(store, begun, first, on)
    order = sorted(begun)
    held_out = np.array([begun[one][1] == HOLDOUT for one in order], bool)
    if not order or held_out.all() or not held_out.any():
        return None
    came = [sum(minor for day, minor in paid.get(one, ()) if 0 <= day - begun[one][0] <= judged) / MINOR - cost[one] for one in order]
    return gain_of(np.array([claimed[one] for one in order]), np.array(came), held_out)


def _bodies(store: Store, kind: str, first: date, last: date) -> list[tuple[int, Filing, dict[str, Any]]]:
    if last < first:
        return []
    return [(customer_id, one, read_body(one)) for customer_id, one in filings_on(store, kind, first.toordinal(), last.toordinal())]


def _counted(words: Iterable[str]) -> dict[str, int]:
    """Count words, the most frequent first."""
    return dict(sorted(Counter(words).items(), key=lambda one: (-one[1], one[0])))
