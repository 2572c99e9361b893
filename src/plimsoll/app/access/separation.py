"""Duties kept apart: where a role is given, and where something is done. What is kept apart from what is policy."""

import functools
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, or_, select

from plimsoll.app.access.principal import Principal
from plimsoll.app.access.relation import Reading
from plimsoll.app.access.role import HOUSE, Role, roles_on
from plimsoll.app.database.schema import audit, dossier_command, link
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.rulebook.access_conflict import Conflict, Separation, load
from plimsoll.rulebook.access_role import RoleBook
from plimsoll.units.refusal import Refused

CODE: Final = "duties_conflict"
RULE: Final = "policy/access/conflicts.yaml"


def refuse_grant(
    roles_held: Iterable[str], role: str, on: date = date.max, *, book: RoleBook | None = None, separation: Separation | None = None
) -> Refused | None:
    """Refuse a role that policy does not have by a day: role_unknown; one that goes with no other of theirs: duties_conflict."""
    known, kept = roles_on(on, book), separation or load()
    if role not in known:
        return Refused("role_unknown", "", f"{role!r}; there are: {', '.join(known)}")
    if role in kept.not_given:
        return Refused(CODE, RULE, f"{role} is not given")
    others = {one for one in roles_held if one != role} - kept.not_given
    alone = sorted({role, *others} & kept.alone)
    if others and alone:
        return Refused(CODE, RULE, f"{alone[0]} goes with no other role")
    excluded = excluded_by((role, *sorted(others)), on, book, kept)
    return Refused(CODE, RULE, f"{role}: {excluded[0].title['en']}") if excluded else None


def excluded_by(roles: tuple[str, ...], on: date, book: RoleBook | None = None, separation: Separation | None = None) -> list[Conflict]:
    """Give the conflicts of which somebody with these roles holds both sides."""
    kept = separation or load()
    gives = _given(roles, on, book)
    return [one for one in kept.conflicts if one.one & gives and one.other & gives]


@functools.lru_cache(maxsize=4096)
def _given(roles: tuple[str, ...], on: date, book: RoleBook | None) -> frozenset[str]:
    known = roles_on(on, book)
    return frozenset(str(permission) for name in roles if name in known for permission in known[name].gives)


@functools.lru_cache(maxsize=4096)
def _torn(roles: tuple[str, ...], on: date, book: RoleBook | None, kept: Separation) -> dict[str, str]:
    """Give what somebody with these roles may not do because they hold what excludes it, with the conflict that says so."""
    people = tuple(name for name in roles if name not in kept.not_given and name in roles_on(on, book))
    found = {}
    for conflict in excluded_by(people, on, book, kept):
        found.update(dict.fromkeys(conflict.one | conflict.other, conflict.title["en"]))
    return found


def refuse_holder(
    who: Principal, role: Role, permission: str, on: date, *, book: RoleBook | None = None, separation: Separation | None = None
) -> Refused | None:
    """Refuse somebody who holds both sides of a conflict either of them: duties_conflict. What an open glass gives is not counted."""
    kept = separation or load()
    said = None if role.is_machine or role.name in kept.not_given else _torn(who.roles, on, book, kept).get(permission)
    return Refused(CODE, RULE, said) if said else None


def refuse_related(
    reading: Reading, who: Principal, role: Role, permission: str, customer_id: int, separation: Separation | None = None
) -> Refused | None:
    """Refuse staff who would act for themselves, or for somebody who uses a device, phone or card that they use: duties_conflict."""
    kept = separation or load()
    if role.acts_for != HOUSE or who.customer_id <= 0 or customer_id <= 0 or permission not in kept.related:
        return None
    if customer_id == who.customer_id:
        return Refused(CODE, RULE, "one's own account")
    mine, theirs = link.alias(), link.alias()
    same = and_(mine.c.kind == theirs.c.kind, mine.c.blind == theirs.c.blind)
    shared = exists().where(same, mine.c.customer_id == who.customer_id, theirs.c.customer_id == customer_id)
    is_shared = reading.connection.execute(select(shared)).scalar()
    return Refused(CODE, RULE, "somebody one shares a device, phone or card with") if is_shared else None


def refuse_action(
    reading: Reading, who: Principal, command: Any, name: str, now: datetime, kept: Separation | None = None
) -> Refused | None:
    """Refuse who did on the same customer, or dossier, what this may not follow: duties_conflict. What a verb itself refuses it refuses."""
    for step in (kept or load()).steps:
        if name in step.then and _did(reading.connection, who, command, step.first, now - timedelta(days=step.days)):
            return Refused(CODE, RULE, step.title["en"])
    return None


def _did(connection: Connection, who: Principal, command: Any, verbs: frozenset[str], since: datetime) -> bool:
    """Tell whether somebody, or a key of theirs, did any of some verbs on what a command is about."""
    verb = DOSSIER_WIRING.get(type(command))
    table = audit if verb is None else dossier_command
    columns = table.c
    is_theirs = or_(columns.actor == who.user_id, columns.actor.startswith(f"{who.user_id}/", autoescape=True))
    is_it = and_(columns.kind == verb.kind, columns.subject == command.subject) if verb else columns.customer_id == command.customer_id
    done = exists().where(is_it, is_theirs, columns.name.in_(sorted(verbs)), columns.at >= since)
    return bool(connection.execute(select(done)).scalar())
