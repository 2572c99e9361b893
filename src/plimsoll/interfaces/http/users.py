"""Users and their roles: registered, changed, locked and closed by an administrator; roles given by somebody else."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access import grant, invitation, people
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.session import sign_out_everywhere
from plimsoll.app.approve.give_role import give_role as give_or_ask
from plimsoll.app.house import House
from plimsoll.interfaces.http.ids import customer_text, read_customer
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, PageOf, Shape
from plimsoll.interfaces.http.sessions import CustomerOrNone, Ended, ShownOnce
from plimsoll.interfaces.http.shape import Flag, Instant, Name, Text, Whole
from plimsoll.interfaces.http.shown import after_in, cursor_of, house_in, listed
from plimsoll.units.refusal import Malformed, Refused

TAG: Final = "Users"
READ, MANAGE, GRANT = "user.read", "user.manage", "role.grant"
_Language = Literal["zh-CN", "en"]
Short = Annotated[Text, StringConstraints(max_length=100)]


class UserShown(Shape):
    """A user; nothing of their secrets."""

    object: Literal["user"] = "user"
    id: Name
    name: Short
    unit: Short
    party: Short
    customer: CustomerOrNone
    state: Literal["active", "locked", "closed"]
    language: _Language
    has_password: Flag
    has_one_time: Flag
    locked_until: Instant | None
    made_at: Instant
    made_by: Text
    version: Whole


class UserList(Shape):
    """Some users, by name."""

    data: Annotated[list[UserShown], Field(max_length=200)]
    next_cursor: Annotated[str, StringConstraints(max_length=600)]


class UsersAsked(PageOf):
    """Which users: those who hold a role, or all."""

    role: Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z0-9_]*$")] = ""


class NewUser(Shape):
    """Somebody to be registered; they set a password by an invitation."""

    id: Annotated[Name, StringConstraints(max_length=63)]
    name: Name
    unit: Short = ""
    party: Short = ""
    customer: CustomerOrNone = ""
    language: _Language = "zh-CN"


class UserChange(Shape):
    """What is to be changed; what is not named stays."""

    name: Name | None = None
    unit: Short | None = None
    party: Short | None = None
    customer: CustomerOrNone | None = None
    language: _Language | None = None


class Why(Shape):
    """Why, for whoever looks later."""

    reason: Text


class Invited(Shape):
    """An invitation, told this once.

    `shown_before`: this is the first answer again, whose `invitation` is not told twice and is ""; invite anew, which ends this one.
    """

    user: Name
    invitation: ShownOnce
    until: Instant
    shown_before: Flag = False


class GrantShown(Shape):
    """A role that a user holds, or held."""

    object: Literal["grant"] = "grant"
    id: Name
    user: Name
    role: Name
    given_by: Name
    given_at: Instant
    reason: Text
    until: Instant | None
    ended_at: Instant | None
    ended_by: Text


class GrantList(Shape):
    """The roles of a user, the latest first."""

    data: Annotated[list[GrantShown], Field(max_length=10_000)]


class NewGrant(Shape):
    """A role to be given, why, and until when; without end where none is named."""

    role: Name
    reason: Text
    until: Instant | None = None


def list_users(asked: Asked) -> Any:
    """Give some users."""
    refused = house_in(asked, READ)
    if refused is not None:
        return refused
    query: UsersAsked = asked.query or UsersAsked()
    after = after_in(asked, "users", 1)
    found = people.users(asked.house, after=str(after[0]) if after else "", limit=query.limit, role=query.role)
    cursor = cursor_of(asked, "users", found[-1].user_id) if len(found) == query.limit else ""
    return listed(found, cursor, _user)


def get_user(asked: Asked) -> Any:
    """Give one user."""
    return house_in(asked, READ) or _shown(people.get(asked.house, asked.path["user"]))


def register_user(asked: Asked) -> Any:
    """Register somebody."""
    refused = house_in(asked, MANAGE)
    if refused is not None:
        return refused
    body = asked.body
    new = people.NewUser(body.id, body.name, body.unit, body.party, body.language, _customer(body.customer) or 0)
    return _shown(people.register(asked.house, asked.who, new))


def change_user(asked: Asked) -> Any:
    """Change what is on record."""
    refused = house_in(asked, MANAGE)
    if refused is not None:
        return refused
    body = asked.body
    wanted = people.Change(body.name, body.unit, body.party, body.language, _customer(body.customer))
    return _shown(people.change(asked.house, asked.who, asked.path["user"], version_in(asked), wanted))


def lock_user(asked: Asked) -> Any:
    """Keep somebody out."""
    return _moved(asked, people.lock)


def unlock_user(asked: Asked) -> Any:
    """Let somebody in again."""
    return _moved(asked, people.unlock)


def close_user(asked: Asked) -> Any:
    """Close somebody for good."""
    return _moved(asked, people.close)


def invite_user(asked: Asked) -> Any:
    """Invite somebody to set a password."""
    found = house_in(asked, MANAGE) or invitation.invite(asked.house, asked.who, asked.path["user"])
    return found if isinstance(found, Refused) else {"user": found.user_id, "invitation": found.text, "until": found.until}


def remove_factors(asked: Asked) -> Any:
    """Take somebody's second factors, which they lost."""
    return house_in(asked, MANAGE) or _shown(invitation.remove_factors(asked.house, asked.who, asked.path["user"], asked.body.reason))


