"""Look at pages that another process serves: a first look after a change of the book, then some more; what each took on the clock, and
of the processors of the server and of its database."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil  # type: ignore[import-untyped]

LOOKS = 6
"""The first look at a page, and those that follow."""
PATIENCE_S = 60.0


class Asked(NamedTuple):
    """A page: its name, who looks at it (of the staff by name, a borrower by number), and where it is."""

    name: str
    who: str | int
    path: str


class Looks(NamedTuple):
    """Looks at one page in seconds: on the clock each, the first apart; processor time of the server and of its database a next look."""

    name: str
    first: float
    following: list[float]
    first_cpu: float
    cpu: float
    database_cpu: float

    def median(self) -> float:
        """Return the middle of the next looks."""
        return statistics.median(self.following)

    def worst(self) -> float:
        """Return the longest of the next looks."""
        return max(self.following)


class Served:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], database_cpu_s: Callable[[], float] | None) -> None:
        self.process, self.database_cpu_s = process, database_cpu_s or (lambda: 0.0)
        self.address = str(self._line()["address"])

    def ask(self, **asked: Any) -> dict[str, Any]:
        """Ask the server's own process something, beside the pages."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._line()

    def client(self, who: str | int) -> httpx.Client:
        """Return a client with a session that began just now, which changed the book."""
        said = self.ask(borrower=who) if isinstance(who, int) else self.ask(staff=who)
        packed = {"Accept-Encoding": "gzip"}
        return httpx.Client(base_url=self.address, cookies={"plimsoll": said["session"]}, headers=packed, timeout=PATIENCE_S)

    def cpu_s(self) -> tuple[float, float]:
        """Return the processor seconds of the server, and those of its database where that is another process."""
        return float(self.ask()["cpu_s"]), self.database_cpu_s()

    def memory(self) -> str:
        """Return what the server and the process of the figures hold in memory, in words."""
        pids = {"server": self.process.pid, "figures": self.ask()["figures_pid"]}
        held = {name: psutil.Process(pid).memory_info().rss / 1_000_000 for name, pid in pids.items() if pid and psutil.pid_exists(pid)}
        return ", ".join(f"{name} {size:.0f} MB" for name, size in held.items())

    def wait_for_figures(self, seconds: float) -> dict[str, float]:
        """Wait until every figure of the book is made, and return the seconds that each took."""
        until = time.monotonic() + seconds
        while not (said := self.ask())["is_quiet"]:
            assert time.monotonic() < until, f"figures were not made within {seconds:.0f} s: {said}"
            time.sleep(0.5)
        return dict(said["took"])

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the server has ended"
        return dict(json.loads(line))


@contextmanager
def served(folder: Path, url: str, database_cpu_s: Callable[[], float] | None = None) -> Iterator[Served]:
    """Serve the house of a folder whose book is at a URL, in a process of its own."""
    command, pipe = [sys.executable, "-W", "ignore", "-m", "bench.pages_server", str(folder), url], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Served(process, database_cpu_s)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE_S)


def look(server: Served, asked: Asked, looks: int = LOOKS) -> Looks:
    """Look at a page so many times: first just after a change of the book, then again and again."""
    seconds, spent = [], []
    with server.client(asked.who) as client:
        for _ in range(looks):
            if len(seconds) < 2:
                spent.append(server.cpu_s())
            begun = time.perf_counter()
            client.get(asked.path).raise_for_status()
            seconds.append(time.perf_counter() - begun)
    spent.append(server.cpu_s())
    first = spent[1][0] - spent[0][0]
    cpu, database_cpu = ((end - begin) / (looks - 1) for begin, end in zip(spent[1], spent[2], strict=True))
    return Looks(asked.name, seconds[0], seconds[1:], first, cpu, database_cpu)


def table(found: Sequence[Looks], count: int) -> list[str]:
    """Return the pages that took longest, as lines in columns, in milliseconds."""
    lines = ["ms, page                 first look  next: median   worst | processor: first   next   database"]
    for one in sorted(found, key=lambda one: -max(one.first, one.worst()))[:count]:
        clock = f"{one.first * 1000:>10.0f} {one.median() * 1000:>13.0f} {one.worst() * 1000:>7.0f}"
        lines.append(f"{one.name:<24} {clock} | {one.first_cpu * 1000:>16.0f} {one.cpu * 1000:>6.0f} {one.database_cpu * 1000:>10.0f}")
    return lines
