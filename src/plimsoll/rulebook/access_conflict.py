"""Duties that are kept apart, as policy: by what one may hold, by what one did before, and by whom it concerns."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook.headed import read_headed
from plimsoll.rulebook.read import Field, read
from plimsoll.rulebook.rule import read_title

FILE: Final = Path(__file__).parent.joinpath("policy", "access", "conflicts.yaml")
DAYS_MAX: Final = 3_650


class Conflict(NamedTuple):
    """Who holds a permission of one side holds none of the other."""

    name: str
    title: Mapping[str, str]
    one: frozenset[str]
    other: frozenset[str]


class Step(NamedTuple):
    """Who did one of the first verbs does none of the later ones on the same customer, or dossier, for some days."""

    name: str
    title: Mapping[str, str]
    first: frozenset[str]
    then: frozenset[str]
    days: int


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """All of it. Two are the same only if they are one."""

    conflicts: tuple[Conflict, ...]
    steps: tuple[Step, ...]
    related: frozenset[str]
    """Permissions that nobody uses as staff for themselves, or for somebody of whom the book knows that they share a thing."""
    alone: frozenset[str]
    not_given: frozenset[str]


@functools.cache
def load(file: Path = FILE) -> Separation:
    """Read and check the file, once for each. Raises Malformed with file, line and key: field_malformed, field_missing, rule_duplicate."""
    found = read_headed(read(file, f"policy/access/{file.name}"), ("conflicts", "steps", "related", "alone", "not_given"))
    conflicts = tuple(_read_conflict(name, entry) for name, entry in found["conflicts"].entries().items())
    steps = tuple(_read_step(name, entry) for name, entry in found["steps"].entries().items())
    return Separation(conflicts, steps, _words(found["related"]), _words(found["alone"]), _words(found["not_given"]))


def _read_conflict(name: str, field: Field) -> Conflict:
    found = field.fields(("title", "one", "other"))
    one, other = _words(found["one"]), _words(found["other"])
    if one & other:
        raise field.wrong("field_malformed", f"{', '.join(sorted(one & other))} on both sides")
    return Conflict(name, read_title(found["title"]), one, other)


def _read_step(name: str, field: Field) -> Step:
    found = field.fields(("title", "first", "then", "days"))
    return Step(name, read_title(found["title"]), _words(found["first"]), _words(found["then"]), found["days"].whole(1, DAYS_MAX))


def _words(field: Field) -> frozenset[str]:
    found = [word.text() for word in field.each()]
    if len(set(found)) < len(found):
        raise field.wrong("rule_duplicate", "a word stands twice")
    return frozenset(found)
