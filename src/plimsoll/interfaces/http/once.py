"""Operations that are no command of the book, done once for their Idempotency-Key: whoever repeats one is given its first answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from plimsoll.app.access.first_answer import Kept, Once
from plimsoll.app.access.first_answer import once as done_once
from plimsoll.interfaces.http.answers import Repeated, approval_of, is_waiting
from plimsoll.interfaces.http.operation import Asked, Operation
from plimsoll.interfaces.http.shown import house_in
from plimsoll.units.refusal import Refused

WAITS: Final = 202
NOTHING: Final[Mapping[str, Any]] = {}


class Then(NamedTuple):
    """An answer, and what is done once the change that it tells of is durable, such as to begin what takes long."""

    answer: Any
    after: Callable[[], object]


def once(
    operation: Operation, *, hides: Mapping[str, Any] = NOTHING, tells: Callable[[Asked], Mapping[str, Any]] | None = None,
    is_one_change: bool = True, asks: str | None = None, again: Callable[[Asked], object] | None = None,
) -> Operation:  # fmt: skip
    """Give an operation that takes a key, and is done once for it.

    `hides` is what stands in place of what is shown once wherever the first answer is given again; `tells` gives what can be told once more
    all the same. `is_one_change` is that of `first_answer.once`. Who repeats is asked for the permission of the operation, or for `asks`.
    `again` is done where the first answer is given again, such as to go on with what a process that ended had begun.
    """
    permission = operation.permission if asks is None else asks
    return replace(
        operation,
        is_idempotent=True,
        handle=partial(_answer, operation, _Way(dict(hides), tells, permission, again, is_one_change=is_one_change)),
    )


class _Way(NamedTuple):
    hides: dict[str, Any]
    tells: Callable[[Asked], Mapping[str, Any]] | None
    permission: str
    again: Callable[[Asked], object] | None
    is_one_change: bool


def _answer(operation: Operation, way: _Way, asked: Asked) -> Any:
    refused = house_in(asked, way.permission) if way.permission else None
    if refused is not None:
        return refused
    after: list[Callable[[], object]] = []

    def do() -> Any:
        found = operation.handle(asked)
        if isinstance(found, Then):
            after.append(found.after)
            found = found.answer
        found = found.answer if isinstance(found, Repeated) else found
        return found if isinstance(found, Refused) or is_waiting(found) else operation.answer.model_validate(found)

    this = Once(asked.who.user_id, asked.key.partition("|")[2], operation.name, asked.fingerprint)
    found = done_once(asked.house, this, do, partial(_kept, operation, way), is_one_change=way.is_one_change)
    for step in after:
        step()
    if isinstance(found, Kept) and way.again is not None:
        way.again(asked)
    if isinstance(found, Kept) and way.tells is not None:
        return found._replace(text=json.dumps({**json.loads(found.text), **way.tells(asked)}, ensure_ascii=False, separators=(",", ":")))
    return found


def _kept(operation: Operation, way: _Way, answer: Any) -> Kept:
    """Give what is kept of an answer: all of it but what is shown once."""
    if is_waiting(answer):
        return Kept(WAITS, approval_of(answer).model_dump_json())
    assert isinstance(answer, BaseModel), answer
    return Kept(operation.status, answer.model_copy(update=way.hides).model_dump_json())


def headers_of_kept(found: Kept) -> dict[str, str]:
    """Give the headers of a first answer that is given again."""
    said = json.loads(found.text)
    headers = {"Idempotency-Replayed": "true"}
    if found.status == WAITS and said.get("object") == "approval":
        headers["Location"] = f"/v1/approvals/{said['id']}"
    if type(said.get("version")) is int:
        headers["ETag"] = f'"{said["version"]}"'
    return headers
