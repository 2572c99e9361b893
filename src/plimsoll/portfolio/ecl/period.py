"""Rates and chances that know whether they are of a year or of a month, so that neither is ever taken for the other.

A yearly rate of 18 % used by the month gives a loss that is wrong by four fifths and looks like a number. Here a function says which it
takes, and refuses the other at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from plimsoll.units.refusal import Malformed

MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class YearlyRate:
    """An effective rate a year, as a share: 0.18 is 18 %."""

    share: float

    def by_month(self) -> "MonthlyRate":
        """Give the rate a month that compounds to it."""
        return MonthlyRate((1 + self.share) ** (1 / MONTHS_A_YEAR) - 1)


@dataclass(frozen=True, slots=True)
class MonthlyRate:
    """An effective rate a month, as a share."""

    share: float

    def by_year(self) -> YearlyRate:
        """Give the rate a year that it compounds to."""
        return YearlyRate((1 + self.share) ** MONTHS_A_YEAR - 1)


@dataclass(frozen=True, slots=True)
class YearlyChance:
    """The chance that something happens within a year."""

    share: float

    def by_month(self) -> "MonthlyChance":
        """Give the chance of each month, where it is the same in all of them."""
        return MonthlyChance(1 - (1 - self.share) ** (1 / MONTHS_A_YEAR))


@dataclass(frozen=True, slots=True)
class MonthlyChance:
    """The chance that something happens within a month."""

    share: float

    def by_year(self) -> YearlyChance:
        """Give the chance of a year of such months."""
        return YearlyChance(1 - (1 - self.share) ** MONTHS_A_YEAR)


Period = TypeVar("Period", YearlyRate, MonthlyRate, YearlyChance, MonthlyChance)


def share_of(value: object, kind: type[Period]) -> float:
    """Give the share of a rate or chance of the kind asked for; raises Malformed period_mixed for any other, a bare number too."""
    if not isinstance(value, kind):
        raise Malformed("period_mixed", f"{type(value).__name__} where {kind.__name__} is asked for")
    return value.share


def discounts(rate: MonthlyRate, months: int) -> list[float]:
    """Give what 1 at the end of each coming month is worth now; raises Malformed period_mixed."""
    monthly = share_of(rate, MonthlyRate)
    return [(1 + monthly) ** -month for month in range(1, months + 1)]


def level_share(rate: MonthlyRate, months: int) -> Callable[[int], float]:
    """Give, for a loan repaid by level instalments, the share of the principal still owed after so many of its months.

    After n of N months (1 - (1 + r)^-(N - n)) / (1 - (1 + r)^-N); without interest (N - n) / N. Raises Malformed period_mixed.
    """
    monthly = share_of(rate, MonthlyRate)

    def left(passed: int) -> float:
        if passed >= months:
            return 0.0
        if monthly == 0:
            return (months - passed) / months
        grown: float = 1 - (1 + monthly) ** -(months - passed)
        return grown / (1 - (1 + monthly) ** -months)

    return left
