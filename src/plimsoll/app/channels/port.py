"""The shape of a channel: it takes one message at a time and says whether it was taken; what became of it comes later, as receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way. Address and words are in memory for the time of sending only, and print as nothing."""

    message: str
    channel: str
    language: str
    address: str = field(repr=False)
    text: str = field(repr=False)


class Taken(NamedTuple):
    """The channel took the message; `reference` is its own number of it."""

    reference: str = ""


class NotTaken(NamedTuple):
    """The message did not leave (channel_refused), or nobody knows (channel_unreachable): a code, and what happened."""

    code: str
    detail: str = ""


class Receipt(NamedTuple):
    """What a channel says became of a message: delivered, read or failed, when (UTC), and its own reason."""

    message: str
    state: str
    at: datetime
    code: str = ""


class Sender(Protocol):
    """A way to send. It raises nothing that only the network is to blame for."""

    def send(self, message: Message, now: datetime) -> Taken | NotTaken:
        """Send one message at an instant (UTC)."""

    def receipts(self) -> Sequence[Receipt]:
        """Give the receipts that came since the last time; some more than once, some late, some of messages nobody sent."""
