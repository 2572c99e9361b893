"""Let commands of different customers share a commit: a thread gathers what came while the last commit ran, and writes it as one."""

import queue
import threading
import time
from concurrent.futures import Future
from datetime import datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Wiring, Work, execute_alone, prepared
from plimsoll.app.execute_many import RowOutcome, execute_chunk
from plimsoll.units.refusal import Refused

GROUP_MAX: Final = 64
WAITING_MAX: Final = 10_000
CLOSE_S: Final = 30.0
LINGER_S: Final = 0.0005
BUSY_CLOSING: Final = Refused("store_busy", detail="closing")


class _Waiting(NamedTuple):
    work: Work
    future: "Future[RowOutcome]"


class GroupExecutor:
    """Execute commands from many threads in shared transactions; an answer is given when its commit is durable.

    The same outcomes as `execute`, except that a bug comes back as `Failed`. `close` answers what is waiting and then returns;
    the thread does not keep a process alive that forgets to close.
    """

    def __init__(self, store: Store, wiring: Wiring, rules: Any, *, group_max: int = GROUP_MAX) -> None:
        self.store = store
        self.wiring = wiring
        self.rules = rules
        self.group_max = group_max
        self.waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self.is_closing = False
        self.closing = threading.Lock()
        self.turn = threading.Lock()
        """Held while a group is written."""
        self.size = 1
        """How many commands the last group had."""
        self.writer = threading.Thread(target=self._write, name="plimsoll-writer", daemon=True)
        self.writer.start()

    def __enter__(self) -> Self:
        """Give the executor."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Answer what is waiting, then stop."""
        self.close()

    def execute(self, command: Any, *, actor: str, now: datetime, digest: bytes = b"") -> RowOutcome:
        """Execute one command and wait for its outcome."""
        return self.submit(command, actor=actor, now=now, digest=digest).result()

    def take(self, command: Any, *, actor: str, now: datetime, digest: bytes = b"") -> "RowOutcome | Future[RowOutcome]":
        """Execute one command in the thread that brings it while nobody else brings any, else queue it as `submit` does.

        To hand a command to another thread and wait for it costs more than to read what it needs. Raises StoreTrouble.
        """
        work = self._accepted(command, actor, now, digest)
        if not isinstance(work, Work):
            return work
        is_alone = self.size == 1 and self.waiting.empty() and not self.store.writing.locked()
        if not is_alone or not self.turn.acquire(blocking=False):
            return self._queued(work)
        try:
            return BUSY_CLOSING if self.is_closing else execute_alone(self.store, work, self.rules)
        finally:
            del self.store.keys_in_flight[work.request.key]
            self.turn.release()

    def submit(self, command: Any, *, actor: str, now: datetime, digest: bytes = b"") -> "Future[RowOutcome]":
        """Queue one command; the future holds its outcome, or raises StoreTrouble. A full queue refuses store_busy.

        `digest` is what a repeat is recognised by, b"" for the content of the command.
        """
        work = self._accepted(command, actor, now, digest)
        if isinstance(work, Work):
            return self._queued(work)
        future: Future[RowOutcome] = Future()
        future.set_result(work)
        return future

    def _accepted(self, command: Any, actor: str, now: datetime, digest: bytes) -> Work | Refused:
        """Give a command ready to be executed, whose key is from now on in flight, or why it is not taken."""
        work = prepared(self.wiring, command, actor, now, digest)
        if isinstance(work, Work) and self.store.keys_in_flight.setdefault(work.request.key, work) is not work:
            return Refused("command_in_flight", detail=work.request.key)
        return work

    def _queued(self, work: Work) -> "Future[RowOutcome]":
        """Queue a command, and give its future."""
        future: Future[RowOutcome] = Future()
        with self.closing:
            is_full = self.waiting.qsize() >= WAITING_MAX
            if not self.is_closing and not is_full:
                self.waiting.put(_Waiting(work, future))
                return future
        del self.store.keys_in_flight[work.request.key]
        future.set_result(Refused("store_busy", detail=f"{WAITING_MAX} commands are waiting") if is_full else BUSY_CLOSING)
        return future

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """Take no more commands, answer those that wait, and stop the thread."""
        with self.closing:
            was_closing, self.is_closing = self.is_closing, True
        if not was_closing:
            self.waiting.put(None)
        self.writer.join(timeout_s)
        # Whoever writes a command of their own ends it first.
        if self.turn.acquire(timeout=timeout_s):
            self.turn.release()

    def _write(self) -> None:
        while (first := self.waiting.get()) is not None:
            with self.turn:
                group = [first]
                is_last = self._gather(group, self.size)
                self.size = len(group)
                self._commit(group)
            if is_last:
                return

    def _gather(self, group: list[_Waiting], expected: int) -> bool:
        """Add to a group what waits; tell whether the end was met.

        Callers who wait for their answers come back together, so a group of the size of the last one is worth a moment.
        """
        until = time.monotonic() + LINGER_S
        while len(group) < self.group_max:
            try:
                if len(group) < expected:
                    following = self.waiting.get(timeout=max(until - time.monotonic(), 0.0))
                else:
                    following = self.waiting.get_nowait()
            except queue.Empty:
                return False
            if following is None:
                return True
            group.append(following)
        return False

    def _commit(self, group: list[_Waiting]) -> None:
        """Write one group and answer each of its commands."""
        works = [one.work for one in group]
        try:
            if len(works) == 1:
                outcomes = [execute_alone(self.store, works[0], self.rules)]
            else:
                outcomes = execute_chunk(self.store, works, self.rules)
        except StoreTrouble as trouble:
            for one in group:
                del self.store.keys_in_flight[one.work.request.key]
                one.future.set_exception(trouble)
            return
        for one, outcome in zip(group, outcomes, strict=True):
            del self.store.keys_in_flight[one.work.request.key]
            one.future.set_result(outcome)
