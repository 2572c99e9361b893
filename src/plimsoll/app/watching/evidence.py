"""Watch the sources of evidence day by day: count what they answered, compare with the days before, raise an alert or lift it.

While an alert stands nothing that depends on the source is approved automatically. An alert goes when the source is judged again and
nothing is off; where its people have really changed, a person lifts it, and the days from then on are what later days are compared with.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from plimsoll.app.database.schema import source_alert, source_day
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_on
from plimsoll.loan.filing import Filing
from plimsoll.risk.answer import EVIDENCE
from plimsoll.risk.evidence import tolerance
from plimsoll.risk.quality import Quality, Tally, count_customer, judge, read_tally, watch_of
from plimsoll.rulebook.feature import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

BY_ITSELF: Final = ""
LENGTH_MAX: Final = 500


class Alert(NamedTuple):
    """An alert about a source: since which day it stands, what was off then, and the day it was lifted (None: it stands)."""

    source: str
    raised_on: date
    raised_at: datetime
    reasons: tuple[dict[str, object], ...]
    lifted_on: date | None
    lifted_by: str
    lift_reason: str


class Watched(NamedTuple):
    """What a watch found: every source that was asked that day, and the alerts that stand after it."""

    on: date
    qualities: tuple[Quality, ...]
    raised: tuple[str, ...]
    lifted: tuple[str, ...]
    alerts: tuple[Alert, ...]


def suspended(store: Store) -> tuple[str, ...]:
    """Give the sources about which an alert stands: what depends on them is not approved automatically."""
    return tuple(alert.source for alert in alerts(store))


def alerts(store: Store, *, is_all: bool = False) -> tuple[Alert, ...]:
    """Give the alerts that stand, by source; with `is_all` those that were lifted too, the latest first."""
    columns = source_alert.c
    chosen = select(source_alert).order_by(columns.raised_on.desc(), columns.source)
    with store.engine.connect() as connection:
        rows = connection.execute(chosen if is_all else chosen.where(columns.lifted_on.is_(None))).mappings().all()
    found = tuple(_alert(row) for row in rows)
    return found if is_all else tuple(sorted(found))


def watch(store: Store, on: date, rules: Rules, now: datetime) -> Watched:
    """Count and judge the day of every source, and raise or lift alerts; days before it that were not counted whole are counted first.

    Watching a day again counts it again. A day that is not the latest one watched is judged, and moves no alert.
    """
    bounds = watch_of(rules, on)
    first = on - timedelta(days=bounds.baseline)
    with store.engine.connect() as connection:
        chosen = select(source_day.c.measured_on, source_day.c.measured_at)
        known = {day: instant_of(at).date() for day, at in connection.execute(chosen)}
    for day in _days(first, on):
        if known.get(day, day) <= day:  # never, or while the day went on
            _keep(store, day, tallies_on(store, day, rules), now)
    tallies = tallies_on(store, on, rules)
    _keep(store, on, tallies, now)
    history = alerts(store, is_all=True)
    baselines = _baselines(store, first, on, history)
    qualities = tuple(judge(name, tally, baselines.get(name, Tally()), bounds, load()) for name, tally in sorted(tallies.items()))
    raised, lifted = ((), ()) if any(day > on for day in known) else _move(store, on, qualities, now)
    return Watched(on, qualities, raised, lifted, alerts(store))


def tallies_on(store: Store, on: date, rules: Rules) -> dict[str, Tally]:
    """Count what each source answered on a day."""
    catalogue, apart = load(), tolerance(rules, on)
    tallies: dict[str, Tally] = {}
    told = filings_on(store, EVIDENCE, on.toordinal())
    for _, of_customer in groupby(told, key=_customer):
        filings = [filing for _, filing in of_customer]
        count_customer(tallies, filings, catalogue, apart, max(filing.at for filing in filings))
    return tallies


def lift(store: Store, source: str, on: date, *, actor: str, reason: str, now: datetime) -> Alert | Refused:
    """Lift the alert about a source by hand; from its day on, what the source tells is what later days are compared with.

    Refuses alert_missing, actor_missing, reason_missing, reason_too_long.
    """
    if not actor.strip():
        return Refused("actor_missing")
    if not reason.strip():
        return Refused("reason_missing")
    if len(reason) > LENGTH_MAX:
        return Refused("reason_too_long", "", f"{len(reason)} characters, at most {LENGTH_MAX}")
    standing = {alert.source: alert for alert in alerts(store)}
    if source not in standing:
        return Refused("alert_missing", "", source)
    with store.changing() as connection:
        _lift(connection, source, on, actor, reason, now)
    return standing[source]._replace(lifted_on=on, lifted_by=actor, lift_reason=reason)


def _customer(row: tuple[int, Filing]) -> int:
    return row[0]


def _days(first: date, on: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((on - first).days))


def _keep(store: Store, on: date, tallies: dict[str, Tally], now: datetime) -> None:
    """Write a day's tallies, in place of those that were there. A day without answers leaves a row too: it was looked at."""
    rows = [
        {
            "measured_on": on,
            "source": name,
            "asked": tally.asked,
            "measured_at": now,
            "figures": json.dumps(tally.said(), sort_keys=True),
        }
        for name, tally in (tallies or {"": Tally()}).items()
    ]
    new: Any = (postgresql if store.kind == "postgresql" else sqlite).insert(source_day)
    changed = {name: new.excluded[name] for name in ("asked", "measured_at", "figures")}
    with store.changing() as connection:
        connection.execute(new.on_conflict_do_update(index_elements=["measured_on", "source"], set_=changed), rows)


