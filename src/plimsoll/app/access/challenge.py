"""What somebody has to answer within a time, once: an invitation, a code that was sent to a phone, a passkey's challenge."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from plimsoll.app.access.event import new_id
from plimsoll.app.database.schema_access import access_challenge

INVITATION, CODE, ONE_TIME_NEW, PASSKEY_NEW, PASSKEY = "invitation", "code", "one_time_new", "passkey_new", "passkey"


class NewChallenge(NamedTuple):
    """A challenge to be put down."""

    kind: str
    secret: bytes
    until: datetime
    made_by: str
    user_id: str = ""
    customer_id: int = 0
    challenge_id: str = ""
    """"" for a new id."""


TRIES_MAX: Final = 1_000_000


def put(connection: Connection, now: datetime, new: NewChallenge) -> str:
    """Put a challenge down in the caller's transaction and give its id."""
    challenge_id = new.challenge_id or new_id("ch", now)
    row = (challenge_id, new.kind, new.user_id, new.customer_id, new.secret, new.made_by, now, new.until, 0, None)
    connection.execute(insert(access_challenge).values(row))
    return challenge_id


def take(connection: Connection, kind: str, challenge_id: str, now: datetime, tries: int = TRIES_MAX) -> Row[Any] | None:
    """Give a challenge that still holds, and count that it was tried; None where it does not. In the caller's transaction.

    The count is raised by one statement that asks for the bound too, so that two who try at once are both counted.
    """
    columns = access_challenge.c
    holds = (
        columns.challenge_id == challenge_id, columns.kind == kind, columns.used_at.is_(None), columns.until > now, columns.tries < tries,
    )  # fmt: skip
    counted = connection.execute(update(access_challenge).where(*holds).values(tries=columns.tries + 1))
    if not counted.rowcount:
        return None
    return connection.execute(select(access_challenge).where(columns.challenge_id == challenge_id)).first()


def use(connection: Connection, challenge_id: str, now: datetime) -> None:
    """Mark a challenge as answered: it is good no more. In the transaction that took it."""
    connection.execute(update(access_challenge).where(access_challenge.c.challenge_id == challenge_id).values(used_at=now))


def void(connection: Connection, kind: str, user_id: str, now: datetime) -> None:
    """Let the challenges of a kind for a user hold no more, in the caller's transaction."""
    columns = access_challenge.c
    of_user = (columns.kind == kind, columns.user_id == user_id, columns.used_at.is_(None))
    connection.execute(update(access_challenge).where(*of_user).values(used_at=now))
