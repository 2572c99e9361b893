"""Shocks at employers and in regions as the book knows them: who belongs where by links that are blinded, what notices are in force, and
which groups fare so much worse than before and than others that the house files a notice of its own.

Membership is by day: of one kind, the last link that was on record by a day. It is written with the employer and the address (`app.vault`).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Text, and_, cast, exists, func, select, tuple_

from plimsoll.app.database.schema import line, link
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossiers
from plimsoll.app.watching.book import Panel
from plimsoll.app.watching.find import IN_LIST, rows_of
from plimsoll.loan.book import LINE_CLOSED
from plimsoll.monitoring.shock import (
    DOSSIER,
    GROUPS,
    OWN_BOOK,
    PPM,
    SIGNALS,
    Found,
    ShockPolicy,
    begins_on,
    group_name,
    share_found,
    share_in_force,
)
from plimsoll.monitoring.signals import Values, is_raised
from plimsoll.monitoring.tell_shock import TellShock
from plimsoll.risk.score.table import Flags, Floats, Ints
from plimsoll.rulebook.signal import load
from plimsoll.units.rate import Rate

LATE_PAYMENTS: Final = "late-payments"
QUARTER: Final = 3


def shocks_on(store: Store, on: date, *, only_new: bool = False) -> dict[str, float]:
    """Give the groups with a notice in force on a day, with the gravest share told; with `only_new` those with a notice of that day."""
    day = on.toordinal()
    found = {name: share_in_force(filings, day) for name, filings in dossiers(store, DOSSIER) if not only_new or begins_on(filings, day)}
    return {name: share for name, share in found.items() if share > 0}


def shock_signals(store: Store, customer_id: int, on: date) -> Values:
    """Give a customer's signals of shocks: the gravest share in force, 0 where none is, None where no employer or region is known."""
    rows = list(rows_of(store, _members(on).where(link.c.customer_id == customer_id)))
    shares = shocks_on(store, on) if rows else {}
    values: Values = dict.fromkeys(SIGNALS.values())
    for row in rows:
        values[SIGNALS[row.kind]] = max(values[SIGNALS[row.kind]] or 0.0, shares.get(group_name(row.kind, row.blind), 0.0))
    return values


def struck(store: Store, on: date, *, is_whole: bool) -> list[int]:
    """Give those who owe and whose employer or region has a notice by which the signal is raised; one of that day unless `is_whole`."""
    catalogue = load().by_name
    shares = shocks_on(store, on, only_new=not is_whole)
    grave = {name for name, share in shares.items() if is_raised(catalogue[SIGNALS[name.partition("-")[0]]], share)}
    owing = and_(line.c.customer_id == link.c.customer_id, line.c.used_minor > 0, line.c.status != LINE_CLOSED)
    return sorted({row.customer_id for row in _of_groups(store, grave, _members(on).join(line, owing))})


def shock_columns(store: Store, on: date, customer_id: Ints, shares: Mapping[str, float]) -> dict[str, Floats]:
    """Give the signals of shocks as columns, a row a customer in rising order; not a number for who is in no group with a notice."""
    columns = {name: np.full(len(customer_id), np.nan) for name in SIGNALS.values()}
    known = customer_id.tolist()
    place = {one: at for at, one in enumerate(known)} if shares else {}
    for row in _of_groups(store, shares, _members(on)):
        if row.customer_id in place:
            column, at = columns[SIGNALS[row.kind]], place[row.customer_id]
            column[at] = np.fmax(column[at], shares[group_name(row.kind, row.blind)])
    return columns


def shocks_found(store: Store, panel: Panel, on: date, policy: ShockPolicy) -> tuple[TellShock, ...]:
    """Give the notices that the house files of itself at a month's end: groups of enough people who became late far more than before.

    Looked at are customers who owed and were not late three months ago, and of them who was late at an end of these months. Nobody is
    counted in a group of fewer people than the policy asks for.
    """
    now, before = _newly(panel, QUARTER), _newly(panel, 0)
    groups = _by_group(store, panel.customer_id, on, policy.people)
    told = []
    for name, rows in groups.items():
        people, late = int(now[0][rows].sum()), int(now[1][rows].sum())
        others = int(now[0].sum()) - people
        seen = int(before[0][rows].sum())
        was = int(before[1][rows].sum()) / seen if seen else 0.0
        elsewhere = (int(now[1].sum()) - late) / others if others else 0.0
        share = share_found(Found(people, late, was, elsewhere), policy)
        if share is not None:
            key, until = f"watch:{on.isoformat()}:{name}", on + timedelta(days=policy.days)
            rate = Rate.parse(f"{round(share * PPM) / PPM:.6f}")
            told.append(TellShock(key, name, on, LATE_PAYMENTS, rate, until, OWN_BOOK, people, late))
    return tuple(told)


def _newly(panel: Panel, first: int) -> tuple[Flags, Flags]:
    """Give who owed and was in time at the end of a month, and of them who was late at the end of one of the three after it."""
    is_seen = (panel.late[:, first] <= 0) & (panel.owed[:, first] > 0)
    return is_seen, is_seen & (panel.late[:, first + 1 : first + 1 + QUARTER] > 0).any(axis=1)


def _by_group(store: Store, customer_id: Ints, on: date, least: int) -> dict[str, Ints]:
    """Give the rows of a panel by group, of groups of so many people or more; the database sends a row a group."""
    who = func.aggregate_strings(cast(link.c.customer_id, Text), ",")
    grouped = _members(on).with_only_columns(link.c.kind, link.c.blind, who).group_by(link.c.kind, link.c.blind)
    groups: dict[str, Ints] = {}
    for kind, blind, listed in rows_of(store, grouped.having(func.count() >= least)):
        people = np.sort(np.array(listed.split(","), np.int64))
        at = np.minimum(np.searchsorted(customer_id, people), max(len(customer_id) - 1, 0))
        rows: Ints = at[customer_id[at] == people] if len(customer_id) else np.zeros(0, np.int64)
        if len(rows) >= least:
            groups[group_name(kind, blind)] = rows
    return groups


def _of_groups(store: Store, names: Iterable[str], chosen: Any) -> Iterable[Any]:
    """Give who belongs to some groups on a day."""
    things = [tuple(name.split("-", 1)) for name in sorted(names)]
    for first in range(0, len(things), IN_LIST):
        yield from rows_of(store, chosen.where(tuple_(link.c.kind, link.c.blind).in_(things[first : first + IN_LIST])))


def _members(on: date) -> Any:
    """Choose who belongs where on a day: the links to groups that nobody replaced by then."""
    later, end = link.alias(), datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(days=1)
    is_replaced = exists().where(
        later.c.customer_id == link.c.customer_id, later.c.kind == link.c.kind, later.c.since > link.c.since, later.c.since < end
    )
    return select(link.c.customer_id, link.c.kind, link.c.blind).where(link.c.kind.in_(GROUPS), link.c.since < end, ~is_replaced)
