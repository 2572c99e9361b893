"""Signing in and out: by password and a second factor, by passkey, by a code to a phone.

The token of a session is sent as a key is: `Authorization: Bearer …`. Pages keep it in a cookie of their own instead.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access import code, passkey, session, sign_in
from plimsoll.app.access.recognise import session_of
from plimsoll.app.access.session import SignedIn
from plimsoll.app.access.sign_in import From
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Count, Flag, Instant, Name
from plimsoll.units.refusal import Refused

TAG: Final = "Sign-in"
Secret = Annotated[str, Field(strict=True), StringConstraints(min_length=1, max_length=500)]
ShownOnce = Annotated[str, Field(strict=True), StringConstraints(max_length=500)]
"""A secret that is told once: "" where the first answer is given again."""
Code = Annotated[str, Field(strict=True), StringConstraints(min_length=1, max_length=20)]
_Json = Annotated[str, Field(strict=True), StringConstraints(min_length=2, max_length=50_000)]
Challenge = Annotated[str, Field(strict=True), StringConstraints(min_length=1, max_length=100)]
CustomerOrNone = Annotated[str, StringConstraints(pattern=r"^(cus_[1-9][0-9]{0,17})?$", max_length=30)]
Factors = Annotated[list[Literal["one_time", "passkey"]], Field(max_length=2)]


class Password(Shape):
    """A name and its password."""

    user: Name
    password: Secret


class OneTimeCode(Shape):
    """A one-time code."""

    code: Code


class PhoneAsked(Shape):
    """A phone that a code is sent to, and the language of the message."""

    phone: Annotated[str, Field(strict=True), StringConstraints(min_length=5, max_length=30)]
    language: Literal["zh-CN", "en"] = "zh-CN"


class CodeAsked(Shape):
    """That a code was asked for: the same answer whoever has the phone."""

    challenge: Name
    until: Instant


class CodeAnswer(Shape):
    """The code that came to the phone."""

    challenge: Challenge
    code: Code


class PasskeyAsked(Shape):
    """What a browser's `navigator.credentials` takes, as JSON text, and the challenge that it answers."""

    challenge: Name
    options: _Json


class PasskeyAnswer(Shape):
    """What the browser gave for a challenge, as JSON text."""

    challenge: Challenge
    credential: _Json


class SignedInShown(Shape):
    """A session that has just begun. `token` is told this once; where `waits_for` names factors, show one of them before anything else."""

    object: Literal["session"] = "session"
    id: Name
    token: Secret
    user: Name
    ends_at: Instant
    waits_for: Factors


class SessionShown(Shape):
    """A session of one's own."""

    id: Name
    started_at: Instant
    seen_at: Instant
    strong_at: Instant | None
    device: Annotated[str, StringConstraints(max_length=200)]
    is_this: Flag


class SessionList(Shape):
    """The sessions of somebody."""

    data: Annotated[list[SessionShown], Field(max_length=10_000)]


class Ended(Shape):
    """How many were ended."""

    ended: Count


def sign_in_by_password(asked: Asked) -> Any:
    """Begin a session."""
    return _begun(sign_in.sign_in(asked.house, asked.body.user, asked.body.password, _place(asked)))


def show_code(asked: Asked) -> Any:
    """Show a one-time code in the session that asks."""
    return person_in(asked) or _begun(sign_in.show_one_time(asked.house, asked.token, asked.body.code, _place(asked)))


def begin_passkey(asked: Asked) -> Any:
    """Ask for a passkey."""
    return options_of(passkey.begin(asked.house, passkey.site_of(), session_token(asked)))


def finish_passkey(asked: Asked) -> Any:
    """Sign in by a passkey."""
    answer = credential_in(asked.body.credential)
    return _begun(passkey.finish(asked.house, passkey.site_of(), asked.body.challenge, answer, _place(asked)))


def ask_code(asked: Asked) -> Any:
    """Send a code to a phone."""
    found = code.ask_code(asked.house, asked.body.phone, _place(asked), language=asked.body.language)
    return found if isinstance(found, Refused) else {"challenge": found.challenge_id, "until": found.until}


def enter_code(asked: Asked) -> Any:
    """Sign in by the code."""
    return _begun(code.enter_code(asked.house, asked.body.challenge, asked.body.code, _place(asked)))


def sign_out(asked: Asked) -> Any:
    """End the session that asks."""
    refused = person_in(asked)
    if refused is None:
        session.sign_out(asked.house, asked.token)
    return refused or {"ended": 1}


def list_sessions(asked: Asked) -> Any:
    """Give one's sessions."""
    found = session.sessions_of(asked.house, asked.who.user_id, asked.token)
    return settled_in(asked) or {"data": [{"id": one.session_id} | _without(one._asdict(), "session_id") for one in found]}


