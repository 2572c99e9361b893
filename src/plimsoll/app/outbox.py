"""Messages that wait to leave the house: read in order, marked when they are delivered. At least once, never lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select, tuple_, update

from plimsoll.app.schema import outbox
from plimsoll.app.store import Store

PAGE: Final = 1_000


class Message(NamedTuple):
    """One message: whose, which command of the customer sent it, its place among that command's messages, and what it says."""

    customer_id: int
    command_n: int
    n: int
    kind: str
    payload: str


def waiting(store: Store, limit: int = PAGE) -> list[Message]:
    """Give messages not yet delivered, oldest first; those of one customer in the order in which they were written."""
    columns = outbox.c
    chosen = (
        select(columns.customer_id, columns.command_n, columns.n, columns.kind, columns.payload)
        .where(columns.delivered_at.is_(None))
        .order_by(columns.created_at, columns.customer_id, columns.command_n, columns.n)
        .limit(limit)
    )
    with store.engine.connect() as connection:
        return [Message(*row) for row in connection.execute(chosen)]


def delivered(store: Store, messages: Sequence[Message], at: datetime) -> int:
    """Mark messages as delivered and give how many were not marked before."""
    if not messages:
        return 0
    keys = [(message.customer_id, message.command_n, message.n) for message in messages]
    columns = outbox.c
    marked = (
        update(outbox)
        .where(tuple_(columns.customer_id, columns.command_n, columns.n).in_(keys), columns.delivered_at.is_(None))
        .values(delivered_at=at)
    )
    with store.engine.connect() as connection:
        return connection.execute(marked).rowcount
