"""Time contestants that take turns: medians, processor seconds, peak memory, and how fast the disk makes a write durable."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CANARY_WRITES = 60
CANARY_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way of doing the work. `sample` does a bounded amount and returns how many units it did; `prepare` is not timed."""

    name: str
    sample: Callable[[], int]
    prepare: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One timed turn: units done, wall seconds, processor seconds of this process, its children and the database server."""

    units: int
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The turns of one contestant."""

    name: str
    samples: list[Sample] = field(default_factory=list)

    def rate(self) -> float:
        """Return the median of units a second."""
        return statistics.median(one.units / one.wall_s for one in self.samples)

    def seconds(self) -> float:
        """Return the median wall seconds of a turn."""
        return statistics.median(one.wall_s for one in self.samples)

    def spread(self) -> tuple[float, float]:
        """Return the slowest and the fastest turn in units a second."""
        rates = [one.units / one.wall_s for one in self.samples]
        return min(rates), max(rates)

    def cpu_us(self) -> float:
        """Return the median of processor microseconds a unit."""
        return statistics.median(one.cpu_s / max(one.units, 1) * 1e6 for one in self.samples)


def ratio(ours: Measured, rival: Measured) -> float:
    """Return how many times as fast as the rival we are: the median over the rounds, each round compared with itself."""
    pairs = zip(ours.samples, rival.samples, strict=True)
    return statistics.median((a.units / a.wall_s) / (b.units / b.wall_s) for a, b in pairs)


def cpu_seconds() -> float:
    """Return processor seconds used so far by this process and by its children that have ended."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def time_one(contestant: Contestant, server_cpu_s: Callable[[], float] | None = None) -> Sample:
    """Prepare, then time one turn. `server_cpu_s` tells the processor seconds of a database server, if there is one."""
    if contestant.prepare is not None:
        contestant.prepare()
    served = server_cpu_s() if server_cpu_s else 0.0
    cpu, wall = cpu_seconds(), time.perf_counter()
    units = contestant.sample()
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    served = server_cpu_s() - served if server_cpu_s else 0.0
    return Sample(units, wall, cpu + served)


def take_turns(
    contestants: Sequence[Contestant],
    rounds: int,
    *,
    server_cpu_s: Callable[[], float] | None = None,
    between: Callable[[], None] | None = None,
    step: Callable[[str], None] | None = None,
) -> list[Measured]:
    """Run every contestant once a round, in turning order, and return their turns in the order given.

    `between` runs before each round (the canary); `step` is told the name of each turn (the progress bar).
    """
    measured = [Measured(one.name) for one in contestants]
    for number in range(rounds):
        if between is not None:
            between()
        for place in range(len(contestants)):
            at = (place + number) % len(contestants)
            if step is not None:
                step(contestants[at].name)
            measured[at].samples.append(time_one(contestants[at], server_cpu_s))
    return measured


@dataclass(slots=True)
class Canary:
    """How many writes of one page a second the disk under `folder` makes durable, tried again before each round."""

    folder: Path
    rates: list[float] = field(default_factory=list)

    def try_again(self) -> None:
        """Append one more rate: pages written and forced to disk a second."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "canary"
        page = b"\0" * CANARY_BYTES
        handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            began = time.perf_counter()
            for number in range(CANARY_WRITES):
                os.pwrite(handle, page, number * CANARY_BYTES)
                os.fdatasync(handle)
            self.rates.append(CANARY_WRITES / (time.perf_counter() - began))
        finally:
            os.close(handle)
            path.unlink()

    def median(self) -> float:
        """Return the median rate of the run, 0 before the first try."""
        return statistics.median(self.rates) if self.rates else 0.0


def begin_peak() -> int:
    """Forget the most memory that this process has held so far, and return what it holds now, in bytes (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return status_bytes("self", "VmRSS")


def peak_bytes() -> int:
    """Return the most memory this process has held at once since `begin_peak`."""
    return status_bytes("self", "VmHWM")


def status_bytes(process: int | str, name: str) -> int:
    """Return a size that the system tells of a process (Linux); 0 where it tells none, as of one that has ended but not been waited for."""
    told = Path(f"/proc/{process}/status").read_text("ascii", "replace")
    return next((int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith(f"{name}:")), 0)
