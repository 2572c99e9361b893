"""How a field of a command is read from text: what JSON or a cell of a file says, by the type of the field."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from plimsoll.loan.filing import BODY_LENGTH_MAX, Body, body_of
from plimsoll.units.dates import parse_date
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

WHOLE_MAX: Final = 2**63 - 1
TEXT_LENGTH_MAX: Final = 500
LIST_LENGTH_MAX: Final = 600


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX or not value.isprintable():
        raise Malformed("field_malformed", repr(value)[:60], remedy=f"Text of at most {TEXT_LENGTH_MAX} visible characters.")
    return value


def _whole(value: object) -> int:
    """Read a whole number of JSON, or the digits of one in a file."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(WHOLE_MAX)):
        value = int(value)
    if type(value) is not int or not 0 <= value <= WHOLE_MAX:
        raise Malformed("field_malformed", repr(value)[:60], remedy="A whole number from 0 up.")
    return value


def _day(value: object) -> date:
    return parse_date(value)  # type: ignore[arg-type]  # what is not text is refused there


def _list(value: object) -> list[object]:
    """Read a list, or what stands with spaces between it in a file."""
    values = value.split() if isinstance(value, str) else value
    if not isinstance(values, list) or len(values) > LIST_LENGTH_MAX:
        raise Malformed("field_malformed", repr(value)[:60], remedy=f"A list of at most {LIST_LENGTH_MAX}.")
    return values


def _days(value: object) -> tuple[date, ...]:
    return tuple(_day(day) for day in _list(value))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(text) for text in _list(value))


def _flag(value: object) -> bool:
    """Read true or false of JSON, or the words in a file."""
    if value is True or value is False:
        return value
    if value not in ("true", "false"):
        raise Malformed("field_malformed", repr(value)[:60], remedy="true or false.")
    return value == "true"


def _body(value: object) -> Body:
    """Read a JSON object, or the text of one, and give it as the one text that says it."""
    try:
        said = json.loads(value) if isinstance(value, str) and len(value) <= BODY_LENGTH_MAX else value
        body = body_of(said) if isinstance(said, dict) else Body("")
        if 0 < len(body.encode()) <= BODY_LENGTH_MAX:
            return body
    except (ValueError, RecursionError):
        pass
    raise Malformed("field_malformed", repr(value)[:60], remedy=f"A JSON object of at most {BODY_LENGTH_MAX} bytes.")


def _rate(value: object) -> Rate:
    return Rate.parse(value)  # type: ignore[arg-type]  # what is not text is refused there


READERS: Final[Mapping[object, Callable[[object], object]]] = {
    str: _text,
    int: _whole,
    date: _day,
    date | None: _day,
    tuple[date, ...]: _days,
    tuple[str, ...]: _texts,
    bool: _flag,
    Body: _body,
    Rate: _rate,
    Rate | None: _rate,
}
"""The reader of a field by its type."""
