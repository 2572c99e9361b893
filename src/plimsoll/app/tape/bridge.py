"""Why the bad share of a tape changed from one month to another: the flows it is asked for, and the parts that add up to the change."""

from typing import Final, NamedTuple

from plimsoll.app.tape.reading import Tape
from plimsoll.portfolio.bridge import Step, bridge, whole
from plimsoll.portfolio.expressions.flows import flows_text
from plimsoll.units.refusal import Malformed

BEFORE: Final = 2
"""Months of the tape that have to lie before the first step: its own opening, and the one that is compared with."""


class Bridged(NamedTuple):
    """A change taken apart: what was asked of the tape, the first month and its share, every step, and the parts of the whole change."""

    query: str
    first: int
    begun: float
    steps: list[Step]
    parts: dict[str, float]


def first_month(tape: Tape) -> int:
    """Give the first month that a change can be told from."""
    return tape.source.months[0] + BEFORE - 1


def bridge_book(tape: Tape, first: int, last: int, by: str = "") -> Bridged:
    """Take the change of the bad share from a month to a later one apart; segments for mix are the values of a dimension.

    Raises Malformed tape_too_short where nothing lies between them. Needs `balance` of the tape.
    """
    if not first_month(tape) <= first < last:
        raise Malformed("tape_too_short", f"{tape.month(first)} to {tape.month(last)}")
    query = flows_text(tape.source, by)
    steps = bridge(tape.ask(query), first, last)
    return Bridged(query, first, steps[0].share - sum(steps[0].parts.values()), steps, whole(steps))
