"""The shape of a bank that debits: it is told one instruction at a time, and tells the same about it however often it is asked."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Instruction:
    """One debit on its way. The account is in memory for the time of asking only, and prints as nothing."""

    instruction: str
    minor: int
    currency: str
    account: str = field(repr=False)


class Collected(NamedTuple):
    """The money is taken; `reference` is the bank's own number of it, `taken_on` the day on which it was, None for the day of asking."""

    reference: str = ""
    taken_on: date | None = None


class Part(NamedTuple):
    """Less than was asked for is taken, `minor` of it, and why no more: a code as of `Failed`. The rest is tried again as a failure is."""

    minor: int
    code: str
    reference: str = ""
    taken_on: date | None = None


class Failed(NamedTuple):
    """The money is not taken, and why: a code of the rules of autopay, or the bank's own."""

    code: str


class Unclear(NamedTuple):
    """Nobody knows yet; the same instruction is asked after later."""

    detail: str = ""


class Bank(Protocol):
    """A way to debit. It raises nothing that only the network is to blame for."""

    def debit(self, instruction: Instruction, now: datetime) -> Collected | Part | Failed | Unclear:
        """Debit, or tell what became of an instruction that is known already."""
