"""Co-lending: every component of a loan split among its funders, to the last minor unit."""

from collections.abc import Sequence

from plimsoll.units.divide import half_up


def split_among(amount_minor: int, shares: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Split an amount among partners by exact shares (num, den); give one part a partner and, last, the lender's remainder.

    Partners' parts are rounded half-up. `sum(parts) == amount_minor`. Share cumulative amounts and book the difference, so
    that rounding never adds up.
    """
    assert sum_at_most_one(shares), f"shares of partners pass the whole: {shares}"
    parts = [half_up(amount_minor * num, den) for num, den in shares]
    return (*parts, amount_minor - sum(parts))


def sum_at_most_one(shares: Sequence[tuple[int, int]]) -> bool:
    """Tell whether the partners' shares leave the lender at least nothing."""
    num, den = 0, 1
    for share_num, share_den in shares:
        num, den = num * share_den + share_num * den, den * share_den
    return 0 <= num <= den
