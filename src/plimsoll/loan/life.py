"""The life of a loan: begin, take one fact after the other, move to a day. `fold` does all three."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_interest, accrue_penalty, accrued_interest, owed_penalty
from plimsoll.loan.allocate import close_paid_rows, forget_last_split, past_due_days, pay_due, use_credit
from plimsoll.loan.change import charge_off, pause, recover, refund, reschedule, transfer, waive
from plimsoll.loan.layout import (
    BAD_AMOUNT,
    BEFORE_START,
    CHARGED_OFF,
    CHARGED_OFF_FACT,
    ELSEWHERE,
    EQUAL_INSTALMENT,
    F_A,
    F_AMOUNT,
    F_B,
    F_KIND,
    F_MORE_AT,
    F_ON,
    F_SIZE,
    IS_CHARGED_OFF,
    NO_SUCH_FACT,
    NOT_CHARGED_OFF,
    NOTED,
    NOTHING_OWED,
    OK,
    OPEN,
    PAID_OFF,
    PAUSED,
    R_FEE_LEFT,
    R_INTEREST_LEFT,
    R_PRINCIPAL_LEFT,
    R_SIZE,
    RECOVERED,
    REFUNDED,
    REPAID,
    RESCHEDULED,
    REVERSED,
    REVERSED_TWICE,
    REVERSES_REVERSAL,
    S_BALANCE,
    S_CARRY_FEE,
    S_CARRY_INTEREST,
    S_CARRY_PENALTY,
    S_CREDIT,
    S_DAY,
    S_DISBURSED,
    S_FEE_LEFT,
    S_FEE_PAID,
    S_GIVEN,
    S_INTEREST_PAID,
    S_LAST_CREDIT,
    S_LAST_FEE,
    S_LAST_INTEREST,
    S_LAST_PENALTY,
    S_LAST_PRINCIPAL,
    S_LEVEL,
    S_MERCHANT_FEE,
    S_NEXT,
    S_OPEN,
    S_PENALTY_DEN,
    S_PENALTY_NUM,
    S_PENALTY_PAID,
    S_PERIOD_UNTIL,
    S_PREPAID,
    S_PREPAID_INTEREST,
    S_PRINCIPAL_PAID,
    S_RATE_DEN,
    S_RATE_NUM,
    S_RECEIVED,
    S_REPAYMENT,
    S_ROWS,
    S_STATUS,
    S_TAKEN,
    SETTLED,
    SPLIT_SIZE,
    T_DISBURSED_ON,
    T_DUES,
    T_FEE,
    T_FIRST_DUE,
    T_INSTALMENT,
    T_INSTALMENTS,
    T_MERCHANT_FEE,
    T_MIN_DAYS,
    T_PENALTY_DEN,
    T_PENALTY_NUM,
    T_PRINCIPAL,
    T_RATE_DEN,
    T_RATE_NUM,
    T_REPAYMENT,
    T_SKIP,
    T_STEP,
    T_STEP_UNIT,
    TRANSFERRED,
    UNKNOWN_KIND,
    WAIVED,
)
from plimsoll.loan.schedule import adjust_after_prepayment, asked_next, fall_due, level_again, open_period, set_row, start_stepping
from plimsoll.loan.vectors import ONLY_PLAIN

Vector = MutableSequence[int]


def order_facts(facts: Vector, count: int, as_of: int, order: Vector) -> int:
    """Fill `order` with the numbers (from 0) of the facts to apply, by effective day and then as recorded; -1 for those left out.

    A fact and its reversal are left out once the reversal has taken effect. Gives 0, or `code + 100 · (number of the bad fact, from 1)`.
    """
    for i in range(count):
        order[i] = i
    for i in range(count):
        if facts[i * F_SIZE + F_KIND] != REVERSED or facts[i * F_SIZE + F_ON] > as_of:
            continue
        undone = facts[i * F_SIZE + F_A] - 1
        if undone < 0 or undone >= i or facts[undone * F_SIZE + F_ON] > facts[i * F_SIZE + F_ON]:
            return NO_SUCH_FACT + 100 * (i + 1)
        if facts[undone * F_SIZE + F_KIND] == REVERSED:
            return REVERSES_REVERSAL + 100 * (i + 1)
        if order[undone] == -1:
            return REVERSED_TWICE + 100 * (i + 1)
        order[undone] = -1
        order[i] = -1
    for i in range(1, count):
        moved = order[i]
        if moved == -1:
            continue
        on = facts[moved * F_SIZE + F_ON]
        j = i - 1
        while j >= 0 and (order[j] == -1 or facts[order[j] * F_SIZE + F_ON] > on):
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = moved
    return OK


def are_in_order(facts: Vector, count: int) -> bool:
    """Tell whether facts were recorded by effective day and none reverses another: they can be applied as they stand."""
    last = 0
    for i in range(count):
        on = facts[i * F_SIZE + F_ON]
        if on < last or facts[i * F_SIZE + F_KIND] == REVERSED:
            return False
        last = on
    return True


def are_later(facts: Vector, first: int, count: int, day: int) -> bool:
    """Tell whether all facts from number `first` (from 0) on take effect after a day."""
    for i in range(first, count):
        if facts[i * F_SIZE + F_ON] <= day:
            return False
    return True


def begin(terms: Sequence[int], dues: Sequence[int], dues_at: int, s: Vector, rows: Vector) -> None:
    """Hand the money out: the state on the day of disbursement. `dues[dues_at:]` holds the due days where they are given in full."""
    s[S_STATUS] = OPEN
    s[S_DAY] = terms[T_DISBURSED_ON]
    s[S_BALANCE] = terms[T_PRINCIPAL]
    s[S_DISBURSED] = terms[T_PRINCIPAL]
    s[S_ROWS] = terms[T_INSTALMENTS]
    s[S_RATE_NUM] = terms[T_RATE_NUM]
    s[S_RATE_DEN] = terms[T_RATE_DEN]
    s[S_PENALTY_NUM] = terms[T_PENALTY_NUM]
    s[S_PENALTY_DEN] = terms[T_PENALTY_DEN]
    s[S_REPAYMENT] = terms[T_REPAYMENT]
    start_stepping(s, terms[T_STEP_UNIT], terms[T_STEP], terms[T_FIRST_DUE], terms[T_SKIP])
    s[S_FEE_LEFT] = terms[T_FEE]
    s[S_MERCHANT_FEE] = terms[T_MERCHANT_FEE]
    if terms[T_DUES] > 0:
        s[S_GIVEN] = 1
        for i in range(terms[T_DUES]):
            set_row(rows, i * R_SIZE, dues[dues_at + i])
    open_period(s, rows, terms[T_DISBURSED_ON])
    s[S_LEVEL] = terms[T_INSTALMENT] if terms[T_REPAYMENT] == EQUAL_INSTALMENT else 0
    if s[S_LEVEL] <= 0:
        level_again(terms, s, rows)


def advance(terms: Sequence[int], s: Vector, rows: Vector, day: int) -> None:
    """Move to a day: what falls due on or before it falls due, interest accrues to it."""
    while s[S_NEXT] < s[S_ROWS] and s[S_PERIOD_UNTIL] <= day:
        fall_due(terms, s, rows)
    accrue_interest(terms, s, day)
    settle_status(s, rows)


def settle_status(s: Vector, rows: Vector) -> None:
    """Mark the loan paid off when nothing is owed and nothing will be."""
    if s[S_BALANCE] == 0 and s[S_NEXT] == s[S_ROWS] and s[S_STATUS] == OPEN:
        close_paid_rows(s, rows)
        if s[S_OPEN] == s[S_NEXT] and s[S_CARRY_INTEREST] + s[S_CARRY_PENALTY] + s[S_CARRY_FEE] == 0 and accrued_interest(s) == 0:
            s[S_STATUS] = PAID_OFF


def owed_now(terms: Sequence[int], s: Vector, rows: Vector) -> int:
    """Give what pays the loan off on the day of the state, in minor units, before the borrower's credit is used."""
    total = s[S_BALANCE] + s[S_CARRY_INTEREST] + s[S_CARRY_PENALTY] + s[S_CARRY_FEE] + accrued_interest(s)
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        accrue_penalty(terms, s, rows, row_at, s[S_DAY])
        total += (
            rows[row_at + R_PRINCIPAL_LEFT] + rows[row_at + R_INTEREST_LEFT] + rows[row_at + R_FEE_LEFT] + owed_penalty(s, rows, row_at)
        )
    return total


