"""The shape of a source of evidence: asked about one person, it gives items and a digest of what came over the wire, or says why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asked about, in memory and for the time of the request only; it prints as nothing, so that no log can hold it."""

    name: str = field(repr=False)
    document: str = field(repr=False)
    phone: str = field(repr=False)
    card: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One question: about which customer, on which business day; `person` for sources that know people by name and number."""

    customer_id: int
    on: date
    person: Person | None = None


class Link(NamedTuple):
    """Something that the person uses and others may use too: a device, a phone, a card. The value is blinded before it is stored."""

    kind: str
    value: str


class Fetched(NamedTuple):
    """What a source told: items as `risk/answer.py` reads them, the SHA-256 of what came over the wire, and links."""

    items: tuple[Mapping[str, object], ...]
    digest: str
    links: tuple[Link, ...] = ()


class Unavailable(NamedTuple):
    """Why a source told nothing: a code of `units/sentences.py`, and what happened, without personal data."""

    code: str
    detail: str = ""


class Source(Protocol):
    """A source of evidence. Threads may ask one at the same time."""

    @property
    def name(self) -> str:
        """Give the name under which the catalogue knows the source."""

    @property
    def purpose(self) -> str:
        """Give the purpose for which a person must have consented before the source is asked."""

    def fetch(self, request: Request, now: datetime) -> Fetched | Unavailable:
        """Ask about one person; `now` is the instant of asking, in UTC. It raises nothing that only the network is to blame for."""
