"""The life of a pay-later account: purchases gather into bills, bills fall due, the rest revolves. `fold_account` runs it.

A bill is a row. Its instalments, interest and fees stand in the row from the bill day; its purchases stay beside it (`S_GRACE`)
until the due day has passed. Then the unpaid part of the minimum becomes late principal of the row (penalty), the rest joins
what revolves (`S_BALANCE`, interest). So lateness, penalty and allocation are those of a loan.
"""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_interest, accrue_penalty, accrued_interest, owed_penalty
from plimsoll.loan.allocate import close_paid_rows, forget_last_split, past_due_days, pay_due
from plimsoll.loan.bill import cut_bill, month_day, pass_due_day
from plimsoll.loan.change import charge_off, pause, recover, transfer, waive
from plimsoll.loan.layout import (
    A_BILL_DAY,
    BAD_AMOUNT,
    BAD_PLAN,
    BEFORE_START,
    CHARGED_OFF,
    CHARGED_OFF_FACT,
    CONVERTED,
    F_A,
    F_AMOUNT,
    F_B,
    F_KIND,
    F_MORE_AT,
    F_MORE_COUNT,
    F_ON,
    F_SIZE,
    IS_CHARGED_OFF,
    NOT_CHARGED_OFF,
    NOTED,
    NOTHING_OWED,
    OK,
    OPEN,
    P_FEE_LEFT,
    P_LEFT,
    P_SIZE,
    PAUSED,
    PURCHASED,
    R_FEE_LEFT,
    R_INTEREST_LEFT,
    R_PAID,
    R_PRINCIPAL_LEFT,
    R_SIZE,
    R_TOTAL,
    RECOVERED,
    REFUNDED,
    REPAID,
    S_BALANCE,
    S_CREDIT,
    S_DAY,
    S_GRACE,
    S_GRACE_DUE,
    S_INTEREST_PAID,
    S_LAST_CREDIT,
    S_LAST_FEE,
    S_LAST_INTEREST,
    S_LAST_PRINCIPAL,
    S_MINIMUM_LEFT,
    S_NEXT,
    S_OPEN,
    S_PENALTY_DEN,
    S_PENALTY_NUM,
    S_PERIOD_FROM,
    S_PERIOD_UNTIL,
    S_PLAN_FEE_LEFT,
    S_PLAN_LEFT,
    S_PLANS,
    S_PREPAID,
    S_PREPAID_INTEREST,
    S_PRINCIPAL_PAID,
    S_RATE_DEN,
    S_RATE_NUM,
    S_RECEIVED,
    S_STATUS,
    S_TAKEN,
    S_UNASKED_PENALTY,
    S_UNBILLED,
    SETTLED,
    SPLIT_SIZE,
    T_DISBURSED_ON,
    T_PENALTY_DEN,
    T_PENALTY_NUM,
    T_RATE_DEN,
    T_RATE_NUM,
    TRANSFERRED,
    UNKNOWN_KIND,
    WAIVED,
)
from plimsoll.loan.life import order_facts
from plimsoll.loan.plan import convert, purchase, return_purchase

Vector = MutableSequence[int]


def begin_account(terms: Sequence[int], s: Vector) -> None:
    """Open the account: nothing owed, the first bill day ahead."""
    s[S_STATUS] = OPEN
    s[S_DAY] = terms[T_DISBURSED_ON]
    s[S_RATE_NUM] = terms[T_RATE_NUM]
    s[S_RATE_DEN] = terms[T_RATE_DEN]
    s[S_PENALTY_NUM] = terms[T_PENALTY_NUM]
    s[S_PENALTY_DEN] = terms[T_PENALTY_DEN]
    s[S_PERIOD_FROM] = terms[T_DISBURSED_ON]
    s[S_PERIOD_UNTIL] = month_day(terms[T_DISBURSED_ON], terms[A_BILL_DAY])


def advance_account(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, lots: Vector, day: int) -> None:
    """Move to a day: bills on or before it are cut, due days before it pass, what revolves earns to it."""
    while s[S_STATUS] == OPEN:
        if 0 < s[S_GRACE_DUE] < min(day, s[S_PERIOD_UNTIL]):
            pass_due_day(terms, s, rows)
        elif s[S_PERIOD_UNTIL] <= day:
            cut_bill(terms, s, rows, plans, lots)
            use_credit_on_bill(terms, s, rows)
        else:
            break
    accrue_interest(terms, s, day)


def count_towards_bills(s: Vector, rows: Vector, amount: int) -> None:
    """Count money towards every bill it pays: a bill carried into the next one is paid together with it."""
    i = s[S_NEXT] - 1
    while i >= 0:
        row_at = i * R_SIZE
        rows[row_at + R_PAID] += min(amount, rows[row_at + R_TOTAL] - rows[row_at + R_PAID])
        i -= 1