def pay_ahead(terms: Sequence[int], s: Vector, rows: Vector, amount: int) -> int:
    """Pay what is not yet due: amounts carried by a reschedule, interest accrued, then principal; give what is left."""
    paid = min(amount, s[S_CARRY_FEE])
    s[S_CARRY_FEE] -= paid
    s[S_FEE_PAID] += paid
    s[S_LAST_FEE] += paid
    amount -= paid
    paid = min(amount, s[S_CARRY_PENALTY])
    s[S_CARRY_PENALTY] -= paid
    s[S_PENALTY_PAID] += paid
    s[S_LAST_PENALTY] += paid
    amount -= paid
    paid = min(amount, s[S_CARRY_INTEREST])
    s[S_CARRY_INTEREST] -= paid
    amount -= paid
    early = min(amount, accrued_interest(s))
    s[S_TAKEN] += early
    s[S_PREPAID_INTEREST] += early + paid
    s[S_INTEREST_PAID] += early + paid
    s[S_LAST_INTEREST] += early + paid
    amount -= early
    principal = min(amount, s[S_BALANCE])
    if principal > 0:
        s[S_BALANCE] -= principal
        s[S_PREPAID] += principal
        s[S_PRINCIPAL_PAID] += principal
        s[S_LAST_PRINCIPAL] += principal
        adjust_after_prepayment(terms, s, rows, principal)
    return amount - principal


