"""The first moment of `plimsoll close`: on PostgreSQL, processes get the compiled kernel ready while the command reads the book."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Final

from plimsoll.app.closing.crew import Crew
from plimsoll.app.config import book_url, threads

PROCESSORS_A_MEMBER: Final = 2
"""One that decides, and one on which the server writes."""
NEEDED: Final = ("numba", "psycopg")


@contextmanager
def crew(words: list[str]) -> Iterator[Crew | None]:
    """Give the processes that will help, ended when the command ends; None where the book is no server's, or an extra is missing."""
    url = book_url(given_db(words))
    if "--help" in words or not url.startswith("postgres") or any(find_spec(name) is None for name in NEEDED):
        yield None
        return
    with Crew(url, max(threads() // PROCESSORS_A_MEMBER, 1)) as started:
        yield started


def given_db(words: list[str]) -> str:
    """Give what follows --db, "" where it is not given."""
    for place, word in enumerate(words):
        if word.startswith("--db="):
            return word.removeprefix("--db=")
        if word == "--db":
            return words[place + 1] if place + 1 < len(words) else ""
    return ""