def pay_revolving(s: Vector, amount: int) -> int:
    """Pay what revolves, then the part of the bill still in its free time; give what is left."""
    revolving = min(amount, s[S_BALANCE])
    s[S_BALANCE] -= revolving
    grace = min(amount - revolving, s[S_GRACE])
    s[S_GRACE] -= grace
    principal = revolving + grace
    s[S_MINIMUM_LEFT] -= min(principal, s[S_MINIMUM_LEFT])
    s[S_PRINCIPAL_PAID] += principal
    s[S_LAST_PRINCIPAL] += principal
    s[S_PREPAID] += principal
    return amount - principal


def pay_begun(s: Vector, amount: int) -> int:
    """Pay interest that has begun since the last bill; give what is left."""
    early = min(amount, accrued_interest(s))
    s[S_TAKEN] += early
    s[S_PREPAID_INTEREST] += early
    s[S_INTEREST_PAID] += early
    s[S_LAST_INTEREST] += early
    return amount - early


def pay_billed(terms: Sequence[int], s: Vector, rows: Vector, amount: int) -> int:
    """Pay what has been billed and what revolves; give what is left. Penalty that no bill has asked for counts towards none."""
    unasked = s[S_UNASKED_PENALTY]
    left = pay_revolving(s, pay_due(terms, s, rows, amount))
    count_towards_bills(s, rows, amount - left - (s[S_UNASKED_PENALTY] - unasked))
    return left