def pay(terms: Sequence[int], s: Vector, rows: Vector, amount: int) -> None:
    """Take the borrower's money: what is due, then what is not, and the rest as credit. `sum(split) == amount`."""
    s[S_RECEIVED] += amount
    left = pay_due(terms, s, rows, amount)
    if left > 0:
        earn_first_days(terms, s)
        left = pay_ahead(terms, s, rows, left)
        keep_credit(s, left)


def keep_credit(s: Vector, amount: int) -> None:
    """Keep what is left of the borrower's money as credit."""
    s[S_CREDIT] += amount
    s[S_LAST_CREDIT] = amount


def earn_first_days(terms: Sequence[int], s: Vector) -> None:
    """Let the days that earn in any case earn before money is taken ahead of time."""
    first_days = terms[T_DISBURSED_ON] + terms[T_MIN_DAYS]
    if s[S_DAY] < first_days and s[S_NEXT] < s[S_ROWS]:
        first_days = min(first_days, s[S_PERIOD_UNTIL])
    accrue_interest(terms, s, first_days)


def pay_coming(terms: Sequence[int], s: Vector, rows: Vector, amount: int) -> None:
    """Take the borrower's money for the coming instalment: what is due, then that one is held for, and what is above it goes ahead.

    Money that is held is credit until the due day and earns what the loan costs: interest runs on the balance less the credit. What pays
    everything off does so at once. `sum(split) == amount`.
    """
    earn_first_days(terms, s)
    if amount + s[S_CREDIT] >= owed_now(terms, s, rows):
        settle_for(terms, s, rows, amount)
        return
    s[S_RECEIVED] += amount
    left = pay_due(terms, s, rows, amount)
    held = min(left, max(asked_next(terms, s) - s[S_CREDIT], 0))
    if left > held:
        left = held + pay_ahead(terms, s, rows, left - held)
    s[S_CREDIT] += left
    s[S_LAST_CREDIT] = left


def settle(terms: Sequence[int], s: Vector, rows: Vector) -> int:
    """Pay exactly the payoff of the day, credit used first. Gives NOTHING_OWED where there is none, else OK."""
    accrue_interest(terms, s, terms[T_DISBURSED_ON] + terms[T_MIN_DAYS])
    owed = owed_now(terms, s, rows)
    if owed == 0:
        return NOTHING_OWED
    credit = min(s[S_CREDIT], owed)
    s[S_CREDIT] -= credit
    s[S_RECEIVED] -= credit
    pay(terms, s, rows, owed)
    s[S_LAST_CREDIT] = -credit
    return OK


def settle_for(terms: Sequence[int], s: Vector, rows: Vector, cash: int) -> int:
    """Settle with cash that came, whatever the history has become since: what it no longer covers stays owed, what is over is credit."""
    accrue_interest(terms, s, terms[T_DISBURSED_ON] + terms[T_MIN_DAYS])
    owed = owed_now(terms, s, rows)
    if cash + s[S_CREDIT] < owed:
        pay(terms, s, rows, cash)
        return OK
    s[S_RECEIVED] += cash
    s[S_CREDIT] += cash
    settle(terms, s, rows)
    s[S_LAST_CREDIT] = cash - owed
    return OK


def take_fact(terms: Sequence[int], s: Vector, rows: Vector, facts: Vector, fact_at: int, more: Sequence[int]) -> int:
    """Move to the day of one fact and apply it. Gives 0 or why it is refused (layout)."""
    if facts[fact_at + F_ON] < terms[T_DISBURSED_ON]:
        return BEFORE_START
    advance(terms, s, rows, facts[fact_at + F_ON])
    return apply_fact(terms, s, rows, facts, fact_at, more)


def apply_fact(terms: Sequence[int], s: Vector, rows: Vector, facts: Vector, fact_at: int, more: Sequence[int]) -> int:
    """Apply one fact to a state on its day. Gives 0 or why it is refused (layout)."""
    forget_last_split(s)
    if facts[fact_at + F_AMOUNT] < 0:
        return BAD_AMOUNT
    if facts[fact_at + F_KIND] != REPAID or facts[fact_at + F_A] == 1:
        return apply_other(terms, s, rows, facts, fact_at, more)
    if s[S_STATUS] == CHARGED_OFF:
        return IS_CHARGED_OFF
    # What is left of the money pays ahead and becomes credit once nothing is due: no credit waits for what is due.
    pay(terms, s, rows, facts[fact_at + F_AMOUNT])
    settle_status(s, rows)
    return OK


