"""Over-extended customers (溢出客户): whose limit or debt is above what they can carry, and how sure that is.

    latent      the limit is above the line, the debt is not: L > L*, B <= L*
    active      the debt is above the line: B > L*
    masked      active, not late, and paid by others: debt taken elsewhere in three months is at least half of what was paid here, or two
                new lenders in three months
    distressed  active, and late or under a plan

The line L* is the lower of what can be carried and what is worth lending, less nothing for other lenders: their service is in it. The
chance is P(OI > 1) = Phi((ln(E + DS) - mu) / sigma), with DS what is due elsewhere, seen and expected, and the service of the debt here;
sigma is widened by what is uncertain in E and, the less is seen of other lenders, in DS. It is told beside the class, never instead of it.
"""

import math
from datetime import date
from typing import Final, NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules

CLASSES: Final = ("fit", "latent", "active", "masked", "distressed")
FIT, LATENT, ACTIVE, MASKED, DISTRESSED = range(len(CLASSES))
BANDS: Final = ("calm", "watch", "flag")
ACTIONS: Final = {
    "fit": "none",
    "latent": "cap-to-line",
    "active": "convert",
    "masked": "review",
    "distressed": "offer-plan",
}
"""What is done by class: the limit comes down to the line; what is owed becomes instalments and no more is drawn; a person looks and
may offer to consolidate; a plan that can be kept."""


class Laden(NamedTuple):
    """One customer at the end of a month, amounts in minor units.

    `line_minor` is L*, -1 where no line was ever drawn; `weight` the service of 1 of debt a month; `essentials` and `elsewhere` a month's
    spending and service at other lenders, each with its standard deviation; `mu` and `sigma` those of the logarithm of income.
    `elsewhere_grown_minor` is debt taken at other lenders in three months, `paid_minor` what was paid here in that time.
    """

    limit_minor: int
    balance_minor: int
    line_minor: int
    late_days: int
    has_plan: bool
    mu: float
    sigma: float
    essentials: float
    essentials_deviation: float
    elsewhere: float
    elsewhere_deviation: float
    weight: float
    elsewhere_grown_minor: int
    paid_minor: int
    new_lenders: int


class Extended(NamedTuple):
    """Where a customer stands: the place of the class in CLASSES, the chance, its band in BANDS, and what is above the line."""

    kind: int
    chance: float
    band: int
    over_minor: int


class Extension(NamedTuple):
    """The policy: chances that flag and watch, the share that counts as rolling, and how many new lenders do."""

    flag: float
    watch: float
    rolling: float
    lenders: int


def extension_policy(rules: Rules, on: date) -> Extension:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    said = figures(rules, "POLICY.OVER_EXTENSION", on)
    return Extension(said["flag"], said["watch"], said["rolling"], int(said["lenders"]))


def over_extension(one: Laden, policy: Extension) -> Extended:
    """Give where one customer stands; without a line nobody is called over-extended, and the chance is told all the same."""
    chance = chance_of(one)
    band = (chance >= policy.watch) + (chance >= policy.flag)
    if one.line_minor < 0:
        return Extended(FIT, chance, band, 0)
    over_minor = max(one.limit_minor, one.balance_minor) - one.line_minor
    return Extended(_kind(one, policy), chance, band, max(over_minor, 0))


def _kind(one: Laden, policy: Extension) -> int:
    if one.balance_minor <= one.line_minor:
        return LATENT if one.limit_minor > one.line_minor else FIT
    if one.late_days > 0 or one.has_plan:
        return DISTRESSED
    return MASKED if is_rolling(one, policy) else ACTIVE


def is_rolling(one: Laden, policy: Extension) -> bool:
    """Tell whether others pay for the debt here: rho = debt taken elsewhere over payments here in three months, or new lenders."""
    is_fed = one.elsewhere_grown_minor > 0 and one.elsewhere_grown_minor >= policy.rolling * one.paid_minor
    return is_fed or one.new_lenders >= policy.lenders


def chance_of(one: Laden) -> float:
    """Give the chance that a month's income is below essentials and the service of all debt."""
    need = one.essentials + one.elsewhere + one.balance_minor * one.weight
    if need <= 0:
        return 0.0
    variance = one.sigma**2 + (one.essentials_deviation**2 + one.elsewhere_deviation**2) / need**2
    return 0.5 * math.erfc((one.mu - math.log(need)) / math.sqrt(2 * variance))