def _baselines(store: Store, first: date, on: date, history: Sequence[Alert]) -> dict[str, Tally]:
    """Add up the days before, source by source: none under an alert, unless a person has said since that they are how it is now."""
    columns = source_day.c
    chosen = select(columns.measured_on, columns.source, columns.figures).where(columns.measured_on >= first, columns.measured_on < on)
    found: dict[str, Tally] = {}
    with store.engine.connect() as connection:
        for day, source, said in connection.execute(chosen):
            if source and _counts(day, [alert for alert in history if alert.source == source]):
                found.setdefault(source, Tally()).add(read_tally(json.loads(said)))
    return found


def _counts(day: date, history: Sequence[Alert]) -> bool:
    """Tell whether a day shows how the source is: since a person accepted it, and under no alert."""
    accepted = max((alert.raised_on for alert in history if alert.lifted_on is not None and alert.lifted_by), default=date.min)
    others = (alert for alert in history if not alert.lifted_by)
    return day >= accepted and not any(alert.raised_on <= day and (alert.lifted_on is None or day < alert.lifted_on) for alert in others)


def _move(store: Store, on: date, qualities: Iterable[Quality], now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Raise and lift alerts as a day asks for; give the sources of each."""
    raised, lifted = [], []
    new: Any = (postgresql if store.kind == "postgresql" else sqlite).insert(source_alert)
    again = {"lifted_on": None, "lifted_at": None, "lifted_by": None, "lift_reason": None}
    changed = {"reasons": new.excluded.reasons, "raised_at": new.excluded.raised_at, **again}
    with store.changing() as connection:
        standing = set(connection.scalars(select(source_alert.c.source).where(source_alert.c.lifted_on.is_(None))))
        for quality in qualities:
            if quality.off and quality.source not in standing:
                reasons = json.dumps([one._asdict() for one in quality.off])
                row = {"source": quality.source, "raised_on": on, "raised_at": now, "reasons": reasons}
                connection.execute(new.on_conflict_do_update(index_elements=["source", "raised_on"], set_=changed), row)
                raised.append(quality.source)
            elif quality.is_judged and not quality.off and quality.source in standing:
                _lift(connection, quality.source, on, BY_ITSELF, "", now)
                lifted.append(quality.source)
    return tuple(raised), tuple(lifted)


def _lift(connection: Connection, source: str, on: date, actor: str, reason: str, now: datetime) -> None:
    columns = source_alert.c
    said = {"lifted_on": on, "lifted_at": now, "lifted_by": actor, "lift_reason": reason}
    connection.execute(update(source_alert).where(columns.source == source, columns.lifted_on.is_(None)).values(**said))


def _alert(row: Any) -> Alert:
    return Alert(
        row["source"],
        row["raised_on"],
        instant_of(row["raised_at"]),
        tuple(json.loads(row["reasons"])),
        row["lifted_on"],
        row["lifted_by"] or "",
        row["lift_reason"] or "",
    )
