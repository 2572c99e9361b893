"""Overdue cases of a book for sharing between institutions: counted by what is told of them, never by who they are. Needs the extra `fast`.

A case is a loan that was past due at the end of some month of the last year. What it was is told of its worst month, in bands; what became
of it, as of the last month's end. Nothing that names a person, a loan or a day leaves this file.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from plimsoll.app.cell import Table
from plimsoll.app.closing.look_back import Past
from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.loan import classes
from plimsoll.loan.columns import Ints
from plimsoll.loan.layout import (
    CHARGED_OFF,
    F_KIND,
    O_CLAIM,
    O_FEE,
    O_INTEREST,
    O_LATE_DAYS,
    O_PENALTY,
    O_PRINCIPAL,
    O_STATUS,
    PAID_OFF,
    RESCHEDULED,
)
from plimsoll.risk.anonymous import Anonymous, Demand, Scale, anonymous
from plimsoll.risk.credit.month import month_ends
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.lateness import FIVE_CLASSES
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused

CUSTOMERS_A_PART: Final = 20_000
MONTHS: Final = 12
UNKNOWN: Final = "unknown"
RULE: Final = "POLICY.SHARE.OVERDUE"
OUTCOMES: Final = ("open", "restructured", "cured", "settled", "written_off")
DAYS: Final = ("1-30", "31-60", "61-90", "91-180", "181-360", "361-")
_DAYS_FROM: Final = (31, 61, 91, 181, 361)
AMOUNTS: Final = ("-500", "500-2000", "2000-5000", "5000-10000", "10000-50000", "50000-")
_AMOUNTS_FROM: Final = (50_000, 200_000, 500_000, 1_000_000, 5_000_000)
"""In minor units of the currency, of which the amounts of the names are the whole ones."""
AGES: Final = ("-24", "25-34", "35-44", "45-54", "55-")
_AGES_FROM: Final = (25, 35, 45, 55)
COLUMNS: Final = ("age_band", "region", "product", "days_band", "amount_band", "class")
_LOAN: Final = ("customer_id", "product")

Cases = Counter[tuple[tuple[str, ...], str]]


class Person(NamedTuple):
    """What is told of a person: a band of ages and a region, UNKNOWN where nobody knows."""

    age_band: str = UNKNOWN
    region: str = UNKNOWN


def demand_of(rules: Rules, on: date, k: int) -> Demand | Refused:
    """Give what is asked of a shared table; refuses anonymity_below_minimum where k is less than the policy's."""
    said = figures(rules, RULE, on)
    if k < said["k"]:
        return Refused("anonymity_below_minimum", RULE, f"{k}, at least {int(said['k'])}")
    return Demand(k, int(said["outcomes"]), said["left_out"])


