"""`plimsoll gate`: the contact gate's public port."""

import sys
from contextlib import ExitStack
from pathlib import Path

from plimsoll.collections.contact_rules import read_countries
from plimsoll.interfaces.cli.exits import NOT_FOUND, OK, USAGE, Stop
from plimsoll.interfaces.gate.serve import Stream, answer_lines, blocks
from plimsoll.rulebook.rules import load

POLICY = "--policy"
HELP = """Usage: plimsoll gate [--policy] [FILE]

Decides on contacts before they are made: facts and attempts in order of time, one JSON object a line, in FILE or on standard input;
one answer a line for each attempt on standard output. The law of the attempt's country holds, and what stops contact; with --policy
the house's own hours and counts hold too, which are stricter. Nothing is stored.
Exit status 0, or 2 if a line could not be read (it is answered with its error, and the others are answered all the same)."""


def command(arguments: list[str]) -> int:
    """Answer the attempts of a file or of standard input; nothing is stored."""
    files = [word for word in arguments if word != POLICY]
    if arguments in (["--help"], ["-h"]):
        print(HELP)
        return OK
    if len(files) > 1 or any(file.startswith("-") for file in files):
        print(HELP, file=sys.stderr)
        return USAGE
    stream = Stream(read_countries(load(), with_policy=POLICY in arguments))
    number = bad = 0
    with ExitStack() as closing:
        try:
            source = closing.enter_context(Path(files[0]).open("rb")) if files else sys.stdin.buffer
        except OSError as missing:
            raise Stop(NOT_FOUND, f"{files[0]}: {missing.strerror}") from None
        for lines in blocks(source):  # type: ignore[arg-type]  # both are buffered readers
            number, more = answer_lines(lines, stream, sys.stdout.write, _complain, number)
            bad += more
            sys.stdout.flush()
    return USAGE if bad else OK


def _complain(text: str) -> None:
    sys.stdout.flush()
    print(f"plimsoll gate: {text}".encode("utf-8", "backslashreplace").decode("utf-8"), file=sys.stderr)
