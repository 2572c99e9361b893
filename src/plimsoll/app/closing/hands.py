"""Work shards of a close in columns in this process, on either database. Needs the extra `fast`."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Final

from plimsoll.app.closing.crew import HANDS, Done, Errand, Task
from plimsoll.app.closing.shard import Shards, work_shard
from plimsoll.app.closing.shard_sqlite import SqliteShards
from plimsoll.app.database.sqlite import SqliteTransaction
from plimsoll.app.database.store import Store

AT_ONCE: Final = {"postgresql": HANDS, "sqlite": 1}
"""Shards worked at a time; SQLite has one writer."""


class Hands:
    """Works shards on connections of a store, in threads."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def work(self, tasks: Sequence[Task], errand: Errand) -> Iterator[tuple[Task, Done | BaseException]]:
        """Work shards, some at a time, and give each with what became of it, or why it failed; a failed one has changed nothing."""
        with ThreadPoolExecutor(AT_ONCE[self.store.address.kind]) as pool:
            doing: dict[Future[Done], Task] = {pool.submit(self._work, task, errand): task for task in tasks}
            try:
                for done in as_completed(doing):
                    yield doing[done], done.exception() or done.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, task: Task, errand: Errand) -> Done:
        with _opened(self.store) as shards:
            return work_shard(shards, task, errand)


@contextmanager
def _opened(store: Store) -> Iterator[Shards]:
    """Give what reads and writes the shards of a store; what was not committed when it ends is rolled back."""
    if store.address.kind == "postgresql":
        from plimsoll.app.closing.shard_postgres import PostgresShards

        with store.driver() as connection:
            shards = PostgresShards(connection)
            try:
                yield shards
            finally:
                shards.rollback()
        return
    with store.transaction() as transaction:
        assert isinstance(transaction, SqliteTransaction)
        yield SqliteShards(transaction.connection)
