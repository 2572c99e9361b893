"""Every rule of the rulebook is used, or says which room to come will use it, and every rule that is used exists."""

import re
from pathlib import Path

from plimsoll.collections.contact_rules import ENDINGS, HOUSE
from tests.golden import read_texts
from tests.tidy.source import SRC, files, package, place, room, text

RULEBOOK = SRC / "rulebook"
KEY = re.compile(r"\b(?:[A-Z]{2}|POLICY)(?:\.[A-Z0-9_]+)+")
OF_CONTACT = re.compile(rf"(?:[A-Z]{{2}}\.COLLECT|{re.escape(HOUSE)})\.(?:{'|'.join(re.escape(ending) for ending in ENDINGS)})")
"""Rules of contact are read by their ending, the same for every country."""

WAITING = set()
"""The ratchet: rules of collections whose verbs are not built yet; a name may leave the list, none may join it."""


def rule_files() -> list[Path]:
    """Return the YAML files of law and policy."""
    folders = (RULEBOOK / "law", RULEBOOK / "policy")
    return [path for path in files() if path.suffix == ".yaml" and any(path.is_relative_to(folder) for folder in folders)]


def defined() -> dict[str, tuple[str, str]]:
    """Return every key of law and policy with the room that uses it and the file it stands in."""
    found = {}
    for path in rule_files():
        for key, rule in (read_texts(text(path)) or {}).items():
            if KEY.fullmatch(key):
                assert key not in found, f"{key} stands in {found[key][1]} and in {place(path)}"
                found[key] = (rule["used_in"], place(path))
    return found


def used_by() -> dict[str, set[str]]:
    """Return every key that Python, a product or another rule names, with the places that do."""
    found: dict[str, set[str]] = {}
    yamls = [path for path in files() if path.suffix == ".yaml" and path.is_relative_to(RULEBOOK)]
    for path in (*package(), *yamls):
        # A rule's own key begins its line; what else stands in the line is a use.
        for key in KEY.findall(re.sub(r"^[A-Z0-9_.]+:", "", text(path), flags=re.MULTILINE)):
            found.setdefault(key, set()).add(place(path))
    return found


def test_every_used_rule_is_defined():
    known = defined()
    missing = {key: sorted(places) for key, places in used_by().items() if key not in known and key != HOUSE}
    assert not missing, missing


def test_every_rule_is_used_where_it_says():
    """A rule of a room that does not exist yet waits for it; a rule of a room that exists is named by it, or by a product or a rule."""
    rooms = {room(path) for path in package()}
    used = used_by()
    dead = {key: f"{file}: used_in {where}" for key, (where, file) in defined().items() if where in rooms and key not in used}
    dead = {key: place for key, place in dead.items() if not OF_CONTACT.fullmatch(key)}
    assert not dead.keys() - WAITING, f"use these, or take them out: {dead}"
    assert not WAITING - dead.keys(), "used now, take them off WAITING"


def test_there_are_rules():
    assert len(defined()) >= 30
