"""The AsyncAPI 3 file: every type of event with its JSON Schema, an example, what it is ordered by, and where it comes from.

Made from the table of types (`plimsoll.app.events.type`), so that a new verb stands in the file or the test of the file fails.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from plimsoll import __version__
from plimsoll.app.events.listing import CODE, SAFE
from plimsoll.app.events.type import ACCESS, DAY, OF_ACCESS, OF_COMMANDS, OF_VAULT, OTHER, STEP, full
from plimsoll.app.wiring import DOSSIER_COMMANDS, DOSSIER_WIRING

TEXT: Final = {"type": "string", "maxLength": 500}
CUSTOMER: Final = {"type": "string", "pattern": "^cus_[1-9][0-9]{0,17}$", "maxLength": 30}
LOAN: Final = {"type": "string", "pattern": "^loan_[1-9][0-9]{0,17}_[1-9][0-9]{0,8}$", "maxLength": 40}
ANSWER: Final = {
    "type": "object",
    "description": "What of the command's answer may leave the house: numbers, flags and codes of these names, never a text for people.",
    "propertyNames": {"enum": sorted(SAFE)},
    "additionalProperties": {
        "anyOf": [{"type": "boolean"}, {"type": "integer"}, {"type": "string", "pattern": f"^{CODE.pattern}$", "maxLength": 100}]
    },
}
ANSWER_REF, ENVELOPE_REF = "#/components/schemas/Answer", "#/components/schemas/Envelope"
_DIGITS: Final = {"type": "string", "pattern": "^[0-9]{1,19}$"}
_ATTRIBUTES: Final = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "pattern": "^evt_[0-9a-f]{32}$"},
    "source": TEXT,
    "type": {"type": "string", "pattern": "^plimsoll\\.[a-z_]+\\.[a-z_]+\\.v[0-9]+$"},
    "subject": TEXT,
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"const": "application/json"},
    "sequence": _DIGITS,
    "cursor": _DIGITS,
    "businessdate": {"type": "string", "format": "date"},
    "livemode": {"type": "boolean", "description": "Whether money is real."},
    "testclock": {"type": "string", "pattern": "^clk_[0-9a-f]{20}$", "description": "The test clock under which it happened."},
    "data": {"type": "object"},
}
_SOMETIMES: Final = ("testclock",)
ENVELOPE: Final = {
    "description": "CloudEvents 1.0 in JSON.",
    "type": "object",
    "properties": _ATTRIBUTES,
    "required": [name for name in _ATTRIBUTES if name not in _SOMETIMES],
    "additionalProperties": False,
}
_BY_CUSTOMER: Final = "the customer"


class Told(NamedTuple):
    """One type: when it is emitted, what its data hold, an example of them, an example of its subject, and what its order holds within."""

    name: str
    when: str
    data: Mapping[str, Any]
    needed: tuple[str, ...]
    example: Mapping[str, Any]
    subject: str
    key: str


def catalogue() -> list[Told]:
    """Give every type, in the order of their names."""
    return sorted(_told())


def _told() -> Iterator[Told]:
    of_dossier = {verb.name: verb.kind for verb in DOSSIER_WIRING.values()}
    for verb, name in OF_COMMANDS.items():
        when = f"the command {verb} was executed"
        if verb in DOSSIER_COMMANDS:
            kind = of_dossier[verb]
            data = {"dossier": {"const": kind}, "subject": TEXT, "answer": {"$ref": ANSWER_REF}}
            example = {"dossier": kind, "subject": "north", "answer": {}}
            yield Told(name, when, data, tuple(data), example, f"{kind}/north", f"the {kind}")
        else:
            yield _of_customer(name, when)
    any_of = {"customer": CUSTOMER, "loan": LOAN, "dossier": TEXT, "subject": TEXT, "answer": {"$ref": ANSWER_REF}}
    example = {"customer": "cus_17", "answer": {}}
    yield Told(
        OTHER,
        "a command of a house that is wired otherwise was executed",
        any_of,
        ("answer",),
        example,
        "cus_17",
        "the customer or dossier",
    )
    for action, name in OF_VAULT.items():
        data = {"customer": CUSTOMER, "field": TEXT}
        example = {"customer": "cus_17", "field": "phone" if action != "erase" else ""}
        yield Told(name, f"the vault did: {action}", data, tuple(data), example, "cus_17", "the customer's vault")
    for action, name in {**OF_ACCESS, "": ACCESS}.items():
        data = {"action": {"const": action} if action else TEXT, "subject": TEXT, "customer": CUSTOMER}
        said = action or "signed_in"
        when = f"access put on record: {action or 'whatever has no type of its own'}"
        yield Told(name, when, data, ("action", "subject"), {"action": said, "subject": "apr_1"}, "apr_1", "its subject")
    data = {"artefact": TEXT, "verb": TEXT, "before": TEXT, "after": TEXT}
    example = {"artefact": "9f3c", "verb": "approve", "before": "validated", "after": "approved"}
    yield Told(STEP, "a model or a policy table went a step", data, tuple(data), example, "9f3c", "the artefact")
    day = {"day": {"type": "string", "format": "date"}}
    yield Told(DAY, "the close of a day was finished", day, ("day",), {"day": "2026-12-01"}, "day/2026-12-01", "the house")


def _of_customer(name: str, when: str) -> Told:
    data = {"customer": CUSTOMER, "loan": LOAN, "answer": {"$ref": ANSWER_REF}}
    example = {"customer": "cus_17", "loan": "loan_17_3", "answer": {}}
    return Told(name, when, data, ("customer", "answer"), example, "loan_17_3", _BY_CUSTOMER)


def schema_of(told: Told) -> dict[str, Any]:
    """Give the JSON Schema of one type: the envelope of all of them, and its own data."""
    data = {"type": "object", "properties": dict(told.data), "required": list(told.needed), "additionalProperties": False}
    return {"allOf": [{"$ref": ENVELOPE_REF}, {"properties": {"type": {"const": full(told.name)}, "data": data}}]}


def example_of(told: Told) -> dict[str, Any]:
    """Give an example of one type."""
    return {
        "specversion": "1.0",
        "id": "evt_39471b74d539ca9c9c5ba31fd63d7d68",
        "source": "/plimsoll/live",
        "type": full(told.name),
        "subject": told.subject,
        "time": "2026-12-01T02:11:20.000000Z",
        "datacontenttype": "application/json",
        "sequence": "4",
        "cursor": "10234",
        "businessdate": "2026-12-01",
        "livemode": True,
        "data": dict(told.example),
    }


def asyncapi() -> dict[str, Any]:
    """Give the file as an object."""
    told = catalogue()
    messages = {full(one.name): _message(one) for one in told}
    place = "#/channels/events"
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Plimsoll events",
            "version": __version__,
            "description": "What happened, as webhooks tell it (Standard Webhooks) and GET /v1/events lists it. "
            "At least once; in order within the ordering key; ids only, no personal data.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "events": {
                "address": "events",
                "description": "Your endpoint, or GET /v1/events?after=CURSOR.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": place},
                "messages": [{"$ref": f"{place}/messages/{name}"} for name in messages],
            }
        },
        "components": {"schemas": {"Envelope": ENVELOPE, "Answer": ANSWER}, "messages": messages},
    }


def _message(told: Told) -> dict[str, Any]:
    return {
        "name": full(told.name),
        "summary": f"Emitted when {told.when}.",
        "contentType": "application/cloudevents+json",
        "payload": schema_of(told),
        "examples": [{"name": "example", "payload": example_of(told)}],
        "x-ordering-key": told.key,
        "x-personal-data": "none",
    }
