"""What treatments bring in: what the house thinks, corrected by what was seen where chance chose, and drawn towards the segment.

An effect is the share of what is late that comes within the days that count because of the treatment, beside what a message alone brings.
Only treatments that chance chose teach anything: those who explore, and those held out. What was seen and what is thought are weighed by
how little each is known; then effects of one segment are drawn towards each other (`risk.treat.shrink`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from plimsoll.app.collecting.past import Treated, treated
from plimsoll.app.database.store import Store
from plimsoll.collections.case_policy import PPM, effect_ppm
from plimsoll.risk.parameters import figures
from plimsoll.risk.score.table import Floats
from plimsoll.risk.treat.shrink import cautious, shrink
from plimsoll.rulebook.rules import Rules

GIVEN: Final = ("message", "ai_call", "call", "senior_call", "offer_plan")
"""The treatments that there are to give, in the columns of every table here."""
SEGMENTS: Final = ("forgetful", "unwilling", "in_need", "beyond_reach", "unknown")
BUCKETS: Final = ("short", "mid", "long")
COSTLY: Final = frozenset(("call", "senior_call", "offer_plan"))
CELLS: Final = tuple(product(SEGMENTS, BUCKETS))
HELD_OUT, EXPLORED = "holdout", "explored"


class Effects(NamedTuple):
    """Effects by cell (segment and bucket) and treatment, their standard errors, and how many treatments they were learnt from."""

    effects: Floats
    errors: Floats
    learnt_from: int

    def of(self, segment: str, bucket: str) -> Floats:
        """Give the effects in a cell, by treatment; a bucket that nothing is known of is short."""
        return np.asarray(self.effects[cell_of(segment, bucket)], np.float64)


def cell_of(segment: str, bucket: str) -> int:
    """Give the row of a cell."""
    return CELLS.index((segment if segment in SEGMENTS else "unknown", bucket if bucket in BUCKETS else "short"))


def thought(rules: Rules, on: date) -> tuple[Floats, Floats]:
    """Give what the house thinks of effects, and how far it may be off."""
    multiples, segments = figures(rules, "POLICY.COLLECT.EFFECT", on), figures(rules, "POLICY.COLLECT.SEGMENT", on)
    error = figures(rules, "POLICY.COLLECT.LEARN", on)["error"]
    rows = [
        [effect_ppm(bucket, rules, on) / PPM * segments[segment] * multiples[treatment] for treatment in GIVEN] for segment, bucket in CELLS
    ]
    effects = np.array(rows, np.float64)
    return effects, effects * error


def learnt(store: Store, on: date, rules: Rules) -> Effects:
    """Give the effects as they are known on a day, from treatments whose days are over."""
    days = figures(rules, "POLICY.COLLECT.DAYS", on)
    last = on - timedelta(days=int(days["counts"]) + 1)
    found = treated(store, last - timedelta(days=int(days["back"])), last, int(days["counts"]))
    return learnt_from(found, rules, on)


def learnt_from(found: Sequence[Treated], rules: Rules, on: date) -> Effects:
    """Give the effects from treatments that are over."""
    said = figures(rules, "POLICY.COLLECT.LEARN", on)
    effects, errors = thought(rules, on)
    drawn = [one for one in found if one.how == EXPLORED or one.arm == HELD_OUT]
    shares: dict[tuple[int, str], list[float]] = {}
    for one in drawn:
        shares.setdefault((cell_of(one.segment, one.bucket), one.treatment), []).append(one.share)
    for cell in range(len(CELLS)):
        plain = np.array(shares.get((cell, GIVEN[0]), ()), np.float64)
        for place, treatment in enumerate(GIVEN[1:], 1):
            seen = np.array(shares.get((cell, treatment), ()), np.float64)
            if min(len(seen), len(plain)) < said["least"]:
                continue
            error = float(np.sqrt(seen.var(ddof=1) / len(seen) + plain.var(ddof=1) / len(plain)))
            difference = float(seen.mean() - plain.mean()) + effects[cell, 0]
            # Each weighs by how little it errs.
            weight = errors[cell, place] ** 2 / max(errors[cell, place] ** 2 + error**2, 1e-12)
            effects[cell, place] += weight * (difference - effects[cell, place])
            errors[cell, place] *= float(np.sqrt(1 - weight))
    segments = np.array([SEGMENTS.index(segment) for segment, _ in CELLS], np.int64)
    # Buckets of a segment differ by what the house thinks; what is drawn together is how far off the house is.
    base = thought(rules, on)[0]
    ratios = shrink(effects / base, errors / base, segments)
    costly = np.broadcast_to(np.array([treatment in COSTLY for treatment in GIVEN]), effects.shape)
    return Effects(np.maximum(cautious(ratios * base, errors, costly, said["caution"]), 0.0), errors, len(drawn))
