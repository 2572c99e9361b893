"""End keys together with what they made: who held a key that is ended must not go on by another one that they made with it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, or_, select, update

from plimsoll.app.database.schema_access import access_key

_C: Final = access_key.c


def end_with_made(connection: Connection, keys: Iterable[tuple[str, str]], now: datetime) -> tuple[str, ...]:
    """End keys (id and user), every key that one of them made, and so on, in the caller's transaction; give which were good until now.

    A key that runs out by itself ends alone: nothing is known against what it made.
    """
    ended: list[str] = []
    seen: set[str] = set()
    fresh = list(keys)
    while fresh:
        seen |= {key_id for key_id, _ in fresh}
        ended += _end(connection, [key_id for key_id, _ in fresh], now)
        made = select(_C.key_id, _C.user_id).where(_C.made_by.in_([f"{user_id}/{key_id}" for key_id, user_id in fresh]))
        fresh = [(one.key_id, one.user_id) for one in connection.execute(made.order_by(_C.made_at, _C.key_id)) if one.key_id not in seen]
    return tuple(ended)


def _end(connection: Connection, key_ids: Sequence[str], now: datetime) -> list[str]:
    still_good = (_C.key_id.in_(key_ids), _C.ended_at.is_(None), or_(_C.until.is_(None), _C.until > now))
    good = list(connection.execute(select(_C.key_id).where(*still_good).order_by(_C.made_at, _C.key_id)).scalars())
    connection.execute(update(access_key).where(_C.key_id.in_(good)).values(ended_at=now))
    return good
