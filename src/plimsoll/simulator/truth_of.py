"""The truth about a made-up borrower, drawn from who they are: what scores and load lines can find out only from its traces.

Types overlap: a score tells them apart about as well as scores do in life, and no better.
"""

from random import Random
from typing import Final, NamedTuple

from plimsoll.app.sources.truth import Truth
from plimsoll.simulator.people import Person


class Trace(NamedTuple):
    """What a hidden type leaves behind on average: a platform score, debts and dues as shares of income, and habits."""

    score: int
    dues: float  # monthly dues to others, of income
    lenders: float
    inquiries: float
    late: float  # times past due in two years
    dpd: int  # the longest of them
    overdue: float  # chance of something past due now
    spends: float  # of income
    gap: int  # days between money running out and payday
    night: float
    returned: float
    saved: float  # liquid assets, in months of income


TRACES: Final = {
    "pays in full": Trace(752, 0.06, 1.0, 0.4, 0.1, 4, 0.00, 0.45, 1, 0.03, 0.03, 5.0),
    "pays the minimum": Trace(690, 0.18, 2.0, 1.0, 0.4, 8, 0.01, 0.62, 4, 0.06, 0.05, 1.5),
    "forgetful": Trace(684, 0.10, 1.4, 0.7, 2.2, 9, 0.05, 0.52, 3, 0.06, 0.05, 3.0),
    "stretched": Trace(622, 0.34, 3.6, 2.8, 1.6, 24, 0.08, 0.78, 9, 0.11, 0.08, 0.4),
    "defaulter": Trace(598, 0.38, 4.4, 4.0, 2.4, 48, 0.15, 0.86, 13, 0.18, 0.12, 0.2),
}
"""By name of the type in `people.KINDS`; order of the house, so that the score alone ranks defaulters with an AUC of about 0.9."""

LOOKS: Final = {"stretched": 0.35, "defaulter": 0.30}
"""Chance that the trouble of a type does not show yet: its traces are then those of somebody who pays, and no score can tell."""

SEEMS: Final = ("pays in full", "pays the minimum", "pays the minimum")
SCORE_SPREAD: Final = 48
FORMAL_SHARE: Final = 0.7
"""Share of people with a payroll; the others are paid into an account, and some pay tax on it."""

DUES_TO_DEBT_MONTHS: Final = 14
"""What is owed to others, in months of what falls due: mostly instalments of a year or two, half paid."""


def truth_of(person: Person, seed: int) -> Truth:
    """Give the truth about a borrower, always the same for a seed."""
    chance = Random(f"{seed}:truth:{person.customer_id}")  # noqa: S311 -- people are made up, nothing is secret
    name = person.kind.name
    trace = TRACES[chance.choice(SEEMS) if chance.random() < LOOKS.get(name, 0.0) else name]
    income = person.income_minor
    dues = round(income * trace.dues * chance.lognormvariate(0, 0.5))
    lenders = _count(trace.lenders, chance) if dues > income // 50 else 0
    dues = dues if lenders else 0
    late = _count(trace.late, chance)
    debt = dues * DUES_TO_DEBT_MONTHS
    return Truth(
        age_years=min(max(round(chance.gauss(33, 8)), 19), 62),
        is_student=False,
        platform_score=min(max(round(chance.gauss(trace.score, SCORE_SPREAD)), 350), 950),
        income_minor=income,
        proofs=_proofs(chance),
        employment_months=round(chance.lognormvariate(3.2, 0.9)),
        debt_minor=debt,
        debt_limit_minor=round(debt * chance.uniform(1.0, 1.8)),
        debt_monthly_minor=dues,
        debt_seen_ppm=1_000_000 if chance.random() < 0.7 else round(chance.uniform(0.4, 1.0) * 1_000_000),
        overdue_minor=round(dues * chance.uniform(0.3, 1.0)) if chance.random() < trace.overdue else 0,
        lenders=lenders,
        lenders_new=min(_count(trace.lenders / 8, chance), lenders),
        inquiries=_count(trace.inquiries, chance),
        delinquencies=late,
        dpd_worst=max(1, round(trace.dpd * chance.lognormvariate(0, 0.6))) if late else 0,
        spend_minor=round(income * trace.spends * chance.lognormvariate(0, 0.2)),
        returned_ppm=_share(trace.returned, chance),
        night_ppm=_share(trace.night, chance),
        payday_gap_days=min(_count(trace.gap, chance), 30),
        assets_minor=round(income * trace.saved * chance.lognormvariate(0, 0.8)),
        is_device_new=chance.random() < 0.1,
    )


def _proofs(chance: Random) -> tuple[str, ...]:
    """Give the ways in which an income can be proved: most by payroll and account, some by the account alone."""
    if chance.random() < FORMAL_SHARE:
        return ("payroll", "tax", "inflow") if chance.random() < 0.6 else ("payroll", "inflow")
    return ("tax", "inflow") if chance.random() < 0.2 else ("inflow",)


def _share(mean: float, chance: Random) -> int:
    return min(round(mean * chance.lognormvariate(0, 0.4) * 1_000_000), 1_000_000)


def _count(mean: float, chance: Random) -> int:
    """Draw a count around a mean (Knuth's way for a Poisson number, which is quick for small means)."""
    most, product, count = 2.718281828459045**-mean, chance.random(), 0
    while product > most:
        product *= chance.random()
        count += 1
    return count
