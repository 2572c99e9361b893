"""The nights of a book without the start of the program: from a process that is ready, as a house that closes every day could keep one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self

import psutil  # type: ignore[import-untyped]

from bench.postgres import Server
from bench.timing import Sample, cpu_seconds
from plimsoll.app.closing.close import Night, Orders
from plimsoll.app.closing.crew import Crew
from plimsoll.app.closing.shard import get_ready
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide

READY_S = 3.0


@dataclass(slots=True)
class NightAlone:
    """An open book with everything that its close needs, loaded; use it as a context."""

    url: str
    server: Server | None
    store: Store = field(init=False)
    crew: Crew | None = None

    def __enter__(self) -> Self:
        self.store = open_store(self.url)
        lawful_rules()
        if self.store.kind == "sqlite":
            get_ready()
        else:
            # One that decides, as `plimsoll close` has on two processors.
            self.crew = Crew(self.url)
            time.sleep(READY_S)
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        if self.crew is not None:
            self.crew.close()
        self.store.close()

    def run(self, day: date) -> Sample:
        """Close through a day, without its tape, and return the seconds, with the loans that were due as units."""
        if self.server is not None:
            self.server.checkpoint()
        cpu, wall = self._cpu_s(), time.perf_counter()
        night = self._close(day)
        wall, cpu = time.perf_counter() - wall, self._cpu_s() - cpu
        assert not night.parked, night.parked
        return Sample(night.due, wall, cpu)

    def _close(self, day: date) -> Night:
        now = datetime.combine(day, datetime.min.time(), UTC)
        orders = Orders(decide, lawful_rules(), now, crew=self.crew)
        (closed,) = close_through(self.store, day.toordinal(), orders, tape=None, scans=NEVER, now=now)
        return closed.night

    def _cpu_s(self) -> float:
        """Return processor seconds so far of this process, of the crew and of the server."""
        used = cpu_seconds() + (self.server.cpu_s() if self.server is not None else 0.0)
        for member in self.crew.members if self.crew is not None else ():
            times = psutil.Process(member.pid).cpu_times()
            used += float(times.user + times.system)
        return used
