"""Work a shard of the close in columns, on either database. Needs the extra `fast`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import numpy as np

from plimsoll.app.shard import Shard, Stamped, Turned, turn
from plimsoll.app.shard_sqlite import SqliteShards
from plimsoll.app.sqlite import SqliteTransaction
from plimsoll.app.store import Store
from plimsoll.loan.columns import Ints


class Shards(Protocol):
    """Reads and writes one shard, the same on both databases."""

    def read(self, customer_id: Ints, loan_id: Ints, day: int) -> Shard:
        """Begin a transaction, and read those of the loans that are still due."""

    def write(self, turned: Turned, night: Stamped) -> Turned:
        """Write what became of a shard with its checkpoint, and commit; give it without loans that somebody moved meanwhile."""


class Done(NamedTuple):
    """What became of the due loans of a shard: counts, and the loans (customer, loan) that were left as they were."""

    loans: int
    facts: int
    entries: int
    messages: int
    left: list[tuple[int, int]]


def work(store: Store, customers: Any, loans: Any, night: Stamped, decide: Any, rules: Any) -> Done:
    """Move due loans to the day, with their checkpoint, in one transaction; give what became of them."""
    customer_id, loan_id = np.asarray(customers, np.int64), np.asarray(loans, np.int64)
    with _opened(store) as shards:
        shard = shards.read(customer_id, loan_id, night.day)
        turned = turn(shard, night.day, decide, rules)
        if len(turned.loan_id):
            turned = shards.write(turned, night)
    left: list[tuple[int, int]] = []
    if len(turned.loan_id) < len(loan_id):
        done = set(zip(turned.customer_id.tolist(), turned.loan_id.tolist(), strict=True))
        left = [one for one in zip(customer_id.tolist(), loan_id.tolist(), strict=True) if one not in done]
    return Done(len(turned.loan_id), len(turned.facts), turned.entries(), len(turned.messages), left)


@contextmanager
def _opened(store: Store) -> Iterator[Shards]:
    """Give what reads and writes the shards of a store; what was not committed when it ends is rolled back."""
    if store.address.kind == "postgresql":
        from plimsoll.app.shard_postgres import PostgresShards

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