def use_credit_on_bill(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Let the borrower's credit balance pay what has been billed."""
    if s[S_CREDIT] > 0:
        s[S_CREDIT] = pay_billed(terms, s, rows, s[S_CREDIT])


def settle_account(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector) -> int:
    """Pay everything, billed or not: plans lose the fees that have not fallen due. Gives NOTHING_OWED where nothing is owed."""
    early = s[S_UNBILLED] + s[S_PLAN_LEFT]
    owed = owed_on_account(terms, s, rows) + early
    if owed == 0:
        return NOTHING_OWED
    s[S_RECEIVED] += owed - min(s[S_CREDIT], owed)
    s[S_CREDIT] -= min(s[S_CREDIT], owed)
    pay_begun(s, pay_billed(terms, s, rows, owed - early))
    s[S_PRINCIPAL_PAID] += early
    s[S_LAST_PRINCIPAL] += early
    s[S_PREPAID] += early
    drop_what_is_to_come(s, plans)
    return OK


def settle_account_for(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, cash: int) -> int:
    """Settle with cash that came, whatever the history has become since: what it no longer covers stays owed, what is over is credit."""
    owed = owed_on_account(terms, s, rows) + s[S_UNBILLED] + s[S_PLAN_LEFT]
    s[S_RECEIVED] += cash
    if cash + s[S_CREDIT] < owed:
        left = pay_begun(s, pay_billed(terms, s, rows, cash))
        s[S_CREDIT] += left
        s[S_LAST_CREDIT] = left
        return OK
    s[S_CREDIT] += cash
    settle_account(terms, s, rows, plans)
    s[S_LAST_CREDIT] = cash - owed
    return OK


def drop_what_is_to_come(s: Vector, plans: Vector) -> None:
    """Forget unbilled purchases and plans: they were paid or charged off."""
    s[S_UNBILLED] = 0
    s[S_PLAN_LEFT] = 0
    s[S_PLAN_FEE_LEFT] = 0
    for i in range(s[S_PLANS]):
        plans[i * P_SIZE + P_LEFT] = 0
        plans[i * P_SIZE + P_FEE_LEFT] = 0


def owed_on_account(terms: Sequence[int], s: Vector, rows: Vector) -> int:
    """Give what has been billed or revolves and is unpaid on the day of the state, in minor units."""
    total = s[S_BALANCE] + s[S_GRACE] + accrued_interest(s)
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        accrue_penalty(terms, s, rows, row_at, s[S_DAY])
        total += (
            rows[row_at + R_PRINCIPAL_LEFT] + rows[row_at + R_INTEREST_LEFT] + rows[row_at + R_FEE_LEFT] + owed_penalty(s, rows, row_at)
        )
    return total


def charge_off_account(terms: Sequence[int], s: Vector, rows: Vector, plans: Vector) -> int:
    """Take the whole account off the books at a loss; the claim stays."""
    s[S_BALANCE] += s[S_GRACE] + s[S_UNBILLED] + s[S_PLAN_LEFT]
    s[S_GRACE] = 0
    s[S_GRACE_DUE] = 0
    s[S_MINIMUM_LEFT] = 0
    drop_what_is_to_come(s, plans)
    return charge_off(terms, s, rows, past_due_days(terms, s, rows))


def take_account_fact(
    terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, lots: Vector, facts: Vector, number: int, more: Sequence[int]
) -> int:
    """Apply fact `facts[number]` on its day. Gives 0 or why it is refused (layout)."""
    fact_at = number * F_SIZE
    kind = facts[fact_at + F_KIND]
    amount = facts[fact_at + F_AMOUNT]
    if facts[fact_at + F_ON] < terms[T_DISBURSED_ON]:
        return BEFORE_START
    advance_account(terms, s, rows, plans, lots, facts[fact_at + F_ON])
    forget_last_split(s)
    if amount < 0:
        return BAD_AMOUNT
    if kind == NOTED:
        return OK
    if kind == RECOVERED:
        return recover(s, amount) if s[S_STATUS] == CHARGED_OFF else NOT_CHARGED_OFF
    if kind == TRANSFERRED:
        if s[S_STATUS] != CHARGED_OFF:
            return NOT_CHARGED_OFF
        return transfer(s, amount, facts[fact_at + F_A]) if facts[fact_at + F_A] >= 0 else BAD_AMOUNT
    if s[S_STATUS] == CHARGED_OFF:
        return IS_CHARGED_OFF
    if kind == REPAID:
        s[S_RECEIVED] += amount
        left = pay_begun(s, pay_billed(terms, s, rows, amount))
        s[S_CREDIT] += left
        s[S_LAST_CREDIT] = left
        return OK
    if kind == PURCHASED:
        return purchase(s, plans, lots, number, amount, more, facts[fact_at + F_MORE_AT], facts[fact_at + F_MORE_COUNT])
    if kind == REFUNDED:
        code = return_purchase(terms, s, rows, plans, lots, facts[fact_at + F_A] - 1, amount)
        credit = s[S_CREDIT]
        use_credit_on_bill(terms, s, rows)
        s[S_LAST_CREDIT] -= credit - s[S_CREDIT]
        return code
    return change_account(terms, s, rows, plans, lots, facts, fact_at, more)


def waive_on_account(terms: Sequence[int], s: Vector, rows: Vector, component: int, amount: int) -> int:
    """Forgive as on a loan; what bills had asked for counts towards them."""
    unasked = s[S_PREPAID_INTEREST] + s[S_UNASKED_PENALTY]
    code = waive(terms, s, rows, component, amount)
    if code == OK:
        count_towards_bills(s, rows, amount - (s[S_PREPAID_INTEREST] + s[S_UNASKED_PENALTY] - unasked))
    return code


def change_account(
    terms: Sequence[int], s: Vector, rows: Vector, plans: Vector, lots: Vector, facts: Vector, fact_at: int, more: Sequence[int]
) -> int:
    """Apply a fact that changes the promise rather than pays it. Gives 0 or why it is refused."""
    kind = facts[fact_at + F_KIND]
    if kind == SETTLED and facts[fact_at + F_A] == 1:
        return settle_account_for(terms, s, rows, plans, facts[fact_at + F_AMOUNT])
    if kind == SETTLED:
        return settle_account(terms, s, rows, plans)
    if kind == WAIVED:
        return waive_on_account(terms, s, rows, facts[fact_at + F_A], facts[fact_at + F_AMOUNT])
    if kind == PAUSED:
        return pause(terms, s, rows, facts[fact_at + F_B], facts[fact_at + F_A])
    if kind == CHARGED_OFF_FACT:
        return charge_off_account(terms, s, rows, plans)
    if kind == CONVERTED:
        if facts[fact_at + F_MORE_COUNT] == 0:
            return BAD_PLAN
        return convert(terms, s, rows, plans, lots, facts, fact_at, more)
    return UNKNOWN_KIND


def fold_account(
    terms: Sequence[int],
    facts: Vector,
    count: int,
    more: Sequence[int],
    as_of: int,
    s: Vector,
    rows: Vector,
    plans: Vector,
    lots: Vector,
    order: Vector,
    splits: Vector,
    with_splits: bool,
) -> int:
    """Fold an account's terms and facts into its state on the day `as_of`.

    Vectors as for a loan (`life.fold`); `rows` holds at least one row a month of life, `plans` and `lots` one a fact. Gives 0, or
    `code + 100 · (number of the refused fact, from 1)`.
    """
    bad = order_facts(facts, count, as_of, order)
    if bad != OK:
        return bad
    if as_of < terms[T_DISBURSED_ON]:
        return OK
    begin_account(terms, s)
    for k in range(count):
        i = order[k]
        if i == -1:
            continue
        if facts[i * F_SIZE + F_ON] > as_of:
            break
        code = take_account_fact(terms, s, rows, plans, lots, facts, i, more)
        if code != OK:
            return code + 100 * (i + 1)
        if with_splits:
            for part in range(SPLIT_SIZE):
                splits[i * SPLIT_SIZE + part] = s[S_LAST_FEE + part]
    advance_account(terms, s, rows, plans, lots, as_of)
    for i in range(s[S_OPEN], s[S_NEXT]):
        accrue_penalty(terms, s, rows, i * R_SIZE, as_of)
    close_paid_rows(s, rows)
    return OK
