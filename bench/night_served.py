"""The nights of a book closed by a server that is running: as `POST /v1/close_jobs` has them closed, without the start of a program."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial

from bench.postgres import Server, served_s
from bench.timing import Sample, cpu_seconds
from plimsoll.app.close_job import DONE, Closing, closing_of
from plimsoll.app.closing.shard import get_ready
from plimsoll.app.closing.through import NEVER
from plimsoll.app.database.opening import open_store
from plimsoll.app.house import House
from plimsoll.risk.lawful import lawful_rules

ACTOR = "bench"
NIGHT_MAX_S = 600.0


@contextmanager
def running_server(url: str, server: Server | None) -> Iterator[Callable[[date], Sample]]:
    """Open a house as a server holds it after its first night, and give what has it close through a day."""
    with open_store(url) as store, House(store, lawful_rules()) as house:
        get_ready()
        yield partial(_night, closing_of(house), server)


def _night(closing: Closing, server: Server | None, day: date) -> Sample:
    """Close through a day, without its tape, and return the seconds until it is done, with the loans that were due as units."""
    if server is not None:
        server.checkpoint()
    served, cpu, wall = served_s(server), cpu_seconds(), time.perf_counter()
    job = closing.begin(day, ACTOR, scans=NEVER)
    closing.wait(NIGHT_MAX_S)
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu + served_s(server) - served
    assert job is closing.job, job
    assert (job.state, job.days, job.parked) == (DONE, 1, 0), job
    return Sample(job.loans_due, wall, cpu)
