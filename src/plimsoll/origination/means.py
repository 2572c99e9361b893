"""What an applicant lives on, from the evidence: every proof of income with how it is known, debts as the bureau shows them.

Sources that contradict each other are pooled with a wider spread, so that a reviewer sees where the line would lie; the decision itself
goes to a person then, because the feature has no value.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.risk.evidence import PROVEN, SAYS, Reading
from plimsoll.risk.load.means import Debt, Income, Means
from plimsoll.rulebook.feature import Value
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate

INCOME: Final = "income_monthly_minor"
DUE, BALANCE, LIMITS = "bureau_monthly_due_minor", "bureau_debt_minor", "bureau_limit_minor"
VERIFIED, INFERRED, STATED = "verified", "inferred", "stated"
BUREAU: Final = "bureau"


class Unknown(NamedTuple):
    """What is taken where the evidence says nothing of a household, and how much of the debts elsewhere a source shows."""

    visibility: Mapping[str, float]  # by source, 0 for one that is not named
    city_tier: str
    persons: int


def unknown_of(rules: Rules, on: date) -> Unknown:
    """Give what the rules say on a day."""
    seen, household = rules.value("POLICY.DECIDE.VISIBILITY", on), rules.value("POLICY.DECIDE.HOUSEHOLD", on)
    assert isinstance(seen, Mapping)
    assert isinstance(household, Mapping)
    tier, persons = household["tier"], household["persons"]
    assert isinstance(tier, str)
    assert isinstance(persons, int)
    return Unknown({name: _share(value) for name, value in seen.items()}, tier, persons)


def _share(value: object) -> float:
    assert isinstance(value, Rate)
    return value.num / value.den


def means_of(readings: Mapping[str, Reading], values: Mapping[str, Value | None], unknown: Unknown, currency: str) -> Means:
    """Give the means that a load line is drawn from; without a usable income there is none in them."""
    income = readings.get(INCOME)
    incomes = () if income is None else tuple(_income(item.source, item.kind, item.value) for item in income.heard if item.value)
    return Means(incomes, _debts(values), _visibility(readings, values, unknown), unknown.persons, unknown.city_tier, currency=currency)


def _income(source: str, kind: str, value: Value | None) -> Income:
    """Give one proof of income; how it is known follows from the source and from what it calls itself."""
    assert type(value) is int, "income is money"
    known = STATED if source == SAYS else VERIFIED if kind in PROVEN else STATED if kind == STATED else INFERRED
    return Income(f"{source}:{kind}" if kind else source, value, known)


def _debts(values: Mapping[str, Value | None]) -> tuple[Debt, ...]:
    """Give debts elsewhere as one: what is due a month is what the bureau says, however long it goes on."""
    due, balance, limits = (_amount(values.get(name)) for name in (DUE, BALANCE, LIMITS))
    return (Debt(BUREAU, False, due, balance, limits),) if due or balance or limits else ()


def _amount(value: Value | None) -> int:
    return value if type(value) is int else 0


def _visibility(readings: Mapping[str, Reading], values: Mapping[str, Value | None], unknown: Unknown) -> float:
    """Give how much of the debts elsewhere is seen: by the source that told what is due a month; nothing where none did."""
    if values.get(DUE) is None:
        return 0.0
    told = readings.get(DUE)
    source = told.item.source if told is not None and told.item is not None else BUREAU
    return unknown.visibility.get(source, 0.0)
