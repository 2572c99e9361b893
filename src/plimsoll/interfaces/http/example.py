"""Examples of bodies, answers and parameters: as they were recorded of a small house, else made from the shapes, in one small story."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from plimsoll.interfaces.http.operation import Operation
from plimsoll.interfaces.http.story import AT, BY_END, BY_KIND, BY_NAME, BY_SHAPE, DAY, HASH, OPEN
from plimsoll.interfaces.http.story_of import BY_OPERATION
from plimsoll.interfaces.http.told.read import recorded, verbs

MONEY: Final = {"amount": 100_000, "currency": "CNY"}
DEEP: Final = 6
"""How deep lists of an answer that is made from its shape are filled; below they are empty."""
OF_ACCOUNTS: Final = frozenset({"get_bills", "purchase", "fund_by_merchant", "convert", "refund"})
"""Operations on a pay-later account, which is Ann's first loan."""
BY_PATTERN: Final = (
    *("5f1c5f1c5f1c5f1c5f1c5f1c5f1c5f1c", HASH, "cus_17", "loan_17_2", "0.0004", "CNY", "13800001234", "13812341234", "123456", "1", "0"),
    *("plimsoll.loan.paid_off.v1", "evt_3efa502cb2491b66b9a7b4eca9d60162", "0001", "repay", "policy.yaml", "2026-02", "0.1500", "loan"),
    *("/v1/closes", ""),
)
"""Texts of which the first that fits a pattern is taken."""


def example_in(operation: Operation) -> dict[str, Any] | None:
    """Give the example of an operation's body; None for no body."""
    if operation.body is None:
        return None
    for found in (recorded().get(operation.name), verbs().get(operation.name)):
        if found is not None and "answer" in found:
            return dict(found.get("body", {}))
    return dict(operation.example) if operation.example is not None else example_of(operation.body)


def example_out(operation: Operation, answer: type[BaseModel]) -> Any:
    """Give the example of what an operation answers; `answer` is its shape."""
    for found in (recorded().get(operation.name), verbs().get(operation.name)):
        if found is not None:
            return found["answer"]
    schema = answer.model_json_schema(mode="serialization")
    made = value_of("", schema, schema.get("$defs", {}), is_whole=True)
    return {**made, **BY_OPERATION[operation.name]} if operation.name in BY_OPERATION else made


def example_of(shape: type[BaseModel]) -> dict[str, Any]:
    """Give an example of a body: what has to be there."""
    schema = shape.model_json_schema()
    needed = [*schema.get("required", ()), *(name for name in ("currency",) if name in schema["properties"])]
    defs = schema.get("$defs", {})
    return {name: value_of(name, schema["properties"][name], defs) for name in dict.fromkeys(needed)}


def example_of_parameter(operation: Operation, name: str, schema: Mapping[str, Any]) -> Any:
    """Give the example of what stands in the path or the query."""
    asked = recorded().get(operation.name, {})
    for part in ("path", "query"):
        if name in asked.get(part, {}):
            return asked[part][name]
    if name == "loan" and operation.name in OF_ACCOUNTS:
        return "loan_17_1"
    found = value_of(name, schema, {})
    return [found] if schema.get("type") == "array" and not isinstance(found, list) else found


def value_of(name: str, schema: Mapping[str, Any], defs: Mapping[str, Any], *, is_whole: bool = False, deep: int = 0) -> Any:
    """Give a value of a schema for a field of a name; `is_whole` fills what need not be there, as an answer does."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if kinds:
        return None if name in OPEN and len(kinds) < len(schema["anyOf"]) else value_of(name, kinds[0], defs, is_whole=is_whole, deep=deep)
    if "$ref" in schema:
        called = schema["$ref"].rpartition("/")[2]
        return dict(MONEY) if called in ("Money", "Change") else value_of(name, defs[called], defs, is_whole=is_whole, deep=deep + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _of_enum(name, schema["enum"])
    kind = schema.get("type", "object")
    if kind == "object":
        told = schema.get("properties", {})
        wanted = told if is_whole else {one: told[one] for one in schema.get("required", ())}
        own = BY_SHAPE.get(schema.get("title", ""), {}) if is_whole else {}
        rest = {one: value_of(one, each, defs, is_whole=is_whole, deep=deep + 1) for one, each in wanted.items() if one not in own}
        return {one: own[one] if one in own else rest[one] for one in wanted}
    if kind == "array":
        return _of_array(name, schema, defs, is_whole=is_whole, deep=deep)
    return _of_text(name, schema) if kind == "string" else _of_number(name, schema) if kind == "integer" else BY_KIND[kind]


def _of_enum(name: str, words: list[Any]) -> Any:
    found = BY_NAME.get(name)
    return found if found in words else next((one for one in words if one != ""), words[0])


def _of_array(name: str, schema: Mapping[str, Any], defs: Mapping[str, Any], *, is_whole: bool, deep: int) -> list[Any]:
    items = schema.get("items", {})
    if deep > DEEP or (not is_whole and not schema.get("minItems")) or not items:
        return []
    one = value_of(name, items, defs, is_whole=is_whole, deep=deep + 1)
    return [one] * max(1, schema.get("minItems", 1))


def _of_number(name: str, schema: Mapping[str, Any]) -> int:
    found = _named(name, int)
    least, most = schema.get("minimum", -(2**63)), schema.get("maximum", 2**63)
    return int(found) if found is not None and least <= found <= most else max(1, least) if most >= 1 else most


def _of_text(name: str, schema: Mapping[str, Any]) -> str:
    if schema.get("format") in ("date", "date-time"):
        found = _named(name, str)
        is_day = schema["format"] == "date"
        is_such = found is not None and bool(re.fullmatch(r"\d{4}-\d\d-\d\d" if is_day else r"\d{4}-\d\d-\d\dT.*", str(found)))
        return str(found) if is_such else DAY if is_day else AT
    most = schema.get("maxLength", 10**9)
    named: list[str] = [found for found in (_named(name, str), BY_KIND["string"]) if found is not None]
    return next(one for one in (*named, *BY_PATTERN) if _fits(one, schema, most))


def _fits(text: str, schema: Mapping[str, Any], most: int) -> bool:
    return schema.get("minLength", 0) <= len(text) <= most and re.search(schema.get("pattern", ""), text) is not None


def _named(name: str, kind: type) -> Any:
    found = BY_NAME.get(name)
    if type(found) is kind:
        return found
    return next((value for end, value in BY_END.items() if name.endswith(end) and type(value) is kind), None)
