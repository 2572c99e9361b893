"""The roles of the house as dated policy: which permissions each gives, and how far each reaches.

Words of permissions are the application's (`plimsoll.app.access.permission`); here they are read, dated, and held to their shape.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook.headed import read_headed
from plimsoll.rulebook.read import Field, read
from plimsoll.rulebook.rule import read_title

FILE: Final = Path(__file__).parent.joinpath("policy", "access", "roles.yaml")
RELATIONS: Final = ("own", "assigned", "unit", "house")
"""How somebody stands to what they ask about, nearest first."""
ACTS_FOR: Final = ("house", "borrower", "agency", "funder", "bidder", "merchant", "partner")
MARKS: Final = ("strong", "sandbox")
NOT_AT_ALL: Final = "none"
_PERMISSION: Final = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")


class Change(NamedTuple):
    """What a role gives otherwise from a day on: the farthest relation of some permissions, "none" for those it gives no more."""

    since: date
    farthest: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """One role: for whom it acts, what it gives and how far, what of it needs a second factor or a sandbox, and its ranks in reviews."""

    name: str
    title: Mapping[str, str]
    acts_for: str
    is_machine: bool
    farthest: Mapping[str, str]
    strong: frozenset[str]
    sandbox: frozenset[str]
    ranks: tuple[str, ...]
    changes: tuple[Change, ...]

    def gives(self, on: date) -> Mapping[str, str]:
        """Give the farthest relation of each permission on a day."""
        found = dict(self.farthest)
        for change in self.changes:
            if change.since <= on:
                found.update(change.farthest)
        return {name: relation for name, relation in found.items() if relation != NOT_AT_ALL}


@dataclass(frozen=True, slots=True, eq=False)
class RoleBook:
    """All roles by name, in force from a day. Two are the same only if they are one."""

    since: date
    roles: Mapping[str, RolePolicy]


@functools.cache
def load(file: Path = FILE) -> RoleBook:
    """Read and check all roles, once for each file. Raises Malformed with file, line and key: field_malformed, rule_duplicate."""
    found = read_headed(read(file, f"policy/access/{file.name}"), ("roles",))
    since = read(file, f"policy/access/{file.name}").entries()["from"].date()
    return RoleBook(since, {name: _read_role(name, entry) for name, entry in found["roles"].entries().items()})


def _read_role(name: str, field: Field) -> RolePolicy:
    found = field.fields(("title", "acts_for"), (*RELATIONS, "is_machine", "strong", "sandbox", "ranks", "changes"))
    farthest: dict[str, str] = {}
    for relation in RELATIONS:
        for word in found[relation].each() if relation in found else ():
            # A permission may stand once more under a farther relation only by mistake.
            if word.text() in farthest:
                raise word.wrong("rule_duplicate", f"{word.text()!r} under {farthest[word.text()]} and {relation}")
            farthest[_permission(word)] = relation
    strong, sandbox = (frozenset(word.one_of(farthest) for word in found[key].each()) if key in found else frozenset() for key in MARKS)
    ranks = tuple(word.text() for word in found["ranks"].each()) if "ranks" in found else ()
    changes = tuple(_read_change(entry) for entry in found["changes"].each()) if "changes" in found else ()
    is_machine = found["is_machine"].flag() if "is_machine" in found else False
    if is_machine and strong:
        raise found["strong"].wrong("field_malformed", "a machine has no second factor to show")
    acts_for = found["acts_for"].one_of(ACTS_FOR)
    return RolePolicy(name, read_title(found["title"]), acts_for, is_machine, farthest, strong, sandbox, ranks, tuple(sorted(changes)))


def _read_change(field: Field) -> Change:
    found = field.fields(("from", "source", "farthest"))
    found["source"].text()
    farthest = {}
    for name, entry in found["farthest"].entries().items():
        if not _PERMISSION.fullmatch(name):
            raise entry.wrong("field_malformed", f"{name!r}", "A permission such as loan.draw.")
        farthest[name] = entry.one_of((*RELATIONS, NOT_AT_ALL))
    return Change(found["from"].date(), farthest)


def _permission(field: Field) -> str:
    name = field.text()
    if not _PERMISSION.fullmatch(name):
        raise field.wrong("field_malformed", f"{name!r}", "A permission such as loan.draw.")
    return name
