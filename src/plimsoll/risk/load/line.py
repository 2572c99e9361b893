"""The load line of a borrower: how much may fall due a month, how much principal that carries, and how likely a month fails to pay.

R = Y - E is what is left after essentials, the overflow index OI = DS / R (infinite where nothing is left), and
P(OI > 1) = Phi((ln(E + DS) - mu) / sigma), with sigma widened by what is uncertain in E and in unseen debt. The room of a month is
max(0, min(kappa · (Y_p - E), share · Y_p) - DS at other lenders) in a poor month (Y_p: one in four is poorer), and the capacity is
the principal whose stressed service fits that room: all of it, drawn at once over twelve instalments, stays under the line.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from plimsoll.loan.book import LoadLine
from plimsoll.risk.load.debt_service import Service, annuity, service, stressed
from plimsoll.risk.load.essentials import Essentials, essentials
from plimsoll.risk.load.means import Means, Spread, pool, refuse_means
from plimsoll.risk.load.policy import Policy
from plimsoll.risk.load.shapley import shapley
from plimsoll.risk.load.smallest_change import Asked, Change, smallest_change
from plimsoll.risk.whole import DOWN, NEAREST, UP, whole
from plimsoll.units.refusal import Refused

PPB: Final = 10**9
FACTORS: Final = ("income", "essentials", "debts", "principal", "terms")
BANDS: Final = ("within", "watch", "over", "severe")
CHANCES: Final = ("calm", "watch", "flag")
FIT, LATENT, ACTIVE = "fit", "latent", "active"


class Load(NamedTuple):
    """The five factors that decide whether a month pays for itself; `weight` is the service of 1 of principal."""

    income: Spread
    essentials: Essentials
    debts: Service
    principal: float
    weight: float


@dataclass(frozen=True, slots=True)
class Carried:
    """What can be carried, whatever is asked for: the factors, and the figures that follow from them. Amounts in minor units.

    `room_minor` may fall due in a month on all loans of the house together, `capacity_minor` is the principal of them all, and
    `whole_capacity_minor` what could be carried if no other lender were to be paid; `others_minor` are the limits of other lenders.
    """

    evidence: Means
    policy: Policy
    income: Spread
    essentials: Essentials
    debts: Service
    poor: float
    stress_ppb: int
    room_minor: int
    capacity_minor: int
    whole_capacity_minor: int
    others_minor: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A load line with what it was drawn from. Amounts in minor units, rounded against the borrower's limit; statistics are floats.

    `ratio` is total limits over what could be carried if no other lender were to be paid. `chance` is P(OI > 1) with the whole limit
    in use. What only an explanation asks is worked out when it is asked.
    """

    carried: Carried
    asked: Asked
    load: Load
    limits_minor: int
    chance: float
    ratio: float

    @property
    def currency(self) -> str:
        """Give the currency of the amounts."""
        return self.carried.evidence.currency

    @property
    def capacity_minor(self) -> int:
        """Give the principal of all loans of the house together that can be carried."""
        return self.carried.capacity_minor

    @property
    def room_minor(self) -> int:
        """Give what may fall due in any one month, on all loans of the house together."""
        return self.carried.room_minor

    @property
    def stress_ppb(self) -> int:
        """Give the monthly service of revolving principal in parts per 1e9, rounded up."""
        return self.carried.stress_ppb

    @property
    def whole_capacity_minor(self) -> int:
        """Give the principal that could be carried if no other lender were to be paid."""
        return self.carried.whole_capacity_minor

    @property
    def income_minor(self) -> int:
        """Give the median income of a month."""
        return whole(self.carried.income.median(), NEAREST)

    @property
    def poor_income_minor(self) -> int:
        """Give the income of a poor month: one in four is poorer."""
        return whole(self.carried.poor, NEAREST)

    @property
    def income_spread(self) -> float:
        """Give the standard deviation of the logarithm of income."""
        return self.carried.income.sigma

    @property
    def essentials_minor(self) -> int:
        """Give essential spending a month."""
        return whole(self.carried.essentials.minor, UP)

    @property
    def seen_minor(self) -> int:
        """Give the debt service at other lenders that is seen."""
        return whole(self.carried.debts.seen, UP)

    @property
    def unseen_minor(self) -> int:
        """Give the debt service at other lenders that is expected beyond that."""
        return whole(self.carried.debts.unseen, UP)

    @property
    def service_minor(self) -> int:
        """Give the service of the whole limit a month."""
        return whole(self.load.principal * self.load.weight, UP)

    @property
    def oi(self) -> float:
        """Give the overflow index with the whole limit in use."""
        return overflow_index(self.load)

    @property
    def oi_now(self) -> float:
        """Give the overflow index at what is in use."""
        return overflow_index(self.load._replace(principal=float(self.asked.balance_minor)))

    @property
    def oi_long(self) -> float:
        """Give the overflow index over the long term."""
        return overflow_index(self.load._replace(weight=annuity(self.asked.rate, self.carried.policy.long_months)))

    @property
    def chance_band(self) -> str:
        """Give the band of the chance that a month does not pay for itself, of CHANCES."""
        policy = self.carried.policy
        return CHANCES[(self.chance >= policy.chance_watch) + (self.chance >= policy.chance_flag)]

    @property
    def band(self) -> str:
        """Give the band of total limits over what can be carried, of BANDS."""
        policy = self.carried.policy
        return BANDS[(self.ratio >= policy.watch) + (self.ratio > policy.over) + (self.ratio > policy.severe)]

    @property
    def overflow_minor(self) -> int:
        """Give by how much the limit is above the capacity."""
        return max(self.asked.limit_minor - self.capacity_minor, 0)

    @property
    def standing(self) -> str:
        """Give where the borrower stands: FIT, LATENT (only what is not drawn is over the line), or ACTIVE."""
        if self.asked.limit_minor <= self.capacity_minor:
            return FIT
        return LATENT if self.asked.balance_minor <= self.capacity_minor else ACTIVE

    @property
    def reference_chance(self) -> float:
        """Give the chance of the borrower that the parts are measured from."""
        return chance(reference_load(self.carried.policy))

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """Give what each of the five factors adds to that chance: together they make the borrower's."""
        return explain(self.load, self.carried.policy)

    @property
    def change(self) -> Change:
        """Give the smallest change that brings the borrower under the line."""
        return smallest_change(self.asked, self.capacity_minor, self.room_minor, self.carried.policy.long_months)

    @property
    def companions(self) -> tuple[tuple[str, float, float], ...]:
        """Give figures that other countries watch, each with its line."""
        return _companions(self.carried.evidence, self.load, self.carried.policy)

    def load_line(self, on: int) -> LoadLine:
        """Give the load line as the book keeps it, drawn on a day."""
        return LoadLine(self.currency, self.capacity_minor, self.room_minor, self.stress_ppb, on)

    def figures(self) -> dict[str, object]:
        """Give what a decision keeps: amounts in minor units, statistics as text of six digits, so that the same line is the same text."""
        return {
            "currency": self.currency,
            "capacity_minor": self.capacity_minor,
            "room_minor": self.room_minor,
            "stress_ppb": self.stress_ppb,
            "whole_capacity_minor": self.whole_capacity_minor,
            "income_minor": self.income_minor,
            "poor_income_minor": self.poor_income_minor,
            "income_spread": six(self.income_spread),
            "essentials_minor": self.essentials_minor,
            "seen_minor": self.seen_minor,
            "unseen_minor": self.unseen_minor,
            "service_minor": self.service_minor,
            "limits_minor": self.limits_minor,
            "oi": six(self.oi),
            "chance": six(self.chance),
            "chance_band": self.chance_band,
            "ratio": six(self.ratio),
            "band": self.band,
            "overflow_minor": self.overflow_minor,
            "standing": self.standing,
        }

    def explained(self) -> dict[str, object]:
        """Give what an explanation adds to the figures: what each factor does, the smallest change, and the index at other terms."""
        return {
            "oi_now": six(self.oi_now),
            "oi_long": six(self.oi_long),
            "reference_chance": six(self.reference_chance),
            "parts": {name: six(part) for name, part in self.parts},
            "change": self.change._asdict(),
        }


