"""Cases on standard input, answers on standard output: one JSON object a line, in order."""

from collections.abc import Callable, Iterable

from plimsoll.app.json_lines import error_of, read_line, write_line
from plimsoll.interfaces.case.answer import answer_case
from plimsoll.units.refusal import Malformed


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
            answered = error_of(number, wrong)
        write(write_line(answered))
    return bad
