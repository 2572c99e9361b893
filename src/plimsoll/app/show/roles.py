"""Roles and permissions as they stand on a day: what each role gives and how far, and what each permission lets one do."""

from dataclasses import dataclass
from datetime import date

from plimsoll.app.access.permission import SAID, Permission
from plimsoll.app.access.principal import Relation
from plimsoll.app.access.role import Role, roles_on
from plimsoll.app.access.verbs import VERBS
from plimsoll.rulebook.access_conflict import load as load_separation


@dataclass(frozen=True, slots=True)
class Given:
    """A permission that a role gives, as far as a relation reaches: own, assigned, unit or house."""

    permission: str
    relation: str
    needs_second_factor: bool
    is_sandbox_only: bool


@dataclass(frozen=True, slots=True)
class RoleShown:
    """A role: its name, its title in both languages, for whom it acts, and what it gives."""

    role: str
    title_en: str
    title_zh: str
    acts_for: str
    """The house, a borrower, or a party outside: agency, funder, bidder, merchant, partner."""
    is_machine: bool
    goes_alone: bool
    """Whether it goes with no other role."""
    ranks: tuple[str, ...]
    gives: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class PermissionShown:
    """A permission: what it lets one do in both languages, which verbs ask for it, and which roles give it as far as a relation."""

    permission: str
    said_en: str
    said_zh: str
    verbs: tuple[str, ...]
    own: tuple[str, ...]
    assigned: tuple[str, ...]
    unit: tuple[str, ...]
    house: tuple[str, ...]


def role_rows(on: date) -> list[RoleShown]:
    """Give every role, in the order of policy."""
    return [_shown(role) for role in roles_on(on).values()]


def permission_rows(on: date) -> list[PermissionShown]:
    """Give every permission, in the order of the list."""
    roles = roles_on(on).values()
    found = []
    for permission in Permission:
        verbs = tuple(name for name, access in VERBS.items() if access.permission == permission)
        by_relation = {relation: tuple(role.name for role in roles if role.gives.get(permission) is relation) for relation in Relation}
        found.append(PermissionShown(permission, *SAID[permission], verbs, *by_relation.values()))
    return found


def _shown(role: Role) -> RoleShown:
    gives = tuple(Given(one, far, one in role.strong and not role.is_machine, one in role.sandbox) for one, far in role.gives.items())
    goes_alone = role.name in load_separation().alone
    return RoleShown(role.name, role.title["en"], role.title["zh-CN"], role.acts_for, role.is_machine, goes_alone, role.ranks, gives)
