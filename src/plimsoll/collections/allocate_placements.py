"""Share customers out among agencies: by shares that follow what agencies recover, within bounds, the best customers to the best agency.

Some of each agency's customers are drawn by lot, and for each customer it is known how likely it was to come where it came.

Chance is handed in (`draw(n)` gives a whole number from 0 up to n, exclusive), so that the same draws give the same placements.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from statistics import NormalDist
from typing import Final, NamedTuple

from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate

Draw = Callable[[int], int]
PPM: Final = 1_000_000
PPB: Final = 1_000_000_000
DRAWS: Final = 2**53
STEPS: Final = 200
LEAST: Final = 1e-9
"""What an agency is worth at least beside the best, where it is worth anything."""


class Bounds(NamedTuple):
    """Shares, per million: least and greatest of one agency, and least of each agency's customers that is drawn by lot."""

    lowest: int
    highest: int
    lot: int


class Candidate(NamedTuple):
    """A customer who may be placed; a higher score comes in more likely, or with more."""

    customer_id: int
    score: int


class Offer(NamedTuple):
    """An agency as it stands for a batch: its share per million, and a draw of what it is worth, its index of recovery after commission."""

    agency: str
    share_ppm: int
    worth: float


class Placed(NamedTuple):
    """Where a customer comes, whether by lot, and how likely that was, in parts per 1e9. No agency: the customer stays with the lender."""

    customer_id: int
    agency: str
    is_by_lot: bool
    propensity_ppb: int


HOUSE: Final = ""


def bounds_of(rules: Rules, on: date) -> Bounds:
    """Give the bounds of a day."""
    said = rules.value("POLICY.AGENCY.SHARES", on)
    assert isinstance(said, Mapping)
    return Bounds(*(_ppm(said[name]) for name in Bounds._fields))


def drawn_worth(index: float, deviation: float, draw: Draw) -> float:
    """Give a draw of what an agency is worth from what is believed of it: an index and its standard deviation (Thompson 1933)."""
    if deviation <= 0:
        return max(index, 0.0)
    return max(NormalDist(index, deviation).inv_cdf((draw(DRAWS) + 0.5) / DRAWS), 0.0)


def shares_of(worths: Mapping[str, float], bounds: Bounds) -> dict[str, int]:
    """Give the share of each agency per million, in proportion to its worth within the bounds; who is worth nothing has the least.

    They sum to one million, or to what the bounds leave where that is less: the rest stays with the lender. Where the least shares of
    all are more than everything, all have the same.
    """
    names = sorted(worths)
    tops = [bounds.highest if worths[name] > 0 else bounds.lowest for name in names]
    total = min(PPM, sum(tops))
    if len(names) * bounds.lowest >= total:
        return dict(zip(names, _parts([1.0] * len(names), total, [total] * len(names)), strict=True))
    best = max(worths.values())
    scaled = [max(worths[name] / best, LEAST) if worths[name] > 0 else 0.0 for name in names]
    level = _level(scaled, bounds, total)
    wanted = [_within(one * level, bounds) for one in scaled]
    return dict(zip(names, _parts(wanted, total, tops), strict=True))


def allocate(candidates: Sequence[Candidate], offers: Sequence[Offer], bounds: Bounds, draw: Draw) -> list[Placed]:
    """Give where each customer comes, in the order given.

    By score: sorted by score, the highest to the agency that is worth most (of equals by lot), each agency as many as its share says;
    who is left stays with the lender. By lot: of each agency's customers so chosen (and of the lender's) a share is drawn, and these
    change places among each other at random. So each agency keeps its number, and each customer could have come to any agency.
    """
    counts = _counts(len(candidates), offers)
    order = sorted(range(len(candidates)), key=lambda at: (-candidates[at].score, candidates[at].customer_id))
    chosen = [HOUSE] * len(candidates)
    places = iter(order)
    ties = [draw(DRAWS) for _ in offers]
    for offer, _ in sorted(zip(offers, ties, strict=True), key=lambda pair: (-pair[0].worth, pair[1], pair[0].agency)):
        for _ in range(counts[offer.agency]):
            chosen[next(places)] = offer.agency
    groups: dict[str, list[int]] = {}
    for at, agency in enumerate(chosen):
        groups.setdefault(agency, []).append(at)
    lots = {agency: -(-len(members) * bounds.lot // PPM) for agency, members in groups.items()}
    drawn = [at for agency in sorted(groups) for at in _sample(groups[agency], lots[agency], draw)]
    labels = _shuffled([chosen[at] for at in drawn], draw)
    final, by_lot = list(chosen), set(drawn)
    for at, agency in zip(drawn, labels, strict=True):
        final[at] = agency
    chances = {
        (was, now): _propensity(len(groups[was]), lots[was], lots.get(now, 0), len(drawn), is_same=was == now)
        for was in groups
        for now in groups
    }
    return [Placed(one.customer_id, final[at], at in by_lot, chances[chosen[at], final[at]]) for at, one in enumerate(candidates)]


def _propensity(members: int, lot: int, lot_there: int, drawn: int, *, is_same: bool) -> int:
    """Give how likely one of a group comes to an agency, per 1e9, rounded down but never to nothing: drawn and sent there, or not drawn."""
    by_lot = lot * lot_there * PPB // (members * drawn) if drawn else 0
    stays = (members - lot) * PPB // members if is_same else 0
    return max(by_lot + stays, 1)


def _counts(customers: int, offers: Sequence[Offer]) -> dict[str, int]:
    """Give how many customers each agency gets: its share rounded down, what that leaves of all shares to the greatest remainders."""
    exact = {one.agency: customers * one.share_ppm for one in offers}
    counts = {agency: amount // PPM for agency, amount in exact.items()}
    left = sum(exact.values()) // PPM - sum(counts.values())
    for agency in sorted(exact, key=lambda name: (-(exact[name] % PPM), name))[:left]:
        counts[agency] += 1
    return counts


def _level(worths: Sequence[float], bounds: Bounds, total: int) -> float:
    """Give the factor by which worths, held within the bounds, sum to the total: found by halving."""
    low, high = 0.0, PPM / LEAST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if sum(_within(one * middle, bounds) for one in worths) >= total else (middle, high)
    return high


def _within(share: float, bounds: Bounds) -> float:
    return min(max(share, float(bounds.lowest)), float(bounds.highest))


def _parts(wanted: Sequence[float], total: int, most: Sequence[int]) -> list[int]:
    """Give whole numbers that sum to the total, in proportion to what is wanted; what rounding leaves goes to the first with room."""
    scale = total / math.fsum(wanted)
    parts = [min(math.floor(one * scale), top) for one, top in zip(wanted, most, strict=True)]
    left = total - sum(parts)
    for at, top in enumerate(most):
        more = min(left, top - parts[at])
        parts[at] += more
        left -= more
    return parts


def _sample(members: Sequence[int], count: int, draw: Draw) -> list[int]:
    """Draw some of a group, each subset as likely."""
    pool = list(members)
    for place in range(count):
        other = place + draw(len(pool) - place)
        pool[place], pool[other] = pool[other], pool[place]
    return pool[:count]


def _shuffled(labels: list[str], draw: Draw) -> list[str]:
    return [labels[at] for at in _sample(range(len(labels)), len(labels), draw)]


def _ppm(value: object) -> int:
    assert isinstance(value, Rate), value
    return value.num * PPM // value.den
