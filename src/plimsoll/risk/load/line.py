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
class Drawn:
    """A load line with what it was drawn from. Amounts in minor units, rounded against the borrower's limit; `oi`, `chance` are statistics.

    `room_minor` may fall due in a month on all loans of the house together, `capacity_minor` is the principal of them all, and
    `whole_capacity_minor` what could be carried if no other lender were to be paid. `ratio` is total limits over that. `chance` is
    P(OI > 1) with the whole limit in use, `oi_now` the index at what is in use, `oi_long` the index over the long term.
    """

    currency: str
    capacity_minor: int
    room_minor: int
    stress_ppb: int
    whole_capacity_minor: int
    income_minor: int
    poor_income_minor: int
    income_spread: float
    essentials_minor: int
    seen_minor: int
    unseen_minor: int
    service_minor: int
    limits_minor: int
    oi: float
    oi_now: float
    oi_long: float
    chance: float
    chance_band: str
    ratio: float
    band: str
    overflow_minor: int
    standing: str
    reference_chance: float
    parts: tuple[tuple[str, float], ...]
    change: Change
    companions: tuple[tuple[str, float, float], ...]

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
            "oi_now": six(self.oi_now),
            "oi_long": six(self.oi_long),
            "chance": six(self.chance),
            "chance_band": self.chance_band,
            "ratio": six(self.ratio),
            "band": self.band,
            "overflow_minor": self.overflow_minor,
            "standing": self.standing,
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
    capacity_minor = room_minor * PPB // stress_ppb
    whole_capacity_minor = whole(free, DOWN) * PPB // stress_ppb
    load = Load(income, costs, debts, float(asked.limit_minor), annuity(asked.rate, asked.months))
    likely = chance(load)
    limits_minor = asked.limit_minor + sum(max(debt.limit_minor, debt.balance_minor) for debt in evidence.debts)
    ratio = limits_minor / whole_capacity_minor if whole_capacity_minor else math.inf if limits_minor else 0.0
    base, parts = explain(load, policy)
    return Drawn(
        currency=evidence.currency,
        capacity_minor=capacity_minor,
        room_minor=room_minor,
        stress_ppb=stress_ppb,
        whole_capacity_minor=whole_capacity_minor,
        income_minor=whole(median, NEAREST),
        poor_income_minor=whole(poor, NEAREST),
        income_spread=income.sigma,
        essentials_minor=whole(costs.minor, UP),
        seen_minor=whole(debts.seen, UP),
        unseen_minor=whole(debts.unseen, UP),
        service_minor=whole(load.principal * load.weight, UP),
        limits_minor=limits_minor,
        oi=overflow_index(load),
        oi_now=overflow_index(load._replace(principal=float(asked.balance_minor))),
        oi_long=overflow_index(load._replace(weight=annuity(asked.rate, policy.long_months))),
        chance=likely,
        chance_band=CHANCES[(likely >= policy.chance_watch) + (likely >= policy.chance_flag)],
        ratio=ratio,
        band=BANDS[(ratio >= policy.watch) + (ratio > policy.over) + (ratio > policy.severe)],
        overflow_minor=max(asked.limit_minor - capacity_minor, 0),
        standing=FIT if asked.limit_minor <= capacity_minor else LATENT if asked.balance_minor <= capacity_minor else ACTIVE,
        reference_chance=base,
        parts=parts,
        change=smallest_change(asked, capacity_minor, room_minor, policy.long_months),
        companions=_companions(evidence, load, policy),
    )


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


def explain(load: Load, policy: Policy) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Give the chance of the reference borrower, and what each of the five factors adds to it: together the borrower's chance."""
    like = policy.reference
    reference = Load(
        Spread(math.log(like.income_minor), policy.spread["verified"]),
        Essentials(like.essentials_minor, policy.essentials_spread * like.essentials_minor),
        Service(like.debts_minor, 0.0, 0.0),
        like.principal_minor,
        annuity(like.rate, like.months),
    )
    pairs = tuple(zip(reference, load, strict=True))

    def worth(chosen: int) -> float:
        income, costs, debts, principal, weight = (pair[chosen >> n & 1] for n, pair in enumerate(pairs))
        return chance(Load(income, costs, debts, principal, weight))  # type: ignore[arg-type]

    return chance(reference), tuple(zip(FACTORS, shapley(len(FACTORS), worth), strict=True))


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
