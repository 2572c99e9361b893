"""Close days of a large book, by a server that is running and by the command a user types, beside nightly jobs that update every loan."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta

from bench.clone import GROWN, SCATTERED
from bench.large import AT_ONCE, FIRST_DRAW, SPREAD, grow
from bench.night_served import running_server
from bench.postgres import served_s
from bench.ran import Ran, plimsoll
from bench.report import Goal, Result
from bench.rivals import night_in_sql, touch_all
from bench.setting import Setting
from bench.sown import Place, PostgresPlace, SqlitePlace
from bench.timing import Measured, Sample, ratio

# What is to be five times a job in SQL is the close on PostgreSQL; on SQLite the same figures are printed.
TITLE = "the close of a large book, by a running server and by the command, start of the program included"
FIRST_DUE = date(2026, 2, 10)
LIES = {GROWN: "as a book grows", SCATTERED: "scattered, the worst case"}
"""How what is due on a day lies in the tables (`bench/clone.py`)."""
SETTLING = 4
"""Nights of a job in SQL before it has settled: one that writes every row anew pays on its first nights for room that later ones find."""
ROUNDS = 3
FULL = 1_000_000
OF_TOUCH_ALL, QUIET_SHARE, MEMORY_MIB = 5.0, 0.05, 2048


@dataclass(slots=True)
class Nights:
    """The nights of one book: each is run by `plimsoll close` and measured with the processor seconds of the server."""

    setting: Setting
    url: str
    peak_mib: float = 0.0
    messages: int = 0
    """Sent by the last night."""

    def run(self, name: str, day: date, *options: str) -> Sample:
        """Close through a day and return the seconds, with the loans that were due as units.

        A night comes a day after the last one, so each finds its pages written out (and must log them whole when it changes them).
        """
        self.setting.step(f"close: {name}, {day}")
        if self.setting.server:
            self.setting.server.checkpoint()
        log = self.setting.folder / "close.log"
        served = served_s(self.setting.server)
        ran: Ran = plimsoll(["close", "--through", day.isoformat(), "--db", self.url, "--json", *(options or ("--tape", "never"))], log)
        served = served_s(self.setting.server) - served
        self.peak_mib = max(self.peak_mib, ran.peak_mib)
        said = json.loads(log.read_text("utf-8").splitlines()[-1])
        assert said["parked"] == 0, said
        self.messages = said["messages"]
        return Sample(int(said["due"]), ran.wall_s, ran.cpu_s + served)


@dataclass(slots=True)
class Jobs:
    """Nightly jobs in SQL on a copy of a book: the whole night, and the update of the states alone."""

    setting: Setting
    place: Place
    said: str
    whole: Measured = field(init=False)
    updated: Measured = field(init=False)
    book: str = ""
    states: str = ""

    def __post_init__(self) -> None:
        self.whole = Measured(f"whole night in SQL, every loan updated{self.said}")
        self.updated = Measured(f"SQL update of every loan, states alone{self.said}")

    def copy(self, book: str, name: str) -> None:
        """Give the jobs a copy of a book as it stands."""
        self.setting.step(f"close: a copy of the book for jobs in SQL{self.said}")
        self.place.copy(book, name)
        self.book, self.states = name, touch_all.copy_states(self.place, name)
        touch_all.add_columns(self.place, name)

    def run(self, day: date) -> tuple[int, int]:
        """Run both for a day; return how many legs and messages the whole night wrote."""
        self.setting.step(f"close: jobs in SQL{self.said}, {day}")
        sample, legs, messages = night_in_sql.timed_night(self.place, self.book, day, self.setting.server)
        self.whole.samples.append(sample)
        self.updated.samples.append(touch_all.timed_night(self.place, self.states, day, self.setting.server))
        return legs, messages

    def settle(self) -> None:
        """Run nights that are not counted."""
        for ahead in range(SETTLING, 0, -1):
            self.run(FIRST_DRAW - timedelta(days=ahead))
        self.whole.samples.clear()
        self.updated.samples.clear()


def some_due(setting: Setting, place: Place, loans: int, parts: int, result: Result) -> None:
    """Nights on which one loan in thirty falls due, each followed by the same night of the rivals, and of a server of ours."""
    lies = LIES[parts]
    setting.step(f"close: making a book of {loans:,} loans on {place.kind}, {lies}")
    url, count = grow(place, "spread", SPREAD, FIRST_DUE - timedelta(days=1), loans, parts)
    served_url, nights = place.copy("spread", "served"), Nights(setting, url)
    ours, served = Measured("plimsoll close, 1/30 due"), Measured("the same close by a running server")
    jobs, settled = Jobs(setting, place, ""), Jobs(setting, place, ", settled")
    settled.copy("spread", "settled")
    settled.settle()
    with running_server(served_url, setting.server) as close_through:
        for number in range(ROUNDS):
            day = FIRST_DUE + timedelta(days=2 * number)
            setting.canary.try_again()
            # The very tables that ours finds.
            jobs.copy("spread", "same")
            found = nights.run("1/30 due", day)
            assert found.units * 30 == count, (found.units, count)
            wrote = (legs_of(place, day), nights.messages)
            for job in (jobs, settled):
                told = job.run(day)
                assert told == wrote, (told, wrote)
            setting.step(f"close: by a running server, {day}")
            asked = close_through(day)
            assert asked.units == found.units, (asked, found)
            # All stand for one night of the whole book, whatever they touch of it.
            ours.samples.append(Sample(count, found.wall_s, found.cpu_s))
            served.samples.append(Sample(count, asked.wall_s, asked.cpu_s))
            nights.run("what became late", day + timedelta(days=1))
            close_through(day + timedelta(days=1))
    rivals = [jobs.whole, jobs.updated, settled.whole, settled.updated]
    for one in (ours, served):
        result.add([one, *rivals], f"{place.kind}, loan of the book, {lies}", ours=one.name)
    if place.kind == "postgresql":
        for what, one in (("a running server", served), ("plimsoll close", ours)):
            for rival in (jobs.whole, jobs.updated):
                result.goals.append(Goal(f"{place.kind}, {lies}: {what} × {rival.name}", ratio(one, rival), OF_TOUCH_ALL))
    said = "; ".join(f"{one.name} {', '.join(f'{sample.wall_s:.2f}' for sample in one.samples)}" for one in (ours, served, *rivals))
    result.notes.append(f"{place.kind}, {lies}: {count:,} loans, {count // 30:,} due, seconds: {said}")


def legs_of(place: Place, day: date) -> int:
    """Return how many legs our night of a day has posted, two an entry: its debits are in an index."""
    connection = place.raw("spread")
    (found,) = connection.execute(f"select count(*) from journal where posted_on = '{day}' and minor > 0").fetchall()
    connection.close()
    return 2 * int(str(found[0]))


def one_day(setting: Setting, place: Place, loans: int, result: Result) -> None:
    """Two nights with nothing due, one of them with tape and totals, then one on which every loan falls due."""
    setting.step(f"close: making a book of {loans:,} loans due at once on {place.kind}")
    url, count = grow(place, "at_once", AT_ONCE, FIRST_DUE - timedelta(days=4), loans)
    nights = Nights(setting, url)
    folder = setting.fresh("tape")
    nothing = [nights.run("nothing due", FIRST_DUE - timedelta(days=ahead)) for ahead in (3, 2)]
    scanned = nights.run("nothing due, with tape", FIRST_DUE - timedelta(days=1), "--tape", "daily", "--tape-folder", str(folder))
    setting.canary.try_again()
    everything = nights.run("everything due", FIRST_DUE)
    assert everything.units == count, (everything.units, count)
    quiet_s = min(one.wall_s for one in nothing)
    tape_s = scanned.wall_s - quiet_s
    tape_mib = sum(file.stat().st_size for file in folder.rglob("*.parquet")) / 2**20
    for name, one in (
        ("everything due", everything),
        ("tape, accrual and totals", Sample(count, tape_s, scanned.cpu_s - nothing[0].cpu_s)),
    ):
        result.add([Measured(f"plimsoll close, {name}", [one])], f"{place.kind}, loan")
    quiet = f"{place.kind}: nothing due {quiet_s:.2f} s, everything due {everything.wall_s:.1f} s"
    result.notes.append(f"{quiet}, tape, accrual and totals {tape_s:.1f} s ({tape_mib:.0f} MiB of Parquet)")
    result.goals.append(Goal(f"{place.kind}: nothing due, share of everything due", quiet_s / everything.wall_s, QUIET_SHARE, at_most=True))
    result.goals.append(Goal(f"{place.kind}: peak memory of the close, MiB", nights.peak_mib, MEMORY_MIB, at_most=True))


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with nights on both databases."""
    for kind in ("postgresql", "sqlite"):
        place: Place = PostgresPlace(setting.postgres()) if kind == "postgresql" else SqlitePlace(setting.fresh("sqlite"))
        for parts in LIES:
            some_due(setting, place, setting.size(150_000, FULL), parts, result)
        one_day(setting, place, setting.size(30_000, FULL), result)
    result.canary_per_s = setting.canary.median()
