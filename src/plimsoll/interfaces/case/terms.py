"""Read the terms of a loan or of a pay-later account from a case."""

import itertools

from plimsoll.interfaces.case.fields import (
    Fields,
    day_of,
    known,
    needed,
    read_amount,
    read_choice,
    read_count,
    read_day,
    read_list,
    read_rate,
)
from plimsoll.loan.layout import BULLET, BY_AGE, FEE_PLAN, LOWER_INSTALMENT
from plimsoll.loan.terms import (
    INSTALMENTS_MAX,
    NO_DUE_DAYS,
    AccountTerms,
    DueDays,
    LoanRate,
    LoanTerms,
    penalty_rate,
)
from plimsoll.loan.words import ALLOCATIONS, PREPAYMENTS, REPAYMENTS
from plimsoll.units.days import DAY_COUNTS, DAYS, MONTHS, NO_STEP, PER_DAY, WEEKS
from plimsoll.units.divide import half_even
from plimsoll.units.money import EXPONENTS
from plimsoll.units.refusal import Malformed

UNITS = {"day": DAYS, "days": DAYS, "week": WEEKS, "weeks": WEEKS, "month": MONTHS, "months": MONTHS}
PAYERS = {"borrower": 0, "merchant": 1}
STEP_MAX = 400
GRACE_MAX = 60

LOAN_KEYS = frozenset(
    [
        "currency",
        "principal",
        "rate",
        "repayment",
        "disbursed_on",
        "due_on",
        "every",
        "instalments",
        "first_due_on",
        "fee",
        "penalty",
        "grace_days",
        "allocation",
        "prepayment",
        "min_interest_days",
        "tolerance",
        "tolerance_days",
        "holidays",
        "funders",
    ]
)
ACCOUNT_KEYS = frozenset(
    [
        "product",
        "currency",
        "limit",
        "bill_day",
        "due_day",
        "min_payment",
        "revolving_per_day",
        "penalty_per_day",
        "opened_on",
        "grace_days",
        "allocation",
        "tolerance",
        "tolerance_days",
    ]
)


def read_currency(fields: Fields) -> str:
    """Give the currency of the case, CNY where none is named in an account."""
    currency = needed(fields, "currency")
    if not isinstance(currency, str) or currency not in EXPONENTS:
        raise Malformed("currency_unknown", repr(currency), key="currency")
    return currency


def read_loan_rate(fields: Fields) -> LoanRate:
    """Give the contract rate: a day's or a year's."""
    rate = known(needed(fields, "rate"), frozenset({"per_day", "per_year", "day_count"}), "rate")
    if "per_day" in rate:
        if len(rate) > 1:
            raise Malformed("field_malformed", "a daily rate stands alone", key="rate")
        parsed = read_rate(rate, "per_day")
        return LoanRate(parsed.num, parsed.den, PER_DAY)
    parsed = read_rate(rate, "per_year")
    return LoanRate(parsed.num, parsed.den, read_choice(rate, "day_count", DAY_COUNTS))


def read_every(fields: Fields) -> tuple[int, int]:
    """Give the step between due days: unit and count, from text such as "1 month"."""
    every = needed(fields, "every")
    words = every.split(" ") if isinstance(every, str) else []
    if len(words) != 2 or not words[0].isascii() or not words[0].isdigit() or words[1] not in UNITS:
        raise Malformed("field_malformed", f'{every!r}: such as "1 month", "2 weeks" or "30 days"', key="every")
    step = int(words[0])
    if not 1 <= step <= STEP_MAX:
        raise Malformed("field_malformed", f"{every!r}: a step of 1 to {STEP_MAX}", key="every")
    return UNITS[words[1]], step


def read_due_days(fields: Fields, start: int) -> DueDays:
    """Give when instalments fall due: in full, or stepped from the first; none where neither is said."""
    unit, step = read_every(fields) if "every" in fields else (NO_STEP, 0)
    if "due_on" in fields:
        given = tuple(day_of(day, "due_on") for day in read_list(fields, "due_on"))
        if not given or len(given) > INSTALMENTS_MAX:
            raise Malformed("field_malformed", f"1 to {INSTALMENTS_MAX} due days are needed", key="due_on")
        if "instalments" in fields and read_count(fields, "instalments", 1, INSTALMENTS_MAX) != len(given):
            raise Malformed("field_malformed", f"{len(given)} due days are given", key="instalments")
        due = DueDays(len(given), unit, step, 0, given)
    elif "instalments" in fields:
        count = read_count(fields, "instalments", 1, INSTALMENTS_MAX)
        if unit == NO_STEP and count > 1:
            raise Malformed("field_missing", "every", key="every")
        if "first_due_on" not in fields and unit == NO_STEP:
            raise Malformed("field_missing", "first_due_on", key="first_due_on")
        if "first_due_on" in fields:
            first = read_day(fields, "first_due_on")
            due = DueDays(count, unit or DAYS, step or max(first - start, 1), first)
        else:
            due = DueDays(count, unit, step, start, (), 1)
    elif "first_due_on" in fields:
        first = read_day(fields, "first_due_on")
        due = DueDays(1, unit or DAYS, step or max(first - start, 1), first)
    else:
        return NO_DUE_DAYS
    days = roll(due, fields) if "holidays" in fields else due
    in_order = days.days()
    if in_order[0] <= start or any(a >= b for a, b in itertools.pairwise(in_order)):
        raise Malformed("due_days_must_increase", key="due_on" if due.given else "first_due_on")
    return days


