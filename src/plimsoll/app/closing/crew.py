"""A crew: processes beside this one that work shards of a close on PostgreSQL, each on connections of its own.

Started before anything else, a member gets the compiled kernel ready while this process reads what there is to do. A member that
ends, or is ended, leaves nothing half done: a shard and its checkpoint are one transaction.
"""

import os
import pickle
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, NamedTuple, Protocol

from plimsoll.app.database.trouble import StoreTrouble

MEMBER: Final = (
    "import gc, sys; gc.disable(); sys.modules.update(coverage=None, cffi=None); from plimsoll.app.closing.crew_member import main; main()"
)
"""What a member runs. What a shard leaves behind goes when nobody holds it any more; to look for circles in everything that was imported
and in each shard takes a quarter of the start, and longer than to decide on loans. The compiler brings in two packages where it finds
them, for things that it is never asked; a module that is None is one that cannot be imported."""
ENVIRONMENT: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
    "MALLOC_TOP_PAD_": str(2**24),
}
"""What a member is started with. NumPy's algebra, which nobody here uses, would start a thread for each processor, and these would wait
for work at full speed. And the columns of a shard lie where those of the last one lay: memory that is given back to the system and asked
for again comes page by page, each filled with zeros first, which takes as long as a fifth of what is done with it."""
HANDS: Final = 4
"""Shards that a process works at a time: while the server writes two, the next is decided on, and another waits for the disk."""
NO_SHARD: Final = -1


class Task(NamedTuple):
    """A shard to work: its number, and the loans, each by customer and own id."""

    number: int
    customers: "array[int]"
    loans: "array[int]"


class Errand(NamedTuple):
    """What a night gives to each shard: its number and day, the days on the agenda up to it, the instant and the rules that stamp its rows,
    and how to decide. On its way to a member that has the rules already, they are None."""

    number: int
    day: int
    due_days: tuple[int, ...]
    at: datetime
    rules_id: int
    rules: Any
    decide: Callable[..., Any]


class Done(NamedTuple):
    """What became of the due loans of a shard: counts, and the loans (customer, loan) that were left as they were."""

    loans: int
    facts: int
    entries: int
    messages: int
    left: list[tuple[int, int]]


class Works(Protocol):
    """Whoever works shards in columns."""

    def work(self, tasks: Sequence[Task], errand: Errand) -> Iterator[tuple[Task, Done | BaseException]]:
        """Work shards, some at a time, and give each with what became of it, or why it failed; a failed one has changed nothing."""


class Crew:
    """Members that wait for work on one book. Use it as a context: whatever they still do when it ends is broken off."""

    def __init__(self, url: str, members: int = 1) -> None:
        """Start the members, which connect to the book by themselves."""
        command = [sys.executable, "-c", MEMBER]
        pipe = subprocess.PIPE
        environment = {**os.environ, **ENVIRONMENT}
        self.members = [
            subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment)  # noqa: S603 -- no outside word
            for _ in range(members)
        ]
        self.known_rules = 0
        """The number of the rules that the members have, 0 for none."""
        for member in self.members:
            send(member.stdin, url)

    def __enter__(self) -> "Crew":
        """Give the crew."""
        return self

    def __exit__(self, *raised: object) -> None:
        """End the members."""
        self.close()

    def work(self, tasks: Sequence[Task], errand: Errand) -> Iterator[tuple[Task, Done | BaseException]]:
        """Work shards, each member its share; raises StoreTrouble store_busy where a member has ended."""
        answers: SimpleQueue[tuple[int, Done | BaseException]] = SimpleQueue()
        # The whole rulebook takes as long to send as some hundreds of loans to work.
        said = errand._replace(rules=None) if errand.rules_id == self.known_rules else errand
        self.known_rules = errand.rules_id
        for place, member in enumerate(self.members):
            share = tasks[place :: len(self.members)]
            send(member.stdin, (said, share))
            Thread(target=listen, args=(member.stdout, len(share), answers), daemon=True).start()
        by_number = {task.number: task for task in tasks}
        while by_number:
            number, found = answers.get()
            if number not in by_number:
                assert isinstance(found, BaseException), f"a shard {number} that nobody asked for"
                raise found
            yield by_number.pop(number), found

    def close(self) -> None:
        """End the members."""
        for member in self.members:
            member.kill()
            with member:
                pass  # waits for its end and closes the pipes


def listen(pipe: Any, count: int, answers: "SimpleQueue[tuple[int, Done | BaseException]]") -> None:
    """Pass on so many answers of a member; where it ends before, that it did."""
    try:
        for _ in range(count):
            answers.put(receive(pipe))
    except StoreTrouble as ended:
        answers.put((NO_SHARD, ended))


def send(pipe: Any, said: Any) -> None:
    """Write one message into a pipe."""
    try:
        pickle.dump(said, pipe, pickle.HIGHEST_PROTOCOL)
        pipe.flush()
    except OSError as broken:
        raise StoreTrouble("store_busy", f"a process of the close has ended: {broken}") from broken


def receive(pipe: Any) -> Any:
    """Read one message from a pipe."""
    try:
        return pickle.load(pipe)  # noqa: S301 -- from a process that this one started
    except EOFError as ended:
        raise StoreTrouble("store_busy", "a process of the close has ended") from ended
