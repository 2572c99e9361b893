"""A test clock moved by a year of whole days: seconds of a processor, by how many of its customers pay nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.report import Goal, Result
from bench.setting import Setting
from bench.timing import Measured, Sample
from plimsoll.app.database.opening import create_store
from plimsoll.app.execute_many import execute_many
from plimsoll.app.house import House
from plimsoll.app.sandbox.advance import Mover
from plimsoll.app.sandbox.clock import Clock, Clocks
from plimsoll.app.sandbox.opened import OpenClocks
from plimsoll.app.sandbox.pay import money_of
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.risk.lawful import lawful_rules

TITLE = "a test clock of 100 loans, every night of a year, debits, reminders, collection, close and monitoring with it"
LOANS: Final = 100
BEGINS: Final = datetime(2026, 1, 15, 1, tzinfo=UTC)
LATE: Final = (0, 10, 100)
"""How many of them never agreed to be debited, and pay nothing."""
SECONDS: Final = {0: 10.0, 10: 10.0, 100: 30.0}
WARM_UP_DAYS: Final = 20
"""What is compiled and imported is not what a year costs."""


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with a year of each."""
    days = setting.size(60, 365)
    moved(setting.fresh("clock-warm"), LOANS, WARM_UP_DAYS)
    for late in LATE:
        setting.step(f"clock: {late} of {LOANS} late")
        cpu, wall = moved(setting.fresh(f"clock-{late}"), late, days)
        result.add([Measured(f"plimsoll, {late} of {LOANS} late", [Sample(LOANS * days, wall, cpu)])], "loan and day")
        result.notes.append(f"{late} late: {cpu:.1f} s of a processor, {wall:.1f} s by the wall, {days} days")
        result.goals.append(Goal(f"seconds of a processor, {late} late", cpu * 365 / days, SECONDS[late], at_most=True))


def moved(folder: Path, late: int, days: int) -> tuple[float, float]:
    """Move a clock of its own in a folder; return the seconds of a processor and by the wall."""
    with create_store(f"sqlite:///{folder / 'house.db'}") as store, House(store, lawful_rules()) as house:
        clocks = Clocks(house, folder / "clocks")
        opened = OpenClocks(clocks)
        try:
            clock = clocks.make("year", BEGINS, "bench")
            assert isinstance(clock, Clock), clock
            lend(opened, clock, late)
            cpu, wall = time.process_time(), time.perf_counter()
            found = Mover(opened, money_of).advance(clock.clock_id, BEGINS + timedelta(days=days))
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            assert isinstance(found, Clock), found
            assert found.state == "frozen", found
            return cpu, wall
        finally:
            opened.close()


def lend(opened: OpenClocks, clock: Clock, late: int) -> None:
    """Draw a loan of twelve months for each customer; let those who pay agree to be debited."""
    said: list[Any] = []
    limits = {"limit": "20000.00", "cash_limit": "20000.00", "later_limit": "20000.00", "currency": "CNY"}
    drawn = {"amount": "10000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12, "repayment": "equal-instalment"}
    for one in range(1, LOANS + 1):
        who = {"customer_id": one, "on": f"{clock.business_date}"}
        said += [
            read_command({"key": f"c{one}", **who}, "open_customer"),
            read_command({"key": f"l{one}", **who, **limits}, "open_line"),
            read_command({"key": f"d{one}", **who, "loan_id": one, **drawn}, "draw"),
        ]
        if one > late:
            said.append(read_command({"key": f"g{one}", **who, "purpose": "debit", "version": 1}, "grant_consent"))
    house = opened.house_of(clock.clock_id)
    assert isinstance(house, House), house
    outcomes = list(execute_many(house.store, WIRING, said, actor="bench", now=house.now(), rules=house.rules))
    assert len(outcomes) == len(said)
