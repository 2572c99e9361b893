"""Purchases, plans and refunds of a pay-later account."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_penalties
from plimsoll.loan.allocate import close_paid_rows
from plimsoll.loan.bill import minimum_share, month_day
from plimsoll.loan.layout import (
    A_BILL_DAY,
    BAD_PLAN,
    BILL_NOT_OPEN,
    F_A,
    F_B,
    F_MORE_AT,
    L_FACT,
    L_LEFT,
    L_PLAN,
    L_ROW,
    L_SIZE,
    M_BY_MERCHANT,
    M_COUNT,
    M_FEE_DEN,
    M_FEE_NUM,
    NO_BILL,
    NO_PURCHASE,
    OK,
    P_BILL,
    P_BILLED,
    P_COUNT,
    P_FEE,
    P_FEE_LEFT,
    P_FEE_LEVEL,
    P_FIRST,
    P_LEFT,
    P_LEVEL,
    P_MERCHANT_FEE,
    P_ON,
    P_PRINCIPAL,
    P_SIZE,
    R_BILLED_ON,
    R_CONVERTED,
    R_MINIMUM,
    R_PAID,
    R_PRINCIPAL_LEFT,
    R_REFUNDS,
    R_SIZE,
    R_TOTAL,
    REFUNDS_TOO_MUCH,
    S_BALANCE,
    S_CREDIT,
    S_CYCLE_PURCHASES,
    S_CYCLE_REFUNDS,
    S_DAY,
    S_DISBURSED,
    S_GRACE,
    S_GRACE_DUE,
    S_LAST_CREDIT,
    S_LAST_PRINCIPAL,
    S_LOTS,
    S_MERCHANT_FEE,
    S_MINIMUM_BASE,
    S_MINIMUM_LEFT,
    S_NEXT,
    S_OPEN,
    S_PLAN_FEE_LEFT,
    S_PLAN_LEFT,
    S_PLANS,
    S_REFUNDED,
    S_REFUNDED_PRINCIPAL,
    S_UNBILLED,
    T_DISBURSED_ON,
)
from plimsoll.units.divide import half_even

Vector = MutableSequence[int]


def purchase(s: Vector, plans: Vector, lots: Vector, number: int, amount: int, more: Sequence[int], at: int, more_count: int) -> int:
    """Buy: onto the next bill, or in instalments where `more[at:]` says so. `number` is the fact's, from 0."""
    s[S_DISBURSED] += amount
    lot_at = s[S_LOTS] * L_SIZE
    lots[lot_at + L_FACT] = number
    lots[lot_at + L_LEFT] = amount
    lots[lot_at + L_ROW] = -1
    lots[lot_at + L_PLAN] = -1
    if more_count > 0:
        if more[at + M_COUNT] < 1:
            return BAD_PLAN
        lots[lot_at + L_PLAN] = s[S_PLANS]
        add_plan(s, plans, amount, -1, more, at)
    else:
        s[S_UNBILLED] += amount
        s[S_CYCLE_PURCHASES] += amount
    s[S_LOTS] += 1
    return OK


def add_plan(s: Vector, plans: Vector, amount: int, row: int, more: Sequence[int], at: int) -> None:
    """Start a plan: principal and fee in equal parts, remainders with the first; the fee rounds half to even."""
    count = more[at + M_COUNT]
    fee = half_even(amount * more[at + M_FEE_NUM], more[at + M_FEE_DEN])
    plan_at = s[S_PLANS] * P_SIZE
    plans[plan_at + P_ON] = s[S_DAY]
    plans[plan_at + P_BILL] = row
    plans[plan_at + P_PRINCIPAL] = amount
    plans[plan_at + P_COUNT] = count
    plans[plan_at + P_BILLED] = 0
    plans[plan_at + P_MERCHANT_FEE] = 0
    if more[at + M_BY_MERCHANT] == 1:
        s[S_MERCHANT_FEE] += fee
        plans[plan_at + P_MERCHANT_FEE] = fee
        fee = 0
    plans[plan_at + P_FEE] = fee
    plans[plan_at + P_LEFT] = amount
    plans[plan_at + P_FEE_LEFT] = fee
    level_plan(plans, plan_at)
    s[S_PLAN_LEFT] += amount
    s[S_PLAN_FEE_LEFT] += fee
    s[S_PLANS] += 1


