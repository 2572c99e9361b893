"""An entry is the difference of two balances: nobody writes legs by hand."""

from collections.abc import Iterable, Mapping

from plimsoll.ledger.balances import Balances
from plimsoll.ledger.chart import CODES

Legs = tuple[tuple[int, int], ...]


def difference(after: Balances, posted: Balances) -> Legs:
    """Give the legs that take the books from `posted` to `after`: (number of the account in the chart, minor units); they sum to zero."""
    legs = tuple([(i, now - before) for i, (now, before) in enumerate(zip(after, posted, strict=True)) if now != before])
    assert sum([minor for _, minor in legs]) == 0, f"an entry must sum to zero: {legs}"
    return legs


def trial_balance(legs: Iterable[tuple[int, int]]) -> Mapping[str, int]:
    """Give the balance of every account of the chart, by code, from all legs: (number of the account, minor units)."""
    totals = [0] * len(CODES)
    for account, minor in legs:
        totals[account] += minor
    return dict(zip(CODES, totals, strict=True))
