"""Take the turn to file shares: whoever looks at the room of funders and files by it does so alone, in all processes that share a book."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from sqlalchemy import Connection, text

from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble

WAIT_S: Final = 30.0
STEP_S: Final = 0.02
KEY: Final = "plimsoll funding"
TRY: Final = text(f"SELECT pg_try_advisory_lock(hashtextextended('{KEY}', 0))")
FREE: Final = text(f"SELECT pg_advisory_unlock(hashtextextended('{KEY}', 0))")


@contextmanager
def funding_turn(store: Store, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the turn while the block runs. Raises StoreTrouble store_busy where it does not come in time.

    On PostgreSQL it is a lock of the server, on SQLite one of the folder of the book, in memory one of the store.
    """
    until = time.monotonic() + wait_s
    with ExitStack() as held:
        while not _taken(store, held):
            if time.monotonic() > until:
                raise StoreTrouble("store_busy", "somebody else files shares")
            time.sleep(STEP_S)
        yield


def _taken(store: Store, held: ExitStack) -> bool:
    """Try to take it once; `held` gives it back."""
    with ExitStack() as tried:
        if store.kind == "postgresql":
            connection = tried.enter_context(store.engine.connect())
            is_taken = bool(connection.scalar(TRY))
            if is_taken:
                tried.callback(_free, connection)
        elif store.address.path is None:
            is_taken = tried.enter_context(store.claimed(KEY))
        else:
            folder = os.open(store.address.path.resolve().parent, os.O_RDONLY)
            tried.callback(os.close, folder)
            is_taken = _locked(folder)
        if is_taken:
            held.push(tried.pop_all())
        return is_taken


def _free(connection: Connection) -> None:
    """Give a lock of the server back; where that fails the connection ends, and the lock with it."""
    try:
        connection.execute(FREE)
    except BaseException:
        connection.invalidate()
        raise


def _locked(folder: int) -> bool:
    """Tell whether the lock of a folder was free, and hold it: it ends with the descriptor, or the process."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
