"""Say no over HTTP: RFC 9457 problems, in the language asked for, with the codes of the house. What was sent is never repeated."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field, ValidationError

from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.interfaces.http.operation import Shape
from plimsoll.interfaces.http.shape import Flag, Name, Text, Whole
from plimsoll.interfaces.http.statuses import RETRY_AFTER_S, RETRYABLE, status_of
from plimsoll.interfaces.http.strict import pointer_part
from plimsoll.units.refusal import Malformed, Refused, sentence

MEDIA: Final = "application/problem+json"
DOC: Final = "/v1/reference#"
ERRORS_MAX: Final = 50
EDGE_CODES: Final = {"key_reused": "idempotency_key_reused", "command_in_flight": "idempotency_in_progress"}
"""What the house calls a key is an Idempotency-Key here."""
_KINDS: Final = {
    "missing": "field_missing",
    "extra_forbidden": "field_unknown",
    "less_than_equal": "amount_too_large",
    "greater_than_equal": "amount_must_be_positive",
}
_TOLD: Final = {
    "string_type": "A text.",
    "int_type": "A whole number.",
    "bool_type": "true or false.",
    "list_type": "A list.",
    "model_type": "An object.",
    "dict_type": "An object.",
    "literal_error": "One of: {expected}.",
    "string_pattern_mismatch": "Of the form {pattern}",
    "string_too_short": "Characters at least: {min_length}.",
    "string_too_long": "Characters at most: {max_length}.",
    "too_short": "Items at least: {min_length}.",
    "too_long": "Items at most: {max_length}.",
    "greater_than": "More than {gt}.",
    "greater_than_equal": "At least {ge}.",
    "less_than": "Less than {lt}.",
    "less_than_equal": "At most {le}.",
}
"""What would be taken, by the kind of what is wrong: from the shape alone, never from what was sent."""


class Wrong(Shape):
    """One thing that is wrong with what was sent: where, what, and in words."""

    pointer: Text
    code: Name
    message: Text


class Problem(Shape):
    """Why nothing was done (RFC 9457)."""

    type: Text
    title: Text
    status: Whole
    code: Name
    detail: Text
    rule: Text = ""
    errors: tuple[Wrong, ...] = Field(default=(), max_length=ERRORS_MAX)
    retryable: Flag
    request_id: Name
    doc: Text


class Said(Exception):
    """A no that ends a request: a code of the closed list with what is wrong where, and headers of the answer."""

    def __init__(
        self,
        code: str,
        *,
        pointer: str = "",
        remedy: str = "",
        errors: Sequence[tuple[str, str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors) or (((pointer, code, remedy),) if pointer or remedy else ())
        self.headers = dict(headers or {})


def problem(
    code: str, *, language: str, request_id: str, detail: str = "", rule: str = "", errors: Sequence[tuple[str, str, str]] = ()
) -> dict[str, Any]:
    """Give the body of a problem; `errors` are pointer, code and remedy."""
    code = EDGE_CODES.get(code, code)
    said = sentence(code, language)
    title, rest = _split(said, language)
    wrong = [
        {"pointer": at[:500], "code": one, "message": (sentence(one, language) + (f" {remedy}" if remedy else ""))[:500]}
        for at, one, remedy in errors[:ERRORS_MAX]
    ]
    return {
        "type": f"urn:plimsoll:problem:{code}",
        "title": title,
        "status": status_of(code),
        "code": code,
        "detail": (f"{rest} [{detail}]" if detail else rest)[:500],
        "rule": rule,
        "errors": wrong,
        "retryable": code in RETRYABLE,
        "request_id": request_id,
        "doc": DOC + code,
    }


def _split(said: str, language: str) -> tuple[str, str]:
    """Give the first sentence, and all of them where there is no second."""
    stop = "。" if language == "zh-CN" else ". "
    first, found, rest = said.partition(stop)
    return (first + stop.strip(), rest.strip()) if found and rest.strip() else (said, said)


def headers_of(code: str) -> dict[str, str]:
    """Give the headers that go with a refusal."""
    code = EDGE_CODES.get(code, code)
    status = status_of(code)
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="plimsoll"'}
    return {"Retry-After": str(RETRY_AFTER_S)} if code in RETRYABLE else {}


def of_refused(refused: Refused, *, language: str, request_id: str) -> dict[str, Any]:
    """Give the problem of what a department refused, with the numbers of the case."""
    is_told = refused.code not in EDGE_CODES and status_of(refused.code) != 404
    detail = refused.detail if is_told else ""
    return problem(refused.code, language=language, request_id=request_id, detail=detail, rule=refused.rule)


def of_malformed(wrong: Malformed, *, language: str, request_id: str) -> dict[str, Any]:
    """Give the problem of what could not be read; its detail would repeat what was sent, so it is left out."""
    at = wrong.key if wrong.key.startswith(("/", "?")) or not wrong.key else "/" + wrong.key.replace(".", "/")
    is_told = (at or wrong.remedy) and status_of(wrong.code) != 404
    errors = ((at, wrong.code, wrong.remedy),) if is_told else ()
    return problem(wrong.code, language=language, request_id=request_id, errors=errors)


def of_trouble(trouble: StoreTrouble, *, language: str, request_id: str) -> dict[str, Any]:
    """Give the problem of a store that cannot be used; what the database said stays inside."""
    return problem(trouble.code if status_of(trouble.code) == 503 else "internal", language=language, request_id=request_id)


def said_of(failed: ValidationError, root: str = "") -> Said:
    """Turn what a shape refuses into codes with pointers."""
    errors = []
    for one in failed.errors(include_url=False, include_input=False)[:ERRORS_MAX]:
        held = one.get("ctx", {}).get("error")
        place = [part for part in one["loc"] if not (isinstance(part, str) and part.startswith(("function-", "tagged-union")))]
        pointer = root + "".join(pointer_part(part) for part in place)
        if isinstance(held, Malformed):
            errors.append((pointer, held.code, held.remedy))
        elif one["type"] in _KINDS and (one["type"] in ("missing", "extra_forbidden") or place[-1:] == ["amount"]):
            errors.append((pointer, _KINDS[one["type"]], ""))
        else:
            errors.append((pointer, "field_malformed", _TOLD.get(one["type"], "").format_map(one.get("ctx", {}))))
    codes = {code for _, code, _ in errors}
    return Said(codes.pop() if len(codes) == 1 else "field_malformed", errors=errors)
