"""What an answer brings along, and what is left out of a list: `expand=loans,loans.schedule` and `fields=customer,owed`.

A part is the answer of another operation, asked for by whoever asks: its own handler goes to the door, and puts on record who looked.
What they may not see, or is not there, is absent. An operation names what it expands in its line; a list has the fields of its rows.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, create_model

from plimsoll.interfaces.http.operation import Asked, Empty, Operation, Shape
from plimsoll.interfaces.http.operations import by_name
from plimsoll.interfaces.http.shown import ROWS_MAX
from plimsoll.units.refusal import Malformed, Refused

DEPTH_MAX: Final = 2
NAMES_MAX: Final = 8
PARTS_MAX: Final = 200
"""Parts that one request may bring along: rows times names."""
FIELDS_MAX: Final = 50
EXPAND, FIELDS, EXPANDED = "expand", "fields", "expanded"
PAGING: Final = frozenset({"limit", "cursor"})
_BRACES: Final = re.compile(r"\{(\w+)\}")


def names_of(operation: Operation) -> tuple[str, ...]:
    """Give what an operation can bring along: its own names, and those of what it brings."""
    found: list[str] = []
    for name, other in operation.expands.items():
        found += [name, *(f"{name}.{deeper}" for deeper in by_name()[other].expands)]
    return tuple(found)


def row_of(operation: Operation) -> type[BaseModel] | None:
    """Give the shape of a row of a list; None where the answer is no list, or of a change."""
    data = operation.answer.model_fields.get("data")
    rows = get_args(data.annotation) if data is not None and operation.method == "GET" else ()
    return rows[0] if rows and isinstance(rows[0], type) and issubclass(rows[0], BaseModel) else None


def fields_of(operation: Operation) -> tuple[str, ...]:
    """Give which fields of its rows a list may be asked for; none where it is no list."""
    row = row_of(operation)
    return () if row is None else tuple(row.model_fields)


def read_expand(said: str, allowed: Collection[str]) -> frozenset[str]:
    """Read `loans,loans.schedule`. Raises Malformed expand_unknown for what is not on the list, too deep, or too much."""
    names = said.split(",")
    is_over = len(names) > NAMES_MAX or any(name.count(".") >= DEPTH_MAX for name in names)
    if is_over or len(set(names)) != len(names) or not set(names) <= set(allowed):
        raise Malformed("expand_unknown", key="?/expand", remedy=", ".join(sorted(allowed)))
    return frozenset(names) | {name.partition(".")[0] for name in names}


def read_fields(said: str, allowed: Collection[str]) -> frozenset[str]:
    """Read `customer,owed`. Raises Malformed fields_unknown for what is no field of the rows."""
    names = said.split(",")
    if len(names) > FIELDS_MAX or len(set(names)) != len(names) or not set(names) <= set(allowed):
        raise Malformed("fields_unknown", key="?/fields", remedy=", ".join(sorted(allowed)))
    return frozenset(names)


def shown_fields(operation: Operation, fields: frozenset[str]) -> dict[str, Any]:
    """Give what is told of a list of which some fields are wanted, as pydantic asks for it: those of each row, all beside the rows."""
    whole: dict[str, Any] = dict.fromkeys(operation.answer.model_fields, True)
    return whole | {"data": {"__all__": fields | {EXPANDED}}}


def answered(operation: Operation, asked: Asked) -> Any:
    """Give the answer of an operation with what it is to bring along. Raises Malformed expand_too_much."""
    outcome = operation.handle(asked)
    if isinstance(outcome, Refused):
        return outcome
    found = outcome.model_dump() if isinstance(outcome, BaseModel) else dict(outcome)
    _bring(operation, asked, found, asked.expand, [PARTS_MAX])
    return found


def _bring(operation: Operation, asked: Asked, found: dict[str, Any], names: frozenset[str], left: list[int]) -> None:
    """Put the parts of an answer into it, row by row of a list."""
    rows = found["data"] if row_of(operation) is not None else [found]
    own = [name for name in operation.expands if name in names]
    for at, row in enumerate(rows):
        parts = {}
        for name in own:
            left[0] -= 1
            if left[0] < 0:
                raise Malformed("expand_too_much", key="?/expand", remedy=f"At most {PARTS_MAX}.")
            deeper = frozenset(one.partition(".")[2] for one in names if one.startswith(name + "."))
            part = _part(by_name()[operation.expands[name]], asked, row, deeper, left)
            if part is not None:
                parts[name] = part
        rows[at] = row | {EXPANDED: parts}
    if row_of(operation) is None:
        found.update(rows[0])


def _part(other: Operation, asked: Asked, row: Mapping[str, Any], deeper: frozenset[str], left: list[int]) -> dict[str, Any] | None:
    """Give what another operation answers about a row; None where it refuses, or the row names nothing that it could be asked about."""
    path = {name: str(row.get(name) or row.get(f"{name}_id") or asked.path.get(name, "")) for name in _BRACES.findall(other.path)}
    if not all(path.values()):
        return None
    outcome = other.handle(replace(asked, path=path, query=_query(other, asked), expand=frozenset()))
    if isinstance(outcome, Refused):
        return None
    found = outcome.model_dump() if isinstance(outcome, BaseModel) else dict(outcome)
    if deeper:
        _bring(other, asked, found, deeper, left)
    return found


def _query(other: Operation, asked: Asked) -> Any:
    """Give the query of a part: what was asked of both, such as the day, else what it takes where nothing is named."""
    if other.query is Empty:
        return None
    said = () if asked.query is None else asked.query.model_fields_set - PAGING
    return other.query.model_validate({name: getattr(asked.query, name) for name in said if name in other.query.model_fields})


@cache
def shape_with(name: str, depth: int = DEPTH_MAX) -> type[BaseModel]:
    """Give the shape of the answer of an operation, with what it may bring along so many deep."""
    operation = by_name()[name]
    if not operation.expands or not depth:
        return operation.answer
    parts: dict[str, Any] = {one: (_left_out(shape_with(other, depth - 1)), None) for one, other in operation.expands.items()}
    title = "".join(word.title() for word in name.split("_")) + ("" if depth == DEPTH_MAX else "Within")
    said = "What was asked for with `expand`: what is not to be seen is absent."
    held = create_model(f"{title}Parts", __base__=_Parts, __doc__=said, **parts)
    row = row_of(operation)
    base = operation.answer if row is None else row
    carried: Any = {EXPANDED: (_left_out(held), None)}
    shape = create_model(f"{base.__name__}Of{title}", __base__=(_Parts, base), __doc__=base.__doc__, **carried)
    if row is None:
        return shape
    rows: Any = Annotated[list[shape], Field(max_length=ROWS_MAX)]  # type: ignore[valid-type]  # a shape that is made here
    return create_model(f"{title}Answer", __base__=operation.answer, __doc__=operation.answer.__doc__, data=(rows, ...))


def _absent(value: Any) -> bool:
    return value is None


def _left_out(shape: type[BaseModel]) -> Any:
    """Give a field that is left out where it has no value."""
    return Annotated[shape | None, Field(exclude_if=_absent)]


def _may_be_left_out(schema: dict[str, Any]) -> None:
    """Say so in the schema: pydantic takes what has a default for what is always told, and for what can be null."""
    for name, held in schema.get("properties", {}).items():
        kinds = [one for one in held.get("anyOf", ()) if one.get("type") != "null"]
        if "default" in held and held["default"] is None and len(kinds) == 1 and "$ref" in kinds[0]:
            schema["properties"][name] = kinds[0]
            schema["required"] = [one for one in schema.get("required", ()) if one != name]
    if not schema.get("required", True):
        del schema["required"]


class _Parts(Shape):
    """Fields that are left out where they were not asked for."""

    model_config = ConfigDict(json_schema_extra=_may_be_left_out)