def end_sessions(asked: Asked) -> Any:
    """End somebody's sessions."""
    refused = house_in(asked, MANAGE)
    found = people.get(asked.house, asked.path["user"]) if refused is None else refused
    if isinstance(found, Refused):
        return found
    return {"ended": sign_out_everywhere(asked.house, found.user_id, asked.who.actor, asked.body.reason)}


def list_grants(asked: Asked) -> Any:
    """Give the roles of a user."""
    refused = house_in(asked, READ)
    found = people.get(asked.house, asked.path["user"]) if refused is None else refused
    if isinstance(found, Refused):
        return found
    return {"data": [_grant(one) for one in grant.grants_of(asked.house, found.user_id)]}


def give_role(asked: Asked) -> Any:
    """Give a role to somebody else."""
    body = asked.body
    wish = grant.Wish(asked.path["user"], body.role, body.reason, body.until)
    found = house_in(asked, GRANT) or give_or_ask(asked.house, asked.who, wish, asked.key)
    return _grant(found) if isinstance(found, grant.Grant) else found


def end_role(asked: Asked) -> Any:
    """End a role that was given."""
    found = house_in(asked, GRANT) or grant.take_back(asked.house, asked.who, asked.path["grant"], asked.body.reason)
    return found if isinstance(found, Refused) else _grant(found)


def _moved(asked: Asked, how: Callable[[House, Principal, str, int, str], people.User | Refused]) -> Any:
    """Move a user to another state."""
    return house_in(asked, MANAGE) or _shown(how(asked.house, asked.who, asked.path["user"], version_in(asked), asked.body.reason))


def version_in(asked: Asked) -> int:
    """Give the version that If-Match names. Raises Malformed header_not_taken."""
    said = asked.if_match.strip('"')
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Malformed("header_not_taken", "If-Match")
    return int(said)


def _customer(text: str | None) -> int | None:
    return None if text is None else read_customer(text) if text else 0


def _shown(found: people.User | Refused) -> Any:
    return found if isinstance(found, Refused) else _user(found)


def _user(one: people.User) -> dict[str, Any]:
    said = one._asdict()
    customer_id = said.pop("customer_id")
    return {"id": said.pop("user_id"), "customer": customer_text(customer_id) if customer_id else "", **said}


