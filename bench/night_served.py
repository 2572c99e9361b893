"""The nights of a book closed by a server that is running: as `POST /v1/close_jobs` has them closed, without the start of a program."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Self

from bench.postgres import Server
from bench.timing import Sample, cpu_seconds
from plimsoll.app.close_job import DONE, Closing, closing_of
from plimsoll.app.closing.shard import get_ready
from plimsoll.app.closing.through import NEVER
from plimsoll.app.database.opening import open_store
from plimsoll.app.house import House
from plimsoll.risk.lawful import lawful_rules

ACTOR = "bench"
NIGHT_MAX_S = 600.0


@dataclass(slots=True)
class NightServed:
    """A house that is open, as a server holds it after its first night; use it as a context."""

    url: str
    server: Server | None
    house: House = field(init=False)
    closing: Closing = field(init=False)

    def __enter__(self) -> Self:
        self.house = House(open_store(self.url), lawful_rules())
        self.closing = closing_of(self.house)
        get_ready()
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        self.house.close()
        self.house.store.close()

    def run(self, day: date) -> Sample:
        """Have the server close through a day, without its tape, and return the seconds until it is done, with the due loans as units."""
        if self.server is not None:
            self.server.checkpoint()
        cpu, wall = self._cpu_s(), time.perf_counter()
        job = self.closing.begin(day, ACTOR, scans=NEVER)
        self.closing.wait(NIGHT_MAX_S)
        wall, cpu = time.perf_counter() - wall, self._cpu_s() - cpu
        assert job is self.closing.job, job
        assert (job.state, job.days, job.parked) == (DONE, 1, 0), job
        return Sample(job.loans_due, wall, cpu)

    def _cpu_s(self) -> float:
        """Return processor seconds so far of this process and of the database server."""
        return cpu_seconds() + (self.server.cpu_s() if self.server is not None else 0.0)
