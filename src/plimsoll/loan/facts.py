"""What can happen to a loan: kinds of facts, their names, and why the kernel refuses one."""

from typing import NamedTuple

from plimsoll.loan.layout import (
    BAD_AMOUNT,
    BAD_DUE_DAYS,
    BAD_PAUSE,
    BAD_PLAN,
    BEFORE_START,
    BILL_NOT_OPEN,
    CHARGED_OFF_FACT,
    CONVERTED,
    FEE,
    INTEREST,
    IS_CHARGED_OFF,
    NO_BILL,
    NO_PURCHASE,
    NO_SUCH_FACT,
    NOT_CHARGED_OFF,
    NOTED,
    NOTHING_OWED,
    PAUSED,
    PENALTY,
    PURCHASED,
    RECOVERED,
    RECOVERS_TOO_MUCH,
    REFUNDED,
    REFUNDS_TOO_MUCH,
    REPAID,
    RESCHEDULED,
    REVERSED,
    REVERSED_TWICE,
    REVERSES_REVERSAL,
    SETTLED,
    TRANSFERRED,
    UNKNOWN_KIND,
    WAIVED,
    WAIVES_TOO_MUCH,
)
from plimsoll.loan.terms import DueDays, LoanRate
from plimsoll.units.days import basis

KINDS = {
    "repaid": REPAID,
    "settled": SETTLED,
    "refunded": REFUNDED,
    "waived": WAIVED,
    "reversed": REVERSED,
    "rescheduled": RESCHEDULED,
    "paused": PAUSED,
    "charged_off": CHARGED_OFF_FACT,
    "recovered": RECOVERED,
    "purchased": PURCHASED,
    "converted": CONVERTED,
    "noted": NOTED,
    "transferred": TRANSFERRED,
}
NAMES = {kind: name for name, kind in KINDS.items()}
COMPONENTS = {"penalty": PENALTY, "interest": INTEREST, "fee": FEE}

# Kernel code -> code of units.refusal.
REFUSALS = {
    NO_SUCH_FACT: "fact_unknown",
    REVERSES_REVERSAL: "reversal_of_reversal",
    REVERSED_TWICE: "already_reversed",
    BEFORE_START: "fact_before_disbursement",
    IS_CHARGED_OFF: "loan_charged_off",
    NOT_CHARGED_OFF: "not_charged_off",
    WAIVES_TOO_MUCH: "waiver_exceeds_owed",
    RECOVERS_TOO_MUCH: "recovery_exceeds_claim",
    NOTHING_OWED: "nothing_owed",
    REFUNDS_TOO_MUCH: "refund_exceeds_purchase",
    BAD_DUE_DAYS: "reschedule_malformed",
    BAD_PAUSE: "pause_malformed",
    NO_BILL: "bill_unknown",
    BILL_NOT_OPEN: "bill_not_open",
    BAD_PLAN: "plan_terms_not_offered",
    UNKNOWN_KIND: "fact_kind_unknown",
    BAD_AMOUNT: "amount_must_be_positive",
    NO_PURCHASE: "purchase_unknown",
}


class Fact(NamedTuple):
    """One fact of a loan. `on` is its effective day; what `a`, `b` and `more` mean depends on the kind (layout)."""

    kind: int
    on: int
    amount_minor: int = 0
    a: int = 0
    b: int = 0
    more: tuple[int, ...] = ()


PREPAYS, FOR_COMING = 0, 1
"""`a` of a REPAID fact of a loan: money above the sums due is paid ahead at once, or is for the coming instalment."""

CASH_GIVEN = 1
"""`a` of a SETTLED fact whose amount is the cash that came."""

SAME_REPAYMENT = -1
"""Way to repay of a reschedule that leaves it as it was."""


def rescheduled(on: int, rate: LoanRate | None, penalty: tuple[int, int], repayment: int, due: DueDays) -> Fact:
    """Give the fact of a reschedule: a new rate and daily penalty rate, a way to repay, due days.

    Without a rate, with SAME_REPAYMENT or without due days, that part stays as it was.
    """
    num, den = (rate.num, rate.den * basis(rate.day_count)) if rate is not None else (0, 0)
    more = (num, den, *penalty, repayment, due.unit, due.step, due.first, due.count, due.skip, *due.given)
    return Fact(RESCHEDULED, on, 0, 0, 0, more)


def in_instalments(count: int, fee: tuple[int, int], *, by_merchant: bool) -> tuple[int, ...]:
    """Give `more` of a purchase or conversion in `count` instalments: `fee` of the amount (numerator, denominator), and who pays it."""
    return (count, *fee, 1 if by_merchant else 0)
