"""What one sets for oneself: the password, one-time codes, passkeys; and who one is taken for."""

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from plimsoll.app.access import invitation, one_time, passkey
from plimsoll.app.access.people import User
from plimsoll.app.access.recognise import session_of
from plimsoll.interfaces.http.ids import customer_text
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.sessions import (
    TAG,
    Challenge,
    Code,
    CustomerOrNone,
    Factors,
    PasskeyAnswer,
    PasskeyAsked,
    Secret,
    ShownOnce,
    credential_in,
    options_of,
    session_token,
    settled_in,
)  # fmt: skip
from plimsoll.interfaces.http.shape import Flag, Instant, Name, Text
from plimsoll.units.refusal import Refused

_Names = Annotated[list[Name], Field(max_length=200)]


class NewPasskey(PasskeyAnswer):
    """What the browser gave for a new passkey, and how its owner calls it."""

    label: Annotated[Text, StringConstraints(max_length=60)] = ""


class PasskeyShown(Shape):
    """A passkey of one's own."""

    id: Annotated[str, StringConstraints(max_length=2_100)]
    label: Text
    made_at: Instant


class PasskeyList(Shape):
    """The passkeys of somebody."""

    data: Annotated[list[PasskeyShown], Field(max_length=200)]


class Me(Shape):
    """Who one was recognised as, and what one may."""

    user: Name
    roles: _Names
    narrowed_to: _Names
    """Permissions that the key is narrowed to, [] for all that the roles give."""
    unit: Text
    party: Text
    customer: CustomerOrNone
    key: Text
    language: Text
    strong_at: Instant | None
    waits_for: Factors


class NewPassword(Shape):
    """The password until now, and the one from now."""

    old: Secret
    new: Secret


class Accepted(Shape):
    """An invitation, and the password that one chooses."""

    invitation: Secret
    password: Secret


class PasswordSet(Shape):
    """Whose password is set."""

    user: Name


class Enrolment(Shape):
    """What an authenticator is set up with: told this once.

    `shown_before`: this is the first answer again, whose seed is not told twice and is ""; enrol anew, which ends this one.
    """

    challenge: Name
    seed: ShownOnce
    uri: ShownOnce
    shown_before: Flag = False


class Confirmation(Shape):
    """The first code of an authenticator that was set up."""

    challenge: Challenge
    code: Code


class Done(Shape):
    """That it is done."""

    done: Flag


def get_me(asked: Asked) -> Any:
    """Say who asks."""
    who = asked.who
    sitting = session_of(asked.house, asked.token) if session_token(asked) else None
    return {
        "user": who.user_id,
        "roles": list(who.roles),
        "narrowed_to": list(who.narrowed),
        "unit": who.unit,
        "party": who.party,
        "customer": customer_text(who.customer_id) if who.customer_id else "",
        "key": who.key_id,
        "language": who.language,
        "strong_at": who.strong_at,
        "waits_for": [] if sitting is None or isinstance(sitting, Refused) else list(sitting.waits_for),
    }


def accept_invitation(asked: Asked) -> Any:
    """Set a password by an invitation."""
    return _set(invitation.accept(asked.house, asked.body.invitation, asked.body.password))


def change_password(asked: Asked) -> Any:
    """Change one's own password."""
    return settled_in(asked) or _set(invitation.change_password(asked.house, asked.who, asked.token, asked.body.old, asked.body.new))


def enrol_one_time(asked: Asked) -> Any:
    """Make a seed of one-time codes."""
    found = settled_in(asked) or one_time.enrol(asked.house, asked.who)
    return found if isinstance(found, Refused) else {"challenge": found.challenge_id, "seed": found.seed, "uri": found.uri}


def confirm_one_time(asked: Asked) -> Any:
    """Let the seed count."""
    return settled_in(asked) or one_time.confirm(asked.house, asked.who, asked.body.challenge, asked.body.code) or {"done": True}


def begin_new_passkey(asked: Asked) -> Any:
    """Begin to create a passkey."""
    return settled_in(asked) or options_of(passkey.begin_new(asked.house, asked.who, passkey.site_of()))