def sign_out_everywhere(asked: Asked) -> Any:
    """End all of one's sessions."""
    return settled_in(asked) or {"ended": session.sign_out_everywhere(asked.house, asked.who.user_id, asked.who.actor)}


def _place(asked: Asked) -> From:
    """Give where somebody signs in from; the session that asks, if one does, is replaced."""
    return From(asked.address, "", session_token(asked))


def session_token(asked: Asked) -> str:
    """Give the token of the session that asks, "" for a key and for nobody."""
    return asked.token if asked.token.startswith(session.PREFIX) else ""


def person_in(asked: Asked) -> Refused | None:
    """Refuse a key: what belongs to a session is asked by somebody who signed in."""
    return None if session_token(asked) else Refused("person_needed")


def settled_in(asked: Asked) -> Refused | None:
    """Refuse a key, and a session that still waits for its second factor: neither may change how somebody signs in."""
    refused = person_in(asked)
    if refused is not None:
        return refused
    sitting = session_of(asked.house, asked.token)
    if isinstance(sitting, Refused):
        return sitting
    return Refused("second_factor_needed") if sitting.waits_for else None


def _begun(found: SignedIn | Refused) -> Any:
    if isinstance(found, Refused):
        return found
    waits_for = list(found.waits_for)
    return {"id": found.session_id, "token": found.token, "user": found.user_id, "ends_at": found.ends_at, "waits_for": waits_for}


def options_of(found: passkey.Options | Refused) -> Any:
    """Give what a browser is handed, as an answer."""
    if isinstance(found, Refused):
        return found
    return {"challenge": found.challenge_id, "options": json.dumps(found.options, separators=(",", ":"))}


def credential_in(text: str) -> Mapping[str, Any]:
    """Read what a browser gave; what is no JSON object is a credential of nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="sign_in",
        method="POST",
        path="/sessions",
        permission="",
        tag=TAG,
        said=("Begin a session by a password.", "以密码登录。"),
        answer=SignedInShown,
        handle=sign_in_by_password,
        body=Password,
        is_open=True,
        example={"user": "wang", "password": "seven boats at low water"},
    ),
    Operation(
        name="show_one_time",
        method="POST",
        path="/sessions/one_time",
        permission="",
        tag=TAG,
        said=("Show a one-time code; the session goes on under a new token.", "出示动态口令，会话换用新令牌。"),
        answer=SignedInShown,
        handle=show_code,
        body=OneTimeCode,
        example={"code": "123456"},
    ),
    Operation(
        name="ask_passkey",
        method="POST",
        path="/sessions/passkey",
        permission="",
        tag=TAG,
        said=("Ask for a passkey.", "请求通行密钥质询。"),
        answer=PasskeyAsked,
        handle=begin_passkey,
        is_open=True,
    ),
    Operation(
        name="sign_in_by_passkey",
        method="POST",
        path="/sessions/passkey/answer",
        permission="",
        tag=TAG,
        said=("Begin a session by a passkey, or strengthen the one that asks.", "以通行密钥登录或加强会话。"),
        answer=SignedInShown,
        handle=finish_passkey,
        body=PasskeyAnswer,
        is_open=True,
        example={"challenge": "ch_019", "credential": "{}"},
    ),
    Operation(
        name="ask_code",
        method="POST",
        path="/sessions/code",
        permission="",
        tag=TAG,
        said=("Send a borrower a code to their phone.", "向借款人手机发送验证码。"),
        answer=CodeAsked,
        handle=ask_code,
        body=PhoneAsked,
        is_open=True,
        example={"phone": "13812341234", "language": "zh-CN"},
    ),
    Operation(
        name="sign_in_by_code",
        method="POST",
        path="/sessions/code/answer",
        permission="",
        tag=TAG,
        said=("Begin a borrower's session by the code.", "借款人以验证码登录。"),
        answer=SignedInShown,
        handle=enter_code,
        body=CodeAnswer,
        is_open=True,
        example={"challenge": "ch_019", "code": "123456"},
    ),
    Operation(
        name="list_sessions",
        method="GET",
        path="/sessions",
        permission="",
        tag=TAG,
        said=("One's own sessions, the one used last first.", "本人的会话，最近使用的在前。"),
        answer=SessionList,
        handle=list_sessions,
    ),
    Operation(
        name="sign_out",
        method="DELETE",
        path="/sessions/current",
        permission="",
        tag=TAG,
        said=("End the session that asks.", "退出当前会话。"),
        answer=Ended,
        handle=sign_out,
    ),
    Operation(
        name="sign_out_everywhere",
        method="DELETE",
        path="/sessions",
        permission="",
        tag=TAG,
        said=("End all of one's sessions.", "退出本人的全部会话。"),
        answer=Ended,
        handle=sign_out_everywhere,
    ),
)
