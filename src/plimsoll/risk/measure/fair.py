"""Does a model treat groups alike? The groups are declared for this table alone and are held outside the model.

For each group: how many are approved and how that compares with the group approved most, whether the score tells good from bad as well,
and whether the probability of default it states is what came true, each with bounds, since a small group says little. The table
judges nothing by itself: a ratio under the rule's bound is a case for a person.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.measure.interval import Interval, ratio, share
from plimsoll.risk.measure.pair import area
from plimsoll.units.refusal import Refused

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

ALIKE: Final = "alike"
LOOK: Final = "look"
FEW: Final = "few"
NOT_SAID: Final = ""
"""The group of those of whom it is not known."""


class Group(NamedTuple):
    """One group: cases, bad ones, the share approved, that share over the reference's, AUC, what was stated and what came true.

    `calibration` is the bad rate over the mean probability stated: 1 is right, above 1 the group was worse than the model said.
    `verdict` is FEW where there are too few cases to judge, LOOK where the ratio is under the bound of the rule, else ALIKE.
    """

    name: str
    cases: int
    bads: int
    approved: Interval
    ratio: Interval
    auc: Interval | None
    stated: float
    bad_rate: Interval
    calibration: Interval
    verdict: str


class Bounds(NamedTuple):
    """From where on a group is judged (cases, and share of all), and the least ratio that needs no look."""

    ratio: float
    cases: int
    share: float


def fairness(codes: Ints, names: Sequence[str], bad: Flags, stated: Floats, approved: Flags, bounds: Bounds) -> tuple[Group, ...]:
    """Give one row a group, largest first. `codes` are places in `names`, -1 where it is not known; `stated` is the probability of bad.

    The group that the others are compared with is the one approved most among those that are judged and known.
    """
    groups = {NOT_SAID if code < 0 else names[code]: codes == code for code in np.unique(codes)}
    counts = {name: (int(approved[held].sum()), int(held.sum())) for name, held in groups.items()}
    least = max(bounds.cases, bounds.share * len(codes))
    judged = [name for name, (_, cases) in counts.items() if cases >= least and name != NOT_SAID] or list(counts)
    most = max(judged, key=lambda name: counts[name][0] / counts[name][1])
    rows = [_group(name, held, bad, stated, counts[name], counts[most]) for name, held in groups.items()]
    rows = [row._replace(verdict=_verdict(row, bounds.ratio, least)) for row in rows]
    return tuple(sorted(rows, key=lambda row: (-row.cases, row.name)))


def _group(name: str, held: Flags, bad: Flags, stated: Floats, own: tuple[int, int], reference: tuple[int, int]) -> Group:
    cases, bads, mean = int(held.sum()), int(bad[held].sum()), float(stated[held].mean())
    found = area(bad[held], stated[held])
    auc = None if isinstance(found, Refused) else Interval(found.auc, found.low, found.high)
    rate = share(bads, cases)
    calibration = Interval(*(bound / mean if mean > 0 else float("nan") for bound in rate))
    return Group(name, cases, bads, share(*own), ratio(*own, *reference), auc, mean, rate, calibration, "")


def _verdict(row: Group, ratio_least: float, cases_least: float) -> str:
    if row.cases < cases_least:
        return FEW
    return LOOK if row.ratio.value < ratio_least else ALIKE
