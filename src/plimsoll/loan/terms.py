"""The terms of a loan or of a pay-later account: what was promised on the day it began."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plimsoll.loan.layout import (
    A_BILL_DAY,
    A_DUE_DAY,
    A_MIN_DEN,
    A_MIN_NUM,
    BY_AGE,
    EQUAL_INSTALMENT,
    LOWER_INSTALMENT,
    R_SIZE,
    S_LEVEL,
    S_SIZE,
    T_ALLOCATION,
    T_DAY_COUNT,
    T_DISBURSED_ON,
    T_DUES,
    T_GRACE_DAYS,
    T_INSTALMENT,
    T_PENALTY_DEN,
    T_PENALTY_NUM,
    T_PRINCIPAL,
    T_RATE_DEN,
    T_RATE_NUM,
    T_SIZE,
    T_STORED,
    T_TOLERANCE,
)
from plimsoll.loan.life import begin
from plimsoll.units.days import NO_STEP, PER_DAY, basis, step_from

LOAN, ACCOUNT = 1, 2
INSTALMENTS_MAX = 600


class LoanRate(NamedTuple):
    """A contract rate: `num / den` a day (PER_DAY) or a year (any other day count)."""

    num: int
    den: int
    day_count: int = PER_DAY

    def day_fraction(self) -> tuple[int, int]:
        """Give the rate of one day as numerator and denominator; a year has 360 days in the 360 counts, else 365."""
        return self.num, self.den * (1 if self.day_count == PER_DAY else 360 if basis(self.day_count) == 360 else 365)


@dataclass(frozen=True, slots=True)
class DueDays:
    """When instalments fall due: `count` days by `step` units, or the days `given` in full (a step then only counts days).

    `first` is the first due day, or, with `skip` 1, the day of the draw one step before it: so a draw on the 31st falls due on the
    last day of short months and on the 31st of the others.
    """

    count: int
    unit: int = NO_STEP
    step: int = 0
    first: int = 0
    given: tuple[int, ...] = ()
    skip: int = 0

    def days(self) -> tuple[int, ...]:
        """Give every due day, in order."""
        return self.given or tuple(step_from(self.first, self.unit, self.step, i + self.skip) for i in range(self.count))


NO_DUE_DAYS = DueDays(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """The terms of one loan, amounts in minor units. `fee_minor` is what the borrower pays, `merchant_fee_minor` what the merchant pays."""

    currency: str
    principal_minor: int
    rate: LoanRate
    repayment: int
    disbursed_on: int
    due: DueDays = NO_DUE_DAYS
    fee_minor: int = 0
    merchant_fee_minor: int = 0
    penalty_num: int = 0
    penalty_den: int = 1
    grace_days: int = 0
    allocation: int = BY_AGE
    prepayment: int = LOWER_INSTALMENT
    min_days: int = 0
    tolerance_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTerms:
    """The terms of a pay-later account: bill day, due day, minimum payment, and daily rates for what revolves and what is late."""

    currency: str
    opened_on: int
    bill_day: int
    due_day: int
    min_payment: tuple[int, int]
    revolving: tuple[int, int] = (0, 1)
    penalty: tuple[int, int] = (0, 1)
    grace_days: int = 0
    allocation: int = BY_AGE
    tolerance_minor: int = 0


class Terms(NamedTuple):
    """Terms as the kernel reads them: a vector (T_* in layout), and due days where they are given in full."""

    kind: int
    currency: str
    vector: tuple[int, ...]
    dues: tuple[int, ...] = ()

    def pack(self) -> tuple[int, ...]:
        """Give the terms as whole numbers, for a store: kind, vector, due days, and what joined the vector later, if anything."""
        return (self.kind, *self.vector[:T_STORED], *self.dues, *(self.vector[T_STORED:] if any(self.vector[T_STORED:]) else ()))

    @classmethod
    def unpack(cls, currency: str, ints: Sequence[int]) -> "Terms":
        """Give back the terms that `pack` wrote."""
        dues_end = 1 + T_STORED + (ints[1 + T_DUES] if ints[0] == LOAN else 0)
        later = ints[dues_end:] or [0] * (T_SIZE - T_STORED)
        return cls(ints[0], currency, (*ints[1 : 1 + T_STORED], *later), tuple(ints[1 + T_STORED : dues_end]))


def penalty_rate(rate: LoanRate, multiple: tuple[int, int], cap_per_year: tuple[int, int]) -> tuple[int, int]:
    """Give the daily penalty rate min(multiple × contract daily rate, cap ÷ 365), exactly, as numerator and denominator.

    The cap keeps 1.5 × contract rate under the all-in cost cap (CN.PENALTY.MULT).
    """
    day_num, day_den = rate.day_fraction()
    num, den = day_num * multiple[0], day_den * multiple[1]
    cap_num, cap_den = cap_per_year[0], cap_per_year[1] * 365
    return (num, den) if num * cap_den <= cap_num * den else (cap_num, cap_den)


def write_loan(terms: LoanTerms) -> Terms:
    """Give the kernel's form of a loan's terms; the level instalment is worked out here, once."""
    due = terms.due
    vector = [
        terms.principal_minor,
        terms.rate.num,
        terms.rate.den * basis(terms.rate.day_count),
        terms.rate.day_count,
        terms.repayment,
        terms.disbursed_on,
        due.unit,
        due.step,
        due.first,
        due.count,
        0,
        terms.fee_minor,
        terms.merchant_fee_minor,
        terms.penalty_num,
        terms.penalty_den,
        terms.grace_days,
        terms.allocation,
        terms.prepayment,
        terms.min_days,
        len(due.given),
        due.skip,
        terms.tolerance_minor,
    ]
    s = [0] * S_SIZE
    rows = [0] * (due.count * R_SIZE)
    begin(vector, due.given, 0, s, rows)
    if terms.repayment == EQUAL_INSTALMENT:
        vector[T_INSTALMENT] = s[S_LEVEL]
    return Terms(LOAN, terms.currency, tuple(vector), due.given)


def write_account(terms: AccountTerms) -> Terms:
    """Give the kernel's form of an account's terms."""
    vector = [0] * T_SIZE
    vector[T_RATE_NUM], vector[T_RATE_DEN] = terms.revolving
    vector[T_PENALTY_NUM], vector[T_PENALTY_DEN] = terms.penalty
    vector[T_DAY_COUNT] = PER_DAY
    vector[T_DISBURSED_ON] = terms.opened_on
    vector[A_BILL_DAY] = terms.bill_day
    vector[A_DUE_DAY] = terms.due_day
    vector[A_MIN_NUM], vector[A_MIN_DEN] = terms.min_payment
    vector[T_GRACE_DAYS] = terms.grace_days
    vector[T_ALLOCATION] = terms.allocation
    vector[T_TOLERANCE] = terms.tolerance_minor
    return Terms(ACCOUNT, terms.currency, tuple(vector))


def principal_of(terms: Terms) -> int:
    """Give the amount lent, in minor units (0 for an account: its purchases are facts)."""
    return terms.vector[T_PRINCIPAL] if terms.kind == LOAN else 0


def begun_on(terms: Terms) -> int:
    """Give the day of disbursement, or of opening."""
    return terms.vector[T_DISBURSED_ON]


def given_dues(terms: Terms) -> int:
    """Give how many due days were given in full."""
    return terms.vector[T_DUES] if terms.kind == LOAN else 0