def level_plan(plans: Vector, plan_at: int) -> None:
    """Spread what is left of a plan over the bills it has left."""
    count = plans[plan_at + P_COUNT] - plans[plan_at + P_BILLED]
    plans[plan_at + P_LEVEL] = plans[plan_at + P_LEFT] // count
    plans[plan_at + P_FEE_LEVEL] = plans[plan_at + P_FEE_LEFT] // count
    plans[plan_at + P_FIRST] = plans[plan_at + P_BILLED]


def convert(
    terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, lots: Vector, facts: Vector, fact_at: int, more: Sequence[int]
) -> int:
    """Turn the last bill (its unpaid principal, until its due day) or an unbilled purchase into instalments.

    The first instalment is on the next bill. F_A of the fact is the bill day, or F_B the number of the purchase, from 1.
    """
    at = facts[fact_at + F_MORE_AT]
    if more[at + M_COUNT] < 1:
        return BAD_PLAN
    if facts[fact_at + F_B] > 0:
        return convert_purchase(s, plans, lots, facts[fact_at + F_B] - 1, more, at)
    last = s[S_NEXT] - 1
    amount = s[S_GRACE] + s[S_BALANCE]
    day = facts[fact_at + F_A]
    if not terms[T_DISBURSED_ON] < day <= s[S_DAY] or month_day(day - 1, terms[A_BILL_DAY]) != day:
        return NO_BILL
    if last < 0 or rows[last * R_SIZE + R_BILLED_ON] != day or s[S_GRACE_DUE] == 0 or amount == 0:
        return BILL_NOT_OPEN
    s[S_GRACE] = 0
    s[S_BALANCE] = 0
    rows[last * R_SIZE + R_MINIMUM] -= s[S_MINIMUM_LEFT]
    s[S_MINIMUM_LEFT] = 0
    rows[last * R_SIZE + R_CONVERTED] += amount
    rows[last * R_SIZE + R_TOTAL] -= amount
    add_plan(s, plans, amount, last, more, at)
    return OK


def convert_purchase(s: Vector, plans: Vector, lots: Vector, number: int, more: Sequence[int], at: int) -> int:
    """Turn an unbilled purchase into instalments."""
    i = find_lot(s, lots, number)
    if i == -1 or lots[i * L_SIZE + L_ROW] != -1 or lots[i * L_SIZE + L_PLAN] != -1:
        return NO_PURCHASE
    amount = min(lots[i * L_SIZE + L_LEFT], s[S_UNBILLED])
    if amount == 0:
        return NO_PURCHASE
    s[S_UNBILLED] -= amount
    s[S_CYCLE_PURCHASES] -= amount
    lots[i * L_SIZE + L_PLAN] = s[S_PLANS]
    add_plan(s, plans, amount, -1, more, at)
    return OK


def find_lot(s: Vector, lots: Vector, number: int) -> int:
    """Give the lot of a purchase by the number of its fact (from 0), -1 if there is none."""
    for i in range(s[S_LOTS]):
        if lots[i * L_SIZE + L_FACT] == number:
            return i
    return -1


def return_purchase(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, lots: Vector, number: int, amount: int) -> int:
    """Take a purchase back: the unbilled purchase first, then the bill or plan that holds it, other debt, and credit."""
    i = find_lot(s, lots, number)
    if i == -1:
        return NO_PURCHASE
    lot_at = i * L_SIZE
    if amount > lots[lot_at + L_LEFT]:
        return REFUNDS_TOO_MUCH
    lots[lot_at + L_LEFT] -= amount
    s[S_REFUNDED] += amount
    left = amount
    if lots[lot_at + L_PLAN] >= 0:
        left = shrink_plan(s, plans, lots[lot_at + L_PLAN] * P_SIZE, left)
    elif lots[lot_at + L_ROW] == -1:
        part = min(amount, s[S_UNBILLED])
        s[S_UNBILLED] -= part
        s[S_CYCLE_REFUNDS] += part
        left -= part
    else:
        left = shrink_holder(terms, s, rows, plans, lots[lot_at + L_ROW], left)
    left = shrink_other_debt(terms, s, rows, plans, left)
    s[S_REFUNDED_PRINCIPAL] += amount - left
    s[S_LAST_PRINCIPAL] = amount - left
    s[S_LAST_CREDIT] = left
    s[S_CREDIT] += left
    return OK