def six(value: float) -> str:
    """Write a statistic with six digits after the point; "inf" where there is no end to it."""
    return f"{value + 0.0:.6f}" if math.isfinite(value) else "inf"


def draw_line(evidence: Means, asked: Asked, policy: Policy) -> Drawn | Refused:
    """Draw the load line of a borrower who has or asks for a limit.

    Refuses load_income_missing (no line at all, neither high nor low), load_evidence_absurd, currency_must_match.
    """
    carried = carry(evidence, policy)
    return carried if isinstance(carried, Refused) else laden(carried, asked)


def carry(evidence: Means, policy: Policy) -> Carried | Refused:
    """Give what a borrower can carry, whatever is asked for; refuses as `draw_line` does."""
    refused = refuse_means(evidence)
    if refused is not None:
        return refused
    income = pool(evidence.incomes, policy)
    median, poor = income.median(), income.at(policy.percentile_z)
    costs = essentials(evidence, median, policy)
    debts = service(evidence, median, policy)
    stress_ppb = whole(stressed(policy.stress) * PPB, UP)
    free = max(min(policy.kappa * (poor - costs.minor), policy.service_share * poor), 0.0)
    room_minor = whole(max(free - debts.minor, 0.0), DOWN)
    return Carried(
        evidence=evidence,
        policy=policy,
        income=income,
        essentials=costs,
        debts=debts,
        poor=poor,
        stress_ppb=stress_ppb,
        room_minor=room_minor,
        capacity_minor=room_minor * PPB // stress_ppb,
        whole_capacity_minor=whole(free, DOWN) * PPB // stress_ppb,
        others_minor=sum(max(debt.limit_minor, debt.balance_minor) for debt in evidence.debts),
    )


