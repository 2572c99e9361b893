"""The shape of a bank that debits: it is told one instruction at a time, and tells the same about it however often it is asked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Instruction:
    """One debit on its way. The account is in memory for the time of asking only, and prints as nothing."""

    instruction: str
    minor: int
    currency: str
    account: str = field(repr=False)


class Collected(NamedTuple):
    """The money is taken; `reference` is the bank's own number of it."""

    reference: str = ""


class Failed(NamedTuple):
    """The money is not taken, and why: a code of the rules of autopay, or the bank's own."""

    code: str


class Unclear(NamedTuple):
    """Nobody knows yet; the same instruction is asked after later."""

    detail: str = ""


class Bank(Protocol):
    """A way to debit. It raises nothing that only the network is to blame for."""

    def debit(self, instruction: Instruction, now: datetime) -> Collected | Failed | Unclear:
        """Debit, or tell what became of an instruction that is known already."""
