"""What can be looked at, as the API answers it: the shape of an answer is made from the frozen value of `plimsoll.app.show` it carries.

A customer is written cus_17, a loan loan_17_3. An amount whose value names its currency is {amount, currency}; in the lines of a table,
whose currency stands above it, whole minor units. Nothing is written twice: a field added to a value is a field of the answer.
"""

import json
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, StringConstraints, create_model

from plimsoll.app.access.principal import EVERYBODY, Target
from plimsoll.app.access.relation import Sight
from plimsoll.interfaces.http.cursor import read_cursor, write_cursor
from plimsoll.interfaces.http.ids import customer_text, loan_text, read_customer, read_loan
from plimsoll.interfaces.http.operation import Asked, Shape
from plimsoll.interfaces.http.shape import Change, CustomerId, Day, Flag, Instant, LoanId
from plimsoll.units.money import MINOR_MAX
from plimsoll.units.refusal import Malformed, Refused

MINOR: Final = "_minor"
ROWS_MAX: Final = 100_000
TEXT_MAX: Final = 200_000
DAYS_AHEAD_MAX: Final = 3_653
_Minor = Annotated[int, Field(strict=True, ge=-MINOR_MAX, le=MINOR_MAX)]
_Number = Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
_Said = Annotated[str, StringConstraints(max_length=TEXT_MAX)]
_LoanOrNone = Annotated[str, StringConstraints(pattern=r"^(loan_[1-9][0-9]{0,17}_[1-9][0-9]{0,8})?$", max_length=40)]
_PLAIN: Final[Mapping[Any, Any]] = {str: _Said, int: _Number, bool: Flag, date: Day, datetime: Instant, type(None): type(None)}
Value = TypeVar("Value")


@cache
def shape_of(kind: type) -> type[BaseModel]:
    """Give the shape of an answer for a frozen value: its name, its docstring, its fields."""
    assert is_dataclass(kind), f"{kind.__name__} is no value to be shown"
    hints = get_type_hints(kind, include_extras=True)
    has_currency = "currency" in hints
    made: dict[str, Any] = {}
    for one in fields(kind):
        name, shape = _field(one.name, hints[one.name], has_currency=has_currency)
        assert name not in made, f"{kind.__name__} says {name} twice at the edge"
        made[name] = (shape, ...)
    return create_model(kind.__name__, __base__=Shape, __doc__=kind.__doc__, __module__=kind.__module__, **made)


@cache
def page_of(kind: type) -> type[BaseModel]:
    """Give the shape of a page of a list: some of its values, and from where to go on, "" at the end."""
    rows: Any = Annotated[list[shape_of(kind)], Field(max_length=ROWS_MAX)]  # type: ignore[misc]  # a shape that is made here
    cursor: Any = Annotated[str, StringConstraints(max_length=600)]
    said = f"Some of a list of {kind.__name__}, and the cursor of the page after it."
    return create_model(f"{kind.__name__}List", __base__=Shape, __doc__=said, data=(rows, ...), next_cursor=(cursor, ...))


def _field(name: str, hint: Any, *, has_currency: bool) -> tuple[str, Any]:
    """Give how a field is called and shaped at the edge."""
    if name == "customer_id":
        return "customer", CustomerId
    if name == "loan_id":
        return "loan", _LoanOrNone
    if name == "loan_ids":
        return "loans", Annotated[list[LoanId], Field(max_length=ROWS_MAX)]
    if name.endswith(MINOR):
        amount: Any = Change if has_currency else _Minor
        return name.removesuffix(MINOR) or "amount", amount | None if type(None) in get_args(hint) else amount
    return name, _shape(hint)


def _shape(hint: Any) -> Any:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        return shape_of(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_shape(one) for one in inner)]  # noqa: UP007 -- made from a tuple
    if origin is tuple:
        assert len(inner) == 2, f"{hint}: only as many as there are"
        assert inner[1] is Ellipsis, f"{hint}: only as many as there are"
        return Annotated[list[_shape(inner[0])], Field(max_length=ROWS_MAX)]  # type: ignore[misc]  # a shape that is made here
    assert origin in (dict, Mapping), f"{hint} has no shape at the edge"
    return dict[_shape(inner[0]), _shape(inner[1])]  # type: ignore[misc]  # shapes that are made here


def told(value: Any, customer_id: int = 0) -> Any:
    """Give a value as its shape takes it; `customer_id` is whose loans are named where the value does not say it."""
    if is_dataclass(value) and not isinstance(value, type):
        return _told_fields(value, customer_id)
    if isinstance(value, Mapping):
        return {name: told(one, customer_id) for name, one in value.items()}
    return [told(one, customer_id) for one in value] if isinstance(value, tuple) else value


