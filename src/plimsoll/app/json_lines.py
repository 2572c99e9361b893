"""JSON a line: how a line of standard input is read, and how an answer is written, the same at every port."""

import json
from codecs import BOM_UTF8
from typing import Final

from plimsoll.units.refusal import Malformed

LINE_MAX: Final = 1_000_000


def refuse_fraction(text: str) -> object:
    """Refuse a JSON number that has a fraction: amounts and rates are text."""
    raise Malformed("number_must_be_text", text)


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Give an object; a key that stands twice is refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("json_malformed", "a key stands twice")
    return found


DECODER: Final = json.JSONDecoder(parse_float=refuse_fraction, parse_constant=refuse_fraction, object_pairs_hook=once)
ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def read_line(line: bytes) -> object:
    """Give the JSON value of one line, refusing what is not UTF-8, too long, or not JSON. A byte-order mark is passed over."""
    if len(line) > LINE_MAX:
        raise Malformed("json_malformed", f"a line of {len(line)} bytes, at most {LINE_MAX}")
    try:
        return DECODER.decode(line.removeprefix(BOM_UTF8).decode("utf-8"))
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


def write_line(answer: object) -> str:
    """Give an answer as a line. Half of a surrogate pair, which has no UTF-8, is written as its escape, as it came."""
    return ENCODER.encode(answer).encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def error_of(number: int, wrong: Malformed) -> dict[str, object]:
    """Give what is answered to a line that cannot be read."""
    return {"line": number, "error": {"code": wrong.code, "detail": wrong.text()}}
