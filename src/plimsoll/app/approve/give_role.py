"""A role in a house that lends real money: given once somebody else agreed to it, and only as they were shown it."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, func, or_, select

from plimsoll.app.access.event import new_id
from plimsoll.app.access.grant import Grant, Wish, give_as, refuse_wish
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.role import roles_on
from plimsoll.app.approve.ask import ask_approval
from plimsoll.app.approve.execute import ActKind
from plimsoll.app.approve.need import Act, Need, Waiting, may_check, needed
from plimsoll.app.database.schema_access import access_grant
from plimsoll.app.execute import Answer, Outcome
from plimsoll.app.house import House
from plimsoll.loan.filing import body_of
from plimsoll.units.refusal import Refused

VERB: Final = "role_grant"


def give_role(house: House, who: Principal, wish: Wish, key: str = "") -> Grant | Waiting | Refused:
    """Give a role, or put it before others where policy asks for that. Refuses as `grant.give` and `ask_approval` do.

    As long as nobody else of the house could agree, its first people are let in by one person; who gave which role stays on record.
    """
    refused = refuse_wish(house, who.user_id, wish)
    if refused is not None:
        return refused
    act = _act(house, wish, key or new_id("role", house.now()))
    need = needed(house, who, act)
    if need is None or not _has_others(house, who, wish, need):
        return give_as(house, who.user_id, who.actor, wish, _grant_id(act.key))
    return ask_approval(house, who, act, need, wish.reason)


def _act(house: House, wish: Wish, key: str) -> Act:
    title = roles_on(house.now().date())[wish.role].title
    until = "" if wish.until is None else wish.until.isoformat()
    body = {"user": wish.user_id, "role": wish.role, "reason": wish.reason, "until": until}
    said = [("Role", "角色", "", f"{title['zh-CN']} {title['en']}")]
    if until:
        said.append(("Until", "截至", "", until))
    with house.store.engine.connect() as connection:
        version = _roles_given(connection, wish.user_id)
    return Act(VERB, key, wish.user_id, body_of({**body, "id": _grant_id(key)}), tuple(said), version)


def _grant_id(key: str) -> str:
    """Give the id of a grant: the same for the same key, so that it is given once."""
    return f"gr_{sha256(key.encode()).hexdigest()[:32]}"


def _has_others(house: House, who: Principal, wish: Wish, need: Need) -> bool:
    """Tell whether anybody but who asks and who receives holds a role that may agree."""
    now, columns = house.now(), access_grant.c
    is_held = (columns.ended_at.is_(None), or_(columns.until.is_(None), columns.until > now))
    others = columns.user_id.not_in((who.user_id, wish.user_id))
    with house.store.engine.connect() as connection:
        roles = connection.execute(select(columns.role).where(*is_held, others).distinct()).scalars().all()
    known = roles_on(now.date())
    able = [role for role in roles if role in known and need.permission in known[role].gives]
    return any(may_check(house.rules, house.today(), VERB, (role,)) for role in able)


def _roles_given(connection: Connection, user_id: str) -> int:
    """Count what was ever given to a user, and what of it ended: it moves with every change of what they hold."""
    columns = access_grant.c
    chosen = select(func.count(), func.count(columns.ended_at)).where(columns.user_id == user_id)
    given, ended = connection.execute(chosen).one()
    return int(given) + int(ended)


def _version(house: House, act: Act) -> int:
    with house.store.engine.connect() as connection:
        return _roles_given(connection, act.subject)


def _execute(house: House, act: Act, actor: str) -> Outcome:
    said = json.loads(act.body)
    until = datetime.fromisoformat(said["until"]) if said["until"] else None
    wish = Wish(said["user"], said["role"], said["reason"], until)
    given = give_as(house, actor.partition("/")[0], actor, wish, said["id"])
    return given if isinstance(given, Refused) else Answer(body_of({"grant": given.grant_id, "user": given.user_id, "role": given.role}))


def _is_done(connection: Connection, act: Act) -> bool:
    found = select(access_grant.c.grant_id).where(access_grant.c.grant_id == json.loads(act.body)["id"])
    return connection.execute(found).first() is not None


KIND: Final = ActKind(_execute, _version, _is_done)
"""How a role is given when others agreed."""