def read_people(path: Path) -> dict[int, Person]:
    """Read a CSV with customer_id, age and region; either of the two may be empty. Raises Malformed with line and key."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Malformed("file_missing", str(wrong), file=str(path)) from None
    found: dict[int, Person] = {}
    rows = csv.DictReader(lines)
    if not {"customer_id", "age", "region"} <= set(rows.fieldnames or ()):
        raise Malformed("field_missing", f"{rows.fieldnames}", file=str(path), line=1, remedy="Columns customer_id, age, region.")
    for number, row in enumerate(rows, 2):
        customer_id, age, region = ((row[name] or "").strip() for name in ("customer_id", "age", "region"))
        if not customer_id.isdecimal() or (age and (not age.isdecimal() or int(age) > 130)) or int(customer_id) in found:
            raise Malformed("field_malformed", f"{customer_id!r}, {age!r}", file=str(path), line=number, key="customer_id")
        found[int(customer_id)] = Person(_band(int(age), AGES, _AGES_FROM) if age else UNKNOWN, region or UNKNOWN)
    return found


def cases_of(store: Store, month: str, people: Mapping[int, Person], threads: int = 1) -> Cases:
    """Count the cases of a year that ends with a month, by what is told of them at the finest and what became of them."""
    ends = month_ends(month, MONTHS)
    found: Cases = Counter()
    with snapshot(store) as seen:
        for first, until in seen.bounds(CUSTOMERS_A_PART):
            found.update(_part(seen, first, until, ends, people, threads))
    return found


def share(cases: Cases, demand: Demand) -> Anonymous:
    """Give the table that may be shared."""
    return anonymous(cases, scales_of(cases), demand)


def scales_of(cases: Cases) -> tuple[Scale, ...]:
    """Give how each of COLUMNS can be told, from the finest to hidden; products and regions are those that there are."""
    seen = [sorted({values[place] for values, _ in cases}) for place in range(len(COLUMNS))]
    fine = [{value: value for value in values} for values in seen]
    older = dict(zip(AGES, ("-34", "-34", "35-54", "35-54", "55-"), strict=True)) | {UNKNOWN: UNKNOWN}
    longer = dict(zip(DAYS, ("short", "mid", "mid", "long", "long", "long"), strict=True))
    larger = dict(zip(AMOUNTS, ("-2000", "-2000", "2000-10000", "2000-10000", "10000-", "10000-"), strict=True))
    npl = {name: "npl" if place >= FIVE_CLASSES.index("substandard") else "performing" for place, name in enumerate(FIVE_CLASSES)}
    coarser = (older, None, None, longer, larger, npl)
    return tuple(Scale(name, (one,) if other is None else (one, other)) for name, one, other in zip(COLUMNS, fine, coarser, strict=True))


def rows_of(found: Anonymous, month: str) -> Iterator[dict[str, str]]:
    """Give a row for every case that is told, in the order of what is told, with the month as of which it is."""
    for group in found.groups:
        for outcome, count in group.outcomes.items():
            row = {"as_of": month, **dict(zip(COLUMNS, group.told, strict=True)), "outcome": outcome}
            yield from (row for _ in range(count))


def write_rows(path: Path, rows: Iterator[dict[str, str]]) -> int:
    """Write the rows as CSV, in place only when it is whole; give how many there are."""
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        count = Table(file, ends="\n").named(("as_of", *COLUMNS, "outcome"), rows)
    unfinished.replace(path)
    return count


def _part(
    seen: Snapshot, first: int, until: int, ends: tuple[int, ...], people: Mapping[int, Person], threads: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the cases of some customers."""
    past = Past(seen, threads, first, until)
    if not len(past.customer_id):
        return
    products = [product for _, product in seen.rows(schema.loan, _LOAN, first, until)]
    worst, owed, last = _worst(past, ends)
    eased = set(past.place[past.facts[:, F_KIND] == RESCHEDULED].tolist())
    for place in np.flatnonzero(worst > 0).tolist():
        person = people.get(int(past.customer_id[place]), Person())
        days = int(worst[place])
        told = (
            person.age_band,
            person.region,
            products[place],
            _band(days, DAYS, _DAYS_FROM),
            _band(int(owed[place]), AMOUNTS, _AMOUNTS_FROM),
            classes.five_class(days),
        )
        yield told, _outcome(last[place], is_eased=place in eased)


def _worst(past: Past, ends: tuple[int, ...]) -> tuple[Ints, Ints, Ints]:
    """Give the most days past due of each loan at any month's end, what it owed then, and its numbers at the last."""
    worst, owed = (np.zeros(len(past.customer_id), np.int64) for _ in range(2))
    out = np.zeros((len(past.customer_id), 0), np.int64)
    for day in ends:
        out = past.at(day)
        late = out[:, O_LATE_DAYS]
        is_worse = late > worst
        debt = out[:, O_PRINCIPAL] + out[:, O_INTEREST] + out[:, O_PENALTY] + out[:, O_FEE] + out[:, O_CLAIM]
        worst, owed = np.where(is_worse, late, worst), np.where(is_worse, debt, owed)
    return worst, owed, out


def _outcome(out: Any, *, is_eased: bool) -> str:
    """Give what became of a case by its numbers at the end."""
    if out[O_STATUS] == CHARGED_OFF:
        return "written_off"
    if out[O_STATUS] == PAID_OFF:
        return "settled"
    if out[O_LATE_DAYS] > 0:
        return "open"
    return "restructured" if is_eased else "cured"


def _band(number: int, names: tuple[str, ...], froms: tuple[int, ...]) -> str:
    return names[sum(number >= start for start in froms)]
