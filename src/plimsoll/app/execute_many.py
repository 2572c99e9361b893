"""Execute a file of commands: the same decisions as one by one, read and written in bulk, with an outcome for every row."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeAlias

from plimsoll.app.execute import ATTEMPTS_MAX, Desk, Failed, Outcome, Wiring, Work, execute_alone, prepared
from plimsoll.app.posting import refuse_clash
from plimsoll.app.sheet import Want
from plimsoll.app.store import Store
from plimsoll.app.trouble import Clash, LimitGuard, StoreTrouble
from plimsoll.units.refusal import Refused

CHUNK: Final = 2_000
"""Commands in one transaction."""

WINDOW: Final = 40_000
"""Commands held at a time. They are put in the order of their customers, so that a chunk reads and writes neighbouring rows."""

RowOutcome: TypeAlias = Outcome | Failed


def execute_many(
    store: Store, wiring: Wiring, commands: Iterable[Any], *, actor: str, now: datetime, rules: Any, chunk: int = CHUNK
) -> Iterator[RowOutcome]:
    """Execute commands and give the outcome of each, in their order; what a chunk answered is durable when it is given.

    The same answers and refusals as `execute` one by one: commands of one customer keep their order, and customers do not touch
    each other. A row that is refused, or fails, stores nothing and changes no other row. After a crash give the same commands
    again: those that were stored are recognised by their keys.
    """
    for window in _windows(commands):
        ready = [prepared(wiring, command, actor, now) for command in window]
        outcomes: list[RowOutcome | None] = [work if isinstance(work, Refused) else None for work in ready]
        places = [(place, work) for place, work in enumerate(ready) if isinstance(work, Work)]
        places.sort(key=lambda placed: placed[1].command.customer_id)
        for start in range(0, len(places), chunk):
            part = places[start : start + chunk]
            done = execute_chunk(store, [work for _, work in part], rules)
            for (place, _), answer in zip(part, done, strict=True):
                outcomes[place] = answer
        yield from (outcome for outcome in outcomes if outcome is not None)


def _windows(commands: Iterable[Any]) -> Iterator[list[Any]]:
    """Give commands in runs in which no key comes twice, so that a repeat is met after what it repeats."""
    window: list[Any] = []
    keys: set[Any] = set()
    for command in commands:
        if command.key in keys or len(window) == WINDOW:
            yield window
            window, keys = [], set()
        window.append(command)
        keys.add(command.key)
    if window:
        yield window


def execute_chunk(store: Store, works: Sequence[Work], rules: Any) -> list[RowOutcome]:
    """Execute commands with different keys in one transaction and give the outcome of each."""
    for _ in range(ATTEMPTS_MAX):
        try:
            with without_collection(), store.transaction() as transaction:
                desk = Desk(transaction, transaction.take([work.request.key for work in works], _wants(works)), rules)
                outcomes: dict[str, RowOutcome] = {}
                for part in _rounds(works):
                    outcomes.update(zip([work.request.key for work in part], desk.attempt(part), strict=True))
                desk.save(store)
                return [outcomes[work.request.key] for work in works]
        except Clash as clash:
            if refuse_clash(clash) is not None:
                break
        except LimitGuard:
            break
        except StoreTrouble as trouble:
            if trouble.code != "store_busy":
                raise
            return [Refused("store_busy", detail=trouble.detail)] * len(works)
    # One of them writes what another transaction, or another row, has written: alone, each is told its own outcome.
    return [execute_alone(store, work, rules) for work in works]


@contextmanager
def without_collection() -> Iterator[None]:
    """Let the cyclic garbage collector rest: a chunk makes hundreds of thousands of values and no cycle, and looking costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rounds(works: Sequence[Work]) -> list[list[Work]]:
    """Give commands in rounds: in each a customer has one at most, and the commands of a customer keep their order."""
    rounds: list[list[Work]] = []
    counts: dict[int, int] = {}
    for work in works:
        place = counts.get(work.want.customer_id, 0)
        counts[work.want.customer_id] = place + 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(work)
    return rounds


def _wants(works: Sequence[Work]) -> list[Want]:
    """Give what to read, each customer once: what any of the commands asks for."""
    wants: dict[int, Want] = {}
    for work in works:
        want = work.want
        known = wants.get(want.customer_id)
        if known is not None:
            ids = (*known.loan_ids, *(one for one in want.loan_ids if one not in known.loan_ids))
            want = Want(want.customer_id, ids, known.is_all_open or want.is_all_open)
        wants[want.customer_id] = want
    return list(wants.values())
