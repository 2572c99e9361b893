"""The OpenAPI 3.1 file, made from the operations alone; and what lints it: strings and lists have bounds, nothing is a float."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from threading import Lock
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from plimsoll.app.approve.need import ABOVE, ALWAYS, BACK_DATED, LIVE_ONLY, RAISES, TWO
from plimsoll.interfaces.http import operations
from plimsoll.interfaces.http.answers import Approval
from plimsoll.interfaces.http.describe import by_status, describe
from plimsoll.interfaces.http.example import example_in, example_of_parameter, example_out
from plimsoll.interfaces.http.expand import EXPAND, FIELDS, FIELDS_MAX, NAMES_MAX, fields_of, names_of, shape_with
from plimsoll.interfaces.http.heads import KEY_MAX
from plimsoll.interfaces.http.ids import CUSTOMER_PATTERN, LOAN_PATTERN
from plimsoll.interfaces.http.operation import Empty, Operation
from plimsoll.interfaces.http.problem import MEDIA, Problem, problem
from plimsoll.interfaces.http.routes import PART_MAX
from plimsoll.interfaces.http.shown import ROWS_MAX
from plimsoll.interfaces.http.story import HASH
from plimsoll.interfaces.http.version import VERSIONS
from plimsoll.rulebook.rules import Rules
from plimsoll.units.sentences import SENTENCES

JSON: Final = "application/json"
PREFIX: Final = "/v1"
CHANGES: Final = ("POST", "PUT", "PATCH", "DELETE")
TITLES: Final[Mapping[int, str]] = {
    202: "Waits for others to agree; nothing is done yet.",
    400: "Cannot be read.",
    401: "Nobody was recognised.",
    403: "Not allowed.",
    404: "Not there, or not to be seen.",
    409: "Does not fit the state that things are in.",
    412: "Changed since it was read.",
    413: "Too large.",
    415: "Not the content type that is taken.",
    422: "Cannot be done as it was asked.",
    428: "If-Match is missing.",
    429: "Too many requests.",
    431: "Headers too large.",
    503: "Busy or unreachable: try again with the same key.",
}
READS: Final = (400, 401, 403, 404, 409, 422, 429, 431, 503)
WRITES: Final = (400, 401, 403, 404, 409, 413, 415, 422, 429, 431, 503)
_BRACES: Final = re.compile(r"\{(\w+)\}")
_TURN: Final = Lock()
"""It takes a second to make, so whoever asks meanwhile waits for the one that is being made."""
FIELDS_SAID: Final = "Fields of the rows with commas between; the others are left out."
SOME_FIELDS: Final = {
    "type": "object",
    "description": "The same with the fields of each row that `fields` asks for.",
    "properties": {"data": {"type": "array", "maxItems": ROWS_MAX, "items": {"type": "object"}}},
    "required": ["data"],
}
OF_ANY: Final[Mapping[int, tuple[str, ...]]] = {
    400: ("field_unknown", "query_malformed"),
    401: ("sign_in_needed", "not_recognised"),
    403: ("permission_missing", "second_factor_needed"),
    404: ("absent",),
    409: ("idempotency_in_progress",),
    412: ("version_passed",),
    413: ("body_too_large",),
    415: ("content_type_wrong",),
    422: ("idempotency_key_reused",),
    428: ("if_match_missing",),
    429: ("asked_too_fast",),
    431: ("header_too_large",),
    503: ("store_busy",),
}
"""Refusals of any operation that stand as examples, by their status; of what only reads, 409 and 422 are for cursors and keys alike."""
WAITS: Final = {
    "object": "approval",
    "id": "apr_5f1c5f1c5f1c5f1c5f1c5f1c5f",
    "status": "pending",
    "payload_sha256": HASH,
    "required_checkers": 1,
    "expires_at": "2026-03-21T04:00:00.000Z",
    "rule": "POLICY.APPROVAL.RAISES",
}
EXAMPLES_MAX: Final = 3
"""Refusals of its own that an operation shows by example for a status; the others are named."""
REQUEST_ID: Final = "req_5f1c5f1c5f1c5f1c5f1c5f1c"
ABOUT: Final = """\
The book of a consumer lender: customers, lines and loans, decisions, collections, sales of bad debt, funders, and the house itself.

