"""Shapes of answers are made from the values that are shown: no float, no name twice, nothing without a bound."""

from collections import Counter
from dataclasses import dataclass, is_dataclass
from datetime import date
from importlib import import_module
from pkgutil import iter_modules

import pytest

from plimsoll.app import show
from plimsoll.interfaces.http.operations import ALL
from plimsoll.interfaces.http.shown import shape_of, told


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table, whose currency stands above it."""

    loan_id: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page about a customer."""

    customer_id: int
    currency: str
    owed_minor: int
    gone_minor: int | None
    on: date | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Twice:
    """Says one thing twice at the edge."""

    currency: str
    owed_minor: int
    owed: int


def test_a_value_becomes_an_answer():
    page = Page(17, "CNY", 12_345, None, date(2026, 3, 1), (Line(3, 100),))
    answer = shape_of(Page).model_validate(told(page))
    assert answer.model_dump(mode="json") == {
        "customer": "cus_17",
        "currency": "CNY",
        "owed": {"amount": 12_345, "currency": "CNY"},
        "gone": None,
        "on": "2026-03-01",
        "lines": [{"loan": "loan_17_3", "paid": 100}],
    }


def test_a_shape_says_nothing_twice():
    with pytest.raises(AssertionError, match="twice"):
        shape_of(Twice)


def values() -> list[type]:
    """Every value that can be looked at."""
    found = []
    for one in iter_modules(show.__path__):
        module = import_module(f"{show.__name__}.{one.name}")
        found += [kind for kind in vars(module).values() if is_dataclass(kind) and kind.__module__ == module.__name__]
    return [kind for kind in found if isinstance(kind, type) and not kind.__name__.startswith("_")]


def test_no_two_values_have_one_name():
    names = Counter(kind.__name__ for kind in values())
    assert [name for name, count in names.items() if count > 1] == []


def numbers(schema: object) -> list[object]:
    """Every part of a schema that is a float."""
    if isinstance(schema, dict):
        own = [schema] if schema.get("type") == "number" else []
        return own + [found for part in schema.values() for found in numbers(part)]
    return [found for part in schema for found in numbers(part)] if isinstance(schema, list) else []


def test_no_answer_holds_a_float():
    for one in ALL:
        assert numbers(one.answer.model_json_schema()) == [], one.name
