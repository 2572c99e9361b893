"""The entries that every ledger is asked to post: repayments on the due day, each of three legs as ours: cash, principal, interest."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

THREADS = 16
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One repayment of one customer, split. Amounts in minor units, none of them zero."""

    customer_id: int
    principal_minor: int
    interest_minor: int

    def total_minor(self) -> int:
        """Return what the customer paid."""
        return self.principal_minor + self.interest_minor


def entries(customers: int, count: int, seed: int) -> list[Entry]:
    """Return `count` repayments by different customers in turn, the same ones for the same seed."""
    chance = random.Random(seed)
    return [Entry(number % customers + 1, chance.randrange(1_000, 90_000), chance.randrange(100, 20_000)) for number in range(count)]


def batches(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Return the rows in consecutive pieces of at most `size`."""
    return (rows[at : at + size] for at in range(0, len(rows), size))


class Crew(Generic[T]):
    """Threads that keep a connection each from turn to turn.

    `open_one` is called once in each thread and returns what does one piece of work there, and what closes it.
    """

    def __init__(self, threads: int, open_one: Callable[[], tuple[Callable[[T], None], Callable[[], None]]]) -> None:
        self.threads = threads
        self.open_one = open_one
        self.own = threading.local()
        self.closers: list[Callable[[], None]] = []
        self.pool = ThreadPoolExecutor(threads, initializer=self.enter)
        everybody = threading.Barrier(threads)
        for _ in self.pool.map(lambda _: everybody.wait(), range(threads)):
            continue

    def enter(self) -> None:
        """Open this thread's connection."""
        self.own.do, leave = self.open_one()
        self.closers.append(leave)

    def serve(self, share: Sequence[T]) -> None:
        """Do one thread's share, piece by piece."""
        for piece in share:
            self.own.do(piece)

    def work(self, pieces: Sequence[T]) -> int:
        """Do every piece once, shared out over the threads; return how many there were. The first error is raised here."""
        shares = [pieces[at :: self.threads] for at in range(self.threads)]
        for _ in self.pool.map(self.serve, shares):
            continue
        return len(pieces)

    def leave(self) -> None:
        """End the threads and close their connections."""
        self.pool.shutdown()
        for close in self.closers:
            close()
