"""What lending does to those who borrow, in figures: who has to pay too much, who pays and stays in debt, complaints and contacts.

Burden, complaints, contacts and over-extension are read from the book; persistent debt off the tape. What is not known is counted and said.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from sqlalchemy import func, select

from plimsoll.app.closing.scan import Packed, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.tape.reading import Tape
from plimsoll.loan.book import unpack_standing
from plimsoll.loan.burden import burden, month_number
from plimsoll.loan.fold import go_on
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import Terms
from plimsoll.monitoring.note_over_extension import CHANGED
from plimsoll.portfolio.expressions.persistent import persistent_text
from plimsoll.risk.load.over_extension import CLASSES, FIT
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.pack import unpack
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

PEOPLE: Final = 10_000
PPB: Final = 10**9
COUNTED: Final = {
    "complaints": "complaint.filed",
    "contacts": "contact.attempted",
    "contacts denied": "contact.denied",
    "reminders": "reminder.sent",
    "hardship": "hardship.opened",
    "plans": "plan.started",
    "plans kept": "plan.kept",
    "plans broken": "plan.broken",
}
"""What is counted in a month, and the filing of each."""


class Burden(NamedTuple):
    """Customers who owe, by what is asked of them in the month after: those of whom a load line tells what they can spare, of these those
    who have to pay too much of it, and those of whom nothing tells."""

    known: int
    over: int
    unknown: int

    @property
    def customers(self) -> int:
        """Give all customers who owe."""
        return self.known + self.unknown


class Lasting(NamedTuple):
    """Loans in persistent debt: those that owe and are old enough to tell, of these those in it, their balance (minor units), the months
    that they have been in it in all, and loans too young to tell."""

    known: int
    loans: int
    balance: int
    months: int
    unknown: int


class Harm(NamedTuple):
    """The figures of a month: burden, persistent debt (None where the tape does not tell), counts of the month, customers by class of
    over-extension. `window` is in months, `part` the share that is too much."""

    burden: Burden
    lasting: Lasting | None
    window: int
    part: float
    counts: Mapping[str, int]
    classes: Mapping[str, int]

    def per_people(self, name: str) -> float | None:
        """Give a count per 10,000 customers who owe; None where nobody does."""
        return PEOPLE * self.counts[name] / self.burden.customers if self.burden.customers else None


def harm_of(store: Store, tape: Tape, month: int, rules: Rules) -> Harm:
    """Work the figures of a month out. Cost: one reading of the open loans, and of what was filed in the month.

    Raises Malformed tape_lacks for a tape without a calendar, states_later for a book that has moved past the month.
    """
    if not tape.shape.is_calendar():
        raise Malformed("tape_lacks", "period", file=tape.shape.name)
    first, last = month_days(month)
    share = rules.rate("POLICY.HARM.BURDEN", last)
    assert share is not None, "the rule has no end"
    said = figures(rules, "POLICY.HARM.PERSISTENT", last)
    owed = asked_after(store, last, tape.source.currency)
    return Harm(
        _burden(store, owed, share, figures(rules, "POLICY.LOAD.CAPACITY", last)["kappa"]),
        _lasting(tape, month, int(said["window"]), said["times"]),
        int(said["window"]),
        share.num / share.den,
        {name: _count(store, kind, first, last) for name, kind in COUNTED.items()},
        _classes(store, last, set(owed)),
    )


def month_days(month: int) -> tuple[date, date]:
    """Give the first and the last day of a month."""
    begin, after = (date(index // 12, index % 12 + 1, 1) for index in (month, month + 1))
    return begin, after - timedelta(days=1)


class Asked(NamedTuple):
    """What loans of a customer ask for in a month, in minor units: what is scheduled, and what revolves without a date; no arrears."""

    scheduled: int
    revolving: int


def asked_after(store: Store, day: date, currency: str) -> dict[int, Asked]:
    """Give what is asked of each customer who owes in the month after a day, as the loans stand on it; raises Malformed states_later."""
    found: dict[int, Asked] = {}
    at = day.toordinal()
    with snapshot(store) as seen:
        for first, end in seen.bounds():
            for customer_id, held in groupby(seen.loans(OPEN, first, end), key=attrgetter("customer_id")):
                loans = [_asked_of(one, at) for one in held if one.currency == currency]
                if loans:
                    found[customer_id] = Asked(sum(one.scheduled for one in loans), sum(one.revolving for one in loans))
    return found


def _asked_of(one: Packed, day: int) -> Asked:
    if one.as_of > day:
        raise Malformed("states_later", f"{date.fromordinal(one.as_of)} is later than {date.fromordinal(day)}")
    agreed, standing = Terms.unpack(one.currency, tuple(unpack(one.terms))), unpack_standing(one.state)
    if one.as_of < day:
        moved = go_on(agreed, standing, (), day)
        assert not isinstance(moved, Refused), "moving to a day refuses nothing"
        standing = moved
    found = burden(agreed, standing)
    return Asked(found.months.get(month_number(day + 1), 0), found.revolving)


def _burden(store: Store, asked: Mapping[int, Asked], share: Rate, kappa: float) -> Burden:
    """Count customers of whom too much is asked, by the measure of the load line.

    What revolves is weighed as the line weighs it. What can be spared is the room of the line by the share of what is left that may serve
    debt: other lenders are taken off the room, so this is what a poor month leaves, at the least.
    """
    columns = schema.line.c
    chosen = select(columns.customer_id, columns.load_room_minor, columns.load_stress_ppb).where(columns.load_capacity_minor >= 0)
    part = Fraction(kappa).limit_denominator(1_000) / PPB
    known = over = 0
    with store.engine.connect() as connection:
        for customer, room, stress in connection.execute(chosen):
            if customer in asked:
                one = asked[customer]
                serves = one.scheduled * PPB + one.revolving * stress
                known += 1
                over += serves * part * share.den > room * share.num
    return Burden(known, over, len(asked) - known)


def _count(store: Store, kind: str, first: date, last: date) -> int:
    columns = schema.filing.c
    chosen = select(func.count()).select_from(schema.filing).where(columns.kind == kind, columns.effective_on.between(first, last))
    with store.engine.connect() as connection:
        return int(connection.execute(chosen).scalar_one())


def _classes(store: Store, last: date, owing: set[int]) -> dict[str, int]:
    """Give customers who owe by class of over-extension; who is not on record fits."""
    columns = schema.filing.c
    chosen = (
        select(columns.customer_id, columns.body)
        .where(columns.kind == CHANGED, columns.effective_on <= last)
        .order_by(columns.customer_id, columns.n)
    )
    with store.engine.connect() as connection:
        latest = {customer: json.loads(body)["over_extension"] for customer, body in connection.execute(chosen) if customer in owing}
    found = dict.fromkeys(CLASSES, 0)
    for name in latest.values():
        found[name] += 1
    found[CLASSES[FIT]] += len(owing) - len(latest)
    return found


def _lasting(tape: Tape, month: int, window: int, times: float) -> Lasting | None:
    """Read persistent debt off the tape; None where it does not tell what was paid."""
    if not all(tape.shape.tells(part) for part in ("opened", "balance", "originated", "written_off", "interest_paid")):
        return None
    part = Fraction(times).limit_denominator(1_000)
    rows = tape.ask(persistent_text(tape.source, month, window, part.numerator, part.denominator))
    inside = [row for row in rows if row[0] == 1]
    known = sum(row[2] for row in rows if row[0] >= 0)
    loans = sum(row[2] for row in inside)
    months = sum(row[1] * row[2] for row in inside)
    return Lasting(known, loans, sum(row[3] for row in inside), months, sum(row[2] for row in rows if row[0] < 0))
