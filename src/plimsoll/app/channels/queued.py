"""Send in the background: who hands a message over waits for nobody, so that how long it takes tells nothing of whom it is for."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from queue import Empty, Full, Queue
from typing import Final

from plimsoll.app.channels.named import close
from plimsoll.app.channels.port import Message, NotTaken, Receipt, Sender, Taken
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Failed, told

WAITING_MAX: Final = 1_000
CLOSE_S: Final = 10.0
LOOK_S: Final = 0.2
log: Final = logging.getLogger("plimsoll.channels")


class QueuedSender:
    """Takes every message at once, and sends one after the other in a thread; what does not leave is told by its id, never its words."""

    def __init__(self, sender: Sender, lost: Callable[[Message, str], None]) -> None:
        """Take the way to send, and what is told a message that did not leave, with the code of why."""
        self.sender = sender
        self._lost = lost
        self._waiting: Queue[tuple[Message, datetime]] = Queue(WAITING_MAX)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="plimsoll-codes", daemon=True)
        self._thread.start()

    def send(self, message: Message, now: datetime) -> Taken | NotTaken:
        """Take a message to be sent; one too many is lost, and told as such."""
        try:
            self._waiting.put_nowait((message, now))
        except Full:
            self._tell(message, "channel_unreachable")
        return Taken(message.message)

    def receipts(self) -> Sequence[Receipt]:
        """Give the receipts of the way to send."""
        return self.sender.receipts()

    def wait(self, timeout_s: float = CLOSE_S) -> None:
        """Wait until nothing waits to be sent, or the time is over."""
        until = time.monotonic() + timeout_s
        while self._waiting.unfinished_tasks and time.monotonic() < until:
            self._stop.wait(0.01)

    def close(self) -> None:
        """Send what waits, as far as the time goes, and end."""
        self.wait()
        self._stop.set()
        self._thread.join(CLOSE_S)
        close(self.sender)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                message, now = self._waiting.get(timeout=LOOK_S)
            except Empty:
                continue
            found = told(partial(self.sender.send, message, now))
            if isinstance(found, NotTaken | Failed):
                self._tell(message, found.code if isinstance(found, NotTaken) else "failed")
            self._waiting.task_done()

    def _tell(self, message: Message, code: str) -> None:
        """Say that a message did not leave: which, and why; neither to whom nor what it said."""
        log.warning("%s did not leave by %s: %s", message.message, message.channel, code)
        try:
            told(partial(self._lost, message, code))
        except StoreTrouble as trouble:
            log.warning("%s: %s", message.message, trouble)
