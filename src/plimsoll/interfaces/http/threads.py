"""Threads that answer requests, so that the loop which reads and sends never waits for the store.

A hop to one of them and back costs a quarter of what the threads of the web framework cost: a queue in C, and no context to carry.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final

THREADS_MAX: Final = 40
"""Requests that are answered at a time; further ones wait their turn."""


class Threads:
    """A crew of threads, each started when there is more to do than there are threads. Loops may share it."""

    def __init__(self, most: int = THREADS_MAX) -> None:
        self.most = most
        self.tasks: SimpleQueue[_Task] = SimpleQueue()
        self.counting = threading.Lock()
        self.started = 0
        self.under_way = 0

    async def run(self, work: Callable[..., Any], *told: object) -> Any:
        """Do a piece of work in a thread, and give what it gives."""
        task = _Task(self, asyncio.get_running_loop(), work, told)
        with self.counting:
            self.under_way += 1
            is_needed = self.under_way > self.started < self.most
            self.started += is_needed
        self.tasks.put(task)
        if is_needed:
            threading.Thread(target=self._work, name=f"plimsoll-answer-{self.started}", daemon=True).start()
        return await task.future

    def ended(self) -> None:
        """Count a piece of work that is done."""
        with self.counting:
            self.under_way -= 1

    def _work(self) -> None:
        while True:
            task = self.tasks.get()
            with task:
                task.given = task.work(*task.told)
            # Nothing of one request is held while the next is waited for.
            del task


class _Task:
    """One piece of work: what it gives, or raises, is handed back to the loop that asked for it."""

    __slots__ = ("crew", "future", "given", "loop", "told", "work")

    def __init__(self, crew: Threads, loop: asyncio.AbstractEventLoop, work: Callable[..., Any], told: tuple[object, ...]) -> None:
        self.crew, self.loop, self.work, self.told = crew, loop, work, told
        self.future: asyncio.Future[Any] = loop.create_future()
        self.given: Any = None

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> bool:
        """Hand back what came of it."""
        self.crew.ended()
        try:
            self.loop.call_soon_threadsafe(_hand_back, self.future, self.given, raised)
        except RuntimeError:
            assert self.loop.is_closed(), "a loop that runs takes what it asked for"
        return True


def _hand_back(future: "asyncio.Future[Any]", given: Any, raised: BaseException | None) -> None:
    if future.done():
        return
    if raised is None:
        future.set_result(given)
    else:
        future.set_exception(raised)


THREADS: Final = Threads()
"""The threads of this process, whatever it serves."""