**Who asks** is recognised by a bearer token: an API key or a session. What one may not see is answered as what is not there: 404 `absent`.
**Changes** carry an `Idempotency-Key`, made anew for each action and kept for its retries: the same key gives the first answer once more,
with `Idempotency-Replayed: true`, and does nothing twice; with other content it is refused, 422 `idempotency_key_reused`. **Amounts** are
whole minor units with a currency, rates decimal text, days business dates. **Four eyes**: where policy asks for another person, a change
answers 202 with an approval, and is done when others have agreed to exactly that. **Refusals** are problems (RFC 9457) with a stable
`code`; the reference says each in a sentence. **Examples** show one small house in March 2026."""
RULES: Final = (ALWAYS, ABOVE, RAISES, LIVE_ONLY, BACK_DATED, TWO)


@cache
def _of(four_eyes: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, Any]:
    rules = dict(four_eyes)
    models: list[type[BaseModel]] = [Problem, Approval]
    for one in operations.ALL:
        models += [shape for shape in (shape_with(one.name), one.body) if shape is not None]
    wanted = [(shape, mode) for shape in dict.fromkeys(models) for mode in ("validation", "serialization")]
    keyed, held = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    paths: dict[str, Any] = {}
    for one in operations.ALL:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one, keyed, rules.get(one.name, ()))
    tags = list(dict.fromkeys(one.tag for one in operations.ALL))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Plimsoll",
            "version": VERSIONS[-1],
            "summary": "A consumer-credit book that keeps every borrower above water.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in tags],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": _plain(held.get("$defs", {})),
            "responses": {str(status): _problem(keyed, status, (), TITLES[status]) for status in OF_ANY},
            "examples": {code: _told(code) for code in sorted(_codes_told())},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key of the house."}},
        },
    }


@cache
def _written(four_eyes: tuple[tuple[str, tuple[str, ...]], ...]) -> bytes:
    return json.dumps(_of(four_eyes), ensure_ascii=False, separators=(",", ":")).encode()


def openapi(rules: Rules, on: date) -> dict[str, Any]:
    """Give the file, with the policies in force on a day that may ask for a second pair of eyes."""
    with _TURN:
        return _of(_four_eyes(rules, on))


def openapi_text(rules: Rules, on: date) -> bytes:
    """Give the same as JSON; it is written once for each policy."""
    with _TURN:
        return _written(_four_eyes(rules, on))


def _four_eyes(rules: Rules, on: date) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, list[str]] = {}
    for key in RULES:
        words: Any = rules.value(key, on)
        for word in words if isinstance(words, tuple | Mapping) else (words,):
            if isinstance(word, str):
                found.setdefault(word, []).append(key)
    return tuple((name, tuple(keys)) for name, keys in sorted(found.items()))


def _operation(one: Operation, keyed: Mapping[Any, Any], four_eyes: tuple[str, ...]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.said[0],
        "x-summary-zh": one.said[1],
        "description": describe(one, four_eyes),
        "x-permission": one.permission,
        "x-idempotent": one.is_idempotent or one.method == "GET",
        "x-pii": one.shows_personal,
        "parameters": [*_in_path(one), *_in_query(one), *_of_answer(one), *_in_heads(one)],
        "responses": _responses(one, keyed, four_eyes),
    }
    if four_eyes or one.four_eyes:
        said["x-four-eyes"] = list(four_eyes) or [one.four_eyes]
    if one.is_open:
        said["security"] = [{}]
    if one.body is not None:
        content: dict[str, Any] = {"schema": keyed[one.body, "validation"], "example": example_in(one)}
        said["requestBody"] = {"required": True, "content": {JSON: content}}
    return said


def _in_path(one: Operation) -> Iterator[dict[str, Any]]:
    patterns = {"customer": CUSTOMER_PATTERN, "loan": LOAN_PATTERN}
    for name in _BRACES.findall(one.path):
        schema = {"type": "string", "minLength": 1, "maxLength": PART_MAX, "pattern": patterns.get(name, r"^[^/\x00-\x1f\x7f-\x9f]+$")}
        yield {"name": name, "in": "path", "required": True, "schema": schema, "example": example_of_parameter(one, name, schema)}


def _in_query(one: Operation) -> Iterator[dict[str, Any]]:
    if one.query is Empty:
        return
    said = one.query.model_json_schema()
    defs = said.get("$defs", {})
    for name, field in said.get("properties", {}).items():
        schema = _one_of(_plain(_inlined(field, defs)))
        example = example_of_parameter(one, name, schema)
        yield {"name": name, "in": "query", "required": name in said.get("required", ()), "schema": schema, "example": example}


def _of_answer(one: Operation) -> Iterator[dict[str, Any]]:
    """Give the parameters that say what an answer brings along, and which fields of its rows are told."""
    told = "Names with commas between; what is not to be seen is absent."
    for name, words, most, said in ((EXPAND, names_of(one), NAMES_MAX, told), (FIELDS, fields_of(one), FIELDS_MAX, FIELDS_SAID)):
        if words:
            schema = {"type": "array", "items": {"enum": list(words)}, "minItems": 1, "maxItems": most, "uniqueItems": True}
            more = {"style": "form", "explode": False, "description": said, "schema": schema, "example": [words[0]]}
            yield {"name": name, "in": "query", "required": False, **more}


def _inlined(field: Any, defs: Mapping[str, Any]) -> Any:
    if isinstance(field, dict):
        if "$ref" in field:
            return _inlined(defs[field["$ref"].rpartition("/")[2]], defs)
        return {key: _inlined(value, defs) for key, value in field.items()}
    return [_inlined(value, defs) for value in field] if isinstance(field, list) else field


def _one_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of a query parameter: what is left out is null, which cannot be written in a query."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return {**kinds[0], **{key: value for key, value in schema.items() if key == "description"}} if len(kinds) == 1 else schema


def _in_heads(one: Operation) -> Iterator[dict[str, Any]]:
    if one.is_idempotent:
        schema = {"type": "string", "minLength": 1, "maxLength": KEY_MAX, "pattern": r"^[!#-\[\]-{}~]+$"}
        told = "Made anew for each action and kept for its retries."
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": told,
            "schema": schema,
            "example": "order-77812-1",
        }
    if one.needs_match:
        schema = {"type": "string", "minLength": 3, "maxLength": 104, "pattern": r'^"[!#-~]{1,100}"$'}
        told = "The ETag that was read."
        yield {"name": "If-Match", "in": "header", "required": True, "description": told, "schema": schema, "example": '"3"'}
    schema = {"type": "string", "enum": list(VERSIONS), "maxLength": 10}
    told = "The dated version asked for."
    yield {"name": "Plimsoll-Version", "in": "header", "required": False, "description": told, "schema": schema, "example": VERSIONS[-1]}


def _responses(one: Operation, keyed: Mapping[Any, Any], four_eyes: tuple[str, ...]) -> dict[str, Any]:
    answer: dict[str, Any] = keyed[shape_with(one.name), "serialization"]
    if fields_of(one):
        answer = {"anyOf": [answer, SOME_FIELDS]}
    content: dict[str, Any] = {"schema": answer, "example": example_out(one, one.answer)}
    found: dict[str, Any] = {str(one.status): {"description": "Done.", "content": {JSON: content}}}
    if four_eyes or one.four_eyes:
        waits = {"schema": keyed[Approval, "serialization"], "example": WAITS}
        found["202"] = {"description": TITLES[202], "content": {JSON: waits}}
    own = by_status(one)
    refused = set(WRITES if one.method in CHANGES else READS) | set(one.errors) | ({412, 428} if one.needs_match else set()) | set(own)
    for status in sorted(refused):
        codes = tuple(own.get(status, ()))
        is_common = not codes and status in OF_ANY
        told = TITLES.get(status, "Refused.")
        found[str(status)] = {"$ref": f"#/components/responses/{status}"} if is_common else _problem(keyed, status, codes, told)
    return found


def _problem(keyed: Mapping[Any, Any], status: int, codes: tuple[str, ...], told: str) -> dict[str, Any]:
    """Give a problem response with an example for some of its codes: those of the operation first, then those of any."""
    shown = [*codes[:EXAMPLES_MAX], *OF_ANY.get(status, ())]
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in shown}
    said = f"{told} {', '.join(f'`{code}`' for code in codes)}".strip()
    return {"description": said, "content": {MEDIA: {"schema": keyed[Problem, "serialization"], "examples": examples}}}


def _codes_told() -> set[str]:
    """Give the codes that stand as examples anywhere."""
    own = {code for one in operations.ALL for codes in by_status(one).values() for code in codes[:EXAMPLES_MAX]}
    return own | {code for codes in OF_ANY.values() for code in codes}


def _told(code: str) -> dict[str, Any]:
    """Give the example of a problem."""
    said = problem(code, language="en", request_id=REQUEST_ID)
    return {"summary": said["title"], "value": said}


def _plain(schema: Any) -> Any:
    """Leave out what says nothing, and bound what the shapes leave open."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _plain(value) for key, value in schema.items() if key != "title" or isinstance(value, dict)}


