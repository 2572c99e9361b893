"""`plimsoll case`: the kernel's public port."""

import sys

from plimsoll.interfaces.case.serve import answer_lines
from plimsoll.interfaces.cli.exits import OK, USAGE

HELP = """Usage: plimsoll case < CASES > ANSWERS

Answers loan and account cases: one JSON object a line on standard input, one answer a line on standard output.
Exit status 0, or 2 if a line was not a case (the others are answered all the same)."""


def command(arguments: list[str]) -> int:
    """Answer the cases on standard input; nothing is stored."""
    if arguments:
        wants_help = arguments in (["--help"], ["-h"])
        print(HELP, file=sys.stdout if wants_help else sys.stderr)
        return OK if wants_help else USAGE
    bad = answer_lines(sys.stdin.buffer, sys.stdout.write)
    sys.stdout.flush()
    return USAGE if bad else OK
