"""A made-up bank: it refuses, falls silent after it took the money, and speaks codes of its own, as often as it is told to."""

from datetime import datetime
from random import Random
from typing import Final, NamedTuple

from plimsoll.app.debits.port import Collected, Failed, Instruction, Unclear

CODES: Final = {
    "insufficient_funds": 70,
    "over_bank_limit": 8,
    "bank_unreachable": 6,
    "account_closed": 5,
    "authorisation_withdrawn": 4,
    "card_expired": 4,
    "account_frozen": 2,
    "ZZ99": 1,
}
"""Why debits fail, by weight; the last is a code that only this bank knows."""


class Mood(NamedTuple):
    """How often (0 to 1) a debit fails, and how often the answer is lost, after the money was taken or not."""

    failing: float = 0.0
    silent: float = 0.0


WELL: Final = Mood()
ROUGH: Final = Mood(failing=0.08, silent=0.02)


class SandboxBank:
    """A bank of the made-up world; `taken` are the instructions whose money it took, each once, with the amount."""

    def __init__(self, seed: int, mood: Mood = WELL) -> None:
        self._seed = seed
        self._mood = mood
        self._silent: set[str] = set()
        self.taken: dict[str, int] = {}

    def debit(self, instruction: Instruction, now: datetime) -> Collected | Failed | Unclear:
        """Debit, or misbehave; asked again, or on another day by a bank made anew, it tells what became of the instruction."""
        name = instruction.instruction
        chance, line = Random(f"{self._seed}:{name}"), Random(f"{self._seed}:{name}:{now:%Y%m%d}")  # noqa: S311 -- a world of play
        fails, is_silent = chance.random() < self._mood.failing, line.random() < self._mood.silent
        if not fails:
            self.taken.setdefault(name, instruction.minor)
        if is_silent and name not in self._silent:
            self._silent.add(name)
            return Unclear("told to be silent")
        if fails:
            return Failed(chance.choices(list(CODES), list(CODES.values()))[0])
        return Collected(f"sandbox-{name}")
