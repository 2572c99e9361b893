"""Roles given to users, by somebody else, until a day or until they are ended; never two that one person must not hold."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, insert, or_, select, update

from plimsoll.app.access.event import HOUSE, new_id, record
from plimsoll.app.access.people import find, refuse_reason
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.recognise import forget
from plimsoll.app.access.role import BORROWER as OF_BORROWER
from plimsoll.app.access.role import HOUSE as OF_HOUSE
from plimsoll.app.access.role import roles_on
from plimsoll.app.access.separation import refuse_grant
from plimsoll.app.access.standing import CLOSED, is_borrower, later
from plimsoll.app.database.schema_access import access_grant, access_user
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

ADMINISTRATOR: Final = "tenant_admin"


class Grant(NamedTuple):
    """A role that a user holds or held."""

    grant_id: str
    user_id: str
    role: str
    given_by: str
    given_at: datetime
    reason: str
    until: datetime | None
    ended_at: datetime | None
    ended_by: str


class Wish(NamedTuple):
    """A role that somebody is to hold, why, and until when (None: until it is ended)."""

    user_id: str
    role: str
    reason: str
    until: datetime | None = None


def give(house: House, who: Principal, user_id: str, role: str, reason: str, until: datetime | None = None) -> Grant | Refused:
    """Give a user a role, from now until an instant, or until it is ended.

    Refuses absent, role_unknown, reason_missing, user_is_yourself, user_closed, role_does_not_fit, role_held, duties_conflict,
    until_passed.
    """
    wish = Wish(user_id, role, reason, until)
    return give_as(house, who.user_id, who.actor, wish, new_id("gr", house.now()))


def give_as(house: House, giver: str, actor: str, wish: Wish, grant_id: str) -> Grant | Refused:
    """Give a role as `give` does, in the name of who asked for it, under an id that is known beforehand."""
    now = house.now()
    with house.store.changing() as connection:
        refused = _refuse_wish(connection, giver, wish, now, is_held=True)
        if refused is not None:
            return refused
        grant = Grant(grant_id, wish.user_id, wish.role, giver, now, wish.reason.strip(), wish.until, None, "")
        given = put(connection, grant, actor)
    forget(house.store)
    return given


def refuse_wish(house: House, giver: str, wish: Wish) -> Refused | None:
    """Give what stands against a role now, as `give` would refuse it; nothing is held or changed."""
    with house.store.engine.connect() as connection:
        return _refuse_wish(connection, giver, wish, house.now(), is_held=False)


def _refuse_wish(connection: Connection, giver: str, wish: Wish, now: datetime, *, is_held: bool) -> Refused | None:
    refused = refuse_reason(wish.reason)
    if wish.until is not None and wish.until <= now:
        refused = refused or Refused("until_passed", "", f"{wish.until}")
    if refused is not None:
        return refused
    row = find(connection, wish.user_id, is_held=is_held)
    return Refused("absent", "", wish.user_id) if row is None else _refuse(connection, giver, row, wish.role, now)


def take_back(house: House, who: Principal, grant_id: str, reason: str) -> Grant | Refused:
    """End a role that was given. Refuses absent, reason_missing, role_ended, last_administrator."""
    now = house.now()
    refused = refuse_reason(reason)
    if refused is not None:
        return refused
    with house.store.changing() as connection:
        _hold_administrators(connection, grant_id)
        row = connection.execute(select(access_grant).where(access_grant.c.grant_id == grant_id).with_for_update()).first()
        if row is None:
            return Refused("absent", "", grant_id)
        if row.ended_at is not None:
            return Refused("role_ended", "", grant_id)
        if row.role == ADMINISTRATOR and administrators(connection, now) == [row.user_id]:
            return Refused("last_administrator")
        connection.execute(update(access_grant).where(access_grant.c.grant_id == grant_id).values(ended_at=now, ended_by=who.actor))
        body = {"grant": grant_id, "role": row.role}
        record(connection, now, who.actor, "role_ended", row.user_id, reason=reason.strip(), body=body)
    forget(house.store)
    return grant_of(row)._replace(ended_at=now, ended_by=who.actor)


def grants_of(house: House, user_id: str) -> list[Grant]:
    """Give every role that a user was given, the latest first."""
    chosen = select(access_grant).where(access_grant.c.user_id == user_id).order_by(access_grant.c.given_at.desc(), access_grant.c.grant_id)
    with house.store.engine.connect() as connection:
        return [grant_of(row) for row in connection.execute(chosen)]


def holding(connection: Connection, user_id: str, now: datetime) -> list[Grant]:
    """Give the roles that a user holds at an instant."""
    columns = access_grant.c
    is_held = (columns.user_id == user_id, columns.ended_at.is_(None), or_(columns.until.is_(None), columns.until > now))
    return [grant_of(row) for row in connection.execute(select(access_grant).where(*is_held))]


def administrators(connection: Connection, now: datetime) -> list[str]:
    """Give who holds the role that gives roles, and is not closed."""
    grants, users = access_grant.c, access_user.c
    chosen = (
        select(grants.user_id)
        .join(access_user, users.user_id == grants.user_id)
        .where(grants.role == ADMINISTRATOR, grants.ended_at.is_(None), or_(grants.until.is_(None), grants.until > now))
        .where(users.state != CLOSED)
        .distinct()
        .order_by(grants.user_id)
    )
    return list(connection.execute(chosen).scalars())


def _hold_administrators(connection: Connection, grant_id: str) -> None:
    """Hold every grant of administrators, in one order, if this is one: two that are ended at once could each be thought not the last."""
    columns = access_grant.c
    if connection.scalar(select(columns.role).where(columns.grant_id == grant_id)) == ADMINISTRATOR:
        is_open = (columns.role == ADMINISTRATOR, columns.ended_at.is_(None))
        connection.execute(select(columns.grant_id).where(*is_open).order_by(columns.grant_id).with_for_update()).all()


def put(connection: Connection, given: Grant, actor: str) -> Grant:
    """Write a grant and put it on record, in the caller's transaction."""
    connection.execute(insert(access_grant).values(given))
    body = {"grant": given.grant_id, "role": given.role} | ({"until": given.until.isoformat()} if given.until is not None else {})
    record(connection, given.given_at, actor, "role_given", given.user_id, reason=given.reason, body=body)
    return given


def grant_of(row: Row[Any]) -> Grant:
    """Give a grant as it was read."""
    return Grant(
        row.grant_id, row.user_id, row.role, row.given_by, instant_of(row.given_at), row.reason, later(row.until), later(row.ended_at),
        row.ended_by,
    )  # fmt: skip


def _refuse(connection: Connection, giver: str, row: Row[Any], role: str, now: datetime) -> Refused | None:
    if giver in (row.user_id, HOUSE):
        return Refused("user_is_yourself")
    if row.state == CLOSED:
        return Refused("user_closed", "", row.user_id)
    roles = [one.role for one in holding(connection, row.user_id, now)]
    refused = refuse_grant(roles, role, now.date())
    if refused is not None:
        return refused
    acts_for = roles_on(now.date())[role].acts_for
    if acts_for == OF_BORROWER or is_borrower(row.user_id) or (acts_for == OF_HOUSE) == bool(row.party):
        return Refused("role_does_not_fit", "", f"{role} acts for a {acts_for}, {row.user_id} for {row.party or 'the house'}")
    return Refused("role_held", "", f"{role} of {row.user_id}") if role in roles else None
