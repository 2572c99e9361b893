"""The instalments of a plan, worked out by the kernel as it will ask for them once the plan is booked; and terms that cannot be a plan.

All unpaid principal is spread again; interest, penalty and fee that are unpaid and not waived fall due with the first instalment.
"""

from typing import NamedTuple

from plimsoll.loan.facts import SAME_REPAYMENT, Fact, rescheduled
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import EQUAL_INSTALMENT, PAUSED
from plimsoll.loan.state import read_promise
from plimsoll.loan.terms import DueDays, LoanRate, LoanTerms, write_loan
from plimsoll.units.days import MONTHS, PER_DAY, step_from
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

DAYS_A_YEAR = 365


class Owed(NamedTuple):
    """What is owed on a day, in minor units, with the contract rate and how late it is; `terms_left` are the instalments to come.

    `rests_until` is the first day on which a loan earns again that rests on the day, 0 where it does not rest.
    """

    currency: str
    on: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    rate: LoanRate
    late_days: int = 0
    terms_left: int = 12
    rests_until: int = 0

    @property
    def total_minor(self) -> int:
        """Give all that is owed."""
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fee_minor


class Choice(NamedTuple):
    """The terms of a plan: a yearly rate (None as the contract), instalments a month apart, what is waived, months before they begin."""

    rate: Rate | None
    terms: int
    penalty_waived_minor: int = 0
    interest_waived_minor: int = 0
    holiday: int = 0

    @property
    def waived_minor(self) -> int:
        """Give what is waived."""
        return self.penalty_waived_minor + self.interest_waived_minor


class Payment(NamedTuple):
    """One payment of a plan in minor units: principal, interest of the plan, and what was owed before that comes due with it."""

    due_on: int
    principal_minor: int
    interest_minor: int
    arrears_minor: int
    balance_minor: int  # principal left after it

    @property
    def minor(self) -> int:
        """Give what is asked."""
        return self.principal_minor + self.interest_minor + self.arrears_minor


def rate_a_year(rate: Rate, day_count: int) -> LoanRate:
    """Give a yearly rate in the unit of a loan: where that counts by the day, a 365th a day, exactly."""
    return LoanRate(rate.num, rate.den * DAYS_A_YEAR if day_count == PER_DAY else rate.den, day_count)


def yearly(rate: LoanRate) -> float:
    """Give a contract rate as a yearly one, for statistics."""
    num, den = rate.day_fraction()
    return num * DAYS_A_YEAR / den if rate.day_count == PER_DAY else rate.num / rate.den


def due_days(on: int, terms: int, holiday: int) -> DueDays:
    """Give the due days of a plan: one month apart, the first one month after the day or after its holiday."""
    return DueDays(terms, MONTHS, 1, step_from(on, MONTHS, 1, holiday), (), 1)


def payments(owed: Owed, choice: Choice) -> tuple[Payment, ...]:
    """Give what a plan asks for. The choice must not be one that `refuse_choice` refuses."""
    rate = owed.rate if choice.rate is None else rate_a_year(choice.rate, owed.rate.day_count)
    due = due_days(owed.on, choice.terms, choice.holiday)
    terms = write_loan(
        LoanTerms(
            currency=owed.currency,
            principal_minor=owed.principal_minor,
            rate=rate,
            repayment=EQUAL_INSTALMENT,
            disbursed_on=owed.on,
            due=due,
        )
    )
    facts: tuple[Fact, ...] = ()
    if owed.rests_until > owed.on:
        rest = Fact(PAUSED, owed.on, 0, owed.rests_until, owed.on)
        facts = (rest, rescheduled(owed.on, None, (0, 1), SAME_REPAYMENT, due))
    standing = fold(terms, facts, owed.on)
    assert not isinstance(standing, Refused), "a new loan may rest, and be levelled again"
    arrears = owed.total_minor - owed.principal_minor - choice.waived_minor
    return tuple(
        Payment(one.due_on, one.principal, one.interest, arrears if n == 0 else 0, one.balance)
        for n, one in enumerate(read_promise(terms, standing))
    )


def refuse_choice(owed: Owed, choice: Choice, terms_max: int) -> Refused | None:
    """Refuse terms that cannot be: nothing_owed, plan_too_long, plan_rate_above_contract, plan_waives_too_much."""
    if owed.principal_minor <= 0:
        return Refused("nothing_owed")
    if not 0 < choice.terms <= terms_max:
        return Refused("plan_too_long", "CN.PLAN.CARD.MAX", f"{choice.terms} instalments, 1 to {terms_max}")
    if choice.rate is not None:
        asked, held = rate_a_year(choice.rate, owed.rate.day_count), owed.rate
        if asked.num * held.den > held.num * asked.den:
            return Refused("plan_rate_above_contract", "", f"{choice.rate.text()} a year")
    if not (0 <= choice.penalty_waived_minor <= owed.penalty_minor and 0 <= choice.interest_waived_minor <= owed.interest_minor):
        return Refused("plan_waives_too_much", "", f"{choice.waived_minor} of {owed.penalty_minor + owed.interest_minor} in minor units")
    if choice.interest_waived_minor and choice.penalty_waived_minor < owed.penalty_minor:
        return Refused("plan_waives_out_of_order", "", "penalty is waived before interest")
    return None