def codes() -> Iterator[tuple[str, str, str]]:
    """Give every code that a problem may have, with its sentence in English and Chinese."""
    for code, (zh, en) in sorted(SENTENCES.items()):
        yield code, en, zh


def lint(said: Mapping[str, Any]) -> list[str]:
    """Give what is wrong with a file: floats, strings and lists without bounds, operations without words, a name twice."""
    wrong: list[str] = []
    names: set[str] = set()
    for path, methods in said["paths"].items():
        for method, one in methods.items():
            name = one["operationId"]
            wrong += [f"{name} stands twice"] if name in names else []
            names.add(name)
            if not one.get("summary") or not one.get("x-summary-zh"):
                wrong.append(f"{method} {path} has no summary")
            if not one.get("description"):
                wrong.append(f"{name} has no description")
            wrong += [f"{name}: no example of {place}" for place in _without_example(one)]
            wrong += [f"{name} does not declare {status}" for status in ("400", "401", "404") if status not in one["responses"]]
            for parameter in one["parameters"]:
                wrong += _unbounded(parameter["schema"], f"{name}.{parameter['name']}")
    for name, schema in said["components"]["schemas"].items():
        wrong += _unbounded(schema, name)
    return wrong


def _without_example(one: Mapping[str, Any]) -> Iterator[str]:
    """Give what of an operation has no example: its body, an answer, a parameter."""
    if "requestBody" in one and "example" not in one["requestBody"]["content"][JSON]:
        yield "its body"
    for status, response in one["responses"].items():
        for content in response.get("content", {}).values():
            if not {"example", "examples"} & content.keys():
                yield f"what it answers with {status}"
    yield from (parameter["name"] for parameter in one["parameters"] if "example" not in parameter)


def _unbounded(schema: Any, place: str) -> list[str]:
    if isinstance(schema, list):
        return [found for at, one in enumerate(schema) for found in _unbounded(one, f"{place}[{at}]")]
    if not isinstance(schema, dict):
        return []
    kind = schema.get("type")
    wrong = [f"{place} is a float"] if kind == "number" else []
    if kind == "string" and not {"maxLength", "enum", "const", "format"} & schema.keys():
        wrong.append(f"{place} has no maxLength")
    if kind == "array" and "maxItems" not in schema:
        wrong.append(f"{place} has no maxItems")
    for key, value in schema.items():
        if key not in ("example", "default", "enum"):
            wrong += _unbounded(value, f"{place}.{key}")
    return wrong