def roll(due: DueDays, fields: Fields) -> DueDays:
    """Move due days that are holidays to the next day that is not."""
    closed = {day_of(day, "holidays") for day in read_list(fields, "holidays")}
    rolled = []
    for day in due.days():
        open_day = day
        while open_day in closed:
            open_day += 1
        rolled.append(open_day)
    return DueDays(due.count, due.unit, due.step, 0, tuple(rolled))


def read_penalty(fields: Fields, rate: LoanRate) -> tuple[int, int]:
    """Give the daily penalty rate as numerator and denominator; (0, 1) where there is none."""
    if "penalty" not in fields:
        return 0, 1
    penalty = known(fields["penalty"], frozenset({"multiple", "per_year_cap"}), "penalty")
    multiple = read_rate(penalty, "multiple")
    if "per_year_cap" not in penalty:
        num, den = rate.day_fraction()
        return num * multiple.num, den * multiple.den
    cap = read_rate(penalty, "per_year_cap")
    return penalty_rate(rate, (multiple.num, multiple.den), (cap.num, cap.den))


def read_fee(fields: Fields) -> tuple[int, int, int]:
    """Give a plan's fee: rate (numerator, denominator) of the amount, and 1 where the merchant pays it."""
    fee = known(needed(fields, "fee"), frozenset({"rate", "paid_by"}), "fee")
    rate = read_rate(fee, "rate")
    return rate.num, rate.den, read_choice(fee, "paid_by", PAYERS)


def read_loan_terms(value: object) -> LoanTerms:
    """Read `terms` of a case."""
    fields = known(value, LOAN_KEYS, "terms")
    currency = read_currency(fields)
    principal = read_amount(fields, "principal", currency)
    start = read_day(fields, "disbursed_on")
    repayment = read_choice(fields, "repayment", REPAYMENTS)
    due = read_due_days(fields, start)
    fee = merchant_fee = 0
    if "fee" in fields:
        if "rate" in fields and read_loan_rate(fields).num:
            raise Malformed("terms_malformed", "a plan with a fee bears no interest", key="fee")
        num, den, by_merchant = read_fee(fields)
        total = half_even(principal * num, den)
        fee, merchant_fee = (0, total) if by_merchant else (total, 0)
        rate, repayment = LoanRate(0, 1), FEE_PLAN
    else:
        rate = read_loan_rate(fields)
    if repayment == BULLET and due.count > 1:
        raise Malformed("terms_malformed", "a bullet has one due date or none", key="repayment")
    if repayment != BULLET and due.count == 0:
        raise Malformed("field_missing", "due_on, or every and instalments", key="instalments")
    penalty_num, penalty_den = read_penalty(fields, rate)
    return LoanTerms(
        currency=currency,
        principal_minor=principal,
        rate=rate,
        repayment=repayment,
        disbursed_on=start,
        due=due,
        fee_minor=fee,
        merchant_fee_minor=merchant_fee,
        penalty_num=penalty_num,
        penalty_den=penalty_den,
        grace_days=read_count(fields, "grace_days", 0, GRACE_MAX) if "grace_days" in fields else 0,
        allocation=read_choice(fields, "allocation", ALLOCATIONS) if "allocation" in fields else BY_AGE,
        prepayment=read_choice(fields, "prepayment", PREPAYMENTS) if "prepayment" in fields else LOWER_INSTALMENT,
        min_days=read_count(fields, "min_interest_days", 0, 31) if "min_interest_days" in fields else 0,
        tolerance_minor=read_amount(fields, "tolerance", currency) if "tolerance" in fields else 0,
    )


def read_account_terms(value: object, first_day: int) -> AccountTerms:
    """Read `account` of a case; it opens on its `opened_on`, else on the day of its first fact."""
    fields = known(value, ACCOUNT_KEYS, "account")
    if "product" in fields and fields["product"] != "pay-later":
        raise Malformed("product_unknown", repr(fields["product"]), key="product")
    bill_day = read_count(fields, "bill_day", 1, 31)
    due_day = read_count(fields, "due_day", 1, 31)
    if bill_day == due_day:
        raise Malformed("terms_malformed", "bill day and due day must differ", key="due_day")
    least = read_rate(fields, "min_payment")
    if least.num > least.den:
        raise Malformed("rate_out_of_range", "at most 1", key="min_payment")
    revolving = read_rate(fields, "revolving_per_day")
    penalty = read_rate(fields, "penalty_per_day")
    currency = read_currency(fields) if "currency" in fields else "CNY"
    return AccountTerms(
        currency=currency,
        opened_on=read_day(fields, "opened_on") if "opened_on" in fields else first_day,
        bill_day=bill_day,
        due_day=due_day,
        min_payment=(least.num, least.den),
        revolving=(revolving.num, revolving.den),
        penalty=(penalty.num, penalty.den),
        grace_days=read_count(fields, "grace_days", 0, GRACE_MAX) if "grace_days" in fields else 0,
        allocation=read_choice(fields, "allocation", ALLOCATIONS) if "allocation" in fields else BY_AGE,
        tolerance_minor=read_amount(fields, "tolerance", currency) if "tolerance" in fields else 0,
    )
