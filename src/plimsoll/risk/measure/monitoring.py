"""A month's measurement of a model in use: do those scored now look like those it was validated on, and does it still tell?"""

from typing import Final, NamedTuple

from plimsoll.risk.measure.policy import ModelPolicy
from plimsoll.risk.measure.stability import Shift, counts_in, shift
from plimsoll.risk.measure.validation import Baseline, Check, Floats, Sample, Scored, measured
from plimsoll.units.refusal import Refused

STEADY: Final = "steady"
ALERT: Final = "alert"
ACT: Final = "act"


class Monitoring(NamedTuple):
    """The shift since the validation and its level: STEADY, ALERT (look at it) or ACT (validate again); the figures where outcomes are."""

    shift: Shift
    level: str
    sample: Sample | None
    checks: tuple[Check, ...]

    @property
    def is_passed(self) -> bool:
        """Whether nothing has to be done."""
        return all(check.ok for check in self.checks)


def monitor(baseline: Baseline, points: Floats, outcomes: Scored | None, policy: ModelPolicy) -> Monitoring | Refused:
    """Measure a model in use; `outcomes` are the cases whose outcome has had time to show, None where only PSI is asked.

    Refuses outcomes_too_few where outcomes are there and hold fewer than two good or two bad ones.
    """
    moved = shift(baseline.edges, baseline.counts, counts_in(points, baseline.edges))
    level = ACT if moved.psi >= policy.psi_act else ALERT if moved.psi >= policy.psi_alert else STEADY
    checks = [Check("PSI of the score", moved.psi, f"< {policy.psi_alert}", level == STEADY)]
    if outcomes is None:
        return Monitoring(moved, level, None, tuple(checks))
    bads = int(outcomes.bad.sum())
    sample = measured("outcomes", outcomes) if len(outcomes.bad) else None
    if sample is None or sample.auc is None:
        return Refused("outcomes_too_few", "POLICY.MODEL.EVERY", f"{len(outcomes.bad) - bads} good, {bads} bad")
    checks.append(Check("AUC", sample.auc.auc, f">= {policy.auc_least}", sample.auc.auc >= policy.auc_least))
    return Monitoring(moved, level, sample, tuple(checks))