def finish_new_passkey(asked: Asked) -> Any:
    """Keep the passkey that was made."""
    body = asked.body
    kept = settled_in(asked) or passkey.finish_new(
        asked.house, asked.who, passkey.site_of(), body.challenge, credential_in(body.credential), body.label
    )
    return kept if isinstance(kept, Refused) else _passkey(kept)


def list_passkeys(asked: Asked) -> Any:
    """Give one's passkeys."""
    return settled_in(asked) or {"data": [_passkey(one) for one in passkey.passkeys_of(asked.house, asked.who.user_id)]}


def remove_passkey(asked: Asked) -> Any:
    """Take one of them away."""
    return settled_in(asked) or passkey.remove(asked.house, asked.who, asked.path["passkey"]) or {"done": True}


def _passkey(one: passkey.Passkey) -> dict[str, Any]:
    return {"id": one.credential, "label": one.label, "made_at": one.made_at}


def _set(found: User | Refused) -> Any:
    return found if isinstance(found, Refused) else {"user": found.user_id}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="accept_invitation",
        method="POST",
        path="/invitations/accept",
        permission="",
        tag=TAG,
        said=("Set a password by an invitation.", "凭邀请设置密码。"),
        answer=PasswordSet,
        handle=accept_invitation,
        body=Accepted,
        is_open=True,
        example={"invitation": "pli.ch_019.0a1b", "password": "seven boats at low water"},
    ),
    Operation(
        name="get_me",
        method="GET",
        path="/me",
        permission="",
        tag=TAG,
        said=("Who one was recognised as, and with which roles.", "当前身份与角色。"),
        answer=Me,
        handle=get_me,
    ),
    Operation(
        name="change_password",
        method="POST",
        path="/me/password",
        permission="",
        tag=TAG,
        said=("Change one's own password; other sessions end.", "修改本人密码，其他会话随即结束。"),
        answer=PasswordSet,
        handle=change_password,
        body=NewPassword,
        example={"old": "seven boats at low water", "new": "tides come and go twice"},
    ),
    once(
        Operation(
            name="enrol_one_time",
            method="POST",
            path="/me/one_time",
            permission="",
            tag=TAG,
            said=("Make a seed of one-time codes, told once.", "生成动态口令种子，仅显示一次。"),
            answer=Enrolment,
            handle=enrol_one_time,
        ),
        hides={"seed": "", "uri": "", "shown_before": True},
    ),
    once(
        Operation(
            name="confirm_one_time",
            method="POST",
            path="/me/one_time/confirm",
            permission="",
            tag=TAG,
            said=("Let one-time codes count, by the first of them.", "输入首个动态口令以启用。"),
            answer=Done,
            handle=confirm_one_time,
            body=Confirmation,
            example={"challenge": "ch_019", "code": "123456"},
        ),
    ),
    Operation(
        name="list_passkeys",
        method="GET",
        path="/me/passkeys",
        permission="",
        tag=TAG,
        said=("One's own passkeys.", "本人的通行密钥。"),
        answer=PasskeyList,
        handle=list_passkeys,
    ),
    Operation(
        name="begin_passkey",
        method="POST",
        path="/me/passkeys",
        permission="",
        tag=TAG,
        said=("Begin to create a passkey.", "开始创建通行密钥。"),
        answer=PasskeyAsked,
        handle=begin_new_passkey,
    ),
    once(
        Operation(
            name="add_passkey",
            method="POST",
            path="/me/passkeys/answer",
            permission="",
            tag=TAG,
            said=("Keep the passkey that the browser made.", "保存浏览器创建的通行密钥。"),
            answer=PasskeyShown,
            handle=finish_new_passkey,
            body=NewPasskey,
            example={"challenge": "ch_019", "credential": "{}", "label": "my phone"},
        ),
    ),
    once(
        Operation(
            name="remove_passkey",
            method="DELETE",
            path="/me/passkeys/{passkey}",
            permission="",
            tag=TAG,
            said=("Take a passkey of one's own away.", "移除本人的通行密钥。"),
            answer=Done,
            handle=remove_passkey,
        ),
    ),
)
