"""Figures as JSON: dates, tuples, mappings, and the dataclasses and named tuples that figures are made of, each by its name."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

CLASSES: Final[dict[str, type]] = {}
"""What a figure may be made of, by name: a closed list, filled by `may_be_kept`."""


def may_be_kept(*classes: type) -> None:
    """Let figures be made of some dataclasses and named tuples."""
    for one in classes:
        assert CLASSES.setdefault(one.__name__, one) is one, f"two classes are called {one.__name__}"


def written_value(value: Any) -> Any:
    """Give a value as JSON holds it; raises TypeError for what is not on the list."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return {"day": value.isoformat()}
    name = type(value).__name__
    if CLASSES.get(name) is type(value):
        inside = value if isinstance(value, tuple) else [getattr(value, one.name) for one in fields(value)] if is_dataclass(value) else ()
        return {"is": name, "of": [written_value(one) for one in inside]}
    if type(value) in (tuple, list):
        return {"tuple" if type(value) is tuple else "list": [written_value(one) for one in value]}
    if isinstance(value, Mapping):
        return {"map": [[written_value(key), written_value(one)] for key, one in value.items()]}
    raise TypeError(f"{name} is not among what figures are made of")


def read_value(said: Any) -> Any:
    """Give what `written_value` wrote; raises KeyError, TypeError or ValueError for anything else."""
    if not isinstance(said, dict):
        return said
    ((kind, inside), *more) = said.items()
    if kind == "is":
        return CLASSES[inside](*(read_value(one) for one in dict(more)["of"]))
    if kind == "day":
        return date.fromisoformat(inside)
    if kind == "map":
        return {read_value(key): read_value(one) for key, one in inside}
    found = [read_value(one) for one in inside]
    return tuple(found) if kind == "tuple" else found
