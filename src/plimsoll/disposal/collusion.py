"""Screens for bidders who act together: what looks odd in a tender, for a person to look at. A screen decides nothing.

Rings leave traces: bids that lie closer together than independent estimates do, a winner far above losers who huddle, bids that are
rounded alike, bidders with one owner, bids without a look at the papers, a bid taken back that would have won.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from plimsoll.disposal.tender import SEALED, Bid, Tender

SPREAD_LEAST_PPM: Final = 30_000
"""Standard deviation over mean of the bids, in parts per million: independent estimates of bad debt differ more than this."""
GAP_TIMES: Final = 10
"""How many times the spread of the losing bids the winner may lie above the best of them before it looks arranged."""
BIDS_LEAST: Final = 3
"""Bids that a screen of spread needs."""


def screens(tender: Tender, ranked: Sequence[Bid], groups: Mapping[str, str]) -> list[str]:
    """Give what looks odd, each with who; bids highest first."""
    found = []
    for group in sorted({group for group in groups.values() if group}):
        same = sorted(name for name in tender.members if groups.get(name) == group)
        if len(same) > 1:
            found.append(f"one_owner: {', '.join(same)}")
    blind = sorted(bid.bidder for bid in ranked if tender.documents and not tender.members[bid.bidder].looked)
    if blind:
        found.append(f"no_look: {', '.join(blind)}")
    # Called bids rise step by step and end close together by the rules, so their amounts tell nothing.
    minors = [bid.minor for bid in ranked] if tender.format == SEALED else []
    if len(minors) >= BIDS_LEAST:
        found += _spread(minors)
    by_amount: dict[int, list[str]] = {}
    for bid in ranked:
        by_amount.setdefault(bid.minor, []).append(bid.bidder)
    found += [f"same_bid: {', '.join(sorted(names))}" for names in by_amount.values() if len(names) > 1]
    if _is_ladder(minors):
        found.append("even_steps")
    quitters = sorted(name for name, one in tender.members.items() if one.retracted and not one.hash)
    if quitters and ranked:
        found.append(f"taken_back: {', '.join(quitters)}")
    unopened = sorted(name for name, one in tender.members.items() if one.hash and not one.bid_minor)
    if unopened and ranked:
        found.append(f"not_opened: {', '.join(unopened)}")
    return found


def _spread(minors: Sequence[int]) -> list[str]:
    """Tell bids that lie too close together, and a winner far above losers who huddle; exact, by squares."""
    found = []
    if _variance(minors) * 1_000_000 * 1_000_000 < SPREAD_LEAST_PPM**2 * sum(minors) ** 2:
        found.append("close_together")
    losers = list(minors[1:])
    gap = minors[0] - losers[0]
    # gap > times · sd of the losers, with sd² = variance ÷ n².
    if len(losers) >= BIDS_LEAST - 1 and gap > 0 and (gap * len(losers)) ** 2 > GAP_TIMES**2 * _variance(losers):
        found.append("winner_far_above")
    return found


def _variance(minors: Sequence[int]) -> int:
    """Give n² times the variance: n · the sum of squares less the square of the sum."""
    return len(minors) * sum(minor * minor for minor in minors) - sum(minors) ** 2


def _is_ladder(minors: Sequence[int]) -> bool:
    """Tell whether four or more sealed bids lie exactly one step apart: such a ladder is drawn, not estimated."""
    steps = {before - after for before, after in pairwise(minors)}
    return len(minors) > BIDS_LEAST and len(steps) == 1 and steps != {0}