def _grant(one: grant.Grant) -> dict[str, Any]:
    said = one._asdict()
    return {"id": said.pop("grant_id"), "user": said.pop("user_id"), **said}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_users",
        method="GET",
        path="/users",
        permission=READ,
        tag=TAG,
        said=("Users, by name.", "用户列表。"),
        answer=UserList,
        handle=list_users,
        query=UsersAsked,
    ),
    once(
        Operation(
            name="register_user",
            method="POST",
            path="/users",
            permission=MANAGE,
            tag=TAG,
            said=("Register somebody; they set a password by an invitation.", "登记用户；其凭邀请设置密码。"),
            answer=UserShown,
            handle=register_user,
            body=NewUser,
            example={"id": "wang.fang", "name": "Wang Fang", "unit": "north"},
        ),
    ),
    Operation(
        name="get_user",
        method="GET",
        path="/users/{user}",
        permission=READ,
        tag=TAG,
        said=("One user.", "单个用户。"),
        answer=UserShown,
        handle=get_user,
    ),
    once(
        Operation(
            name="change_user",
            method="PATCH",
            path="/users/{user}",
            permission=MANAGE,
            tag=TAG,
            said=("Change what is on record of a user.", "修改用户资料。"),
            answer=UserShown,
            handle=change_user,
            body=UserChange,
            example={"unit": "south"},
            needs_match=True,
        ),
    ),
    once(
        Operation(
            name="lock_user",
            method="POST",
            path="/users/{user}/lock",
            permission=MANAGE,
            tag=TAG,
            said=("Keep a user out; their sessions end, their keys rest.", "锁定用户；会话结束，密钥停用。"),
            answer=UserShown,
            handle=lock_user,
            body=Why,
            needs_match=True,
        ),
    ),
    once(
        Operation(
            name="unlock_user",
            method="POST",
            path="/users/{user}/unlock",
            permission=MANAGE,
            tag=TAG,
            said=("Let a locked user in again.", "解锁用户。"),
            answer=UserShown,
            handle=unlock_user,
            body=Why,
            needs_match=True,
        ),
    ),
    once(
        Operation(
            name="close_user",
            method="POST",
            path="/users/{user}/close",
            permission=MANAGE,
            tag=TAG,
            said=("Close a user for good: roles, keys and sessions end.", "停用用户：角色、密钥与会话一并结束。"),
            answer=UserShown,
            handle=close_user,
            body=Why,
            needs_match=True,
        ),
    ),
    once(
        Operation(
            name="invite_user",
            method="POST",
            path="/users/{user}/invitations",
            permission=MANAGE,
            tag=TAG,
            said=("Invite a user to set a password; told once, good for a day.", "邀请用户设置密码；仅显示一次，一日内有效。"),
            answer=Invited,
            handle=invite_user,
        ),
        hides={"invitation": "", "shown_before": True},
    ),
    once(
        Operation(
            name="remove_factors",
            method="POST",
            path="/users/{user}/remove_factors",
            permission=MANAGE,
            tag=TAG,
            said=("Take the second factors of somebody who lost them.", "移除用户遗失的第二因素。"),
            answer=UserShown,
            handle=remove_factors,
            body=Why,
        ),
    ),
    once(
        Operation(
            name="end_sessions",
            method="POST",
            path="/users/{user}/end_sessions",
            permission=MANAGE,
            tag=TAG,
            said=("End every session of a user.", "结束用户的全部会话。"),
            answer=Ended,
            handle=end_sessions,
            body=Why,
        ),
    ),
    Operation(
        name="list_grants",
        method="GET",
        path="/users/{user}/grants",
        permission=READ,
        tag=TAG,
        said=("Every role that a user was given, the latest first.", "用户的角色授权，最新在前。"),
        answer=GrantList,
        handle=list_grants,
    ),
    once(
        Operation(
            name="give_role",
            method="POST",
            path="/users/{user}/grants",
            permission=GRANT,
            tag=TAG,
            said=("Give a role to somebody else.", "授予他人角色。"),
            answer=GrantShown,
            handle=give_role,
            body=NewGrant,
            four_eyes="POLICY.APPROVAL.LIVE",
            example={"role": "servicing", "reason": "works at the desk"},
        ),
    ),
    once(
        Operation(
            name="end_role",
            method="POST",
            path="/grants/{grant}/end",
            permission=GRANT,
            tag=TAG,
            said=("End a role that was given.", "收回角色。"),
            answer=GrantShown,
            handle=end_role,
            body=Why,
        ),
    ),
)
