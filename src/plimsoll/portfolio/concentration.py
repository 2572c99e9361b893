"""In how few places the money stands: shares, the Herfindahl index, and the largest borrowers."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

LARGEST: Final = (1, 10, 100)
POINTS: Final = 10_000


class Place(NamedTuple):
    """One value of a dimension: loans and balance in it, and of them bad."""

    name: str
    loans: int
    balance: int
    bad_loans: int
    bad: int


class Concentration(NamedTuple):
    """Places by balance, the largest first; the Herfindahl index in points (10,000 is one place alone); the largest borrowers' balances."""

    places: tuple[Place, ...]
    herfindahl: float | None
    largest: tuple[tuple[int, int], ...]

    @property
    def balance(self) -> int:
        """Give the balance of all places."""
        return sum(place.balance for place in self.places)


def concentration_of(places: Sequence[Sequence[Any]], borrowers: Sequence[Sequence[Any]]) -> Concentration:
    """Give how concentrated a book is, from the rows of `places_text` and `borrowers_text`."""
    found = tuple(Place(*row) for row in places)
    total = sum(place.balance for place in found)
    herfindahl = POINTS * sum((place.balance / total) ** 2 for place in found) if total else None
    owed = [row[0] for row in borrowers]
    return Concentration(found, herfindahl, tuple((count, sum(owed[:count])) for count in LARGEST))
