"""Two models side by side on the same people: who tells better, who would change hands, and whether that is enough to promote."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from plimsoll.risk.measure.pair import Paired, compare
from plimsoll.risk.measure.policy import ModelPolicy
from plimsoll.risk.measure.strength import roc
from plimsoll.risk.measure.validation import LEARNT, Check, Sample, Scored, measured
from plimsoll.units.refusal import Refused

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
BOTH, ONLY_CHAMPION, ONLY_CHALLENGER, NEITHER = "both", "champion only", "challenger only", "neither"


class Cell(NamedTuple):
    """Those whom both models, one of them, or neither would approve: how many, and how many of them went bad."""

    approved_by: str
    cases: int
    bads: int


class Comparison(NamedTuple):
    """The paired test, the figures and curves of both, the swap at one approval rate, and the demands of a promotion."""

    pair: Paired
    samples: tuple[Sample, Sample]
    curves: tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]
    approved: float
    swap: tuple[Cell, ...]
    checks: tuple[Check, ...]

    @property
    def is_passed(self) -> bool:
        """Whether the challenger has shown what a promotion asks."""
        return all(check.ok for check in self.checks)


def side_by_side(
    champion: Scored, challenger: Scored, approved: float, policy: ModelPolicy, *, is_learnt: bool = False
) -> Comparison | Refused:
    """Compare two models on the same cases, in the same order. `approved` is the share that each would approve, its safest; `is_learnt`
    says that one of them may have learnt from these cases, which proves nothing.

    Refuses outcomes_too_few.
    """
    pair = compare(champion.bad, champion.stated, challenger.stated)
    if isinstance(pair, Refused):
        return pair
    samples = measured(CHAMPION, champion), measured(CHALLENGER, challenger)
    return Comparison(
        pair=pair,
        samples=samples,
        curves=(roc(champion.bad, champion.stated), roc(challenger.bad, challenger.stated)),
        approved=approved,
        swap=swap(champion.bad, champion.stated, challenger.stated, approved),
        checks=_checks(pair, samples, policy, is_learnt=is_learnt),
    )


def swap(bad: Flags, first: Floats, second: Floats, approved: float) -> tuple[Cell, ...]:
    """Give who would change hands when each model approves the same share; among equal scores the earlier row comes first."""
    count = round(approved * len(bad))
    is_first, is_second = _safest(first, count), _safest(second, count)
    parts = {
        BOTH: is_first & is_second,
        ONLY_CHAMPION: is_first & ~is_second,
        ONLY_CHALLENGER: ~is_first & is_second,
        NEITHER: ~is_first & ~is_second,
    }
    return tuple(Cell(name, int(held.sum()), int(bad[held].sum())) for name, held in parts.items())


def _safest(stated: Floats, count: int) -> Flags:
    held = np.zeros(len(stated), bool)
    held[np.argsort(stated, kind="stable")[:count]] = True
    return held


def _checks(pair: Paired, samples: tuple[Sample, Sample], policy: ModelPolicy, *, is_learnt: bool) -> tuple[Check, ...]:
    """Hold the comparison against the rules: enough bad cases, a greater AUC that is no chance, and no worse probabilities."""
    champion, challenger = samples
    return (
        Check(LEARNT, champion.rows if is_learnt else 0, "= 0", not is_learnt),
        Check("bad cases", pair.bads, f">= {policy.promotion_bads_least}", pair.bads >= policy.promotion_bads_least),
        Check("AUC gained", pair.difference, "> 0", pair.difference > 0),
        Check("p of the paired test", pair.p, f"<= {policy.p_most}", pair.p <= policy.p_most),
        Check("Brier gained", champion.brier - challenger.brier, ">= 0", challenger.brier <= champion.brier),
    )
