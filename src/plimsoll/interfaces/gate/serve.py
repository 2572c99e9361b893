"""Lines of facts and attempts in order of time, and a decision for each attempt before it is made. State is kept within the stream."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, Protocol

from plimsoll.app.json_lines import LINE_MAX, error_of, read_line, write_line
from plimsoll.collections.contact_rules import CountryRules
from plimsoll.collections.debtor import Known
from plimsoll.collections.gate import Denied, may_contact
from plimsoll.interfaces.gate.read import KNOWN, read_attempt, read_fact
from plimsoll.units.refusal import Malformed

ALLOWED: Final = '{"allowed":true}\n'
BLOCK: Final = 1 << 16


class Source(Protocol):
    """Where lines come from: it gives what is there, and waits only where nothing is."""

    def read1(self, size: int, /) -> bytes:
        """Give at most so many bytes; none at the end."""


class Stream:
    """The gate over one stream: what it knows so far, and how late it is."""

    def __init__(self, countries: dict[str, CountryRules]) -> None:
        self.countries = countries
        self.known = Known(countries.values())
        self.latest: datetime | None = None
        self.is_attempt = False
        """Whether the last line was an attempt, even one that could not be read."""

    def answer(self, line: bytes) -> str:
        """Give the answer to a line, "" for a fact. Raises Malformed: then nothing of the line counts."""
        self.is_attempt = False
        fields = read_line(line)
        if not isinstance(fields, dict):
            raise Malformed("field_malformed", "an object is needed")
        self.is_attempt = fields.get("attempt") is not None
        if not fields.keys() <= KNOWN:
            wrong = next(key for key in fields if key not in KNOWN)
            raise Malformed("field_unknown", repr(wrong)[:60], key=wrong[:60], remedy=f"Known: {', '.join(sorted(KNOWN))}.")
        if (fields.get("attempt") is None) == (fields.get("fact") is None):
            raise Malformed("field_missing", "attempt or fact, one of them", key="attempt")
        if not self.is_attempt:
            told = read_fact(fields)
            self._move(told.at)
            self.known.hear(told)
            return ""
        attempt = read_attempt(fields, self.countries)
        self._move(attempt.at)
        said = may_contact(self.known, attempt, self.countries[attempt.country])
        if isinstance(said, Denied):
            until = f'"{said.until.isoformat()}"' if said.until else "null"
            return f'{{"allowed":false,"rule":"{said.rule}","until":{until}}}\n'
        self.known.note(attempt, said.day)
        return ALLOWED

    def _move(self, at: datetime) -> None:
        """Move the clock; raises clock_moved_back."""
        if self.latest is not None and at < self.latest:
            raise Malformed("clock_moved_back", f"{at.isoformat()} after {self.latest.isoformat()}", key="at")
        self.latest = at


def answer_lines(
    lines: Iterable[bytes], stream: Stream, write: Callable[[str], object], complain: Callable[[str], object], number: int = 0
) -> tuple[int, int]:
    """Answer lines in order; give the number of the last line (counted on from `number`) and how many could not be read.

    A line that cannot be read is answered with its error, an attempt among them as not allowed, and `complain` is told; blank lines are
    passed over.
    """
    bad = 0
    for line in lines:
        number += 1
        if not line.strip():
            continue
        try:
            answered = stream.answer(line)
        except Malformed as wrong:
            bad += 1
            answered = write_line(({"allowed": False} if stream.is_attempt else {}) | error_of(number, wrong))
            complain(f"line {number}: {wrong.text()}")
        if answered:
            write(answered)
    return number, bad


def blocks(source: Source) -> Iterator[list[bytes]]:
    """Give the lines of a source as they come, some at a time, so that whoever waits for an answer gets it.

    Of a line too long to be read only so much is kept that it can be told to be too long.
    """
    rest = b""
    while block := source.read1(BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        if lines:
            yield lines
        elif len(rest) > LINE_MAX:
            rest = rest[: LINE_MAX + 1]
    if rest:
        yield [rest]
