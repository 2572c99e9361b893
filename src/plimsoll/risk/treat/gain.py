"""What treatments gained, measured: claimed by the estimates that chose them, and realised against those held out, always side by side.

Only the second is true. The estimates that an optimiser picks are those that err upwards (the optimiser's curse), so what is claimed is
too much, and the more so the noisier they are.
"""

import math
from statistics import NormalDist
from typing import Final, NamedTuple

from plimsoll.risk.score.table import Floats
from plimsoll.risk.treat.flags import Flags

LEVEL: Final = 0.95
POWER: Final = 0.80


class Gain(NamedTuple):
    """Gains a customer: claimed, realised with its interval of 95 %, of how many treated and held out."""

    claimed: float
    realised: float
    low: float
    high: float
    treated: int
    held_out: int

    @property
    def is_proved(self) -> bool:
        """Tell whether the interval is above nothing."""
        return self.low > 0

    @property
    def inflation(self) -> float:
        """Give claimed over realised; infinite where nothing was realised."""
        return self.claimed / self.realised if self.realised > 0 else math.inf

    def told(self) -> str:
        """Give both in one line, as every report has them."""
        between = f"{self.low:.2f} to {self.high:.2f}" if math.isfinite(self.low) else "too few to say how sure"
        return (
            f"claimed {self.claimed:.2f} a customer, realised {self.realised:.2f} ({between}) "
            f"by {self.held_out} held out of {self.treated + self.held_out}"
        )


def gain_of(claimed: Floats, outcome: Floats, held_out: Flags) -> Gain:
    """Give the gain of a trial: `claimed` for those treated (others are not looked at), `outcome` as it came for everybody."""
    treated, control = outcome[~held_out], outcome[held_out]
    realised = float(treated.mean() - control.mean()) if len(treated) and len(control) else 0.0
    error = math.inf
    if len(treated) > 1 and len(control) > 1:
        error = math.sqrt(float(treated.var(ddof=1)) / len(treated) + float(control.var(ddof=1)) / len(control))
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    told = float(claimed[~held_out].mean()) if len(treated) else 0.0
    return Gain(told, realised, realised - z * error, realised + z * error, len(treated), len(control))


def size_of_arm(chance: float, difference: float) -> int:
    """Give how many each arm needs to see a difference of a chance: n = 2 · (z_975 + z_80)² · p · (1 − p) / δ²."""
    z = NormalDist().inv_cdf((1 + LEVEL) / 2) + NormalDist().inv_cdf(POWER)
    return math.ceil(2 * z * z * chance * (1 - chance) / difference**2)
