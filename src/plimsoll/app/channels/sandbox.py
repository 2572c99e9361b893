"""A made-up channel: it loses, refuses, doubles, delays and contradicts as often as it is told to. The same seed gives the same answers."""

from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from plimsoll.app.channels.port import Message, NotTaken, Receipt, Taken

LATE: Final = timedelta(days=5)
SOON: Final = timedelta(seconds=4)


class Mood(NamedTuple):
    """How often (0 to 1) the channel misbehaves, in each way."""

    unreachable: float = 0.0
    refusing: float = 0.0
    failing: float = 0.0
    silent: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    strange: float = 0.0  # a receipt of a message that nobody sent
    contradictory: float = 0.0


WELL: Final = Mood()
ROUGH: Final = Mood(unreachable=0.01, refusing=0.01, failing=0.05, silent=0.05, doubled=0.05, late=0.03, strange=0.01, contradictory=0.01)


class SandboxSender:
    """A channel of the made-up world; `sent` is what left, in order."""

    def __init__(self, seed: int, mood: Mood = WELL) -> None:
        self._seed = seed
        self._mood = mood
        self._waiting: list[Receipt] = []
        self.sent: list[Message] = []

    def send(self, message: Message, now: datetime) -> Taken | NotTaken:
        """Take a message, or misbehave."""
        chance, mood = Random(f"{self._seed}:{message.message}"), self._mood  # noqa: S311 -- a world of play
        if chance.random() < mood.unreachable:
            return NotTaken("channel_unreachable", "told to be")
        if chance.random() < mood.refusing:
            return NotTaken("channel_refused", "told to")
        self.sent.append(message)
        if chance.random() < mood.strange:
            self._waiting.append(Receipt(f"{message.message}-x", "delivered", now + SOON))
        if chance.random() < mood.silent:
            return Taken(message.message)
        state = "failed" if chance.random() < mood.failing else "delivered"
        at = now + (LATE if chance.random() < mood.late else SOON)
        receipt = Receipt(message.message, state, at, "unknown_number" if state == "failed" else "")
        self._waiting.append(receipt)
        if chance.random() < mood.doubled:
            self._waiting.append(receipt._replace(at=at + SOON))
        if chance.random() < mood.contradictory:
            self._waiting.append(receipt._replace(state="failed" if state == "delivered" else "delivered", at=at + SOON))
        return Taken(message.message)

    def receipts(self) -> list[Receipt]:
        """Give the receipts that wait, in the order of their instants."""
        found, self._waiting = sorted(self._waiting, key=lambda one: one.at), []
        return found
