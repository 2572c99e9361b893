"""What an agency has earned: the commission on what came in while customers were placed with it, by the age of a debt when placed.

The rate is the one on record of the placement. One amount is rounded, down, for each currency and rate of a statement: so a commission
is never more than the exact one, and never more than what came in.
"""

from collections.abc import Iterable
from typing import NamedTuple

from plimsoll.collections.placement import Placement
from plimsoll.units.rate import Rate


class Receipt(NamedTuple):
    """Money that came while a customer was placed, in minor units."""

    placement: Placement
    on: int
    minor: int


class Earned(NamedTuple):
    """What was earned on all receipts of one currency at one rate, in minor units."""

    currency: str
    rate: Rate
    receipts: int
    received_minor: int
    commission_minor: int


def earned(receipts: Iterable[Receipt]) -> list[Earned]:
    """Give the commission by currency and rate."""
    sums: dict[tuple[str, Rate], list[int]] = {}
    for one in receipts:
        sums.setdefault((one.placement.currency, one.placement.commission), []).append(one.minor)
    return [
        Earned(currency, rate, len(amounts), sum(amounts), rounded_down(sum(amounts), rate))
        for (currency, rate), amounts in sorted(sums.items(), key=lambda item: (item[0][0], item[0][1].num * 10**9 // item[0][1].den))
    ]


def rounded_down(minor: int, rate: Rate) -> int:
    """Give the share of an amount, rounded down to the minor unit."""
    return minor * rate.num // rate.den
