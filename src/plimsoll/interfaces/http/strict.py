"""Read a JSON body and refuse what two readers could read differently: each refusal names the place, and never repeats what was sent.

UTF-8 without a mark, one value, no key twice, whole numbers only, no text that hides or steers, text in composed form (NFC), and bounds
on size, depth and count.
"""

import json
import re
import unicodedata
from typing import Any, Final

from plimsoll.units.refusal import Malformed

BODY_MAX: Final = 1_000_000
"""Bytes."""
DEPTH_MAX: Final = 20
ITEMS_MAX: Final = 10_000
_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Controls but for tab and line ends, marks that turn the direction of text, half characters."""


class _Wrong:
    """Stands in the place of what is not taken, until its place is found."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code


def _no_fraction(_text: str) -> _Wrong:
    return _Wrong("number_must_be_text")


def _no_constant(_text: str) -> _Wrong:
    return _Wrong("number_not_finite")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found[key] = _Wrong("key_duplicate")
            seen.add(key)
    return found


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_no_fraction, parse_constant=_no_constant)


def read_json(sent: bytes) -> Any:
    """Read a body; `key` of what is raised is a JSON pointer.

    Raises Malformed: body_too_large, body_not_text, body_marked, json_malformed, json_too_deep, json_too_many, key_duplicate,
    number_must_be_text, number_not_finite, number_too_large, text_unseen, text_not_composed.
    """
    if len(sent) > BODY_MAX:
        raise Malformed("body_too_large")
    if sent[:3] == b"\xef\xbb\xbf" or sent[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Malformed("body_marked")
    try:
        text = sent.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("body_not_text") from None
    if text.count("[") + text.count("{") > DEPTH_MAX:
        _refuse_depth(text)
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise Malformed("json_malformed") from None
    is_plain = text.isascii() and "\\" not in text
    if not _is_sound(found, is_plain=is_plain):
        _walk(found, is_plain=is_plain)
    return found


def _refuse_depth(text: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise Malformed("json_too_deep")
        elif mark in "]}":
            depth -= 1


def pointer_part(key: object) -> str:
    """Give one step of a JSON pointer (RFC 6901); what cannot be seen, and might steer a screen or a log, is a question mark."""
    said = "".join(mark if mark.isprintable() else "?" for mark in str(key)[:60])
    return "/" + said.replace("~", "~0").replace("/", "~1")


def _is_sound(root: Any, *, is_plain: bool) -> bool:
    """Tell whether `_walk` finds nothing to refuse: it looks at the same values, and keeps no places."""
    waiting: list[Any] = [root]
    count = 0
    for value in waiting:
        if type(value) is str:
            if not is_plain and _is_odd(value):
                return False
        elif type(value) is int:
            if not -(2**63) <= value < 2**63:
                return False
        elif type(value) is dict:
            count += len(value)
            waiting.extend(value.values())
            if not is_plain and any(map(_is_odd, value)):
                return False
        elif type(value) is list:
            count += len(value)
            waiting.extend(value)
        elif value is not None and type(value) is not bool:
            return False
        if count > ITEMS_MAX:
            return False
    return True


def _is_odd(text: str) -> bool:
    return _UNSEEN.search(text) is not None or not (text.isascii() or unicodedata.is_normalized("NFC", text))


def _walk(root: Any, *, is_plain: bool) -> None:
    """Look at every value, the outermost first."""
    waiting: list[tuple[str, Any]] = [("", root)]
    count = 0
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            count += len(value)
            for key, held in value.items():
                if not is_plain:
                    _refuse_text(key, place)
                waiting.append((place + pointer_part(key), held))
        elif isinstance(value, list):
            count += len(value)
            waiting.extend((f"{place}/{at}", held) for at, held in enumerate(value))
        elif isinstance(value, str):
            if not is_plain:
                _refuse_text(value, place)
        elif isinstance(value, _Wrong):
            raise Malformed(value.code, key=place)
        elif type(value) is int and not -(2**63) <= value < 2**63:
            raise Malformed("number_too_large", key=place)
        if count > ITEMS_MAX:
            raise Malformed("json_too_many")


def _refuse_text(text: str, place: str) -> None:
    if _UNSEEN.search(text):
        raise Malformed("text_unseen", key=place)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise Malformed("text_not_composed", key=place)