def shrink_plan(s: Vector, plans: Vector, plan_at: int, amount: int) -> int:
    """Take an amount off the principal of a plan not yet billed; its fees shrink in proportion. Gives what is left."""
    part = min(amount, plans[plan_at + P_LEFT])
    if part == 0:
        return amount
    fee = half_even(plans[plan_at + P_FEE_LEFT] * (plans[plan_at + P_LEFT] - part), plans[plan_at + P_LEFT])
    s[S_PLAN_FEE_LEFT] -= plans[plan_at + P_FEE_LEFT] - fee
    s[S_PLAN_LEFT] -= part
    plans[plan_at + P_FEE_LEFT] = fee
    plans[plan_at + P_LEFT] -= part
    level_plan(plans, plan_at)
    return amount - part


def shrink_holder(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, held_by: int, amount: int) -> int:
    """Take an amount off the plan that the bill of the purchase became, or off that bill while its free time lasts. Gives what is left.

    The minimum of the bill is then counted again on what is left of it.
    """
    left = amount
    for i in range(s[S_PLANS]):
        if plans[i * P_SIZE + P_BILL] == held_by:
            left = shrink_plan(s, plans, i * P_SIZE, left)
    if held_by != s[S_NEXT] - 1 or s[S_GRACE] == 0:
        return left
    part = min(left, s[S_GRACE])
    s[S_GRACE] -= part
    before = minimum_share(terms, s)
    s[S_MINIMUM_BASE] -= part
    share = minimum_share(terms, s)
    rows[held_by * R_SIZE + R_MINIMUM] += share - before
    pool = s[S_GRACE] + s[S_BALANCE]
    s[S_MINIMUM_LEFT] = min(max(share - (s[S_MINIMUM_BASE] - pool), 0), pool)
    refund_on_bill(s, rows, part)
    return left - part


def refund_on_bill(s: Vector, rows: Vector, amount: int) -> None:
    """Show a refund of billed debt on the last bill."""
    last = (s[S_NEXT] - 1) * R_SIZE
    if amount > 0 and last >= 0:
        rows[last + R_REFUNDS] += amount
        rows[last + R_TOTAL] -= amount


def count_towards_older(s: Vector, rows: Vector, amount: int) -> None:
    """Count a refund that went to older debt towards the bills before the last, like money."""
    for i in range(s[S_NEXT] - 1):
        row_at = i * R_SIZE
        rows[row_at + R_PAID] += min(amount, rows[row_at + R_TOTAL] - rows[row_at + R_PAID])


def shrink_other_debt(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, amount: int) -> int:
    """Take an amount off late principal, what revolves, the bill, unbilled purchases and plans, in this order. Gives what is left."""
    left = amount
    accrue_penalties(terms, s, rows)
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        part = min(left, rows[row_at + R_PRINCIPAL_LEFT])
        rows[row_at + R_PRINCIPAL_LEFT] -= part
        left -= part
    close_paid_rows(s, rows)
    revolving = min(left, s[S_BALANCE])
    s[S_BALANCE] -= revolving
    grace = min(left - revolving, s[S_GRACE])
    s[S_GRACE] -= grace
    s[S_MINIMUM_LEFT] -= min(revolving + grace, s[S_MINIMUM_LEFT])
    left -= revolving + grace
    refund_on_bill(s, rows, amount - left)
    count_towards_older(s, rows, amount - left)
    part = min(left, s[S_UNBILLED])
    s[S_UNBILLED] -= part
    s[S_CYCLE_REFUNDS] += part
    left -= part
    for i in range(s[S_PLANS]):
        left = shrink_plan(s, plans, i * P_SIZE, left)
    return left
