"""The permission matrix: every role, permission and relation, what the door says against what the file of policy says.

What is expected is worked out from the file alone (`tests/access_cells.py`). The door is asked on both databases. That the matrix would
notice a change of policy is shown by changing it: 200 lines flipped by chance, each of which some cell has to notice.
"""

from dataclasses import replace
from random import Random

import pytest

from plimsoll.app.access.door import Door
from plimsoll.app.access.permission import SAID, Permission
from plimsoll.app.access.principal import EVERYBODY, NOTHING
from plimsoll.app.access.verbs import VERBS, target_of
from plimsoll.app.house import LIVE, House
from plimsoll.app.wiring import ALL_COMMANDS, DOSSIER_WIRING
from plimsoll.interfaces.http.operations import ALL
from plimsoll.rulebook.access_role import RELATIONS, RoleBook, load
from plimsoll.rulebook.rules import load as load_rules
from plimsoll.units.refusal import Refused
from tests.access_cells import CELLS, NOW, expected, fill, person, read_related, read_roles
from tests.tidy.source import SRC, package, text

ROLES = read_roles()
RELATED = read_related()
FLIPS = 200
NOTICED_LEAST = 198
LISTED = "in a list"
WAITING = {
    "audit.seal",
    "bidder.read",
    "bureau.read",
    "close.run",
    "export.make",
    "personal.erase",
    "personal.write",
}
"""What is done on the command line only, so that no operation asks for it yet; a name may leave the list, none may join it."""
WEAK = "without a second factor"
LIVE_LIST = "in a list where there is real money"


@pytest.fixture
def house(store):
    fill(store)
    with House(store, load_rules(), now=lambda: NOW) as opened:
        yield opened


def said(found):
    """Give the word for what a door answered."""
    return found.code if isinstance(found, Refused) else str(found)


def wanted(role, permission):
    """Give what every cell of a role and a permission should say."""
    far, is_strong = role.far.get(permission, "permission_missing"), permission in role.strong and not role.is_machine
    found = {cell: expected(role, permission, cell, RELATED) for cell in CELLS}
    found[LISTED] = far
    found[WEAK] = "second_factor_needed" if is_strong else far
    found[LIVE_LIST] = "permission_missing" if permission in role.sandbox else far
    return found


def differing(doors, role, permissions):
    """Give the cells of a role in which the door says something else than the file, one after another."""
    door, live = doors
    who, weak = person(role), person(role, is_strong=False)
    for permission in permissions:
        should = wanted(role, permission)
        asked = {LISTED: (door, who), WEAK: (door, weak), LIVE_LIST: (live, who)}
        for cell, (at, one) in asked.items():
            if said(at.may(one, permission, EVERYBODY)) != should[cell]:
                yield permission, cell, said(at.may(one, permission, EVERYBODY)), should[cell]
        for cell, target in CELLS.items():
            found = said(door.may(who, permission, target))
            if found != should[cell]:
                yield permission, cell, found, should[cell]


def doors(house, book=None):
    """Give the door of a house, and of one where there is real money."""
    live = House.__new__(House)
    live.__dict__.update(house.__dict__, mode=LIVE)
    return Door(house, book=book), Door(live, book=book)


def test_every_cell_says_what_policy_says(house):
    wrong = [(name, *one) for name, role in ROLES.items() for one in differing(doors(house), role, list(Permission))]
    assert not wrong, wrong[:5]


def test_the_matrix_is_whole():
    """It has the size that the file says, every permission is given by some role, and denies far more than it allows."""
    cells = [(role, one, cell) for role in ROLES.values() for one in Permission for cell in wanted(role, one)]
    allowed = [1 for role in ROLES.values() for one in Permission for cell, word in wanted(role, one).items() if word in RELATIONS]
    assert len(ROLES) == 23
    assert len(cells) == len(ROLES) * len(Permission) * (len(CELLS) + 3) > 12_960
    assert len(allowed) < len(cells) * 0.2
    assert {permission for role in ROLES.values() for permission in role.far} == set(Permission)


def test_no_verb_is_without_a_permission_and_no_permission_without_use():
    assert set(VERBS) == set(ALL_COMMANDS)
    assert set(SAID) == set(Permission)
    used = {access.permission for access in VERBS.values()} | {one.permission for one in ALL}
    sources = [text(path) for path in package() if path.parent != SRC / "app" / "access" or path.name not in ("permission.py", "verbs.py")]
    named = {one for one in Permission if any(f'"{one}"' in source or f"Permission.{one.name}" in source for source in sources)}
    unused = {str(one) for one in set(Permission) - used - named}
    assert not unused - WAITING


def test_the_page_of_permissions_says_what_policy_says():
    from tools.permissions_page import PAGE, page

    assert PAGE.read_text("utf-8") == page(), "run `make docs`"


def test_every_operation_asks_for_a_permission_that_there_is():
    unknown = {one.name: one.permission for one in ALL if one.permission and one.permission not in SAID}
    assert not unknown


def test_every_verb_is_about_something_the_door_can_look_up():
    for name, command in ALL_COMMANDS.items():
        access, is_dossier = VERBS[name], command in DOSSIER_WIRING
        asked = object.__new__(command)
        for field, value in {"customer_id": 7, "loan_id": 3, "subject": "s"}.items():
            if field in command.__dataclass_fields__:
                object.__setattr__(asked, field, value)
        target = target_of(asked)
        assert (target == NOTHING) == access.makes, name
        assert target.kind == (DOSSIER_WIRING[command].kind if is_dossier and not access.makes else ""), name
        assert target.loan_id == (3 if "loan_id" in command.__dataclass_fields__ and not access.makes_loan and not is_dossier else 0), name
        assert all(one in command.__dataclass_fields__ for one in (*access.kept, *access.own)), name
        assert {access.party, access.ranked} - {""} <= set(command.__dataclass_fields__), name


def test_a_flip_of_a_line_of_policy_is_noticed(house, kind):
    if kind != "sqlite":
        pytest.skip("what is flipped is policy, not the database")
    chance, lines, noticed, missed = Random(20261122), flippable(), 0, []
    for _ in range(FLIPS):
        role, flip, permission = chance.choice(lines)
        book = flipped(load(), role, flip, permission, chance)
        others = sorted(set(Permission) - {permission})
        if next(differing(doors(house, book), ROLES[role], [permission, *others]), None) is None:
            missed.append((role, flip, permission))
        else:
            noticed += 1
    assert noticed >= NOTICED_LEAST, missed


def flippable():
    """Give every line that can be flipped: a permission taken, moved, marked or unmarked, or one given that was not."""
    found = []
    for name, role in ROLES.items():
        for permission in sorted(role.far):
            marks = ("sandbox",) if role.is_machine else ("strong", "sandbox")
            found += [(name, flip, permission) for flip in ("take", "move", *marks)]
        found += [(name, "give", permission) for permission in sorted(set(Permission) - set(role.far))]
    return found


def flipped(book, name, flip, permission, chance):
    """Give the roles with one line of one role other than it is."""
    role = book.roles[name]
    far = dict(role.farthest)
    if flip == "take":
        del far[permission]
    elif flip in ("move", "give"):
        far[permission] = chance.choice([relation for relation in RELATIONS if relation != far.get(permission)])
    role = replace(role, farthest=far)
    if flip in ("strong", "sandbox"):
        role = replace(role, **{flip: getattr(role, flip) ^ {permission}})
    return RoleBook(book.since, {**book.roles, name: role})
