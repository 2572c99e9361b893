"""Run a command that a user types, to its end, and say what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.setting import Unavailable
from bench.timing import status_bytes

SAMPLE_S = 0.02


@dataclass(frozen=True, slots=True)
class Ran:
    """One command that ended: seconds, processor seconds, and the most memory that it and what it started held at one moment."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def environment() -> dict[str, str]:
    """Return the environment of a user: Python keeps its bytecode, as it does unless told not to."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def command_path() -> Path:
    """Return the `plimsoll` command of this Python."""
    path = Path(sys.executable).with_name("plimsoll")
    if not path.exists():
        raise Unavailable("no `plimsoll` command beside this Python; `make env` installs it")
    return path


def memory_mib(process: int) -> float:
    """Return what a process and all that it started hold, in MiB.

    The system's own figure for a child that ended (ru_maxrss) is no less than what its parent held when it was started: a benchmark that
    has a large table in memory would find that table in every command.
    """
    try:
        own = status_bytes(process, "VmRSS") / 2**20
        children = [name for path in Path(f"/proc/{process}/task").iterdir() for name in (path / "children").read_text("ascii").split()]
    except OSError:
        return 0.0
    return own + sum(memory_mib(int(child)) for child in children)


def plimsoll(words: Sequence[str], log: Path) -> Ran:
    """Run `plimsoll WORDS` with its output in `log`, and measure it; a failure says what it said last."""
    began = time.perf_counter()
    with log.open("wb") as said:
        command = [str(command_path()), *words]
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment())
        peak = 0.0
        while not (ended := os.wait4(child.pid, os.WNOHANG))[0]:
            peak = max(peak, memory_mib(child.pid))
            time.sleep(SAMPLE_S)
        _, status, used = ended
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        said_last = log.read_text("utf-8", "replace")[-300:].strip()
        raise Unavailable(f"`plimsoll {' '.join(words[:2])}` ended with {child.returncode}: {said_last}")
    return Ran(time.perf_counter() - began, used.ru_utime + used.ru_stime, peak)