def apply_other(terms: Sequence[int], s: Vector, rows: Vector, facts: Vector, fact_at: int, more: Sequence[int]) -> int:
    """Apply a fact that is no plain repayment to a state on its day. Gives 0 or why it is refused (layout)."""
    kind = facts[fact_at + F_KIND]
    if kind == NOTED:
        return OK
    if kind == RECOVERED:
        return recover(s, facts[fact_at + F_AMOUNT]) if s[S_STATUS] == CHARGED_OFF else NOT_CHARGED_OFF
    if kind == TRANSFERRED:
        if s[S_STATUS] != CHARGED_OFF:
            return NOT_CHARGED_OFF
        return transfer(s, facts[fact_at + F_AMOUNT], facts[fact_at + F_A]) if facts[fact_at + F_A] >= 0 else BAD_AMOUNT
    if s[S_STATUS] == CHARGED_OFF:
        return IS_CHARGED_OFF
    code = OK
    if kind == REPAID:
        pay_coming(terms, s, rows, facts[fact_at + F_AMOUNT])
    elif kind == SETTLED and facts[fact_at + F_A] == 1:
        code = settle_for(terms, s, rows, facts[fact_at + F_AMOUNT])
    elif kind == SETTLED:
        code = settle(terms, s, rows)
    elif kind == REFUNDED:
        code = refund(terms, s, rows, facts[fact_at + F_AMOUNT])
    elif kind == WAIVED:
        code = waive(terms, s, rows, facts[fact_at + F_A], facts[fact_at + F_AMOUNT])
    elif kind == RESCHEDULED:
        code = reschedule(terms, s, rows, more, facts[fact_at + F_MORE_AT])
    elif kind == PAUSED:
        code = pause(terms, s, rows, facts[fact_at + F_B], facts[fact_at + F_A])
    elif kind == CHARGED_OFF_FACT:
        code = charge_off(terms, s, rows, past_due_days(terms, s, rows))
    else:
        code = UNKNOWN_KIND
    credit = s[S_CREDIT]
    use_credit(terms, s, rows)
    s[S_LAST_CREDIT] -= credit - s[S_CREDIT]
    settle_status(s, rows)
    return code


def fold(
    terms: Sequence[int],
    dues: Sequence[int],
    dues_at: int,
    facts: Vector,
    count: int,
    more: Sequence[int],
    as_of: int,
    s: Vector,
    rows: Vector,
    order: Vector,
    splits: Vector,
    with_splits: bool,
) -> int:
    """Fold terms and facts into the state on the day `as_of`.

    `s` (S_SIZE zeros), `rows` (at least as many as due dates, zeros), `order` and `splits` (one a fact: how its amount
    was split) are filled. Facts are `facts[:count]` as recorded. Gives 0, or `code + 100 · (number of the refused fact, from 1)`.
    Before the day of disbursement the state
    stays empty.
    The plain build takes facts as they stand. It leaves a loan with one out of order to the whole build, and one with anything to refuse,
    since which fact is refused first depends on all of them.
    """
    is_mixed = not ONLY_PLAIN and not are_in_order(facts, count)
    if is_mixed:
        bad = order_facts(facts, count, as_of, order)
        if bad != OK:
            return bad
    if as_of < terms[T_DISBURSED_ON]:
        return OK if count == 0 or not ONLY_PLAIN else ELSEWHERE
    begin(terms, dues, dues_at, s, rows)
    k = 0
    while True:
        if is_mixed:
            while k < count and order[k] == -1:
                k += 1
        i = order[k] if is_mixed and k < count else k
        on = facts[i * F_SIZE + F_ON] if k < count else as_of + 1
        if on < (s[S_DAY] if ONLY_PLAIN else terms[T_DISBURSED_ON]):
            return BEFORE_START + 100 * (i + 1)
        advance(terms, s, rows, min(on, as_of))
        if on > as_of:
            break
        code = apply_fact(terms, s, rows, facts, i * F_SIZE, more)
        if code != OK:
            return code + 100 * (i + 1)
        if with_splits:
            for part in range(SPLIT_SIZE):
                splits[i * SPLIT_SIZE + part] = s[S_LAST_FEE + part]
        k += 1
    if ONLY_PLAIN and not are_later(facts, k, count, as_of):
        return ELSEWHERE
    for i in range(s[S_OPEN], s[S_NEXT]):
        accrue_penalty(terms, s, rows, i * R_SIZE, as_of)
    return OK
