"""The API over HTTP: find the operation, recognise who asks, read strictly, let it be answered, and say what came of it.

One application serves one house. A request goes to a thread once, which does everything that needs the store: recognises who asks,
decides, writes. A change of a customer that others are written with waits for their shared commit without holding a thread.
"""

import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, unquote

from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.app.access.first_answer import Kept
from plimsoll.app.access.key import pin
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.rate import Limiter, limiter_of
from plimsoll.app.access.recognise import key_of, session_of
from plimsoll.app.access.session import PREFIX as SESSION
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Failed
from plimsoll.app.house import READ_ONLY, House
from plimsoll.app.open_door import open_door
from plimsoll.app.sandbox.of_house import house_of
from plimsoll.interfaces.http import operations
from plimsoll.interfaces.http.ahead import Ahead
from plimsoll.interfaces.http.answers import Later, Repeated, Written, approval_of, is_waiting
from plimsoll.interfaces.http.expand import (
    EXPAND,
    FIELDS,
    answered,
    fields_of,
    names_of,
    read_expand,
    read_fields,
    shape_with,
    shown_fields,
)
from plimsoll.interfaces.http.heads import Heads, language_in, read_heads
from plimsoll.interfaces.http.once import headers_of_kept
from plimsoll.interfaces.http.openapi import openapi, openapi_text
from plimsoll.interfaces.http.operation import Asked, Empty, Operation
from plimsoll.interfaces.http.problem import MEDIA, Said, headers_of, of_malformed, of_refused, of_trouble, problem, said_of
from plimsoll.interfaces.http.rates import class_of
from plimsoll.interfaces.http.rates import headers_of as rate_headers
from plimsoll.interfaces.http.reference import POLICY, reference
from plimsoll.interfaces.http.routes import Routes
from plimsoll.interfaces.http.strict import BODY_MAX, read_json
from plimsoll.interfaces.http.threads import THREADS
from plimsoll.interfaces.http.verbs import business_date
from plimsoll.interfaces.http.version import LATEST, version_of
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

PREFIX: Final = "/v1"
FILE, REFERENCE = f"{PREFIX}/openapi.json", f"{PREFIX}/reference"
"""What is of the API and no operation of it."""
JSON: Final = "application/json"
CHANGES: Final = ("POST", "PUT", "PATCH", "DELETE")
SHORT_MAX: Final = 65_536
"""Bytes that are read before it is known who sends them: so many the server holds in any case."""
NOBODY: Final = Principal("", ())
APART: Final = frozenset({"Sandbox", "Webhooks", "Sign-in", "Users", "Keys", "Emergency access"})
"""Tags of what is asked of the house itself, never under a test clock."""
SECURITY: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"vary", b"accept-language, authorization"),
)
REPLAYED: Final = {"Idempotency-Replayed": "true"}
REQUEST_ID: Final = "plimsoll.request_id"
log: Final = logging.getLogger("plimsoll.http")

Scope: TypeAlias = Any
Receive: TypeAlias = Callable[[], Awaitable[Any]]
Send: TypeAlias = Callable[[Any], Awaitable[None]]


class Recognised(NamedTuple):
    """Who asks, and the version of the API that their key is pinned to, "" for none yet."""

    who: Principal
    pinned: str = ""


Recognise: TypeAlias = Callable[[House, str, str], Recognised | Principal | Refused]
"""Gives who holds a token, asked from an address; a principal alone goes by the latest version."""


