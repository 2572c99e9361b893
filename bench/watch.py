"""Monitoring of a large book: nights that touch only who changed, and the end of a month over every customer."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.large import SPREAD, grow
from bench.ran import plimsoll
from bench.report import Goal, Result
from bench.setting import Setting
from bench.sown import Place, PostgresPlace, SqlitePlace
from bench.timing import Measured, Sample
from plimsoll.app.database.opening import open_store
from plimsoll.app.watching.find import on_file
from plimsoll.app.watching.month import Desk, month_end
from plimsoll.risk.lawful import lawful_rules

TITLE = "monitoring of a large book: nights by the close, and a month's end over all customers"
BEFORE = date(2026, 2, 9)
FULL = 1_000_000
MONTH_S, QUIET_SHARE = 60.0, 0.10
OVER_EACH = 40
"""One customer in so many owes more than the load line; the others are well below it."""


def draw_lines(url: str) -> None:
    """Draw a load line for every customer, as one SQL update: the book is made of copies."""
    with open_store(url) as store, store.changing() as connection:
        connection.execute(
            text(
                "UPDATE line SET load_currency = currency, load_on = :day, load_stress_ppb = 95000000, "
                "load_room_minor = 400000, "
                "load_capacity_minor = CASE WHEN (customer_id / 10000000) % :each = 0 THEN 800000 ELSE 5000000 END"
            ),
            {"day": BEFORE.isoformat() if store.kind == "sqlite" else BEFORE, "each": OVER_EACH},
        )


def recompute(url: str) -> tuple[float, int, int]:
    """Return the seconds of the whole recompute of a month's end, nothing written; clean customers, and places that changed."""
    with open_store(url) as store:
        begun = time.perf_counter()
        desk = Desk(store, BEFORE, on_file(store, BEFORE), lawful_rules(), datetime(2026, 2, 10, tzinfo=UTC), 2)
        found = month_end(desk)
        return time.perf_counter() - begun, found.clean, len(found.places)


def said(log: Path) -> dict[str, Any]:
    """Return what the command said last."""
    found = json.loads(log.read_text("utf-8").splitlines()[-1])
    last: dict[str, Any] = found[-1] if isinstance(found, list) else found
    return last


def nights(setting: Setting, place: Place, result: Result) -> None:
    """Measure the month's end, then two nights: one in thirty falls due, and a day later is late."""
    url, count = grow(place, "watch", SPREAD, BEFORE, setting.size(30_000, FULL))
    draw_lines(url)
    log = setting.folder / "watch.log"
    setting.step(f"watch: a month's end on {place.kind}")
    seconds, clean, places = recompute(url)
    result.add([Measured("month's end, recomputed", [Sample(count, seconds, seconds)])], f"{place.kind}, customer")
    result.goals.append(Goal(f"{place.kind}: seconds of a month's end over {count:,} customers", seconds, MONTH_S, at_most=True))
    begun = time.perf_counter()
    plimsoll(["watch", "run", "--on", BEFORE.isoformat(), "--whole", "--db", url, "--json"], log)
    whole, done = time.perf_counter() - begun, said(log)
    result.notes.append(f"{place.kind}: {clean:,} clean, {places:,} places changed; with everything written {whole:.1f} s: {done['done']}")
    for ahead, what in ((1, "one in thirty due"), (2, "one in thirty newly late"), (3, "quiet")):
        day = BEFORE + timedelta(days=ahead)
        plain = plimsoll(["close", "--through", day.isoformat(), "--db", url, "--json", "--tape", "never"], log)
        due = said(log)["due"]
        begun = time.perf_counter()
        plimsoll(["watch", "run", "--on", day.isoformat(), "--db", url, "--json"], log)
        took, found = time.perf_counter() - begun, said(log)
        result.notes.append(
            f"{place.kind}: {what}: close {plain.wall_s:.2f} s, {due} due; monitoring {took:.2f} s, "
            f"touched {found['touched']:,} of {found['customers']:,}, moved {found['moved']:,}"
        )
        result.goals.append(Goal(f"{place.kind}: share of customers touched, {what}", found["touched"] / count, QUIET_SHARE, at_most=True))


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with both databases."""
    for kind in ("sqlite", "postgresql"):
        place: Place = PostgresPlace(setting.postgres()) if kind == "postgresql" else SqlitePlace(setting.fresh("sqlite"))
        setting.step(f"watch: making a book on {kind}")
        nights(setting, place, result)
