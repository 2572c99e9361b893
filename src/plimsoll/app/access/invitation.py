"""Invitations: by one of them, good once and for a day, somebody sets a password of their own that nobody else ever knew."""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, delete, exists, select, update

from plimsoll.app.access.challenge import INVITATION, NewChallenge, put, take, use, void
from plimsoll.app.access.event import record
from plimsoll.app.access.password import Hasher, hasher_of, refuse_password
from plimsoll.app.access.people import User, find, refuse_reason, user_of
from plimsoll.app.access.policy import hash_cost, invitation_lasts, password_lengths
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import forget, token_digest
from plimsoll.app.access.session import end_all
from plimsoll.app.access.standing import ACTIVE, is_borrower
from plimsoll.app.database.schema_access import access_event, access_passkey, access_user
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

PREFIX: Final = "pli"
APART: Final = timedelta(hours=24)
"""For so long nobody both invites a user anew and removes what else would be asked of whoever comes."""
INVITED, REMOVED = "user_invited", "factors_removed"


class Invitation(NamedTuple):
    """An invitation, told this once."""

    text: str
    user_id: str
    until: datetime


def invite(house: House, who: Principal, user_id: str) -> Invitation | Refused:
    """Invite a user to set a password, for the first time or anew; those before hold no more, and the old password goes on till then.

    Refuses absent, user_is_yourself, user_closed, user_without_password (a borrower signs in by phone), two_people_needed.
    """
    now = house.now()
    secret = secrets.token_hex(24)
    with house.store.changing() as connection:
        row = find(connection, user_id, is_held=True)
        refused = Refused("absent", "", user_id) if row is None else _refuse(connection, who, row, now, REMOVED)
        if row is None or refused is not None:
            return refused or Refused("absent", "", user_id)
        void(connection, INVITATION, user_id, now)
        until = now + invitation_lasts(house.rules, now)
        challenge_id = put(connection, now, NewChallenge(INVITATION, sha256(secret.encode()).digest(), until, who.actor, user_id))
        record(connection, now, who.actor, INVITED, user_id)
    return Invitation(f"{PREFIX}.{challenge_id}.{secret}", user_id, until)


def accept(house: House, text: str, password: str, *, hasher: Hasher | None = None) -> User | Refused:
    """Set the password of who was invited; every session of theirs ends.

    Refuses invitation_refused (unknown, used, run out: told alike), password_too_short and its like.
    """
    now = house.now()
    parts = text.split(".")
    if len(parts) != 3 or parts[0] != PREFIX:
        return Refused("invitation_refused")
    made = (hasher or hasher_of(hash_cost(house.rules, now))).make(password)
    with house.store.changing() as connection:
        invited = take(connection, INVITATION, parts[1], now, tries=20)
        if invited is None or not hmac.compare_digest(invited.secret, sha256(parts[2].encode()).digest()):
            return Refused("invitation_refused")
        row = find(connection, invited.user_id, is_held=True)
        if row is None or row.state != ACTIVE:
            return Refused("invitation_refused")
        refused = refuse_password(password, row.user_id, row.name, password_lengths(house.rules, now))
        if refused is not None:
            return refused
        use(connection, invited.challenge_id, now)
        changed = _set(connection, row, made, now, "invitation", b"")
    forget(house.store)
    return changed


def change_password(house: House, who: Principal, token: str, old: str, new: str, *, hasher: Hasher | None = None) -> User | Refused:
    """Change one's own password, knowing the old one; every other session ends.

    Refuses sign_in_refused (the old one is wrong), password_too_short and its like, second_factor_needed.
    """
    now = house.now()
    made = hasher or hasher_of(hash_cost(house.rules, now))
    with house.store.engine.connect() as connection:
        row = find(connection, who.user_id)
    is_right = made.check(row.password if row is not None else "", old)
    stored = made.make(new)
    with house.store.changing() as connection:
        row = find(connection, who.user_id, is_held=True)
        if row is None or not is_right or row.state != ACTIVE:
            record(connection, now, who.actor, "password_refused", who.user_id)
            return Refused("sign_in_refused")
        refused = refuse_password(new, row.user_id, row.name, password_lengths(house.rules, now))
        if refused is not None:
            return refused
        changed = _set(connection, row, stored, now, "its owner", token_digest(token))
    forget(house.store)
    return changed


def set_by_operator(house: House, who: Principal, user_id: str, password: str, *, hasher: Hasher | None = None) -> User | Refused:
    """Set a password on the machine of the house itself, for a first administrator or a test; on record with who did.

    Refuses absent, user_without_password, password_too_short and its like.
    """
    now = house.now()
    made = (hasher or hasher_of(hash_cost(house.rules, now))).make(password)
    with house.store.changing() as connection:
        row = find(connection, user_id, is_held=True)
        if row is None:
            return Refused("absent", "", user_id)
        refused = refuse_password(password, row.user_id, row.name, password_lengths(house.rules, now))
        refused = Refused("user_without_password", "", user_id) if is_borrower(user_id) else refused
        if refused is not None:
            return refused
        changed = _set(connection, row, made, now, who.actor, b"")
    forget(house.store)
    return changed


def remove_factors(house: House, who: Principal, user_id: str, reason: str) -> User | Refused:
    """Take the one-time codes and passkeys of somebody who lost them; they enrol anew. Not by who invited them within a day.

    Refuses absent, user_is_yourself, user_closed, two_people_needed, reason_missing.
    """
    refused = refuse_reason(reason)
    if refused is not None:
        return refused
    now = house.now()
    with house.store.changing() as connection:
        row = find(connection, user_id, is_held=True)
        refused = Refused("absent", "", user_id) if row is None else _refuse(connection, who, row, now, INVITED)
        if row is None or refused is not None:
            return refused or Refused("absent", "", user_id)
        values = {"one_time": None, "one_time_step": -1, "version": row.version + 1}
        connection.execute(update(access_user).where(access_user.c.user_id == user_id).values(values))
        connection.execute(delete(access_passkey).where(access_passkey.c.user_id == user_id))
        ended = end_all(connection, user_id, now)
        record(connection, now, who.actor, REMOVED, user_id, reason=reason.strip(), body={"sessions": ended})
        found = find(connection, user_id)
        assert found is not None
    forget(house.store)
    return user_of(found)


def _refuse(connection: Connection, who: Principal, row: Row[Any], now: datetime, other: str) -> Refused | None:
    if who.user_id == row.user_id:
        return Refused("user_is_yourself")
    if is_borrower(row.user_id):
        return Refused("user_without_password", "", row.user_id)
    if row.state != ACTIVE:
        return Refused("user_closed", "", row.user_id)
    columns = access_event.c
    lately = (columns.customer_id == 0, columns.at > now - APART, columns.actor == who.actor, columns.action == other)
    if connection.scalar(select(exists().where(*lately, columns.subject == row.user_id))):
        return Refused("two_people_needed", "", row.user_id)
    return None


def _set(connection: Connection, row: Row[Any], stored: str, now: datetime, how: str, but: bytes) -> User:
    values = {"password": stored, "failed_count": 0, "locked_until": None, "version": row.version + 1}
    connection.execute(update(access_user).where(access_user.c.user_id == row.user_id).values(values))
    ended = end_all(connection, row.user_id, now, [but] if but else [])
    record(connection, now, row.user_id, "password_set", row.user_id, body={"by": how, "sessions": ended})
    found = find(connection, row.user_id)
    assert found is not None
    return user_of(found)
