"""The roles of the house: which permissions each gives on a day, and how far each reaches. Policy says it, here it is asked."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.app.access.permission import Permission
from plimsoll.app.access.principal import Relation
from plimsoll.rulebook.access_role import RoleBook, load
from plimsoll.units.refusal import Malformed

HOUSE, BORROWER, AGENCY, FUNDER, BIDDER, MERCHANT, PARTNER = ("house", "borrower", "agency", "funder", "bidder", "merchant", "partner")
"""For whom a role acts."""
REACH: Final[Mapping[Relation, int]] = {relation: number for number, relation in enumerate(Relation)}
"""How far each relation is, nearest first."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role on a day: for whom it acts, how far each permission reaches, what of it needs a second factor, its ranks in reviews."""

    name: str
    title: Mapping[str, str]
    acts_for: str
    is_machine: bool
    gives: Mapping[Permission, Relation]
    strong: frozenset[str]
    sandbox: frozenset[str]
    """What holds only where there is no real money."""
    ranks: tuple[str, ...]


def names(book: RoleBook | None = None) -> tuple[str, ...]:
    """Give the names of all roles, in the order of policy."""
    return tuple((book or load()).roles)


def roles_on(on: date, book: RoleBook | None = None) -> Mapping[str, Role]:
    """Give every role by name as it stands on a day. Raises Malformed field_malformed for a permission that there is not."""
    return _roles_on(on, book or load())


@functools.lru_cache(maxsize=64)
def _roles_on(on: date, book: RoleBook) -> Mapping[str, Role]:
    found = {}
    for name, policy in book.roles.items():
        gives = {_permission(word, name): Relation(relation) for word, relation in policy.gives(on).items()}
        found[name] = Role(name, policy.title, policy.acts_for, policy.is_machine, gives, policy.strong, policy.sandbox, policy.ranks)
    return found


def _permission(word: str, role: str) -> Permission:
    try:
        return Permission(word)
    except ValueError:
        raise Malformed("field_malformed", f"{word!r}", key=role, remedy="A permission of app/access/permission.py.") from None


def held(roles: Iterable[str], on: date, book: RoleBook | None = None) -> list[Role]:
    """Give the roles of a principal on a day; a name that policy does not have gives nothing."""
    known = roles_on(on, book)
    return [known[name] for name in roles if name in known]
