"""Who asks, and about what: what every door hands to the house with a command or a question."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple


class Relation(StrEnum):
    """How somebody stands to what they ask about, nearest first."""

    OWN = "own"  # themselves, or the party that they act for
    ASSIGNED = "assigned"  # a case or review that is theirs, an account placed with their agency, a loan their funder holds
    UNIT = "unit"  # a customer of their branch or team
    HOUSE = "house"  # everybody else's


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who was recognised: a person of the house, a borrower, a merchant's machine; and what they may be narrowed to."""

    user_id: str
    roles: tuple[str, ...]
    unit: str = ""
    party: str = ""
    """The agency, funder, bidder or merchant that is acted for, "" for the house."""
    customer_id: int = 0
    """The borrower this is, 0 for nobody."""
    narrowed: tuple[str, ...] = ()
    """Permissions that a key is narrowed to, () for all that the roles give."""
    key_id: str = ""
    strong_at: datetime | None = None
    """When a second factor was shown last, None where it never was."""
    language: str = "zh-CN"

    @property
    def actor(self) -> str:
        """Give the name under which what they do is recorded."""
        return f"{self.user_id}/{self.key_id}" if self.key_id else self.user_id


class Target(NamedTuple):
    """What is asked about: a customer and perhaps a loan, or a dossier, or nothing in particular."""

    customer_id: int = 0
    loan_id: int = 0
    kind: str = ""
    subject: str = ""


NOTHING: Final = Target()
"""What concerns no customer and no dossier: the close, the rulebook, a report."""
EVERYBODY: Final = Target(-1)
"""A list over customers: what is given is narrowed to whom the principal may see."""
