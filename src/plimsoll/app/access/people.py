"""The users of the house: registered, changed, locked and closed by somebody who may, each change counted and put on record."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from plimsoll.app.access.end_key import end_with_made
from plimsoll.app.access.event import HOUSE, NOBODY, record
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import forget
from plimsoll.app.access.session import end_all
from plimsoll.app.access.standing import ACTIVE, BORROWER, CLOSED, LOCKED, is_borrower, later
from plimsoll.app.database.schema import customer
from plimsoll.app.database.schema_access import access_grant, access_key, access_passkey, access_user
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

USER_ID: Final = re.compile(r"[a-z][a-z0-9._-]{0,61}[a-z0-9]", re.ASCII)
RESERVED: Final = frozenset({NOBODY, HOUSE, "admin", "system", "root"})
"""Names that would be taken for somebody else on the record."""
NAME_MAX: Final = 100
REASON_LENGTH_MIN: Final = 4
"""Characters of a reason that can be followed later: two words of Chinese."""


class NewUser(NamedTuple):
    """Who is to be registered."""

    user_id: str
    name: str
    unit: str = ""
    party: str = ""
    language: str = LANGUAGES[0]
    customer_id: int = 0
    """Which customer somebody of the staff is, 0 for none: they decide nothing about themselves."""


class Change(NamedTuple):
    """What is to be changed of a user; None leaves it as it is."""

    name: str | None = None
    unit: str | None = None
    party: str | None = None
    language: str | None = None
    customer_id: int | None = None


class User(NamedTuple):
    """A user as the house shows them; nothing of their secrets."""

    user_id: str
    name: str
    unit: str
    party: str
    customer_id: int
    state: str
    language: str
    has_password: bool
    has_one_time: bool
    locked_until: datetime | None
    made_at: datetime
    made_by: str
    version: int


def register(house: House, who: Principal, new: NewUser) -> User | Refused:
    """Register a user without a password: they set one by an invitation. Raises Malformed user_malformed.

    Refuses user_reserved, user_exists.
    """
    _check(new.user_id, new._asdict())
    if new.user_id in RESERVED or is_borrower(new.user_id):
        return Refused("user_reserved", "", new.user_id)
    now = house.now()
    with house.store.changing() as connection:
        if find(connection, new.user_id) is not None:
            return Refused("user_exists", "", new.user_id)
        made = _insert(connection, new, now, who.actor)
        body = {"unit": new.unit, "party": new.party}
        record(connection, now, who.actor, "user_registered", new.user_id, new.customer_id, body=body)
    return made


def borrower(connection: Connection, customer_id: int, now: datetime) -> User | Refused:
    """Give the user of a borrower, made with the role of one where there is none, in the caller's transaction.

    Refuses customer_unknown.
    """
    user_id = f"{BORROWER}{customer_id}"
    found = find(connection, user_id)
    if found is not None:
        return user_of(found)
    if connection.scalar(select(customer.c.customer_id).where(customer.c.customer_id == customer_id)) is None:
        return Refused("customer_unknown", "", f"customer {customer_id}")
    made = _insert(connection, NewUser(user_id, "", customer_id=customer_id), now, HOUSE)
    grant_id = f"gr_{user_id}"
    connection.execute(insert(access_grant).values((grant_id, user_id, "borrower", HOUSE, now, "borrower", None, None, "")))
    record(connection, now, HOUSE, "user_registered", user_id, customer_id, "first sign-in by phone", {"role": "borrower"})
    return made


def change(house: House, who: Principal, user_id: str, version: int, wanted: Change) -> User | Refused:
    """Change what is on record of a user; `version` is that which was looked at. Raises Malformed user_malformed.

    Refuses absent, user_is_yourself, user_closed, version_passed.
    """
    changes = {name: value for name, value in wanted._asdict().items() if value is not None}
    _check(user_id, changes)
    now = house.now()
    with house.store.changing() as connection:
        row = _held(connection, who, user_id, version)
        if isinstance(row, Refused):
            return row
        before = {name: getattr(row, name) for name in changes}
        changed = _update(connection, row, changes)
        record(
            connection, now, who.actor, "user_changed", user_id, row.customer_id, body={"before": _told(before), "after": _told(changes)}
        )
    forget(house.store)
    return changed


def lock(house: House, who: Principal, user_id: str, version: int, reason: str) -> User | Refused:
    """Keep a user out until they are unlocked; their sessions end, their keys rest. Refuses as `change` does, and reason_missing."""
    return _move(house, who, user_id, version, reason, LOCKED, "user_locked")


def unlock(house: House, who: Principal, user_id: str, version: int, reason: str) -> User | Refused:
    """Let a locked user in again, and forget wrong passwords. Refuses as `change` does, and reason_missing."""
    return _move(house, who, user_id, version, reason, ACTIVE, "user_unlocked")


def close(house: House, who: Principal, user_id: str, version: int, reason: str) -> User | Refused:
    """Close a user for good: roles, keys with all that these keys made, passkeys and sessions end; the name is never given again.

    Refuses as `change` does, and reason_missing.
    """
    return _move(house, who, user_id, version, reason, CLOSED, "user_closed")


def get(house: House, user_id: str) -> User | Refused:
    """Give a user. Refuses absent."""
    with house.store.engine.connect() as connection:
        row = find(connection, user_id)
    return Refused("absent", "", user_id) if row is None else user_of(row)


def users(house: House, *, after: str = "", limit: int = 50, role: str = "", with_borrowers: bool = False) -> list[User]:
    """Give users in the order of their names, after one; of those with a role alone where one is named."""
    columns = access_user.c
    chosen = select(access_user).where(columns.user_id > after).order_by(columns.user_id).limit(limit)
    if not with_borrowers:
        chosen = chosen.where(columns.user_id.not_like(f"{BORROWER}%"))
    if role:
        held = select(access_grant.c.user_id).where(access_grant.c.role == role, access_grant.c.ended_at.is_(None))
        chosen = chosen.where(columns.user_id.in_(held))
    with house.store.engine.connect() as connection:
        return [user_of(row) for row in connection.execute(chosen)]


def find(connection: Connection, user_id: str, *, is_held: bool = False) -> Row[Any] | None:
    """Give the row of a user; `is_held` keeps everybody else from changing it until the transaction ends."""
    chosen = select(access_user).where(access_user.c.user_id == user_id)
    return connection.execute(chosen.with_for_update() if is_held else chosen).first()


def user_of(row: Row[Any]) -> User:
    """Give a user as the house shows them."""
    return User(
        row.user_id, row.name, row.unit, row.party, row.customer_id, row.state, row.language, bool(row.password), row.one_time is not None,
        later(row.locked_until), instant_of(row.made_at), row.made_by, row.version,
    )  # fmt: skip


def refuse_reason(reason: str) -> Refused | None:
    """Ask for words that say why. Refuses reason_missing, reason_too_short."""
    length = len(reason.strip())
    if not length:
        return Refused("reason_missing")
    return Refused("reason_too_short", "", f"{length} of {REASON_LENGTH_MIN}") if length < REASON_LENGTH_MIN else None


def _move(house: House, who: Principal, user_id: str, version: int, reason: str, state: str, action: str) -> User | Refused:
    refused = refuse_reason(reason)
    if refused is not None:
        return refused
    now = house.now()
    with house.store.changing() as connection:
        row = _held(connection, who, user_id, version)
        if isinstance(row, Refused):
            return row
        values: dict[str, Any] = {"state": state}
        if state == ACTIVE:
            values |= {"failed_count": 0, "locked_until": None}
        if state == CLOSED:
            values |= {"password": "", "one_time": None, "one_time_step": -1}
            _end_everything(connection, user_id, who.actor, now)
        ended = end_all(connection, user_id, now) if state != ACTIVE else 0
        moved = _update(connection, row, values)
        record(connection, now, who.actor, action, user_id, row.customer_id, reason, {"before": row.state, "sessions": ended})
    forget(house.store)
    return moved


def _end_everything(connection: Connection, user_id: str, actor: str, now: datetime) -> None:
    grants, keys, passkeys = access_grant.c, access_key.c, access_passkey.c
    of_user = (grants.user_id == user_id, grants.ended_at.is_(None))
    connection.execute(update(access_grant).where(*of_user).values(ended_at=now, ended_by=actor))
    own = connection.execute(select(keys.key_id).where(keys.user_id == user_id)).scalars()
    end_with_made(connection, [(key_id, user_id) for key_id in own], now)
    connection.execute(access_passkey.delete().where(passkeys.user_id == user_id))


def _held(connection: Connection, who: Principal, user_id: str, version: int) -> Row[Any] | Refused:
    """Hold a user for a change by somebody else, who is still there themselves.

    Refuses absent, user_is_yourself, user_closed, version_passed, not_recognised. Both are held, in the order of their names: of two who
    close each other at once one stays.
    """
    held = {name: find(connection, name, is_held=True) for name in sorted({who.user_id, user_id})}
    row, own = held[user_id], held[who.user_id]
    if own is not None and own.state != ACTIVE:
        return Refused("not_recognised")
    if row is None:
        return Refused("absent", "", user_id)
    if who.user_id == user_id:
        return Refused("user_is_yourself")
    if row.state == CLOSED:
        return Refused("user_closed", "", user_id)
    if row.version != version:
        return Refused("version_passed", "", f"version {row.version}, not {version}")
    return row


def _insert(connection: Connection, new: NewUser, now: datetime, actor: str) -> User:
    values = {
        "user_id": new.user_id, "name": new.name, "unit": new.unit, "party": new.party, "customer_id": new.customer_id, "state": ACTIVE,
        "language": new.language, "password": "", "one_time": None, "one_time_step": -1, "failed_count": 0, "locked_until": None,
        "made_at": now, "made_by": actor, "version": 1,
    }  # fmt: skip
    connection.execute(insert(access_user).values(values))
    return User(new.user_id, new.name, new.unit, new.party, new.customer_id, ACTIVE, new.language, False, False, None, now, actor, 1)


def _update(connection: Connection, row: Row[Any], values: Mapping[str, Any]) -> User:
    where = access_user.c.user_id == row.user_id
    connection.execute(update(access_user).where(where).values({**values, "version": row.version + 1}))
    found = find(connection, row.user_id)
    assert found is not None
    return user_of(found)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what may stand on the record: that a name changed, and not what it is."""
    return {name: "…" if name == "name" else value for name, value in values.items()}


def _check(user_id: str, values: Mapping[str, Any]) -> None:
    """Read what a user is made of. Raises Malformed user_malformed."""
    if not USER_ID.fullmatch(user_id) or ".." in user_id:
        raise Malformed("user_malformed", f"{user_id[:70]!r}", remedy="2 to 63 of a-z, 0-9, and . _ - between, beginning with a letter.")
    if values.get("language", LANGUAGES[0]) not in LANGUAGES:
        raise Malformed("user_malformed", f"language {values['language']!r}", remedy=f"One of: {', '.join(LANGUAGES)}.")
    for part in ("name", "unit", "party"):
        text = values.get(part, "")
        if len(text) > NAME_MAX or not text.isprintable():
            raise Malformed("user_malformed", part, remedy=f"At most {NAME_MAX} visible characters.")
    if values.get("customer_id", 0) < 0:
        raise Malformed("user_malformed", "customer_id")
    if "name" in values and not values["name"].strip():
        raise Malformed("user_malformed", "name", remedy="A name that people know.")
