"""The share of bad loans four ways: as reported, lagged, at an even age, and with what was written off and sold put back.

Growth dilutes the reported share: new loans are in the balance before they can be bad. With balance b(a) and bad balance q(a) of a loan at
age a, a book that grows by g a month reports sum (1+g)^-a q(a) / sum (1+g)^-a b(a); at an even age it is sum q(a) / sum b(a).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.portfolio.state import LOST, SOLD

LAG_MONTHS: Final = 9
PUT_BACK_MONTHS: Final = 36


class Npl(NamedTuple):
    """One month of one value of the dimension, amounts in minor units.

    `lagged_balance` is the balance nine months before, None where the tape does not reach. `gone` is what was written off and sold in the
    36 months up to now (as far as the tape tells). `even_bad` and `even_balance` are those of one loan opened in every month of
    the tape, None where openings are not known; `seen_share` is the share of the balance that is of such loans.
    """

    month: int
    dimension: str
    loans: int
    bad_loans: int
    balance: int
    bad: int
    lagged_balance: int | None
    gone: int
    even_bad: float | None
    even_balance: float | None
    seen_share: float | None

    def reported(self) -> float | None:
        """Give the bad share of the balance."""
        return _ratio(self.bad, self.balance)

    def lagged(self) -> float | None:
        """Give bad balance now on the balance nine months ago, before which none of it can have been lent."""
        return _ratio(self.bad, self.lagged_balance)

    def at_even_age(self) -> float | None:
        """Give the bad share as if as many loans had been opened in every month."""
        return _ratio(self.even_bad, self.even_balance)

    def put_back(self) -> float | None:
        """Give the bad share with what was written off and sold in three years still in the book."""
        return _ratio(self.bad + self.gone, self.balance + self.gone)


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


class Parts(NamedTuple):
    """What bad shares are made of: rows of `ages_text`, `leavers_text`, `amounts_text` and `hits_text` (none where openings are unknown).

    `tells_losses` says that the tape itself has what was written off; else it is the balance that moved there.
    """

    ages: Sequence[Sequence[Any]]
    leavers: Sequence[Sequence[Any]]
    moves: Sequence[Sequence[Any]]
    hits: Sequence[Sequence[Any]]
    tells_losses: bool


def npl_of(parts: Parts, months: tuple[int, ...]) -> list[Npl]:
    """Give every month of the tape, dimension by dimension."""
    opened = _opened(parts.hits)
    found = []
    for dimension in sorted({row[2] for row in parts.ages}):
        rows = [row for row in parts.ages if row[2] == dimension]
        gone = _gone(parts, dimension, months)
        balances: dict[int, int] = defaultdict(int)
        for row in rows:
            balances[row[1]] += row[4]
        for month in months:
            here = [row for row in rows if row[1] == month]
            even_bad, even_balance, seen = _even(here, opened, dimension, months[0])
            loans, balance, bad_loans, bad = (sum(row[place] for row in here) for place in (3, 4, 5, 6))
            lag = month - LAG_MONTHS
            before = max(month - PUT_BACK_MONTHS, months[0] - 1)
            put_back = gone[month] - gone.get(before, 0)
            found.append(
                Npl(
                    month, dimension, loans, bad_loans, balance, bad,
                    balances.get(lag), put_back, even_bad, even_balance, seen / balance if balance else None,
                )
            )  # fmt: skip
    return found


def _opened(hits: Iterable[Sequence[Any]]) -> dict[tuple[str, int], int]:
    """Count loans by dimension and month of opening."""
    found: dict[tuple[str, int], int] = defaultdict(int)
    for row in hits:
        found[row[1], row[0]] += row[6]
    return found


def _even(
    rows: list[Sequence[Any]], opened: dict[tuple[str, int], int], dimension: str, first: int
) -> tuple[float | None, float | None, int]:
    """Add up what one loan of every age is worth, of the ages whose openings the tape has seen; and the balance of these."""
    if not opened:
        return None, None, 0
    bad = balance = 0.0
    seen = 0
    for row in rows:
        count = opened.get((dimension, row[0]), 0)
        if row[0] >= first and count:
            balance += row[4] / count
            bad += row[6] / count
            seen += row[4]
    return bad, balance, seen


def _gone(parts: Parts, dimension: str, months: tuple[int, ...]) -> dict[int, int]:
    """Give what was written off and sold from the beginning of the tape through every month."""
    found: dict[int, int] = dict.fromkeys(months, 0)
    into = (SOLD,) if parts.tells_losses else LOST
    for row in parts.moves:
        if row[1] == dimension and row[3] in into:
            for month in range(row[0] + 1, months[-1] + 1):
                found[month] += row[5]
    if parts.tells_losses:
        for row in parts.ages:
            if row[2] == dimension:
                found[row[1]] += row[7]
        for row in parts.leavers:
            if row[2] == dimension:
                for month in range(row[1] + 1, months[-1] + 1):
                    found[month] += row[3]
    return found
