"""What the tape says of a book month by month: delinquency, yield, losses, concentration, and how far every trigger is."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from plimsoll.app.treasury.shares import Holdings, Lent, lent_by
from plimsoll.app.treasury.tape_day import TapeDay, month_ends, read_day, tape_file
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.policy import register_on
from plimsoll.treasury.route import Funder
from plimsoll.treasury.survive import Course
from plimsoll.treasury.trigger import Place, Trigger, place
from plimsoll.units.refusal import Malformed

LATE: Final = 30
"""A loan counts as delinquent when it is more than so many days past due."""

BAD: Final = 90
"""A loan counts as in default when it is more than so many days past due, or was written off."""

BORROWERS: Final = 10
YEAR_MONTHS: Final = 12


class Stand(NamedTuple):
    """A book, or the part of it that funders hold, at the end of a day, in minor units: principal, of it late, of the largest borrowers,
    flows since the beginning, charged off since the beginning, what everybody has lent, and principal that counts as in default.
    """

    day: date
    principal: int
    late: int
    largest: int
    disbursed: int
    repaid: int
    earned: int
    recovered: int
    lost: int
    lent: Lent
    bad: int


class Measured(NamedTuple):
    """A course with what it was measured on: so many months, and the price of funders a year."""

    course: Course
    months: int
    price: float


def stands(folder: Path, on: date, months: int, currency: str, held: Holdings) -> list[Stand]:
    """Give where the book stood on the day and at the month ends before it, oldest first. Raises Malformed tape_day_missing."""
    if not tape_file(folder, on).is_file():
        raise Malformed("tape_day_missing", on.isoformat(), file=str(tape_file(folder, on)))
    days = [one for one in month_ends(folder, on) if one < on][-months:]
    days = [one for one in days if (one.year, one.month) != (on.year, on.month)]
    return [stand(read_day(folder, day), currency, held) for day in (*days, on)]


def stand(tape: TapeDay, currency: str, held: Holdings) -> Stand:
    """Add up one day of the tape."""
    here = tape.of(currency)
    principal = tape.numbers["principal_minor"][here]
    late = tape.numbers["past_due_days"][here] > LATE
    customers, places = np.unique(tape.numbers["customer_id"][here], return_inverse=True)
    by = np.zeros(len(customers), np.int64)
    np.add.at(by, places, principal)
    flows = tape.flows[here].sum(axis=0).tolist()
    owing = (
        (tape.ids[place], currency, int(tape.numbers["principal_minor"][place]))
        for place in np.flatnonzero(here & (tape.numbers["principal_minor"] > 0)).tolist()
    )
    lent = lent_by(owing, held, tape.day.toordinal() + 1, lambda _name: False)
    return Stand(
        tape.day,
        int(principal.sum()),
        int(principal[late].sum()),
        int(np.sort(by)[-BORROWERS:].sum()),
        flows[0],
        flows[1],
        sum(flows[2:5]),
        flows[5],
        int(tape.numbers["charged_off_minor"][here].sum()),
        lent.get(currency, Lent(0, 0, 0, {})),
        int(principal[tape.numbers["past_due_days"][here] > BAD].sum()),
    )


def price_of(funders: Sequence[Funder], lent: Lent) -> float:
    """Give the price a year of what funders have lent, weighted by it; 0 where nothing is lent."""
    prices = {one.name: one.price.num / one.price.den for one in funders}
    whole = sum(lent.of.values())
    return sum(minor * prices.get(name, 0.0) for name, minor in lent.of.items()) / whole if whole else 0.0


def history(found: Sequence[Stand], funders: Sequence[Funder]) -> Mapping[str, list[tuple[int, float]]]:
    """Give the figures of the register by trigger, as days and values, oldest first; empty where nothing is measured."""
    told: dict[str, list[tuple[int, float]]] = {
        "delinquency": [],
        "defaults": [],
        "excess-spread": [],
        "borrowers": [],
        "largest-funder": [],
    }
    was: Stand | None = None
    for one in found:
        day = one.day.toordinal()
        if one.principal:
            told["delinquency"].append((day, one.late / one.principal))
            told["borrowers"].append((day, one.largest / one.principal))
            if one.lent.of:
                told["largest-funder"].append((day, max(one.lent.of.values()) / one.principal))
        if one.disbursed:
            told["defaults"].append((day, (one.lost + one.bad) / one.disbursed))
        for funder in funders:
            told.setdefault(f"funder-used {funder.name}", []).append((day, one.lent.of.get(funder.name, 0) / funder.committed_minor))
        if was is not None and was.principal:
            days = (one.day - was.day).days
            gained = (one.earned - was.earned + one.recovered - was.recovered - one.lost + was.lost) / was.principal
            told["excess-spread"].append((day, gained * 365 / days - price_of(funders, was.lent) * (1 - _own(was))))
        was = one
    return told


def places(found: Sequence[Stand], funders: Sequence[Funder], rules: Rules, on: date) -> list[tuple[str, Place]]:
    """Give where every trigger of the register stands, with its name; a figure that is not measured has no place."""
    register = register_on(rules, on).triggers
    told = history(found, funders)
    return [(name, place(_limit(register, name), points)) for name, points in told.items() if points]


def course_of(found: Sequence[Stand], funders: Sequence[Funder], trigger: float, cost: float, advance: float) -> Measured:
    """Measure how a usual month goes, on the months of some stands; raises Malformed tape_too_short with fewer than two."""
    if len(found) < 2 or not found[0].principal or not found[-1].principal:
        raise Malformed("tape_too_short", f"{len(found)} days, two with loans are needed")
    months = sum((now.day - was.day).days for was, now in pairwise(found)) * YEAR_MONTHS / 365
    pairs = [(was, now) for was, now in pairwise(found) if was.principal]
    base = sum(was.principal for was, _ in pairs) / len(pairs)
    late = sum(was.late for was, _ in pairs) / len(pairs)
    first, last = found[0], found[-1]
    repaid = (last.repaid - first.repaid) / months
    lost = (last.lost - first.lost - last.recovered + first.recovered) / months
    price = price_of(funders, last.lent)
    course = Course(
        repaid=min(repaid / base, 1.0),
        earned=min((last.earned - first.earned) / months / base, 1.0),
        delinquent=last.late / last.principal,
        lost=min(max(lost, 0.0) / late, 1.0) if late else 0.0,
        cost=cost,
        price=price / YEAR_MONTHS,
        granted=min((last.disbursed - first.disbursed) / months / repaid, 2.0) if repaid > 0 else 1.0,
        advance=advance,
        trigger=trigger,
    )
    return Measured(course, len(found) - 1, price)


def _own(one: Stand) -> float:
    return one.lent.own_minor / one.principal if one.principal else 1.0


def _limit(register: Mapping[str, Trigger], name: str) -> Trigger:
    return register[name.partition(" ")[0]]._replace(name=name)
