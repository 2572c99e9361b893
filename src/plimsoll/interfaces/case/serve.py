"""Cases on standard input, answers on standard output: one JSON object a line, in order."""

import json
from collections.abc import Callable, Iterable

from plimsoll.interfaces.case.answer import answer_case
from plimsoll.units.refusal import Malformed

LINE_MAX = 1_000_000
DECODE_DEPTH_NOTE = "nested too deeply"


def refuse_fraction(text: str) -> object:
    """Refuse a JSON number that has a fraction: amounts and rates are text."""
    raise Malformed("number_must_be_text", text)


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Give an object; a key that stands twice is refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("json_malformed", "a key stands twice")
    return found


DECODER = json.JSONDecoder(parse_float=refuse_fraction, parse_constant=refuse_fraction, object_pairs_hook=once)
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def read_line(line: bytes) -> object:
    """Give the JSON value of one line, refusing what is not UTF-8, too long, or not JSON."""
    if len(line) > LINE_MAX:
        raise Malformed("json_malformed", f"a line of {len(line)} bytes, at most {LINE_MAX}")
    try:
        return DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as wrong:
        raise Malformed("json_malformed", f"not UTF-8 at byte {wrong.start}") from None
    except json.JSONDecodeError as wrong:
        raise Malformed("json_malformed", f"{wrong.msg} at column {wrong.colno}") from None
    except RecursionError:
        raise Malformed("json_malformed", DECODE_DEPTH_NOTE) from None


def answer_lines(lines: Iterable[bytes], write: Callable[[str], object]) -> int:
    """Answer every line in order; give how many were not cases. Blank lines are passed over."""
    bad = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answered: object = answer_case(read_line(line.strip()))
        except Malformed as wrong:
            bad += 1
            answered = {"line": number, "error": {"code": wrong.code, "detail": wrong.text()}}
        write(ENCODER.encode(answered) + "\n")
    return bad
