"""Keys of the API: one's own, and those of machines; told once, narrowed, rotated, revoked."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access import key
from plimsoll.app.access.standing import is_borrower
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.sessions import ShownOnce
from plimsoll.interfaces.http.shape import Day, Flag, Instant, Name, Text
from plimsoll.interfaces.http.shown import house_in
from plimsoll.interfaces.http.users import Why
from plimsoll.units.refusal import Refused

TAG: Final = "Keys"
MANAGE: Final = "key.manage"
_Permissions = Annotated[list[Name], Field(max_length=200)]
_Networks = Annotated[list[Annotated[str, Field(strict=True), StringConstraints(min_length=2, max_length=60)]], Field(max_length=50)]


class KeyShown(Shape):
    """A key; nothing of its secret."""

    object: Literal["api_key"] = "api_key"
    id: Name
    user: Name
    permissions: _Permissions
    networks: _Networks
    made_by: Text
    made_at: Instant
    until: Instant | None
    ended_at: Instant | None
    replaces: Text
    used_on: Day | None
    ended_with_it: Annotated[list[Name], Field(max_length=10_000)] = Field(default_factory=list)
    """Of a key that was just revoked: those that it made, and that ended with it."""


class KeyMade(KeyShown):
    """A key that has just been made. `text` is told this once.

    `shown_before`: this is the first answer again, whose `text` is not told twice and is ""; revoke the key and make another.
    """

    text: ShownOnce
    shown_before: Flag = False


class KeyList(Shape):
    """Keys, the latest first."""

    data: Annotated[list[KeyShown], Field(max_length=10_000)]


class KeysAsked(Shape):
    """Whose keys, "" for all that one may see; those that have ended too, or not."""

    user: Annotated[str, StringConstraints(max_length=63)] = ""
    with_ended: bool = False


class NewKey(Shape):
    """A key to be made: for oneself or a machine, narrowed to permissions and networks where some are named."""

    user: Annotated[str, Field(strict=True), StringConstraints(max_length=63)] = ""
    """"" for oneself."""
    permissions: _Permissions = Field(default_factory=list)
    networks: _Networks = Field(default_factory=list)
    until: Instant | None = None


class Rotation(Shape):
    """For how many hours the old key goes on."""

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=72)] = 24


def list_keys(asked: Asked) -> Any:
    """Give keys."""
    query: KeysAsked = asked.query or KeysAsked()
    manages = house_in(asked, MANAGE)
    user_id = query.user or ("" if manages is None else asked.who.user_id)
    if user_id != asked.who.user_id and manages is not None:
        return manages
    found = key.keys(asked.house, user_id, with_ended=query.with_ended)
    return {"data": [_key(one) for one in found]}


def get_key(asked: Asked) -> Any:
    """Give one key."""
    found = _mine(asked)
    return found if isinstance(found, Refused) else _key(found)


def make_key(asked: Asked) -> Any:
    """Make a key."""
    body, who = asked.body, asked.who
    user_id = body.user or who.user_id
    refused = house_in(asked, MANAGE) if user_id != who.user_id else _refuse_own(asked)
    if refused is not None:
        return refused
    return _made(key.make(asked.house, who, key.NewKey(user_id, tuple(body.permissions), tuple(body.networks), body.until)))


def rotate_key(asked: Asked) -> Any:
    """Make the successor of a key."""
    found = _mine(asked)
    if isinstance(found, Refused):
        return found
    return _made(key.rotate(asked.house, asked.who, found.key_id, timedelta(hours=asked.body.overlap_hours)))


def revoke_key(asked: Asked) -> Any:
    """End a key at once."""
    found = _mine(asked)
    if isinstance(found, Refused):
        return found
    done = key.revoke(asked.house, asked.who, found.key_id, asked.body.reason)
    return done if isinstance(done, Refused) else _key(done)


def _mine(asked: Asked) -> key.Key | Refused:
    """Give the key of the path to its owner and to who manages keys; to others it is not there."""
    found = key.get(asked.house, asked.path["key"])
    if isinstance(found, Refused):
        return Refused("absent")
    if found.user_id == asked.who.user_id:
        refused = _refuse_own(asked)
        return found if refused is None else refused
    refused = house_in(asked, MANAGE)
    return found if refused is None else Refused("absent") if refused.code == "permission_missing" else refused


def _refuse_own(asked: Asked) -> Refused | None:
    """Refuse keys to borrowers, and to a session that waits for its second factor; a narrowed key may only make narrower ones."""
    who = asked.who
    return Refused("permission_missing", "", MANAGE) if is_borrower(who.user_id) or not who.roles else None


def _key(one: key.Key) -> dict[str, Any]:
    said = one._asdict()
    return {"id": said.pop("key_id"), "user": said.pop("user_id"), **said}


def _made(found: key.MadeKey | Refused) -> Any:
    return found if isinstance(found, Refused) else _key(found.key) | {"text": found.text}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_keys",
        method="GET",
        path="/keys",
        permission="",
        tag=TAG,
        said=("Keys of the API: one's own, all to who manages keys.", "接口密钥：本人的；管理员可见全部。"),
        answer=KeyList,
        handle=list_keys,
        query=KeysAsked,
    ),
    once(
        Operation(
            name="make_key",
            method="POST",
            path="/keys",
            permission="",
            tag=TAG,
            said=("Make a key for oneself or a machine; told once.", "为本人或机器用户创建密钥；仅显示一次。"),
            answer=KeyMade,
            handle=make_key,
            body=NewKey,
            example={"permissions": ["loan.read"], "networks": ["203.0.113.0/24"]},
        ),
        hides={"text": "", "shown_before": True},
    ),
    Operation(
        name="get_key",
        method="GET",
        path="/keys/{key}",
        permission="",
        tag=TAG,
        said=("One key.", "单个密钥。"),
        answer=KeyShown,
        handle=get_key,
    ),
    once(
        Operation(
            name="rotate_key",
            method="POST",
            path="/keys/{key}/rotate",
            permission="",
            tag=TAG,
            said=("Make the successor of a key; both work for a while.", "轮换密钥；新旧密钥并用一段时间。"),
            answer=KeyMade,
            handle=rotate_key,
            body=Rotation,
            example={"overlap_hours": 24},
        ),
        hides={"text": "", "shown_before": True},
    ),
    once(
        Operation(
            name="revoke_key",
            method="POST",
            path="/keys/{key}/revoke",
            permission="",
            tag=TAG,
            said=("End a key at once, and every key that was made by it.", "立即停用密钥及由其创建的所有密钥。"),
            answer=KeyShown,
            handle=revoke_key,
            body=Why,
        ),
    ),
)
