"""Spread a customer's money over what is owed: oldest due first over all loans, then what comes next, then the oldest loan first."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.fold import Standing
from plimsoll.loan.owed import bill_due_on, coming, dues, instalment_due_on, payable


class Spread(NamedTuple):
    """Parts of an amount, one a loan in the order of the loans, and what is left: `sum(parts) + left_minor == amount`."""

    parts: tuple[int, ...]
    left_minor: int


def standing_now(held: Held, on: int) -> Standing:
    """Give where a loan stands on a day, or on the day of its state where that is later.

    So money that came a day or two ago is spread by what is owed now; the fold then applies each part on the day it came.
    """
    return standing_of(held, max(on, held.summary.as_of))


def spread(minor: int, loans: Sequence[Held], on: int, meant: frozenset[int] = frozenset()) -> Spread:
    """Spread an amount that came on a day over loans (oldest first) until it is used up or nothing more can be paid.

    Before anything is paid ahead come the bills and, of the loans at the places `meant`, the instalments that are next.
    """
    parts = [0] * len(loans)
    left = minor
    for place, most in _in_order(loans, [standing_now(held, on) for held in loans], on, meant):
        if left == 0:
            break
        part = min(left, max(most - parts[place], 0))
        parts[place] += part
        left -= part
    return Spread(tuple(parts), left)


def _in_order(loans: Sequence[Held], standings: Sequence[Standing], on: int, meant: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Give the place of the loan to pay next and the most it may have got by then: what is due, what comes next by its day, the rest."""
    due = sorted((asked.due_on, place, asked.minor) for place, standing in enumerate(standings) for asked in dues(standing))
    reached = [0] * len(loans)
    for due_on, place, minor in due:
        if due_on <= on:
            reached[place] += minor
            yield place, reached[place]
    for due_on, place in sorted(
        (instalment_due_on(standing) if place in meant else bill_due_on(standing), place) for place, standing in enumerate(standings)
    ):
        if due_on and place in meant:
            yield place, reached[place] + coming(loans[place].terms, standings[place])
        elif due_on:
            yield place, payable(loans[place].terms, standings[place])
    for place in range(len(loans)):
        yield place, payable(loans[place].terms, standings[place])
