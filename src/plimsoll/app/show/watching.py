"""What monitoring has on record: warnings that stand, places above the load line, classes; and the signals of one customer."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import case, func, select

from plimsoll.app.database.schema import filing, line
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.show.days import on_day
from plimsoll.loan.book import LINE_CLOSED, LINE_FROZEN, LINE_OPEN
from plimsoll.loan.filing import of_kind, read_body
from plimsoll.monitoring.raise_warning import RAISED, standing_warning
from plimsoll.monitoring.signals import is_raised
from plimsoll.rulebook.signal import load
from plimsoll.units.refusal import Refused

CLASSED: Final = "class.changed"
OVER: Final = "over_extension.changed"
STATUSES: Final = (LINE_OPEN, LINE_FROZEN, LINE_CLOSED, "none")
FILINGS_MAX: Final = 50_000
"""Filings of a kind that one look counts, at most."""


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal of a customer: what it is worth on a day (decimal text, "" not known), and what is recommended where it is raised."""

    name: str
    title_zh: str
    title_en: str
    source: str
    unit: str
    value: str
    is_raised: bool
    action: str


@dataclass(frozen=True, slots=True)
class WarningRow:
    """The warning that stands of a customer: since when, its rank, the chance of being late in millionths, why, what is recommended."""

    on: date
    rank: int
    chance_ppm: int
    reasons: tuple[str, ...]
    action: str
    is_held_out: bool


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place of a customer above or within the load line, as it was put on record; above in minor units."""

    on: date
    place: str
    band: str
    chance_ppm: int
    currency: str
    over_minor: int


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A change of a loan's class: the five-class from a day on, and why."""

    loan_id: int
    on: date
    five_class: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What monitoring knows of one customer: the warning that stands, places and classes on record (newest first), signals of a day."""

    customer_id: int
    on: date
    warning: WarningRow | None
    places: tuple[PlaceRow, ...]
    classes: tuple[ClassRow, ...]
    signals: tuple[SignalRow, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many customers there are of something."""

    name: str
    customers: int


@dataclass(frozen=True, slots=True)
class WatchCounts:
    """What is on record of the whole book; `is_partly` where places were counted no further."""

    lines: tuple[Count, ...]
    above_load_line: int
    with_load_line: int
    places: tuple[Count, ...]
    warnings_open: int
    is_partly: bool


def watched(store: Store, customer_id: int, day: date, now: datetime) -> Watched | Refused:
    """Give what monitoring knows of one customer. Refuses customer_unknown. Rows read: the file and the customer's loans.

    Signals need the extra `fast`; without it there are none.
    """
    filings = filings_of(store, customer_id)
    raised = standing_warning(filings)
    warning = None
    if raised is not None:
        said = read_body(raised)
        reasons = tuple(str(one) for one in said["signals"])
        warning = WarningRow(on_day(raised.on), said["rank"], said["chance_ppm"], reasons, said["action"], said["is_held_out"])
    places = []
    for one in of_kind(filings, OVER):
        said = read_body(one)
        words = (said["over_extension"], said["chance_band"], said["chance_ppm"], said["currency"], said["over_minor"])
        places.append(PlaceRow(on_day(one.on), *words))
    classes = [
        ClassRow(int(one.subject), on_day(change["on"]), change["five_class"])
        for one in of_kind(filings, CLASSED)
        for change in read_body(one)["changes"]
    ]
    signals = _signals(store, customer_id, day, now)
    if signals is None:
        return Refused("customer_unknown", "", f"customer {customer_id}")
    return Watched(customer_id, day, warning, tuple(reversed(places)), tuple(reversed(classes)), signals)


def _signals(store: Store, customer_id: int, day: date, now: datetime) -> tuple[SignalRow, ...] | None:
    try:
        from plimsoll.app.watching.signals import signals_of
    except ModuleNotFoundError:
        return ()
    values = signals_of(store, customer_id, day, now)
    if values is None:
        return None
    found = []
    for name, signal in load().by_name.items():
        value = values.get(name)
        title, is_up = dict(signal.title), is_raised(signal, value)
        text = "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")
        found.append(SignalRow(name, title["zh-CN"], title["en"], signal.source, signal.unit, text, is_up, signal.action if is_up else ""))
    return tuple(found)


def watch_counts(store: Store) -> WatchCounts:
    """Give what is on record of the whole book. Rows read: one scan of the lines in SQL; of places at most FILINGS_MAX filings."""
    lines, files = line.c, filing.c
    with store.engine.connect() as connection:
        drawn, passed = lines.load_capacity_minor >= 0, lines.used_minor > lines.load_capacity_minor
        asked = (*(lines.status == status for status in STATUSES), drawn, drawn & passed)
        sums = [int(one or 0) for one in connection.execute(select(*(func.sum(case((one, 1), else_=0)) for one in asked))).one()]
        wanted = select(files.customer_id, files.body).where(files.kind == OVER).order_by(files.effective_on, files.customer_id, files.n)
        rows = connection.execute(wanted.limit(FILINGS_MAX + 1)).all()
        open_warnings = int(connection.scalar(select(func.count()).where(files.kind == RAISED)) or 0)
        ended = int(connection.scalar(select(func.count()).where(files.kind == "warning.closed")) or 0)
    place_of = {row.customer_id: str(json.loads(row.body)["over_extension"]) for row in rows[:FILINGS_MAX]}
    counted = Counter(place_of.values())
    return WatchCounts(
        tuple(Count(status, count) for status, count in zip(STATUSES, sums, strict=False)),
        sums[-1],
        sums[-2],
        tuple(Count(name, counted[name]) for name in sorted(counted)),
        max(open_warnings - ended, 0),
        len(rows) > FILINGS_MAX,
    )
