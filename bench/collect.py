"""A day of collection on a large book, one customer in twenty late: seconds of each step, and of a run that finds it done."""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from typing import Final

from bench.large import grow
from bench.report import Goal, Result
from bench.setting import Setting
from bench.sown import SqlitePlace
from bench.timing import Measured, Sample
from plimsoll.app.channels.sandbox import WELL, SandboxSender
from plimsoll.app.collecting.day import Collected, collect
from plimsoll.app.collecting.dial import Orders
from plimsoll.app.collecting.report import report
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.rulebook.rules import load
from plimsoll.simulator.answer_contacts import SandboxPeople
from plimsoll.units.refusal import Refused

TITLE = "a day of collection, one customer in twenty late, made-up debtors answering"
PATTERNS: Final = 20
LATE_DRAW, WELL_DRAW = date(2026, 1, 10), date(2026, 1, 22)
ON: Final = date(2026, 2, 18)
"""Eight days after the due day of those who are late; no reminder of the others falls on it."""
CUSTOMERS: Final = 100_000
MS_A_CUSTOMER, SECOND_SHARE = 10.0, 0.25


class Clocked:
    """One run of the day, with the seconds of its steps."""

    def __init__(self, store: Store) -> None:
        self.steps: dict[str, float] = {}
        self.store = store
        self.begun = self.last = time.perf_counter()
        self.name = ""

    def step(self, name: str) -> None:
        """Note that a step begins."""
        now = time.perf_counter()
        if self.name:
            self.steps[self.name] = now - self.last
        self.name, self.last = name, now

    def run(self) -> tuple[Collected, float]:
        """Collect the day; return what was done, and the seconds."""
        orders = Orders(SandboxPeople(1), SandboxSender(1, WELL), named, named, planned, load(), "bench")
        self.begun = time.perf_counter()
        found = collect(self.store, ON, orders, self.step)
        self.step("")
        assert not isinstance(found, Refused), found
        return found, time.perf_counter() - self.begun


def named(customer_id: int, channel: str) -> str:
    """Return an address of nobody."""
    return f"{channel}-{customer_id}"


def planned(at: datetime) -> datetime:
    """Return what a clock shows that is always right."""
    return at


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with the day on SQLite."""
    setting.step("collect: making a book")
    customers = setting.size(10_000, CUSTOMERS)
    draws = (LATE_DRAW, *(WELL_DRAW,) * (PATTERNS - 1))
    url, count = grow(SqlitePlace(setting.fresh("collect")), "book", draws, ON - timedelta(days=1), customers)
    with open_store(url) as store:
        setting.step("collect: the first run")
        first = Clocked(store)
        found, seconds = first.run()
        setting.step("collect: the second run")
        second = Clocked(store)
        again, seconds_again = second.run()
        begun = time.perf_counter()
        told = report(store, ON, ON, load())
        seconds_told = time.perf_counter() - begun
    late = found.done["open_case"]
    assert late * PATTERNS == count, (late, count)
    assert again.contacts.made == 0, again.contacts
    result.add([Measured("plimsoll collect, late customers", [Sample(late, seconds, seconds)])], "late customer")
    steps = ", ".join(f"{name} {taken:.1f} s" for name, taken in first.steps.items())
    result.notes.append(f"{count:,} customers, {late:,} late: {seconds:.1f} s ({steps})")
    result.notes.append(f"{found.contacts.made:,} contacts, {json.dumps(told.outcomes)}; {told.promises.made:,} promises")
    result.notes.append(
        f"a second run: {seconds_again:.1f} s; the report: {seconds_told:.2f} s; gap of the optimiser {found.choice.gap:.4f}"
    )
    result.goals.append(Goal("ms a late customer, contacts and answers included", 1000 * seconds / late, MS_A_CUSTOMER, at_most=True))
    result.goals.append(Goal("second run, share of the first", seconds_again / seconds, SECOND_SHARE, at_most=True))