def laden(carried: Carried, asked: Asked) -> Drawn:
    """Draw the load line under a limit: how laden the borrower is with all of it in use."""
    load = Load(carried.income, carried.essentials, carried.debts, float(asked.limit_minor), annuity(asked.rate, asked.months))
    limits_minor = asked.limit_minor + carried.others_minor
    able = carried.whole_capacity_minor
    ratio = limits_minor / able if able else math.inf if limits_minor else 0.0
    return Drawn(carried, asked, load, limits_minor, chance(load), ratio)


def overflow_index(load: Load) -> float:
    """Give debt service over what is left of the median income after essentials; infinite where nothing is left and debt is due."""
    due = load.debts.minor + load.principal * load.weight
    left = load.income.median() - load.essentials.minor
    if left > 0:
        return due / left
    return math.inf if due > 0 else 0.0


def chance(load: Load) -> float:
    """Give P(OI > 1): the chance that a month's income is below essentials and debt service together."""
    need = load.essentials.minor + load.debts.minor + load.principal * load.weight
    if need <= 0:
        return 0.0
    variance = load.income.sigma**2 + (load.essentials.deviation**2 + load.debts.deviation**2) / need**2
    return 0.5 * math.erfc((load.income.mu - math.log(need)) / math.sqrt(2 * variance))


def reference_load(policy: Policy) -> Load:
    """Give the load of the borrower that an explanation compares with."""
    like = policy.reference
    return Load(
        Spread(math.log(like.income_minor), policy.spread["verified"]),
        Essentials(like.essentials_minor, policy.essentials_spread * like.essentials_minor),
        Service(like.debts_minor, 0.0, 0.0),
        like.principal_minor,
        annuity(like.rate, like.months),
    )


def explain(load: Load, policy: Policy) -> tuple[tuple[str, float], ...]:
    """Give what each of the five factors adds to the chance of the reference borrower: together the borrower's chance."""
    pairs = tuple(zip(reference_load(policy), load, strict=True))

    def worth(chosen: int) -> float:
        income, costs, debts, principal, weight = (pair[chosen >> n & 1] for n, pair in enumerate(pairs))
        return chance(Load(income, costs, debts, principal, weight))  # type: ignore[arg-type]

    return tuple(zip(FACTORS, shapley(len(FACTORS), worth), strict=True))


def _companions(evidence: Means, load: Load, policy: Policy) -> tuple[tuple[str, float, float], ...]:
    """Give figures that other countries watch, each with its line: service over income, debt over a year's and over a month's income."""
    income = load.income.median()
    debt = load.principal + sum(debt.balance_minor for debt in evidence.debts)
    told = {
        "service_share": (load.debts.minor + load.principal * load.weight) / income,
        "debt_of_year": debt / (12 * income),
        "debt_of_month": debt / income,
    }
    return tuple((name, value, policy.companions[name]) for name, value in told.items())
