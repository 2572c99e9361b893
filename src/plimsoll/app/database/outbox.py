"""Messages that wait to leave the house: read in order, marked when they are delivered. At least once, never lost.

A book that was restored from a backup holds back what waited then, since it may have left before the book was lost: who knows says of
each kind, or of each message, that it was sent or that it may go.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import and_, exists, func, select, tuple_, update

from plimsoll.app.database.schema import outbox, outbox_held
from plimsoll.app.database.store import Store

PAGE: Final = 1_000


class Message(NamedTuple):
    """One message: whose, which command of the customer sent it, its place among that command's messages, and what it says."""

    customer_id: int
    command_n: int
    n: int
    kind: str
    payload: str


class Hold(NamedTuple):
    """What a restored book holds back of one kind of message: how many."""

    kind: str
    messages: int


SENT, RELEASED = "sent", "released"
_SAME = and_(
    outbox_held.c.customer_id == outbox.c.customer_id, outbox_held.c.command_n == outbox.c.command_n, outbox_held.c.n == outbox.c.n
)
_IS_HELD = exists().where(_SAME, outbox_held.c.verdict == "")


def waiting(store: Store, limit: int = PAGE) -> list[Message]:
    """Give messages not yet delivered nor held back, oldest first; those of one customer in the order in which they were written."""
    columns = outbox.c
    chosen = (
        select(columns.customer_id, columns.command_n, columns.n, columns.kind, columns.payload)
        .where(columns.delivered_at.is_(None), ~_IS_HELD)
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


def held(store: Store, kind: str = "", limit: int = PAGE) -> list[Message]:
    """Give messages that a restored book holds back, of one kind or all, in the order in which they were written."""
    columns = outbox.c
    chosen = select(columns.customer_id, columns.command_n, columns.n, columns.kind, columns.payload).where(_IS_HELD)
    chosen = chosen.where(columns.kind == kind) if kind else chosen
    ordered = chosen.order_by(columns.created_at, columns.customer_id, columns.command_n, columns.n).limit(limit)
    with store.engine.connect() as connection:
        return [Message(*row) for row in connection.execute(ordered)]


def holds(store: Store) -> list[Hold]:
    """Count what a restored book holds back by kind."""
    counted = select(outbox.c.kind, func.count()).where(_IS_HELD).group_by(outbox.c.kind).order_by(outbox.c.kind)
    with store.engine.connect() as connection:
        return [Hold(*row) for row in connection.execute(counted)]


def settle_held(store: Store, messages: Sequence[Message], verdict: str, *, actor: str, reason: str, at: datetime) -> int:
    """Say of messages held back that they had left (`SENT`) or had not and may go (`RELEASED`); give how many were still held.

    The word, who said it and why stay on record. What had left is marked as delivered and never leaves again.
    """
    assert verdict in (SENT, RELEASED), verdict
    if not messages:
        return 0
    keys = [(message.customer_id, message.command_n, message.n) for message in messages]
    columns = outbox_held.c
    said = {"verdict": verdict, "settled_at": at, "settled_by": actor, "reason": reason}
    with store.changing() as connection:
        settled = update(outbox_held).where(tuple_(columns.customer_id, columns.command_n, columns.n).in_(keys), columns.verdict == "")
        count = connection.execute(settled.values(**said)).rowcount
        if verdict == SENT:
            is_one = tuple_(outbox.c.customer_id, outbox.c.command_n, outbox.c.n).in_(keys)
            connection.execute(update(outbox).where(is_one, outbox.c.delivered_at.is_(None)).values(delivered_at=at))
    return count
