"""Execute a file of commands: the same decisions as one by one, read and written in bulk, with an outcome for every row."""

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from plimsoll.app.database.sheet import Pending, Want
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import Clash, LimitGuard, StoreTrouble
from plimsoll.app.execute import ATTEMPTS_MAX, Answer, Desk, Failed, Outcome, Wiring, Work, execute_alone, prepared, told_each
from plimsoll.app.posting import refuse_clash
from plimsoll.units.refusal import Refused

CHUNK: Final = 2_000
"""Commands in one transaction."""

SIDE_BY_SIDE: Final = 3
"""Chunks worked at a time on PostgreSQL; no two concern the same customer."""

WINDOW: Final = 40_000
"""Commands held at a time. They are put in the order of their customers, so that a chunk reads and writes neighbouring rows."""

RowOutcome: TypeAlias = Outcome | Failed
Look: TypeAlias = Callable[[Pending], None]


class Whole(NamedTuple):
    """What became of commands that are executed all or none: the outcome of each, and whether they are stored."""

    outcomes: list[RowOutcome]
    is_stored: bool


def execute_many(
    store: Store, wiring: Wiring, commands: Iterable[Any], *, actor: str, now: datetime, rules: Any, chunk: int = CHUNK
) -> Iterator[RowOutcome]:
    """Execute commands and give the outcome of each, in their order; what a chunk answered is durable when it is given.

    The same answers and refusals as `execute` one by one: commands of one customer keep their order, and customers do not touch
    each other. A row that is refused, or fails, stores nothing and changes no other row. After a crash give the same commands
    again: those that were stored are recognised by their keys.
    """
    chunks = _side_by_side if store.kind == "postgresql" else _one_by_one
    return _in_order(partial(chunks, store), partial(prepared, wiring, actor=actor, now=now), commands, rules, chunk)


def rehearse_many(
    store: Store, wiring: Wiring, commands: Iterable[Any], look: Look, *, actor: str, now: datetime, rules: Any, chunk: int = CHUNK
) -> Iterator[RowOutcome]:
    """Give the outcome that each command would have, in their order, and store nothing; `look` is shown the rows that would be written.

    A command sees what others of the same WINDOW would do to its customer, and not what came before that.
    """
    chunks = partial(_rehearsed, look, store)
    return _in_order(chunks, partial(prepared, wiring, actor=actor, now=now), commands, rules, chunk)


def execute_whole(store: Store, wiring: Wiring, commands: Sequence[Any], *, actor: str, now: datetime, rules: Any) -> Whole:
    """Execute commands with different keys all or none, in one transaction; where one is refused, nothing is stored.

    The outcomes then are what each would have had. Refuses store_busy, for all of them, where others were always in the way.
    """
    ready = told_each(partial(prepared, wiring, actor=actor, now=now), zip(commands, strict=True))
    works = [work for work in ready if isinstance(work, Work)]
    if len(works) < len(ready):
        return Whole([Refused("import_whole_refused") if isinstance(work, Work) else work for work in ready], is_stored=False)
    said = ""
    for _ in range(ATTEMPTS_MAX):
        try:
            with without_collection():
                decided = _decide(store, works, rules)
                if not all(isinstance(outcome, Answer) for outcome in decided.outcomes):
                    decided.held.close()
                    return Whole(decided.outcomes, is_stored=False)
                decided.save(store)
                return Whole(decided.outcomes, is_stored=True)
        except (Clash, LimitGuard) as clash:
            said = str(clash)
        except StoreTrouble as trouble:
            if trouble.code != "store_busy":
                raise
            said = trouble.detail
    return Whole([Refused("store_busy", detail=said)] * len(works), is_stored=False)


def _rehearsed(look: Look, store: Store, parts: Sequence[list[Work]], rules: Any) -> Iterator[list[RowOutcome]]:
    """Decide on chunks one after another, and write none of them."""
    for part in parts:
        decided = _decide(store, part, rules)
        with decided.held:
            look(decided.desk.pending)
        yield decided.outcomes


def _in_order(
    chunks: Callable[[Sequence[list[Work]], Any], Iterator[list[RowOutcome]]],
    ready_of: Callable[[Any], Work | Refused],
    commands: Iterable[Any],
    rules: Any,
    chunk: int,
) -> Iterator[RowOutcome]:
    """Give the outcomes of commands in their order, while chunks of them are taken in the order of their customers."""
    for window in _windows(commands):
        with without_collection():
            outcomes = _outcomes(chunks, ready_of, window, rules, chunk)
        yield from outcomes


def _outcomes(
    chunks: Callable[[Sequence[list[Work]], Any], Iterator[list[RowOutcome]]],
    ready_of: Callable[[Any], Work | Refused],
    window: Sequence[Any],
    rules: Any,
    chunk: int,
) -> list[RowOutcome]:
    """Give the outcomes of a window of commands in their order."""
    outcomes: list[Any] = told_each(ready_of, zip(window, strict=True))
    places = [place for place, work in enumerate(outcomes) if isinstance(work, Work)]
    places.sort(key=lambda place: outcomes[place].want.customer_id)
    parts = list(_parts([outcomes[place] for place in places], chunk))
    answers = (answer for part in chunks(parts, rules) for answer in part)
    for place, answer in zip(places, answers, strict=True):
        outcomes[place] = answer
    return outcomes