@dataclass(slots=True)
class Told:
    """What is sent back."""

    status: int
    body: bytes
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One request under way."""

    operation: Operation
    heads: Heads
    path: Mapping[str, str]
    query: str
    address: str
    request_id: str
    language: str
    headers: dict[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()


class Api:
    """The operations of the house as an ASGI application under /v1."""

    def __init__(
        self, house: House, door: Any, recognise: Recognise, limiter: Limiter | None = None, of: tuple[Operation, ...] = operations.ALL
    ) -> None:
        self.house = house
        self.limiter = limiter
        self.door = door
        self.recognise = recognise
        self.routes = Routes(of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong is told as a problem, and never in the words of what broke."""
        if scope["type"] != "http":
            return
        request_id = scope[REQUEST_ID] = "req_" + secrets.token_hex(12)
        language = language_in(scope["headers"])
        try:
            heads = read_heads(scope["headers"], language)
            told = await self._tell(scope, receive, heads, request_id)
        except (Said, Malformed, StoreTrouble) as failed:
            told = refusal_of(failed, language, request_id)
        await _send(send, told, request_id, is_head=scope["method"] == "HEAD")

    async def _tell(self, scope: Scope, receive: Receive, heads: Heads, request_id: str) -> Told:
        call = self._call(scope, heads, request_id)
        if 0 <= heads.length <= SHORT_MAX:
            # What is short has come with its headers as a rule: one thread does all.
            found = await THREADS.run(self._answer, call, await _body(receive))
        else:
            who = await THREADS.run(self._enter, call)
            found = who if isinstance(who, Told) else await THREADS.run(self._answer_to, call, who, await _body(receive))
        return self._told(call, await found.wait()) if isinstance(found, Later) else found

    def _answer(self, call: Call, sent: bytes) -> Told | Later:
        """Answer a request, or say what its answer waits for."""
        who = self._enter(call)
        return who if isinstance(who, Told) else self._answer_to(call, who, sent)

    def _enter(self, call: Call) -> Principal | Told:
        """Give who asks, counted, and by which version; or why nobody does. Raises Said."""
        operation = call.operation
        found = Recognised(NOBODY) if operation.is_open and not call.heads.token else self._who(call)
        if isinstance(found, Refused):
            return _refused(found, call)
        who = found.who
        version = version_of(call.heads.version, found.pinned)
        if who.key_id and not found.pinned:
            pin(self.house, who.key_id, version)
        call.headers.update(self._taken(operation, who, call.address))
        call.headers["Plimsoll-Version"] = version
        if call.heads.length > BODY_MAX:
            raise Said("body_too_large")
        return who

    def _answer_to(self, call: Call, who: Principal, sent: bytes) -> Told | Later:
        operation = call.operation
        _refuse_body(call, sent)
        asked = self._asked(call, who, sent)
        if asked.expand:
            return self._told(call, answered(operation, asked))
        outcome = getattr(operation.handle, "begin", operation.handle)(asked)
        return outcome if isinstance(outcome, Later) else self._told(call, outcome)

    def _told(self, call: Call, outcome: Any) -> Told:
        told = _told(call.operation, outcome, call)
        told.headers = call.headers | told.headers
        return told

    def _taken(self, operation: Operation, who: Principal, address: str) -> dict[str, str]:
        """Count a request, and give the headers that say how many are left. Raises Said asked_too_fast."""
        if self.limiter is None:
            return {}
        which = class_of(operation, who)
        granted = self.limiter.take(who.actor or address, which, self.house.now().date())
        headers = rate_headers(which, granted)
        if not granted.is_allowed:
            raise Said("asked_too_fast", headers=headers)
        return headers

    def _call(self, scope: Scope, heads: Heads, request_id: str) -> Call:
        raw: bytes | None = scope.get("raw_path")
        # An escaped slash is part of an id, never a step of the path.
        path = (
            (raw.decode("ascii", "replace") if raw else scope["path"])
            .partition("?")[0]
            .removeprefix(scope.get("root_path", ""))
            .removeprefix(PREFIX)
        )
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        found = self.routes.find(path, method)
        if found is None:
            raise Said("path_unknown")
        operation = found.methods.get(method)
        if operation is None:
            raise Said("method_not_taken", headers={"Allow": ", ".join(sorted(found.methods))})
        client = scope.get("client")
        ids = {name: unquote(value) for name, value in found.path.items()}
        return Call(operation, heads, ids, scope["query_string"].decode("latin-1"), client[0] if client else "", request_id, heads.language)

    def _who(self, call: Call) -> "Recognised | Refused":
        if not call.heads.token:
            return Refused("sign_in_needed")
        found = self.recognise(self.house, call.heads.token, call.address)
        return Recognised(found, LATEST) if isinstance(found, Principal) else found

    def _asked(self, call: Call, who: Principal, sent: bytes) -> Asked:
        """Read what was sent into the shapes of the operation."""
        operation, heads = call.operation, call.heads
        house, door = self._meant(call)
        is_change = operation.method in CHANGES
        if is_change and house.mode == READ_ONLY:
            raise Said("mode_read_only")
        if operation.is_idempotent and not heads.key:
            raise Said("idempotency_key_missing")
        if operation.needs_match and not heads.if_match:
            raise Said("if_match_missing")
        said = read_json(sent) if sent else {}
        body = _shaped(operation, said)
        query, expand = _queried(call)
        return Asked(
            who=who,
            house=house,
            door=door,
            path=call.path,
            query=query,
            body=body,
            key=own_key(who, heads.key) if heads.key else "",
            fingerprint=fingerprint_of(operation, call, said) if is_change else b"",
            now=house.now(),
            language=call.language,
            if_match=heads.if_match,
            request_id=call.request_id,
            token=heads.token,
            address=call.address,
            expand=expand,
        )

    def _meant(self, call: Call) -> tuple[House, Any]:
        """Give the house that a request means, with its door: that of a test clock where the request names one."""
        if not call.heads.clock:
            return self.house, self.door
        if call.operation.tag in APART:
            raise Said("clock_not_allowed")
        house = house_of(self.house, call.heads.clock)
        if isinstance(house, Refused):
            raise Said(house.code)
        return house, open_door(house)


