"""The liquidity ladder: what comes in and goes out by day, as agreed and as people behave, and gaps by bucket.

Amounts as agreed are exact. What behaviour makes of them is an estimate in shares, and becomes minor units in `behaved` alone.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from plimsoll.units.refusal import Malformed

DAYS: Final = 180
BUCKETS: Final = (("0-7", 0, 7), ("8-30", 8, 30), ("31-90", 31, 90), ("91-180", 91, 180), ("181-365", 181, 365), ("over-365", 366, 10**6))
"""Days ahead, first and last."""


class Flow(NamedTuple):
    """Money of one day: so many days ahead, in (above nought) or out (below), and what it is."""

    day: int
    minor: int
    kind: str


class Behaviour(NamedTuple):
    """What people make of what was agreed: of what falls due the share that comes on each day after it, ahead of time by day, drawn anew.

    `paid` is the share of an instalment received so many days late, `early` of what is not due yet the share that comes a day, `drawn` of
    limits that are not used the share drawn a day.
    """

    paid: Sequence[float]
    early: float
    drawn: float


class Rung(NamedTuple):
    """One bucket: what comes in, what goes out, and the gap of all days so far, in minor units."""

    name: str
    inward_minor: int
    outward_minor: int
    cumulative_minor: int


def by_day(flows: Sequence[Flow], days: int = DAYS) -> list[int]:
    """Give the net flow of each day from today through the last that is looked at; flows of other days are left out."""
    found = [0] * (days + 1)
    for flow in flows:
        if 0 <= flow.day <= days:
            found[flow.day] += flow.minor
    return found


def rungs(flows: Sequence[Flow], opening_minor: int) -> list[Rung]:
    """Give the ladder by bucket, its cumulative gap beginning with the cash of today. Raises Malformed flow_past for a day before today."""
    if any(flow.day < 0 for flow in flows):
        raise Malformed("flow_past", f"{min(flow.day for flow in flows)} days ahead")
    found, held = [], opening_minor
    for name, first, last in BUCKETS:
        own = [flow.minor for flow in flows if first <= flow.day <= last]
        inward, outward = sum(minor for minor in own if minor > 0), -sum(minor for minor in own if minor < 0)
        held += inward - outward
        found.append(Rung(name, inward, outward, held))
    return found


def first_short(flows: Sequence[Flow], opening_minor: int, days: int = DAYS) -> int | None:
    """Give the first day ahead on which cash is below nought at its end; None where it lasts."""
    held = accumulate(by_day(flows, days), initial=opening_minor)
    next(held)
    return next((day for day, minor in enumerate(held) if minor < 0), None)


def behaved(due: Mapping[int, int], undrawn_minor: int, outstanding_minor: int, behaviour: Behaviour, days: int = DAYS) -> list[Flow]:
    """Give flows as people behave: instalments spread by lateness, money ahead of time, and limits drawn; rounded half up by day.

    `due` is what falls due by day ahead. What is paid ahead lowers what falls due later in proportion. Raises Malformed
    behaviour_malformed where shares are none.
    """
    if sum(behaviour.paid) > 1 + 1e-9 or min((*behaviour.paid, behaviour.early, behaviour.drawn), default=0.0) < 0:
        raise Malformed("behaviour_malformed", f"paid {sum(behaviour.paid):.3f}, early {behaviour.early}, drawn {behaviour.drawn}")
    repaid, ahead, drawn = [0.0] * (days + 1), [0.0] * (days + 1), [0.0] * (days + 1)
    left, unused = 1.0, float(undrawn_minor)
    for day in range(days + 1):
        for late, share in enumerate(behaviour.paid):
            if day + late <= days:
                repaid[day + late] += due.get(day, 0) * left * share
        ahead[day] = outstanding_minor * left * behaviour.early
        left *= 1 - behaviour.early
        drawn[day] = unused * behaviour.drawn
        unused -= drawn[day]
    kinds = (("repaid", repaid, 1), ("ahead", ahead, 1), ("drawn", drawn, -1))
    money = ((day, sign * round(series[day]), kind) for kind, series, sign in kinds for day in range(days + 1))
    return [Flow(day, minor, kind) for day, minor, kind in money if minor]
