"""What the API can be asked: one line an operation, from which the routes, the OpenAPI file and the permission matrix are made.

A resource is one file of this package with `OPERATIONS`, a tuple of lines; `operations.py` puts them together. A line's `handle` is a
plain function of `Asked`: it gives a mapping or a model that fits `answer`, or `Refused`; what it cannot read it raises as Malformed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.app.access.principal import Principal
from plimsoll.app.house import House

READ, WRITE = "read", "write"


class Shape(BaseModel):
    """A body, a query or an answer of the API: fields that are not named are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Empty(Shape):
    """A body or a query without fields."""


@dataclass(slots=True)
class Asked:
    """One request, recognised and read: who asks, of which house, what stood in the path, the query, the body and the headers.

    Nobody changes it; it is not frozen, since to make a frozen one of so many fields takes four times as long.
    """

    who: Principal
    house: House
    door: Any
    """`plimsoll.app.access.door.Door`: decides who may, and what needs a second pair of eyes."""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    key: str = ""
    """The Idempotency-Key, already made the caller's own; "" on reads."""
    fingerprint: bytes = b""
    """SHA-256 of operation, path and body as they were sent: what a repeat is recognised by."""
    now: datetime | None = None
    language: str = "en"
    if_match: str = ""
    request_id: str = ""
    token: str = ""
    """What was shown to be recognised by: a key, or the token of a session; "" for neither."""
    address: str = ""
    """Of the network, "" where there is none."""
    expand: frozenset[str] = frozenset()
    """What the answer is to bring along, of the names that the operation expands."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One line: how it is called, who may ask, what it takes and gives, and what answers it."""

    name: str
    """operationId, unique: a verb of the house, or `list_…`, `get_…`."""
    method: str
    path: str
    """Under /v1, ids in braces: /customers/{customer}/loans/{loan}."""
    permission: str
    """A `plimsoll.app.access.permission.Permission`; "" for what anybody signed in may ask."""
    tag: str
    said: tuple[str, str]
    """One line of what it is for, en and zh-CN."""
    answer: type[BaseModel]
    handle: Callable[[Asked], Any]
    query: type[BaseModel] = Empty
    body: type[BaseModel] | None = None
    is_idempotent: bool = False
    """Whether an Idempotency-Key is needed: for every change of money, limits, decisions and records."""
    shows_personal: bool = False
    """Whether an answer holds personal data: each look is put on the audit record before it is given."""
    four_eyes: str = ""
    """The rule that may ask for a second pair of eyes, "" for none."""
    status: int = 200
    example: Mapping[str, Any] | None = None
    """An example body, "" for one made from the shapes."""
    is_open: bool = False
    """Whether it may be asked without being signed in: health, sign-in."""
    errors: tuple[int, ...] = ()
    """Further statuses beside those that every operation may answer."""
    expands: Mapping[str, str] = field(default_factory=dict)
    """What an answer, or each row of a list, may bring along with `expand`: a name, and the operation that answers it."""
    needs_match: bool = False
    """Whether If-Match has to say which version is changed: `handle` compares `Asked.if_match`, and refuses version_passed."""


LIMIT_MAX: Final = 200


class PageOf(Shape):
    """How a list is asked for: how many, and from where."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50
    cursor: Annotated[str, Field(max_length=600, pattern=r"^[A-Za-z0-9_\-.]*$")] = ""
