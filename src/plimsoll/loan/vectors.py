"""How the drivers hand vectors to the kernel. Interpreted these do next to nothing; the compiler has its own (loan/compiled.py)."""

from collections.abc import MutableSequence, Sequence
from typing import TypeVar

from plimsoll.loan.layout import S_SIZE

ONLY_PLAIN = False
"""The plain build says True here."""
Vector = MutableSequence[int]
Numbers = TypeVar("Numbers", bound=Sequence[int])


def place(vector: Numbers) -> Numbers:
    """Give the vector itself; compiled: the place in memory where it begins, which is all that the kernel needs of it."""
    return vector


def place_from(vector: Numbers, start: int) -> Numbers:
    """Give what `place` does, of the numbers from `start` on."""
    return vector[start:]  # type: ignore[return-value]


def own_state(room: Vector) -> Vector:
    """Give a state of zeros, in the room there is for it; the plain build has one of its own for each loan, which it keeps in registers."""
    for i in range(S_SIZE):
        room[i] = 0
    return room


def own_terms(terms: Numbers) -> Numbers:
    """Give the terms as they are; the plain build has a copy of its own for each loan, which it keeps in registers."""
    return terms
