"""One member of a crew: gets the compiled kernel ready, then works the shards that come through standard input (`app/closing/crew.py`)."""

import pickle
import signal
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock, local
from typing import Any

from plimsoll.app.closing.crew import HANDS, Done, Errand, Task, receive, send
from plimsoll.app.closing.shard import get_ready, work_shard
from plimsoll.app.closing.shard_postgres import PostgresShards
from plimsoll.app.database.driver_postgres import connect
from plimsoll.app.database.trouble import Clash, StoreTrouble


class Member:
    """Works shards on a few connections of its own and tells of each when it is done."""

    def __init__(self, url: str, answers: Any) -> None:
        self.answers = answers
        self.telling = Lock()
        self.own = local()
        self.rules: Any = None
        self.pool = ThreadPoolExecutor(HANDS, initializer=self._connect, initargs=(url,))
        # Each comes with a thread of its own, which connects at once, while the compiled kernel gets ready.
        for _ in range(HANDS):
            self.pool.submit(self._get_ready)

    def _connect(self, url: str) -> None:
        self.own.shards = PostgresShards(connect(url))

    def _get_ready(self) -> None:
        """Have the server look up and plan what every shard asks first."""
        shards: PostgresShards = self.own.shards
        try:
            shards.read(0, -1, (1,))
        finally:
            shards.rollback()

    def take(self, errand: Errand, tasks: list[Task]) -> None:
        """Put the shards of a night on the pile."""
        self.rules = errand.rules or self.rules
        errand = errand._replace(rules=self.rules)
        for task in tasks:
            self.pool.submit(self._work, task, errand).add_done_callback(partial(self._tell, task.number))

    def _work(self, task: Task, errand: Errand) -> Done:
        shards: PostgresShards = self.own.shards
        try:
            return work_shard(shards, task, errand)
        finally:
            shards.rollback()

    def _tell(self, number: int, done: "Future[Done]") -> None:
        """Tell what became of a shard; an error that is not the store's own is told in words."""
        raised = done.exception()
        if raised is not None and not isinstance(raised, StoreTrouble | Clash):
            raised = RuntimeError(f"{type(raised).__name__}: {raised}")
        with self.telling:
            send(self.answers, (number, raised or done.result()))


def main() -> None:
    """Work until standard input ends, or this process is ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one is asked, and ends it
    member = Member(receive(sys.stdin.buffer), sys.stdout.buffer)
    get_ready()
    while True:
        try:
            errand, tasks = receive(sys.stdin.buffer)
        except (StoreTrouble, pickle.UnpicklingError):
            return
        member.take(errand, tasks)
