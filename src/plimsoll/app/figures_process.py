"""The process that makes the figures of a whole book: beside the server, behind its pages, on a connection of its own.

It is started when there is something to make, leaves when there was nothing for a while, and ends with the server, however that ends.
Where it is ended from outside, it is started again for what is asked next; pages go on saying since when a figure is being made.
"""

import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any, Final, NamedTuple

from plimsoll.app.database.address import read_address
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Failed
from plimsoll.app.house import House
from plimsoll.app.kept_figures import Figure, MakerEnded, kept_figures
from plimsoll.units.refusal import Malformed

MEMBER: Final = "plimsoll.app.figures_member"
AT_REST: Final = 0
"""How it ends by itself, when nothing was asked for a while."""
LEAVES_S: Final = 5.0
log: Final = logging.getLogger("plimsoll.figures")


class Job(NamedTuple):
    """A figure to make, and the instant by which it is made."""

    figure: Figure
    at: datetime


class FiguresProcess:
    """Makes figures of one book in a process that is started where none runs. Threads may share it; close it."""

    def __init__(self, house: House) -> None:
        self.first = (house.store.address.url, house.rules)
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._starting, self._asking = Lock(), Lock()

    @property
    def pid(self) -> int | None:
        """Give the process that runs, None where none does."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def make(self, figure: Figure, at: datetime) -> object:
        """Make a figure by an instant. Raises what making it raised, MakerEnded where the process was ended meanwhile."""
        with self._asking:
            found = self._answer(Job(figure, at))
            if found is None:  # it had left just then, since nothing was asked for a while
                found = self._answer(Job(figure, at))
        if found is None:
            raise MakerEnded(figure.name)
        (answer,) = found
        if isinstance(answer, Malformed | StoreTrouble):
            raise answer
        if isinstance(answer, Failed):
            raise RuntimeError(f"{figure.name}: {answer.raised}")
        return answer

    def close(self) -> None:
        """End the process, whatever it is at; none is started any more."""
        with self._starting:
            self._is_closed = True
            if self._process is not None:
                _end(self._process)

    def _answer(self, job: Job) -> tuple[object] | None:
        """Give what the process answers, None where it had left by itself. Raises MakerEnded where it was ended."""
        process, is_new = self._started(job)
        try:
            if is_new:
                send(process.stdin, self.first)
            send(process.stdin, job)
            return (receive(process.stdout),)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            code = _end(process, LEAVES_S)
            if code == AT_REST and not self._is_closed:
                return None
            if not self._is_closed:
                log.warning("%s: the process that made it was ended (%d); it is made again", job.figure.name, code)
            raise MakerEnded(job.figure.name) from None

    def _started(self, job: Job) -> tuple["subprocess.Popen[bytes]", bool]:
        """Give the process that runs, and whether it was started for this."""
        with self._starting:
            if self._is_closed:
                raise MakerEnded(job.figure.name)
            is_new = self._process is None or self._process.poll() is not None
            if self._process is None or is_new:
                if self._process is not None:
                    _end(self._process)
                command = [sys.executable, "-m", MEMBER]
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 -- no outside word
            return self._process, is_new


def _end(process: "subprocess.Popen[bytes]", leaves_s: float = 0.0) -> int:
    """End a process that does not leave within so many seconds, and give how it ended. Its pipes are closed."""
    try:
        process.wait(leaves_s)
    except subprocess.TimeoutExpired:
        process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            _close(pipe)
    return process.wait()


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # something was in it that nobody reads any more
        return


def send(pipe: Any, said: Any) -> None:
    """Write one message into a pipe; raises OSError where nobody reads it."""
    pickle.dump(said, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def receive(pipe: Any) -> Any:
    """Read one message from a pipe; raises EOFError at its end."""
    return pickle.load(pipe)  # noqa: S301 -- between a process and one that it started


@contextmanager
def figures_beside(house: House) -> Iterator[FiguresProcess | None]:
    """Let the figures of a house be made by a process beside this one while the block runs; None of a book that is in memory alone."""
    address = house.store.address
    if address.kind == "sqlite" and read_address(address.url).path is None:
        yield None
        return
    process = FiguresProcess(house)
    kept_figures(house).maker = process.make
    try:
        yield process
    finally:
        process.close()
