"""The figures of the rulebook that a price is made by, read once for a day."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate


class Costs(NamedTuple):
    """What a loan costs the lender, as shares of the amount lent or rates a year; `opex` and `prepay` are shares a month."""

    lgd: float
    funding: float
    equity: float
    equity_cost: float
    opex: float
    acquisition: float
    prepay: float
    schedule: float


@dataclass(frozen=True, slots=True)
class PricePolicy:
    """What the rules of price say on a day. Grades run from the best to the worst; `shape` is the weight of default by month."""

    on: date
    costs: Costs
    shape: tuple[float, ...]
    grades: tuple[tuple[str, float], ...]  # with the greatest chance of default within twelve months
    margins: dict[str, float]
    months: dict[str, int]
    step: Rate

    def grade(self, pd: float) -> str:
        """Give the grade of a chance of default within twelve months; the last grade takes what is above every bound."""
        return next((grade for grade, most in self.grades if pd <= most), self.grades[-1][0])


def price_policy(rules: Rules, on: date) -> PricePolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force where a rule has no value then."""
    shape = figures(rules, "POLICY.PRICE.PD.SHAPE", on)
    step = rules.rate("POLICY.PRICE.STEP", on)
    assert step is not None, "the rule has no end"
    return PricePolicy(
        on=on,
        costs=Costs(**figures(rules, "POLICY.PRICE.COST", on)),
        shape=tuple(shape[month] for month in sorted(shape)),
        grades=tuple(sorted(figures(rules, "POLICY.PRICE.GRADE.PD", on).items(), key=_bound)),
        margins=dict(figures(rules, "POLICY.PRICE.GRADE.MARGIN", on)),
        months={grade: int(months) for grade, months in figures(rules, "POLICY.PRICE.GRADE.MONTHS", on).items()},
        step=step,
    )


def _bound(grade: tuple[str, float]) -> float:
    return grade[1]
