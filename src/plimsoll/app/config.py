"""Where a book is, unless a command says otherwise: the environment, else a file in the working folder."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from plimsoll.app.database.address import read_address

URL_DEFAULT: Final = "sqlite:///plimsoll.db"
URL_VARIABLE: Final = "PLIMSOLL_DB"
TAPE_VARIABLE: Final = "PLIMSOLL_TAPE"
UTC_AHEAD: Final = timedelta(hours=8)
"""By how much the date of the house, Shanghai's, goes ahead."""


def book_url(given: str = "") -> str:
    """Give the address of the book: what was given, else `PLIMSOLL_DB`, else a SQLite file in the working folder."""
    return given or os.environ.get(URL_VARIABLE, "") or URL_DEFAULT


def tape_folder(url: str, given: str = "") -> Path:
    """Give where the tape is written: what was given, else `PLIMSOLL_TAPE`, else beside a SQLite file, else in the working folder.

    Beside `book.db` that is `book.tape`; where there is none, a folder `tape` that is there, as the demo lays it.
    """
    named = given or os.environ.get(TAPE_VARIABLE, "")
    if named:
        return Path(named)
    path = read_address(url).path
    if path is None:
        return Path("plimsoll.tape")
    own, shared = path.with_suffix(".tape"), path.parent / "tape"
    return shared if shared.is_dir() and not own.exists() else own


def threads() -> int:
    """Give how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def now() -> datetime:
    """Give the instant, in UTC. Below app, time is handed in."""
    return datetime.now(UTC)
