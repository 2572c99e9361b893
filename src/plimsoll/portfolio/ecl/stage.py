"""Stages of IFRS 9 for columns of loans: has credit risk risen significantly since the loan was granted, is the loan impaired?

Stage 3 is default; stage 2 a rise that is both relative and absolute, or thirty days past due, or forbearance, over-extension, a warning;
all others stage 1. Who comes back has to show clean cycles first.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FRESH, RISEN, IMPAIRED = 1, 2, 3
STAGES: Final = (FRESH, RISEN, IMPAIRED)


class StagePolicy(NamedTuple):
    """When risk has risen: chance now over that at grant, and their difference, both; days past due; clean cycles asked of who returns."""

    ratio: float
    difference: float
    risen_days: int
    impaired_days: int
    cycles: int


class Standing(NamedTuple):
    """Columns of loans: days past due, the lifetime chance of default now and as it was expected at grant for today, clean cycles since
    last late (large where never), and what people or the law already know of them."""

    late_days: Whole
    chance: Floats
    chance_at_grant: Floats
    clean_cycles: Whole
    is_non_performing: Flags
    is_forborne: Flags
    is_watched: Flags


def stages(loans: Standing, policy: StagePolicy) -> Whole:
    """Give the stage of each loan: 1, 2 or 3. Late by exactly `risen_days` is risen; by exactly `impaired_days` impaired."""
    impaired = loans.is_non_performing | (loans.late_days >= policy.impaired_days)
    rose = (loans.chance >= policy.ratio * loans.chance_at_grant) & (loans.chance - loans.chance_at_grant >= policy.difference)
    backstop = loans.late_days >= policy.risen_days
    returning = loans.clean_cycles < policy.cycles
    risen = rose | backstop | returning | loans.is_forborne | loans.is_watched
    found: Whole = np.where(impaired, IMPAIRED, np.where(risen, RISEN, FRESH)).astype(np.int64)
    return found


class StageTest(NamedTuple):
    """How well stages foresee default: of those who defaulted the share in stage 2 before, of those in stage 2 the share that defaulted,
    and the share of defaults that jumped from stage 1."""

    recall: float
    precision: float
    jumped: float
    defaults: int


def back_test(before: Whole, has_defaulted: Flags) -> StageTest:
    """Hold stages of a day against what came; loans already in stage 3 are left out."""
    known = before != IMPAIRED
    risen, fell = (before == RISEN) & known, has_defaulted & known
    defaults = int(fell.sum())
    caught = int((risen & fell).sum())
    return StageTest(
        recall=caught / defaults if defaults else 0.0,
        precision=caught / int(risen.sum()) if risen.any() else 0.0,
        jumped=(defaults - caught) / defaults if defaults else 0.0,
        defaults=defaults,
    )
