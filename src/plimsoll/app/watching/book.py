"""A book as monitoring sees it: customers month by month, who is late by how much, whom to warn of, and who is over-extended.

Everything is folded from facts, so any past day can be asked. Needs the extras `fast` and, for trees, `ml`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from plimsoll.app.closing.look_back import Past
from plimsoll.app.closing.scan import ID_MAX, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.loan.columns import Ints
from plimsoll.loan.layout import O_CLAIM, O_CREDIT, O_CUMULATIVE, O_FEE, O_INTEREST, O_LATE_DAYS, O_PENALTY, O_PRINCIPAL, O_STATUS, OPEN
from plimsoll.monitoring.signals import CARRIED, IN_FULL, NO_USE, WINDOW, Months, Values, from_months
from plimsoll.risk.load.debt_service import stressed
from plimsoll.risk.load.over_extension_columns import Book, shown_by_claims
from plimsoll.risk.load.policy import Policy
from plimsoll.units.days import add_months

O_RECEIVED: Final = O_CUMULATIVE + 2
MONTH_DAYS: Final = 30
QUARTER: Final = 3
PPB: Final = 10**9


class Panel(NamedTuple):
    """Customers with a line, one row each, and month's ends, one column each, oldest first; amounts in minor units.

    `late` is days past due of the latest loan, `states` as signals count them. `capacity_minor` is -1 where no load line is drawn.
    `claims` is what is left of loans that were written off and not sold: no balance of the book, but a debt all the same.
    """

    days: tuple[int, ...]
    customer_id: Ints
    currency: tuple[str, ...]
    limit_minor: Ints
    capacity_minor: Ints
    room_minor: Ints
    stress_ppb: Ints
    drawn_on: Ints
    owed: Ints
    claims: Ints
    paid: Ints
    late: Ints
    states: Ints


_LINE: Final = ("customer_id", "currency", "limit_minor", "load_capacity_minor", "load_room_minor", "load_stress_ppb", "load_on")


def read_panel(store: Store, on: date, threads: int = 1) -> Panel:
    """Read a book as it stood at the ends of the months up to a day."""
    days = tuple(add_months(on.toordinal(), -k) for k in range(WINDOW, -1, -1))
    with snapshot(store) as seen:
        lines = [row for row in seen.rows(schema.line, _LINE, 0, ID_MAX) if row[2] > 0]
    numbers = np.array([[row[0], *row[2:6], row[6] or 0] for row in lines], np.int64).reshape(-1, 6).T
    past = Past(store, threads)
    place = np.searchsorted(numbers[0], past.customer_id) if lines else np.zeros(0, np.int64)
    found = np.append(numbers[0], -1)[np.minimum(place, len(lines))] == past.customer_id
    owed, claims, received, late = (np.zeros((len(lines), len(days)), np.int64) for _ in range(4))
    for column, day in enumerate(days):
        out = past.at(day)
        is_open = found & (past.opened_on <= day)
        at, rows = place[is_open], out[is_open]
        balance = rows[:, O_PRINCIPAL] + rows[:, O_INTEREST] + rows[:, O_PENALTY] + rows[:, O_FEE] - rows[:, O_CREDIT]
        np.add.at(owed[:, column], at, np.where(rows[:, O_STATUS] == OPEN, balance, 0))
        np.add.at(claims[:, column], at, rows[:, O_CLAIM])
        np.add.at(received[:, column], at, rows[:, O_RECEIVED])
        np.maximum.at(late[:, column], at, rows[:, O_LATE_DAYS])
    paid = np.diff(received, axis=1, prepend=received[:, :1])
    customer_id, limit_minor, capacity_minor, room_minor, stress_ppb, drawn_on = numbers
    return Panel(
        days=days,
        customer_id=customer_id,
        currency=tuple(row[1] for row in lines),
        limit_minor=limit_minor,
        capacity_minor=capacity_minor,
        room_minor=room_minor,
        stress_ppb=stress_ppb,
        drawn_on=drawn_on,
        owed=owed,
        claims=claims,
        paid=paid,
        late=late,
        states=states_of(owed, paid, late),
    )


def states_of(owed: Ints, paid: Ints, late: Ints) -> Ints:
    """Give the state of every month: months late, or no use, paid in full, carried on."""
    before = np.concatenate((owed[:, :1], owed[:, :-1]), axis=1)
    clean = np.where((owed <= 0) & (before <= 0), NO_USE, np.where((before > 0) & (paid >= before), IN_FULL, CARRIED))
    found: Ints = np.where(late > 0, -(-late // MONTH_DAYS), clean)
    return found


class Units(NamedTuple):
    """Clean customer-months: the place of the customer, the month, the signals; and after how many months late, paid off, and seen."""

    place: list[int]
    month: list[int]
    signals: list[Values]
    after: list[tuple[int, int, int]]


def clean_units(panel: Panel, months: Sequence[int], horizon: int, *, with_late: bool = False) -> Units:
    """Give the customer-months that were in use and never late so far, with what became of them within a horizon.

    With `with_late` those of the late too: no warning is about them, and a score learns from them.
    """
    units = Units([], [], [], [])
    states, owed, paid, limits = (column.tolist() for column in (panel.states, panel.owed, panel.paid, panel.limit_minor))
    for month in months:
        is_clean = with_late | (panel.states[:, : month + 1] <= 0).all(axis=1)
        for place in np.flatnonzero(is_clean & (panel.states[:, month] > NO_USE)).tolist():
            upto = slice(0, month + 1)
            units.place.append(place)
            units.month.append(month)
            units.signals.append(from_months(Months(limits[place], owed[place][upto], paid[place][upto], states[place][upto])))
            coming = states[place][month + 1 : month + 1 + horizon]
            late = next((k for k, state in enumerate(coming, 1) if state > 0), 0)
            out = next((k for k, state in enumerate(coming, 1) if state == NO_USE), 0)
            units.after.append((late, out, len(coming)))
    return units


def laden(panel: Panel, column: int, policy: Policy) -> Book:
    """Give the customers for over-extension at one month's end.

    With a load line it is L*, and what can be paid a month is spread around its room, which one month in four does not reach. Without
    one, what was paid shows what can be paid: its logarithm by mean and spread, at least the spread of an income that is only stated;
    L* is what the median month can serve. Who never paid has no line. Of other lenders nothing is seen here, so nobody is masked.
    What is left of a claim after a write-off is owed, and late by a day at least; without a load line it says what can be carried: nothing.
    """
    weight = stressed(policy.stress)
    months = panel.paid[:, max(column - WINDOW + 1, 0) : column + 1].astype(np.float64)
    is_paid = months > 0
    count = is_paid.sum(axis=1)
    logs = np.log(np.where(is_paid, months, 1.0))
    mean = logs.sum(axis=1) / np.maximum(count, 1)
    spread = np.sqrt((is_paid * (logs - mean[:, None]) ** 2).sum(axis=1) / np.maximum(count - 1, 1))
    drawn = shown_by_claims(panel.capacity_minor, panel.claims[:, column])
    has_line = drawn >= 0
    inferred = policy.spread["inferred"]
    mu = np.where(has_line, np.log(np.maximum(panel.room_minor, 1)) - policy.percentile_z * inferred, mean)
    sigma = np.where(has_line, inferred, np.maximum(spread, policy.spread["stated"]))
    shown = np.where(count > 0, np.floor(np.exp(mean) / weight), -1.0).astype(np.int64)
    nought = np.zeros(len(mu))
    return Book(
        limit_minor=panel.limit_minor,
        balance_minor=np.maximum(panel.owed[:, column] + panel.claims[:, column], 0),
        line_minor=np.where(has_line, drawn, shown),
        late_days=np.maximum(panel.late[:, column], panel.claims[:, column] > 0),
        has_plan=np.zeros(len(mu), bool),
        mu=mu,
        sigma=sigma,
        essentials=nought,
        essentials_deviation=nought,
        elsewhere=nought,
        elsewhere_deviation=nought,
        weight=np.where(panel.capacity_minor >= 0, panel.stress_ppb / PPB, weight),
        elsewhere_grown_minor=np.zeros(len(mu), np.int64),
        paid_minor=panel.paid[:, max(column - QUARTER + 1, 0) : column + 1].sum(axis=1),
        new_lenders=np.zeros(len(mu), np.int64),
    )


def count_by(names: Sequence[str], place_of: Mapping[int, int], panel: Panel) -> list[dict[str, Any]]:
    """Count customers who owe, and what they owe, by a name for their days past due."""
    days, owed = panel.late[:, -1], np.maximum(panel.owed[:, -1], 0)
    places = np.array([place_of[day] for day in days.tolist()], np.int64)
    owing = owed > 0
    whole = max(int(owed.sum()), 1)
    found = []
    for place, name in enumerate(names):
        chosen = owing & (places == place)
        minor = int(owed[chosen].sum())
        found.append({"name": name, "customers": int(chosen.sum()), "balance_minor": minor, "share": round(minor / whole, 6)})
    return found