def _told_fields(value: Any, customer_id: int) -> dict[str, Any]:
    whose = getattr(value, "customer_id", customer_id)
    currency = getattr(value, "currency", None)
    found: dict[str, Any] = {}
    for one in fields(value):
        name, said = one.name, getattr(value, one.name)
        if name == "customer_id":
            found["customer"] = customer_text(said)
        elif name == "loan_id":
            found["loan"] = loan_text(whose, said) if said else ""
        elif name == "loan_ids":
            found["loans"] = [loan_text(whose, number) for number in said]
        elif name.endswith(MINOR):
            is_amount = currency is not None and said is not None
            found[name.removesuffix(MINOR) or "amount"] = {"amount": said, "currency": currency or "CNY"} if is_amount else said
        else:
            found[name] = told(said, whose)
    return found


def customer_in(asked: Asked, permission: str) -> int | Refused:
    """Give the customer of the path whom somebody may look at, and say on record that it was looked at where it shows a person."""
    customer_id = read_customer(asked.path["customer"])
    relation = asked.door.may(asked.who, permission, Target(customer_id))
    return relation if isinstance(relation, Refused) else customer_id


def loan_in(asked: Asked, permission: str = "loan.read") -> tuple[int, int] | Refused:
    """Give the loan of the path, as customer and number, that somebody may look at."""
    customer_id, loan_id = read_loan(asked.path["loan"])
    relation = asked.door.may(asked.who, permission, Target(customer_id, loan_id))
    return relation if isinstance(relation, Refused) else (customer_id, loan_id)


def house_in(asked: Asked, permission: str) -> Refused | None:
    """Refuse somebody who may not look at what concerns no customer in particular."""
    relation = asked.door.may(asked.who, permission)
    return relation if isinstance(relation, Refused) else None


def sight_in(asked: Asked, permission: str) -> Sight | Refused:
    """Give whom somebody sees in a list; refuses who holds the permission in no role."""
    relation = asked.door.may(asked.who, permission, EVERYBODY)
    if isinstance(relation, Refused):
        return relation
    found: Sight = asked.door.sight(asked.who, permission)
    return found


def day_in(asked: Asked) -> int:
    """Give the day number of the query's `as_of`, the business date where it names none. Raises Malformed date_out_of_range.

    A day ten years on is far enough for any loan; every bill until then would have to be worked out.
    """
    today = today_of(asked)
    as_of = getattr(asked.query, "as_of", None) or today
    if as_of.toordinal() > today.toordinal() + DAYS_AHEAD_MAX:
        raise Malformed("date_out_of_range", as_of.isoformat())
    return int(as_of.toordinal())


def today_of(asked: Asked) -> date:
    """Give the business date; of a book that takes any day the day of the clock."""
    today = asked.house.today()
    return today if today.year > 1 else asked.house.now().date()


def shown(value: Value | Refused, asked: Asked, customer_id: int = 0, *, what: str = "") -> Any:
    """Give a value as an answer, or the refusal; with `what`, that it was seen is put on record first."""
    if isinstance(value, Refused):
        return Refused("absent") if value.code.endswith("_unknown") else value
    if what and customer_id:
        asked.door.saw(asked.who, what, (customer_id,))
    return told(value, customer_id)


def listed(rows: Iterable[Any], next_cursor: str = "", of: Callable[[Any], Any] = told) -> dict[str, Any]:
    """Give rows as a page of a list."""
    return {"data": [of(row) for row in rows], "next_cursor": next_cursor}


def cursor_of(asked: Asked, name: str, *keys: object) -> str:
    """Give the cursor of the page after a row: its sort keys, bound to the list and what it was narrowed to."""
    return write_cursor(asked.house, _narrowed(asked, name), keys)


def after_in(asked: Asked, name: str, count: int) -> tuple[Any, ...]:
    """Give the sort keys after which a page begins, () for the first. Raises Malformed cursor_malformed, cursor_of_other_list."""
    cursor = getattr(asked.query, "cursor", "")
    return read_cursor(asked.house, _narrowed(asked, name), cursor, count) if cursor else ()


def _narrowed(asked: Asked, name: str) -> str:
    """Give what tells one list from another: its name, the path and the filters."""
    query = {} if asked.query is None else asked.query.model_dump(mode="json", exclude={"cursor", "limit"})
    return sha256(json.dumps([name, dict(asked.path), query], sort_keys=True).encode()).hexdigest()[:16]