def _windows(commands: Iterable[Any]) -> Iterator[list[Any]]:
    """Give commands in runs in which no key comes twice, so that a repeat is met after what it repeats."""
    window: list[Any] = []
    keys: set[str] = set()
    for command in commands:
        key = command.key if isinstance(command.key, str) else None
        if key in keys or len(window) == WINDOW:
            yield window
            window, keys = [], set()
        window.append(command)
        if key is not None:
            keys.add(key)
    if window:
        yield window


def _parts(works: Sequence[Work], chunk: int) -> Iterator[list[Work]]:
    """Give commands, which are in the order of their customers, in chunks; a customer is in one chunk only."""
    part: list[Work] = []
    for work in works:
        if len(part) >= chunk and work.want.customer_id != part[-1].want.customer_id:
            yield part
            part = []
        part.append(work)
    if part:
        yield part


def _one_by_one(store: Store, parts: Sequence[list[Work]], rules: Any) -> Iterator[list[RowOutcome]]:
    """Execute chunks one after another."""
    for part in parts:
        yield execute_chunk(store, part, rules)


def _side_by_side(store: Store, parts: Sequence[list[Work]], rules: Any) -> Iterator[list[RowOutcome]]:
    """Execute some chunks at a time, each on a connection of its own: while the server reads or writes one, another is decided on.

    They lock their customers, and then decide, in their order: whoever else locks in the order of customers is never waited for in a
    circle, and a department that heeds what it decided before sees what it would see one by one.
    """
    reading, deciding = InTurn(), InTurn()

    def work(number: int, part: list[Work]) -> list[RowOutcome]:
        turns = Turns(partial(reading.turn, number), partial(deciding.turn, number))
        try:
            return execute_chunk(store, part, rules, turns)
        finally:
            # One that failed before its turn came takes it all the same, so that nobody waits for it.
            for take in turns:
                with take():
                    pass

    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="plimsoll-chunk") as pool:
        yield from pool.map(work, range(len(parts)), parts)


class InTurn:
    """Lets numbers have their turn one after another: 0, then 1, then 2. One that had its turn may have another at any time."""

    def __init__(self) -> None:
        """Begin with 0."""
        self.moved = threading.Condition()
        self.number = 0

    @contextmanager
    def turn(self, number: int) -> Iterator[None]:
        """Run a block in the turn of a number, and no other block meanwhile."""
        with self.moved:
            self.moved.wait_for(lambda: self.number >= number)
            try:
                yield
            finally:
                self.number = max(self.number, number + 1)
                self.moved.notify_all()


class Turns(NamedTuple):
    """When a chunk may lock and read what it concerns, and when it may decide."""

    reading: Callable[[], AbstractContextManager[None]] = nullcontext
    deciding: Callable[[], AbstractContextManager[None]] = nullcontext


ALONE: Final = Turns()


def execute_chunk(store: Store, works: Sequence[Work], rules: Any, turns: Turns = ALONE) -> list[RowOutcome]:
    """Execute commands with different keys in one transaction and give the outcome of each."""
    for _ in range(ATTEMPTS_MAX):
        try:
            decided = _decide(store, works, rules, turns)
            decided.save(store)
            return decided.outcomes
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


@dataclass(slots=True)
class Decided:
    """A chunk whose commands are decided and whose rows wait to be written; `held` is its transaction."""

    held: ExitStack
    desk: Desk
    outcomes: list[RowOutcome]

    def save(self, store: Store) -> None:
        """Write the rows and commit."""
        with self.held:
            self.desk.save(store)


def _decide(store: Store, works: Sequence[Work], rules: Any, turns: Turns = ALONE) -> Decided:
    """Lock what some commands concern and decide on them."""
    rounds: Sequence[Sequence[Work]] = [works]
    wants = [work.want for work in works]
    if len({want.customer_id for want in wants}) < len(wants):
        rounds, wants = _rounds(works), _wants(works)
    with ExitStack() as held:
        transaction = held.enter_context(store.transaction())
        with turns.reading():
            taken = transaction.take([work.request.key for work in works], wants)
        desk = Desk(transaction, taken, rules)
        outcomes: dict[str, RowOutcome] = {}
        with turns.deciding():
            for part in rounds:
                outcomes.update(zip([work.request.key for work in part], desk.attempt(part), strict=True))
        return Decided(held.pop_all(), desk, [outcomes[work.request.key] for work in works])


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
        want, every = work.want, work.want.is_every
        known = wants.get(want.customer_id)
        if known is not None:
            ids = (*known.loan_ids, *(one for one in want.loan_ids if one not in known.loan_ids))
            want = Want(want.customer_id, ids, known.is_all_open or want.is_all_open, kinds=_kinds(known.kinds, want.kinds))
            want = want._replace(is_every=known.is_every or every)
        wants[want.customer_id] = want
    return list(wants.values())


def _kinds(known: tuple[str, ...] | None, more: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Give the kinds of filings that either names: () is the whole file, None nothing of it."""
    if known is None or more is None:
        return more if known is None else known
    return tuple(dict.fromkeys((*known, *more))) if known and more else ()
