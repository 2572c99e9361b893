"""Make an example body from a shape: the values of a small story, by the names of the fields."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from plimsoll.interfaces.http.operation import Operation

MONEY: Final = {"amount": 100_000, "currency": "CNY"}
BY_NAME: Final[Mapping[str, Any]] = {
    "customer": "cus_17",
    "loan": "loan_17_3",
    "currency": "CNY",
    "rate": "0.0004",
    "due_day": 10,
    "instalments": 3,
    "product": "cash-line",
    "cash_product": "cash-line",
    "later_product": "pay-later",
    "fact": 2,
    "purpose": "home",
    "application": "app-1",
    "complaint": "complaint-1",
    "hardship": "hardship-1",
    "plan": "plan-1",
    "promise": "promise-1",
    "dispute": "dispute-1",
    "contact": "contact-1",
    "question": "question-1",
    "channel": "in_app",
    "zone": "Asia/Shanghai",
    "country": "cn",
    "language": "zh-CN",
    "outcome": "approve",
    "role": "underwriter",
    "reason": "asked by the customer",
    "ref": "bank-20261201-0001",
    "reference": "file-2026-0001",
    "version": 1,
    "id": "north",
    "agency": "north",
    "bidder": "harbour",
    "package": "2026-q4",
    "tender": "2026-q4-a",
    "title_zh": "北方催收",
    "title_en": "North",
    "month": "2026-11",
    "digest": "0" * 64,
    "hash": "0" * 64,
    "chance_ppm": 120_000,
    "propensity_ppm": 1_000_000,
    "propensity_ppb": 1_000_000_000,
    "merchant": "bookshop",
}
_BY_KIND: Final[Mapping[str, Any]] = {"boolean": False, "integer": 1, "array": [], "object": {}, "string": "as agreed"}


def example_in(operation: Operation) -> dict[str, Any] | None:
    """Give the example of an operation's body, made from its shape where its line has none; None for no body."""
    if operation.body is None:
        return None
    return dict(operation.example) if operation.example is not None else example_of(operation.body)


def example_of(shape: type[BaseModel]) -> dict[str, Any]:
    """Give an example of a body: what has to be there."""
    schema = shape.model_json_schema()
    needed = [*schema.get("required", ()), *(name for name in ("currency",) if name in schema["properties"])]
    return {name: _value(name, schema["properties"][name]) for name in dict.fromkeys(needed)}


def _value(name: str, field: Mapping[str, Any]) -> Any:
    field = next((one for one in field.get("anyOf", ()) if one.get("type") != "null"), field)
    if "$ref" in field:
        return dict(MONEY)
    if field.get("format") == "date":
        return "2026-12-01"
    pattern = str(field.get("pattern", ""))
    if "{64}" in pattern:
        return "0" * 64
    if pattern.startswith("^[0-9]"):
        return "0.0004"
    if "enum" in field:
        return field["enum"][0]
    found = BY_NAME.get(name)
    kind = str(field.get("type", "string"))
    if found is not None and kind == ("integer" if type(found) is int else "string"):
        return found
    return _BY_KIND[kind]
