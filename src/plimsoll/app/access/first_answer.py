"""What an operation that is no command of the book answered first: kept with the change itself, and given again to who repeats it.

A change that is one transaction keeps its answer in that transaction: after a crash both are there, or neither. A change of several has to
recognise a repeat by itself; its answer is kept once it is done. Answers are kept as long as the book, and hold nothing that is shown once.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import exc, insert, select

from plimsoll.app.access.recognise import forget
from plimsoll.app.database.schema_access import first_answer
from plimsoll.app.database.store import Store
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

T = TypeVar("T")
_C: Final = first_answer.c


class Once(NamedTuple):
    """Something that is asked for to be done once: by whom, under which key, which operation, and the SHA-256 of what was sent."""

    actor: str
    key: str
    operation: str
    fingerprint: bytes


class Kept(NamedTuple):
    """A first answer: its status of HTTP, and what it said, as JSON text."""

    status: int
    text: str


def once(
    house: House, asked: Once, do: Callable[[], T | Refused], keep: Callable[[T], Kept], *, is_one_change: bool = True
) -> T | Kept | Refused:
    """Do something that was not done under this key before, and give what came of it; else give what was answered first.

    `keep` gives what is kept of an answer. `is_one_change`: all that `do` changes is one transaction, its answer with it; else `do` commits
    by itself, and recognises by itself what it did before. What is refused is not kept: the same may be asked for again.

    Refuses idempotency_in_progress, idempotency_key_reused, and what `do` refuses. Raises StoreTrouble.
    """
    with house.store.claimed(f"first answer\0{asked.actor}\0{asked.key}") as is_free:
        if not is_free:
            return Refused("idempotency_in_progress", "", asked.key)
        before = kept(house.store, asked)
        if before is not None:
            return before
        try:
            done = _done(house, asked, do, keep, is_one_change=is_one_change)
        except exc.DBAPIError:
            # Another process did the same at the same time: what this one did is undone.
            before = kept(house.store, asked)
            if before is None:
                raise
            return before
    # Whoever was looked up while the change was under way was looked up as they were.
    forget(house.store)
    return done


def kept(store: Store, asked: Once) -> Kept | Refused | None:
    """Give what was answered first under a key, None where nothing was. Refuses idempotency_key_reused where it was asked for otherwise."""
    with store.engine.connect() as connection:
        row = connection.execute(select(first_answer).where(_C.actor == asked.actor, _C.key == asked.key)).first()
    if row is None:
        return None
    if (row.operation, bytes(row.fingerprint)) != (asked.operation, asked.fingerprint):
        return Refused("idempotency_key_reused", "", asked.key)
    return Kept(row.status, row.answer)


def _done(house: House, asked: Once, do: Callable[[], T | Refused], keep: Callable[[T], Kept], *, is_one_change: bool) -> T | Refused:
    """Do it and keep the answer, in one transaction or one after the other; what a refusal put on record stays."""
    with house.store.changing() if is_one_change else nullcontext():
        done = do()
        if not isinstance(done, Refused):
            with house.store.changing() as connection:
                connection.execute(insert(first_answer).values(_row(house, asked, keep(done))))
    return done


def _row(house: House, asked: Once, answer: Kept) -> dict[str, object]:
    return {**asked._asdict(), "status": answer.status, "at": house.now(), "answer": answer.text}
