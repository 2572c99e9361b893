"""What the contract of a bad loan asks as it stands on a day, and since when the loan has been in default."""

from collections.abc import Iterable
from typing import Final

from plimsoll.disposal.eba.permitted import AT_ONCE, HALF_YEARLY, MONTHLY, OTHER, QUARTERLY, YEARLY
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import (
    BULLET,
    CHARGED_OFF_FACT,
    NOTED,
    PRINCIPAL_FIRST_FROM_DAYS,
    REVERSED,
    S_RATE_DEN,
    S_RATE_NUM,
    S_REPAYMENT,
    S_STEP,
    S_STEP_UNIT,
    T_DAY_COUNT,
)
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.risk.plan.instalments import DAYS_A_YEAR
from plimsoll.units.days import MONTHS, PER_DAY, basis

FIRST_BUCKET, BAD_BUCKET = 1, 4
"""The buckets that begin with the first day past due and with the 91st (loan/classes.py)."""
_EVERY: Final = {1: MONTHLY, 3: QUARTERLY, 6: HALF_YEARLY, 12: YEARLY}


def rate_a_year(terms: Terms, standing: Standing) -> tuple[int, int]:
    """Give the contract rate of a year as it stands, numerator and denominator; a daily rate times 365."""
    day_count = terms.vector[T_DAY_COUNT]
    return standing.s[S_RATE_NUM] * (DAYS_A_YEAR if day_count == PER_DAY else basis(day_count)), standing.s[S_RATE_DEN]


def payments_every(terms: Terms, standing: Standing) -> str:
    """Give how often payments fall due as the contract stands; the bills of an account are monthly."""
    if terms.kind != LOAN:
        return MONTHLY
    if standing.s[S_REPAYMENT] == BULLET:
        return AT_ONCE
    return _EVERY.get(standing.s[S_STEP], OTHER) if standing.s[S_STEP_UNIT] == MONTHS else OTHER


def defaulted_on(facts: Iterable[Fact], days: int, day: int) -> int:
    """Give the day on which the default that stands on a day began, as a day number; 0 for none.

    Default begins 91 days past due, or with the write-off where that was earlier. It goes back to the first 91st day since lateness last
    began anew, as the close noted it: money that makes a loan less late does not end it. Without notes the days past due tell.
    """
    held = list(facts)
    undone = {fact.a for fact in held if fact.kind == REVERSED and fact.on <= day}
    noted = 0
    for fact in held:
        if fact.kind == NOTED and fact.on <= day:
            if fact.a <= FIRST_BUCKET:
                noted = 0
            elif fact.a >= BAD_BUCKET and not noted:
                noted = fact.on
    if not noted and days >= PRINCIPAL_FIRST_FROM_DAYS:
        noted = day - days + PRINCIPAL_FIRST_FROM_DAYS
    off = [fact.on for n, fact in enumerate(held, 1) if fact.kind == CHARGED_OFF_FACT and n not in undone and fact.on <= day]
    return min(one for one in (noted, *off) if one) if noted or off else 0
