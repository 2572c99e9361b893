"""JSON a line: how a line of standard input is read, and how an answer is written, the same at every port."""

import json
from codecs import BOM_UTF8
from typing import Final

from plimsoll.units.refusal import Malformed

LINE_MAX: Final = 1_000_000


class Number(str):
    """A JSON number that has a fraction, as it was written: amounts and rates are text, so it is refused, with its place."""

    __slots__ = ()


class Fraction(Exception):
    """A line holds a number with a fraction."""


def refuse_fraction(text: str) -> object:
    """Stop at a JSON number that has a fraction."""
    raise Fraction(text)


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Give an object; a key that stands twice is refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise Malformed("json_malformed", f"the key {twice!r} stands twice")
    return found


DECODER: Final = json.JSONDecoder(parse_float=refuse_fraction, parse_constant=refuse_fraction, object_pairs_hook=once)
KEEPER: Final = json.JSONDecoder(parse_float=Number, parse_constant=Number)
"""Reads what is refused, to tell where in it the first number with a fraction stands."""
ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def read_line(line: bytes) -> object:
    """Give the JSON value of one line, refusing what is not UTF-8, too long, or not JSON. A byte-order mark is passed over."""
    if len(line) > LINE_MAX:
        raise Malformed("json_malformed", f"a line of {len(line)} bytes, at most {LINE_MAX}")
    try:
        text = line.removeprefix(BOM_UTF8).decode("utf-8")
        return _decoded(text)
    except Malformed:
        raise
    except UnicodeDecodeError as wrong:
        raise Malformed("json_malformed", f"not UTF-8 at byte {wrong.start}") from None
    except json.JSONDecodeError as wrong:
        raise Malformed("json_malformed", f"{wrong.msg} at column {wrong.colno}") from None
    except RecursionError:
        raise Malformed("json_malformed", "nested too deeply") from None
    except ValueError:
        raise Malformed("json_malformed", "a number of too many digits") from None


def _decoded(text: str) -> object:
    try:
        return DECODER.decode(text)
    except Fraction as number:
        # What comes after it may be no JSON: then its place is not told.
        try:
            where = _place(KEEPER.decode(text))
        except ValueError:
            where = ""
        raise Malformed("number_must_be_text", str(number), key=where) from None


def _place(value: object) -> str:
    """Give the path of keys that leads to the first number with a fraction; places of a list are counted from 1."""
    inner = value.items() if isinstance(value, dict) else enumerate(value, 1) if isinstance(value, list) else ()
    for name, one in inner:
        if isinstance(one, Number):
            return str(name)
        if deeper := _place(one):
            return f"{name}.{deeper}"
    return ""


def write_line(answer: object) -> str:
    """Give an answer as a line. Half of a surrogate pair, which has no UTF-8, is written as its escape, as it came."""
    return ENCODER.encode(answer).encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def error_of(number: int, wrong: Malformed) -> dict[str, object]:
    """Give what is answered to a line that cannot be read."""
    return {"line": number, "error": {"code": wrong.code, "detail": wrong.text()}}
