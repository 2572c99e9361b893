"""Make the shape of a verb's body from its fields, and a command from a body: amounts become Money, days and rates text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field, create_model

from plimsoll.interfaces.http.ids import read_customer, read_loan
from plimsoll.interfaces.http.operation import Shape
from plimsoll.interfaces.http.problem import Said
from plimsoll.interfaces.http.shape import LIST_MAX, Currency, CustomerId, Day, Flag, LoanId, Money, Name, RateText, Text, Whole
from plimsoll.loan.filing import BODY_LENGTH_MAX, Body, body_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

MINOR: Final = "_minor"
FIRST_DAY: Final = date(1900, 1, 1)
_BRACES: Final = re.compile(r"\{(\w+)\}")
_TYPES: Final[Mapping[Any, Any]] = {
    int: Whole,
    date: Day,
    date | None: Day,
    tuple[date, ...]: Annotated[tuple[Day, ...], Field(max_length=LIST_MAX)],
    tuple[str, ...]: Annotated[tuple[Text, ...], Field(max_length=LIST_MAX)],
    bool: Flag,
    Body: Annotated[dict[Annotated[str, Field(max_length=100)], Any], Field(max_length=1000)],
    Rate: RateText,
    Rate | None: RateText,
}


class Part(NamedTuple):
    """One field of a body: its name there, the field of the command, how it becomes that, and whether it is an amount."""

    key: str
    name: str
    read: Callable[[Any], Any] | None
    is_amount: bool


class Form(NamedTuple):
    """How a verb is asked: the shape of its body, its fields, and which field each id of the path fills."""

    command: type
    shape: type[Shape]
    parts: tuple[Part, ...]
    path: Mapping[str, str]
    has_currency: bool
    """Whether the command has a currency."""
    makes_loan: bool
    """Whether a loan is opened whose number may be left to the house."""


def _rate(text: str) -> Rate:
    return Rate.parse(text)


def _body(said: dict[str, Any]) -> Body:
    body = body_of(said)
    if len(body.encode()) > BODY_LENGTH_MAX:
        raise Malformed("field_malformed", remedy=f"A JSON object of at most {BODY_LENGTH_MAX} bytes.")
    return body


_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {Rate: _rate, Rate | None: _rate, Body: _body}


def form_of(name: str, command: type, path: str, *, makes_loan: bool) -> Form:
    """Give how a verb is asked at a path."""
    found = {field.name: field for field in fields(command)}
    filled = _filled(path, set(found))
    taken = {"key", "on", *filled.values()}
    if "{loan}" in path:
        taken |= {"customer_id", "loan_id"}
    needed = {field.name for field in found.values() if field.default is MISSING and field.default_factory is MISSING}
    has_currency = "currency" in found
    is_told = any(one.endswith(MINOR) for one in needed)
    parts: list[Part] = []
    said: dict[str, Any] = {}
    for field in found.values():
        if field.name in taken or (field.name == "currency" and is_told):
            continue
        part, kind = _part(field.name, field.type)
        is_needed = field.name in needed and not (field.name == "loan_id" and makes_loan)
        is_needed = is_needed and not (field.name == "currency" and any(one.endswith(MINOR) for one in found))
        parts.append(part)
        if field.type is str and is_needed and kind is Text:
            kind = Name if field.name.endswith("_id") or field.name == "subject" else Annotated[Text, Field(min_length=1)]
        said[part.key] = (kind, ...) if is_needed else (kind | None, None)
    said["on"] = (Day | None, Field(default=None, description="The business date it takes effect; by default the one that is open."))
    shape = create_model(_camel(name), __base__=Shape, __doc__=command.__doc__, **said)
    opens = makes_loan and "loan_id" in needed and "{loan}" not in path
    return Form(command, shape, tuple(parts), filled, has_currency, opens)


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _filled(path: str, names: set[str]) -> dict[str, str]:
    """Give which field each id of a path fills."""
    filled = {}
    for place in _BRACES.findall(path):
        if place != "loan":
            filled[place] = next(name for name in (place, f"{place}_id", "subject") if name in names)
    return filled


def _part(name: str, kind: Any) -> tuple[Part, Any]:
    if name.endswith(MINOR):
        return Part(name.removesuffix(MINOR), name, None, is_amount=True), Money
    if name == "customer_id":
        return Part("customer", name, read_customer, is_amount=False), CustomerId
    if name == "loan_id":
        return Part("loan", name, None, is_amount=False), LoanId
    if name == "currency":
        return Part(name, name, None, is_amount=False), Currency
    if name == "subject":
        return Part("id", name, None, is_amount=False), Name
    key = name.removesuffix("_id")
    return Part(key, name, _READERS.get(kind), is_amount=False), _TYPES.get(kind, Text)


def read_form(form: Form, path: Mapping[str, str], body: Any, key: str, on: date) -> dict[str, Any]:
    """Give the values of a command as a request says them. Raises Said where ids or currencies contradict each other."""
    values: dict[str, Any] = {"key": key, "on": body.on or on}
    for place, name in form.path.items():
        values[name] = read_customer(path[place]) if name == "customer_id" else path[place]
    if "loan" in path:
        values["customer_id"], values["loan_id"] = read_loan(path["loan"])
    currency = body.__dict__.get("currency") or ""
    for part in form.parts:
        said = getattr(body, part.key)
        if said is None:
            continue
        if part.is_amount:
            if currency and said.currency != currency:
                raise Said("currency_must_match", pointer=f"/{part.key}/currency")
            currency, values[part.name] = said.currency, said.amount
        elif part.name == "loan_id":
            values["loan_id"] = _loan_of(said, values.get("customer_id", 0))
        else:
            values[part.name] = said if part.read is None else _read(part, said)
    if form.has_currency and currency:
        values["currency"] = currency
    return values


def _loan_of(text: str, customer_id: int) -> int:
    """Give the number of a loan that has to be the customer's."""
    owner, loan_id = read_loan(text)
    if customer_id and owner != customer_id:
        raise Said("field_malformed", pointer="/loan", remedy="A loan of the customer in the path.")
    return loan_id


def _read(part: Part, said: Any) -> Any:
    try:
        assert part.read is not None
        return part.read(said)
    except Malformed as wrong:
        raise Malformed(wrong.code, key=f"/{part.key}", remedy=wrong.remedy) from None


@cache
def needs_currency(command: type) -> bool:
    """Tell whether a command cannot be made without a currency."""
    return any(field.name == "currency" and field.default is MISSING for field in fields(command))