_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def own_key(who: Principal, key: str) -> str:
    """Make a key the caller's own, so that nobody meets the answers of others; an Idempotency-Key holds no bar."""
    return f"{who.user_id}|{key}"


def fingerprint_of(operation: Operation, call: Call, said: Any) -> bytes:
    """Give the SHA-256 of what was asked for, as it was sent: nothing that is filled in later, such as the business date, is in it."""
    return sha256(_CANONICAL.encode([operation.name, sorted(call.path.items()), said]).encode()).digest()


async def _body(receive: Receive) -> bytes:
    """Read what was sent, up to the bound."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Said("json_malformed")
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_MAX:
            raise Said("body_too_large")
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _refuse_body(call: Call, sent: bytes) -> None:
    if sent:
        if call.operation.method not in CHANGES:
            raise Said("body_not_taken")
        _refuse_media(call.heads.content_type)


def _refuse_media(content_type: str) -> None:
    media, _, rest = content_type.partition(";")
    charset = rest.strip().lower().removeprefix("charset=").strip('"')
    if media.strip().lower() != JSON or charset not in ("", "utf-8", "utf8"):
        raise Said("content_type_wrong")


def _shaped(operation: Operation, said: Any) -> Any:
    if operation.body is None:
        if said != {}:
            raise Said("body_not_taken")
        return None
    try:
        return operation.body.model_validate(said)
    except ValidationError as failed:
        raise said_of(failed) from None


def _queried(call: Call) -> tuple[Any, frozenset[str]]:
    """Give the query, and what the answer is to bring along; which fields of the rows of a list are wanted is noted in the call."""
    operation = call.operation
    if not call.query and operation.query is Empty:
        return None, frozenset()
    try:
        pairs = parse_qsl(call.query, keep_blank_values=True, strict_parsing=bool(call.query), errors="strict", max_num_fields=50)
    except ValueError:
        raise Said("query_malformed") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Said("query_malformed", remedy="Each parameter once.")
    expand = read_expand(found.pop(EXPAND), names_of(operation)) if operation.expands and EXPAND in found else frozenset()
    if FIELDS in found and (fields := fields_of(operation)):
        call.fields = read_fields(found.pop(FIELDS), fields)
    if not found and operation.query is Empty:
        return None, expand
    try:
        return operation.query.model_validate_strings(found), expand
    except ValidationError as failed:
        raise Said("query_malformed", errors=said_of(failed, "?").errors) from None


def _told(operation: Operation, outcome: Any, call: Call) -> Told:
    """Turn what came of it into an answer."""
    headers: dict[str, str] = {}
    if isinstance(outcome, Written):
        return Told(operation.status, outcome.text.encode(), headers=dict(REPLAYED) if outcome.is_replayed else headers)
    if isinstance(outcome, Refused):
        return _refused(outcome, call)
    if isinstance(outcome, Failed):
        log.error("%s: %s: %s", call.request_id, operation.name, outcome.raised)
        return _problem(problem("internal", language=call.language, request_id=call.request_id), {})
    if isinstance(outcome, Kept):
        return Told(outcome.status, outcome.text.encode(), headers=headers_of_kept(outcome))
    if not isinstance(outcome, BaseModel | Repeated) and is_waiting(outcome):
        said = approval_of(outcome)
        return Told(202, said.model_dump_json().encode(), headers={"Location": f"{PREFIX}/approvals/{said.id}"})
    if isinstance(outcome, Repeated):
        headers.update(REPLAYED)
        outcome = outcome.answer
    shape = shape_with(operation.name) if operation.expands else operation.answer
    shown = outcome if isinstance(outcome, BaseModel) else shape.model_validate(outcome)
    version = shown.__dict__.get("version")
    if type(version) is int:
        headers["ETag"] = f'"{version}"'
    told = shown.model_dump_json(include=shown_fields(operation, call.fields) if call.fields else None)
    return Told(operation.status, told.encode(), headers=headers)


def _refused(refused: Refused, call: Call) -> Told:
    body = of_refused(refused, language=call.language, request_id=call.request_id)
    return _problem(body, headers_of(refused.code))


def _problem(body: dict[str, Any], headers: Mapping[str, str]) -> Told:
    return Told(body["status"], json.dumps(body, ensure_ascii=False).encode(), MEDIA, dict(headers))


def refusal_of(failed: Said | Malformed | StoreTrouble, language: str, request_id: str) -> Told:
    """Turn what was raised into a problem."""
    if isinstance(failed, Said):
        body = problem(failed.code, language=language, request_id=request_id, errors=failed.errors)
        return _problem(body, headers_of(failed.code) | failed.headers)
    if isinstance(failed, Malformed):
        return _problem(of_malformed(failed, language=language, request_id=request_id), headers_of(failed.code))
    log.error("%s: %s", request_id, failed)
    body = of_trouble(failed, language=language, request_id=request_id)
    return _problem(body, headers_of(body["code"]))


@cache
def _lower(name: str) -> bytes:
    """Give the name of one of our headers as it is sent."""
    return name.lower().encode()


async def _send(send: Send, told: Told, request_id: str, *, is_head: bool) -> None:
    headers = [
        (b"content-type", told.media.encode()),
        (b"content-length", str(len(told.body)).encode()),
        (b"request-id", request_id.encode()),
        *SECURITY,
    ]
    for name, value in told.headers.items():
        headers.append((_lower(name), value.encode("latin-1", "replace")))
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else told.body})


def by_key(house: House, token: str, address: str) -> Recognised | Refused:
    """Give whose key a token is, or whose session."""
    if token.startswith(SESSION):
        sitting = session_of(house, token)
        return sitting if isinstance(sitting, Refused) else Recognised(sitting.who, LATEST)
    found = key_of(house, token, address)
    return found if isinstance(found, Refused) else Recognised(found.who, found.pinned)


def application(house: House, door: Any, *, recognise: Recognise = by_key, is_limited: bool = True) -> FastAPI:
    """Give the application that serves a house under /v1.

    `recognise` finds who holds a token, by default among the keys of the house; `is_limited` False asks nobody to slow down.
    """
    served = FastAPI(title="Plimsoll", openapi_url=None, docs_url=None, redoc_url=None)
    served.add_route(FILE, partial(_file, house), methods=["GET"], include_in_schema=False)
    served.add_route(REFERENCE, partial(_reference, house), methods=["GET"], include_in_schema=False)
    api = Api(house, door, recognise, limiter_of(house) if is_limited else None)
    served.mount(PREFIX, api)
    served.add_middleware(Ahead, api=api, under=f"{PREFIX}/", beside=(FILE, REFERENCE))
    served.add_exception_handler(HTTPException, _nowhere)
    served.add_exception_handler(Exception, _fault)
    return served


def _file(house: House, _request: Request) -> Response:
    """Give the OpenAPI file, with the approvals that policy asks for today."""
    return Response(openapi_text(house.rules, business_date(house)), media_type=JSON)


def _reference(house: House, request: Request) -> Response:
    """Give the reference as a page, in the language asked for."""
    asked = request.query_params.get("language", "")
    language = asked if asked in LANGUAGES else language_in(request.scope["headers"])
    page = reference(openapi(house.rules, business_date(house)), language)
    return Response(page, media_type="text/html", headers={"content-security-policy": POLICY, "x-content-type-options": "nosniff"})


async def _fault(request: Request, _failed: Exception) -> Response:
    """Tell of a bug by its request id alone; the server logs what it was."""
    return _outside(request, "internal", {})


async def _nowhere(request: Request, failed: Exception) -> Response:
    """Say that a path outside of the API leads nowhere, or is not asked in that way, as the API says it."""
    assert isinstance(failed, HTTPException), failed
    return _outside(request, "method_not_taken" if failed.status_code == 405 else "path_unknown", failed.headers or {})


def _outside(request: Request, code: str, headers: Mapping[str, str]) -> Response:
    request_id = request.scope.get(REQUEST_ID, "req_unknown")
    body = problem(code, language=language_in(request.scope["headers"]), request_id=request_id)
    said = {name.decode(): value.decode() for name, value in SECURITY}
    return Response(json.dumps(body, ensure_ascii=False), body["status"], {**said, **headers, "request-id": request_id}, MEDIA)
