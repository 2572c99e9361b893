"""Compare what an agency states that it took in with what reached the book: every difference has a name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from plimsoll.collections.placement import Placement

NOT_PLACED: Final = "not_placed"  # the agency has no such reference
OUTSIDE: Final = "outside_placement"  # stated of a day on which the customer was not with it
CURRENCY: Final = "other_currency"
NOT_RECEIVED: Final = "not_received"  # stated, and nothing came of that reference
NOT_STATED: Final = "not_stated"  # came, and the agency says nothing of it
TOO_LITTLE: Final = "received_less"  # less came than is stated
TOO_MUCH: Final = "received_more"  # more came than is stated
DIFFERENCES: Final = (NOT_PLACED, OUTSIDE, CURRENCY, NOT_RECEIVED, NOT_STATED, TOO_LITTLE, TOO_MUCH)


class Stated(NamedTuple):
    """A line of an agency's statement."""

    reference: str
    on: int
    currency: str
    minor: int


class Difference(NamedTuple):
    """What differs, of which reference: what is stated and what came, in minor units."""

    name: str
    reference: str
    currency: str
    stated_minor: int
    received_minor: int


class Reconciled(NamedTuple):
    """Sums by currency, stated and received, and every difference, by reference."""

    stated: Mapping[str, int]
    received: Mapping[str, int]
    differences: tuple[Difference, ...]


def reconcile(lines: Iterable[Stated], placements: Mapping[str, Placement], received: Mapping[str, int]) -> Reconciled:
    """Compare the lines of one statement with what came by reference during the days that it covers."""
    stated: Counter[str] = Counter()
    by_reference: Counter[str] = Counter()
    found: list[Difference] = []
    for line in lines:
        stated[line.currency] += line.minor
        placement = placements.get(line.reference)
        wrong = _wrong(line, placement)
        if wrong:
            found.append(Difference(wrong, line.reference, line.currency, line.minor, 0))
        else:
            by_reference[line.reference] += line.minor
    came: Counter[str] = Counter()
    for reference in sorted(by_reference.keys() | {name for name, minor in received.items() if minor}):
        said, minor = by_reference[reference], received.get(reference, 0)
        currency = placements[reference].currency
        came[currency] += minor
        if said != minor:
            found.append(Difference(_named(said, minor), reference, currency, said, minor))
    return Reconciled(dict(stated), dict(came), tuple(sorted(found, key=lambda one: (one.reference, one.name, one.stated_minor))))


def _wrong(line: Stated, placement: Placement | None) -> str:
    """Give what keeps a line from being compared at all, "" for nothing."""
    if placement is None:
        return NOT_PLACED
    if line.currency != placement.currency:
        return CURRENCY
    return "" if placement.holds(line.on) else OUTSIDE


def _named(stated: int, received: int) -> str:
    if not received:
        return NOT_RECEIVED
    if not stated:
        return NOT_STATED
    return TOO_LITTLE if received < stated else TOO_MUCH
