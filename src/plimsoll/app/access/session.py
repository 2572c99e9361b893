"""Sessions: begun when somebody signs in, under a new token whenever more is known of them, ended by them, by time, or by others."""

import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from plimsoll.app.access.event import record
from plimsoll.app.access.policy import lasting
from plimsoll.app.access.recognise import forget, session_id, token_digest
from plimsoll.app.access.standing import is_borrower, later
from plimsoll.app.database.schema_access import access_session
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

PREFIX: Final = "pls"
DEVICE_MAX: Final = 200


class SignedIn(NamedTuple):
    """A session that has just begun. The token is told this once; the book holds its hash."""

    token: str
    session_id: str
    csrf: str
    user_id: str
    ends_at: datetime
    waits_for: tuple[str, ...]
    """Second factors of which one has to be shown before anything else: one_time, passkey; () for none."""


class Listed(NamedTuple):
    """A session as its owner sees it in a list."""

    session_id: str
    started_at: datetime
    seen_at: datetime
    strong_at: datetime | None
    device: str
    is_this: bool


class Begin(NamedTuple):
    """What a session begins with."""

    user_id: str
    now: datetime
    device: str = ""
    strong_at: datetime | None = None
    waits_for: tuple[str, ...] = ()
    started_at: datetime | None = None
    """When the person signed in, where this session replaces another; None for now."""
    replaces: str = ""


def begin(connection: Connection, house: House, what: Begin) -> SignedIn:
    """Begin a session in the caller's transaction, under a token that nobody saw before."""
    token, csrf = f"{PREFIX}_{secrets.token_urlsafe(32)}", secrets.token_urlsafe(32)
    digest = token_digest(token)
    started_at = what.started_at or what.now
    row = (
        digest, what.user_id, started_at, what.now, what.strong_at, csrf, what.device[:DEVICE_MAX], what.replaces,
        json.dumps(what.waits_for), None,
    )  # fmt: skip
    connection.execute(insert(access_session).values(row))
    ends_at = started_at + lasting(house.rules, what.now, is_borrower=is_borrower(what.user_id)).whole
    return SignedIn(token, session_id(digest), csrf, what.user_id, ends_at, what.waits_for)


def strengthen(connection: Connection, house: House, token: str, user_id: str, now: datetime) -> SignedIn | Refused:
    """Put a session of a user, who showed a second factor, under a new token, in the caller's transaction; the old token ends.

    Refuses not_recognised (also where the session is somebody else's), session_ended.
    """
    digest = token_digest(token)
    row = connection.execute(select(access_session).where(access_session.c.token == digest).with_for_update()).first()
    if row is None or row.user_id != user_id:
        return Refused("not_recognised")
    if row.ended_at is not None:
        return Refused("session_ended")
    end(connection, digest, now)
    started_at = instant_of(row.started_at)
    return begin(connection, house, Begin(row.user_id, now, row.device, now, (), started_at, session_id(digest)))


def end(connection: Connection, digest: bytes, now: datetime) -> None:
    """End the session of a token, in the caller's transaction; what is no session is left as it is."""
    connection.execute(
        update(access_session).where(access_session.c.token == digest, access_session.c.ended_at.is_(None)).values(ended_at=now)
    )


def end_all(connection: Connection, user_id: str, now: datetime, but: Iterable[bytes] = ()) -> int:
    """End every session of a user, but those of some tokens, in the caller's transaction, and give how many."""
    of_user = (access_session.c.user_id == user_id, access_session.c.ended_at.is_(None), access_session.c.token.not_in(list(but)))
    return connection.execute(update(access_session).where(*of_user).values(ended_at=now)).rowcount


def sign_out(house: House, token: str) -> None:
    """End the session of a token, for good and at once; twice is once."""
    now, digest = house.now(), token_digest(token)
    with house.store.changing() as connection:
        row = connection.execute(
            select(access_session).where(access_session.c.token == digest, access_session.c.ended_at.is_(None))
        ).first()
        if row is not None:
            end(connection, digest, now)
            record(connection, now, row.user_id, "signed_out", session_id(digest))
    forget(house.store)


def sign_out_everywhere(house: House, user_id: str, actor: str, reason: str = "") -> int:
    """End every session of a user and give how many there were."""
    now = house.now()
    with house.store.changing() as connection:
        count = end_all(connection, user_id, now)
        record(connection, now, actor, "signed_out_everywhere", user_id, reason=reason, body={"sessions": count})
    forget(house.store)
    return count


def sign_out_one(house: House, user_id: str, name: str, actor: str) -> Refused | None:
    """End one session of a user by the name that a list shows. Refuses absent."""
    now, columns = house.now(), access_session.c
    with house.store.changing() as connection:
        of_user = (columns.user_id == user_id, columns.ended_at.is_(None))
        tokens = connection.scalars(select(columns.token).where(*of_user)).all()
        token = next((one for one in tokens if session_id(one) == name), None)
        if token is None:
            return Refused("absent", "", name)
        end(connection, token, now)
        record(connection, now, actor, "signed_out", name)
    forget(house.store)
    return None


def sign_out_others(house: House, user_id: str, token: str, actor: str) -> int:
    """End every session of a user but the one of a token, and give how many there were."""
    now = house.now()
    with house.store.changing() as connection:
        count = end_all(connection, user_id, now, [token_digest(token)])
        record(connection, now, actor, "signed_out_everywhere", user_id, body={"sessions": count, "but_one": True})
    forget(house.store)
    return count


def sessions_of(house: House, user_id: str, token: str = "") -> list[Listed]:
    """Give the sessions of a user that were not ended and are not too old, the one used last first; `token` marks one's own."""
    now = house.now()
    columns = access_session.c
    with house.store.engine.connect() as connection:
        rows = connection.execute(
            select(access_session).where(columns.user_id == user_id, columns.ended_at.is_(None)).order_by(columns.seen_at.desc())
        ).all()
    limits = lasting(house.rules, now, is_borrower=is_borrower(user_id))
    mine = token_digest(token)
    return [
        Listed(session_id(row.token), instant_of(row.started_at), seen_at, later(row.strong_at), row.device, row.token == mine)
        for row in rows
        if now < (seen_at := instant_of(row.seen_at)) + limits.idle and now < instant_of(row.started_at) + limits.whole
    ]
