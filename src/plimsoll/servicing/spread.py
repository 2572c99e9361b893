"""Spread a customer's money over what is owed: oldest due first over all loans, then what is not due yet, the oldest loan first."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.fold import Standing
from plimsoll.loan.owed import bill_due_on, dues, payable


class Spread(NamedTuple):
    """Parts of an amount, one a loan in the order of the loans, and what is left: `sum(parts) + left_minor == amount`."""

    parts: tuple[int, ...]
    left_minor: int


def standing_now(held: Held, on: int) -> Standing:
    """Give where a loan stands on a day, or on the day of its state where that is later.

    So money that came a day or two ago is spread by what is owed now; the fold then applies each part on the day it came.
    """
    return standing_of(held, max(on, held.summary.as_of))


def spread(minor: int, loans: Sequence[Held], on: int) -> Spread:
    """Spread an amount that came on a day over loans (oldest first) until it is used up or nothing more can be paid."""
    parts = [0] * len(loans)
    left = minor
    for place, most in _in_order(loans, [standing_now(held, on) for held in loans], on):
        if left == 0:
            break
        part = min(left, max(most - parts[place], 0))
        parts[place] += part
        left -= part
    return Spread(tuple(parts), left)


def _in_order(loans: Sequence[Held], standings: Sequence[Standing], on: int) -> Iterator[tuple[int, int]]:
    """Give the place of the loan to pay next and the most it may have got by then: what is due, the bill ahead, the rest."""
    due = sorted((asked.due_on, place, asked.minor) for place, standing in enumerate(standings) for asked in dues(standing))
    reached = [0] * len(loans)
    for due_on, place, minor in due:
        if due_on <= on:
            reached[place] += minor
            yield place, reached[place]
    bills = sorted((bill_due_on(standing), place) for place, standing in enumerate(standings) if bill_due_on(standing))
    for place in (*(place for _, place in bills), *range(len(loans))):
        yield place, payable(loans[place].terms, standings[place])
