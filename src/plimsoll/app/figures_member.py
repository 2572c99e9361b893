"""The process that makes figures (`app/figures_process.py`): takes them through standard input, one by one, and reads the book alone.

It goes behind the pages: it is nicer than they are, uses one processor of the database at a time, and cannot write to the book.
"""

import os
import resource
import signal
import sys
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pickle import UnpicklingError
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

from sqlalchemy import Engine, event

from plimsoll.app.database.opening import open_store
from plimsoll.app.database.trouble import Clash, StoreTrouble
from plimsoll.app.execute import told
from plimsoll.app.figures_process import AT_REST, Job, receive, send
from plimsoll.app.house import READ_ONLY, House
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

NICER: Final = 10
IDLE_S: Final = 120.0
"""After how long without work the process leaves, and with it what it holds in memory."""
LARGE_KIB, LARGE_S = 600_000, 10.0
"""After how long it leaves that has held so much, as for the positions of 1,000,000 loans: what is freed is seldom given back before."""
READING: Final = {
    "sqlite": ("PRAGMA query_only = on",),
    "postgresql": ("SET default_transaction_read_only = on", "SET max_parallel_workers_per_gather = 0"),
}


class Member:
    """Makes figures of one book, which it opens when the first is asked for. Close it."""

    def __init__(self, url: str, rules: Rules) -> None:
        self.url, self.rules = url, rules
        self.at: datetime | None = None
        self.opened = ExitStack()
        self.house: House | None = None

    def made(self, job: Job) -> Any:
        """Give a figure, or what was raised as it was made."""
        self.at = job.at
        try:
            return told(partial(self._make, job))
        except (StoreTrouble, Clash) as trouble:
            return trouble if isinstance(trouble, StoreTrouble) else StoreTrouble("store_busy", str(trouble))

    def close(self) -> None:
        """Leave the book."""
        self.opened.close()

    def _make(self, job: Job) -> Any:
        if self.house is None:
            self.house = self._open()
        try:
            return job.figure.make(self.house)
        except Malformed as wrong:
            return wrong

    def _open(self) -> House:
        # Whether commits are durable is for those who commit.
        store = self.opened.enter_context(open_store(self.url, allow_unsafe=True))
        only_read(store.engine, READING[store.kind])
        return self.opened.enter_context(House(store, self.rules, None, READ_ONLY, now=self._now))

    def _now(self) -> datetime:
        assert self.at is not None, "no figure was asked for"
        return self.at


def only_read(engine: Engine, settings: tuple[str, ...]) -> None:
    """Let every connection of an engine read alone."""

    def set_up(connection: Any, _: Any) -> None:
        for one in settings:
            connection.execute(one)

    event.listen(engine, "connect", set_up)
    engine.dispose()


def _listen(pipe: Any, jobs: "SimpleQueue[Job]") -> None:
    """Pass on what is asked; where whoever asks is no more, end at once, whatever is under way."""
    try:
        while True:
            jobs.put(receive(pipe))
    except (EOFError, OSError, UnpicklingError):
        os._exit(AT_REST)


def main() -> None:
    """Make what is asked for until nothing was for a while, or whoever asks has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server is asked to stop, and ends this
    os.nice(NICER)
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    jobs: SimpleQueue[Job] = SimpleQueue()
    try:
        member = Member(*receive(incoming))
    except (EOFError, UnpicklingError):  # the server was gone before it had said which book
        return
    Thread(target=_listen, args=(incoming, jobs), daemon=True).start()
    while True:
        try:
            job = jobs.get(timeout=LARGE_S if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > LARGE_KIB else IDLE_S)
        except Empty:
            member.close()
            sys.exit(AT_REST)
        send(outgoing, member.made(job))


if __name__ == "__main__":
    main()
