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


@dataclass(frozen=True, slots=True)
class Ran:
    """One command that ended: seconds, processor seconds, and the most memory it held."""

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


def plimsoll(words: Sequence[str], log: Path) -> Ran:
    """Run `plimsoll WORDS` with its output in `log`, and measure it; a failure says what it said last."""
    began = time.perf_counter()
    with log.open("wb") as said:
        command = [str(command_path()), *words]
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment())
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        said_last = log.read_text("utf-8", "replace")[-300:].strip()
        raise Unavailable(f"`plimsoll {' '.join(words[:2])}` ended with {child.returncode}: {said_last}")
    return Ran(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
