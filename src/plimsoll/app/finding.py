"""What a look at an installation gives: one thing in order, left out, or wrong with its remedy."""

from typing import Final, NamedTuple

GOOD, NOTE, BAD = "ok", "note", "wrong"
STATES: Final = (GOOD, NOTE, BAD)


class Finding(NamedTuple):
    """One thing that was looked at: in order ("ok"), left out ("note") or "wrong", what was seen, and what to do about it."""

    what: str
    state: str
    said: str
    remedy: str = ""


def judged(what: str, said: str, *, is_good: bool, remedy: str) -> Finding:
    """Give a finding that is in order, or wrong with its remedy."""
    return Finding(what, GOOD, said) if is_good else Finding(what, BAD, said, remedy)
