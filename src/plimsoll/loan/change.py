"""Changes to a promise: refund, waiver, reschedule, interest holiday, charge-off, recovery and transfer."""

from collections.abc import MutableSequence, Sequence

from plimsoll.loan.accrue import accrue_penalties, accrued_interest, owed_penalty
from plimsoll.loan.allocate import close_paid_rows, oldest_unpaid, take_penalty
from plimsoll.loan.layout import (
    BAD_DUE_DAYS,
    BAD_PAUSE,
    CHARGED_OFF,
    FEE,
    INTEREST,
    M_DUES,
    M_FIRST_DUE,
    M_INSTALMENTS,
    M_PENALTY_DEN,
    M_PENALTY_NUM,
    M_RATE_DEN,
    M_RATE_NUM,
    M_REPAYMENT,
    M_SKIP,
    M_STEP,
    M_STEP_UNIT,
    NOTHING_OWED,
    OK,
    PENALTY,
    PRINCIPAL_FIRST_FROM_DAYS,
    R_FEE,
    R_FEE_LEFT,
    R_INTEREST,
    R_INTEREST_LEFT,
    R_PENALTY_TAKEN,
    R_PRINCIPAL,
    R_PRINCIPAL_LEFT,
    R_SIZE,
    RECOVERS_TOO_MUCH,
    REFUNDS_TOO_MUCH,
    S_AHEAD,
    S_BALANCE,
    S_BEGUN,
    S_CARRY_FEE,
    S_CARRY_INTEREST,
    S_CARRY_PENALTY,
    S_CLAIM,
    S_CREDIT,
    S_DAY,
    S_DISBURSED,
    S_FEE_LEFT,
    S_FEE_WAIVED,
    S_FIRST_DUE,
    S_FIRST_ROW,
    S_GIVEN,
    S_INTEREST_WAIVED,
    S_LAST_CREDIT,
    S_LAST_PRINCIPAL,
    S_NEXT,
    S_NUM,
    S_OFF_FEE,
    S_OFF_INTEREST,
    S_OFF_OLDEST_DUE,
    S_OFF_PENALTY,
    S_OFF_PRINCIPAL,
    S_OFF_SUSPENDED,
    S_OPEN,
    S_PAUSE_FROM,
    S_PAUSE_PLANNED,
    S_PAUSE_UNTIL,
    S_PENALTY_DEN,
    S_PENALTY_NUM,
    S_PENALTY_WAIVED,
    S_PERIOD_UNTIL,
    S_PREPAID,
    S_PREPAID_INTEREST,
    S_RATE_DEN,
    S_RATE_NUM,
    S_RECOVERED,
    S_REFUNDED,
    S_REFUNDED_PRINCIPAL,
    S_REPAYMENT,
    S_ROWS,
    S_SHADOW_NUM,
    S_STATUS,
    S_TAKEN,
    WAIVES_TOO_MUCH,
)
from plimsoll.loan.schedule import drop_rows_to_come, level_again, open_period, set_row, start_stepping
from plimsoll.units.divide import half_even

Vector = MutableSequence[int]


def refund(terms: Sequence[int], s: Vector, rows: Vector, amount: int) -> int:
    """Take back a purchase: principal not yet due goes first, then what is due, oldest first; what is left becomes credit.

    Fees not yet due shrink in proportion; fees that have fallen due stay. Refuses more than was lent and not yet refunded.
    """
    if s[S_REFUNDED] + amount > s[S_DISBURSED]:
        return REFUNDS_TOO_MUCH
    s[S_REFUNDED] += amount
    early = min(amount, s[S_BALANCE])
    if early > 0:
        s[S_FEE_LEFT] = half_even(s[S_FEE_LEFT] * (s[S_BALANCE] - early), s[S_BALANCE])
        s[S_BALANCE] -= early
        s[S_PREPAID] += early
        s[S_AHEAD] = 0
        if s[S_BALANCE] == 0:
            drop_rows_to_come(s)
        else:
            level_again(terms, s, rows)
    left = amount - early
    accrue_penalties(terms, s, rows)
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        part = min(left, rows[row_at + R_PRINCIPAL_LEFT])
        rows[row_at + R_PRINCIPAL_LEFT] -= part
        left -= part
    close_paid_rows(s, rows)
    s[S_REFUNDED_PRINCIPAL] += amount - left
    s[S_CREDIT] += left
    s[S_LAST_PRINCIPAL] = amount - left
    s[S_LAST_CREDIT] = left
    return OK


def waive(terms: Sequence[int], s: Vector, rows: Vector, component: int, amount: int) -> int:
    """Forgive unpaid penalty, interest (due first, then accrued) or fee, oldest first. Refuses more than is owed."""
    left = amount
    accrue_penalties(terms, s, rows)
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        if component == PENALTY:
            part = min(left, owed_penalty(s, rows, row_at))
            take_penalty(s, rows, row_at, part)
        elif component == INTEREST:
            part = min(left, rows[row_at + R_INTEREST_LEFT])
            rows[row_at + R_INTEREST_LEFT] -= part
        else:
            part = min(left, rows[row_at + R_FEE_LEFT])
            rows[row_at + R_FEE_LEFT] -= part
        left -= part
    if component == PENALTY:
        part = min(left, s[S_CARRY_PENALTY])
        s[S_CARRY_PENALTY] -= part
        s[S_PENALTY_WAIVED] += amount
    elif component == INTEREST:
        part = min(left, s[S_CARRY_INTEREST])
        s[S_CARRY_INTEREST] -= part
        accrued = min(left - part, accrued_interest(s))
        s[S_TAKEN] += accrued
        s[S_PREPAID_INTEREST] += accrued
        part += accrued
        s[S_INTEREST_WAIVED] += amount
    elif component == FEE:
        part = min(left, s[S_CARRY_FEE])
        s[S_CARRY_FEE] -= part
        s[S_FEE_WAIVED] += amount
    else:
        return WAIVES_TOO_MUCH
    close_paid_rows(s, rows)
    return OK if left == part else WAIVES_TOO_MUCH


def reschedule(terms: Sequence[int], s: Vector, rows: Vector, more: Sequence[int], at: int) -> int:
    """Put all unpaid principal on new due days at a new rate, from the day of the state (`more[at:]`: M_* in layout).

    A rate over 0 (M_RATE_DEN) or a way to repay of -1 stays as it was; without instalments the due days stay.

    Unpaid interest, penalty and fee fall due with the first new due day; until then nothing is late, and what was unpaid leaves the
    dates it was due on.
    """
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        rows[row_at + R_PRINCIPAL] -= rows[row_at + R_PRINCIPAL_LEFT]
        rows[row_at + R_INTEREST] -= rows[row_at + R_INTEREST_LEFT]
        rows[row_at + R_FEE] -= rows[row_at + R_FEE_LEFT]
    gather_unpaid(terms, s, rows)
    if s[S_BALANCE] == 0:
        return NOTHING_OWED
    if more[at + M_RATE_DEN] > 0:
        s[S_RATE_NUM] = more[at + M_RATE_NUM]
        s[S_RATE_DEN] = more[at + M_RATE_DEN]
        s[S_PENALTY_NUM] = more[at + M_PENALTY_NUM]
        s[S_PENALTY_DEN] = more[at + M_PENALTY_DEN]
    if more[at + M_REPAYMENT] >= 0:
        s[S_REPAYMENT] = more[at + M_REPAYMENT]
    count = more[at + M_INSTALMENTS]
    if count > 0:
        s[S_ROWS] = s[S_NEXT] + count
        start_stepping(s, more[at + M_STEP_UNIT], more[at + M_STEP], more[at + M_FIRST_DUE], more[at + M_SKIP])
        s[S_FIRST_ROW] = s[S_NEXT]
        s[S_GIVEN] = 0
        if s[S_FIRST_DUE] == 0:
            s[S_GIVEN] = 1
            for i in range(count):
                set_row(rows, (s[S_NEXT] + i) * R_SIZE, more[at + M_DUES + i])
    elif s[S_ROWS] == s[S_NEXT]:
        return BAD_DUE_DAYS
    open_period(s, rows, s[S_DAY])
    if s[S_PERIOD_UNTIL] <= s[S_DAY]:
        return BAD_DUE_DAYS
    level_again(terms, s, rows)
    return OK


def gather_unpaid(terms: Sequence[int], s: Vector, rows: Vector) -> None:
    """Take what is unpaid out of its rows: principal back to the balance that earns, the rest to be carried."""
    s[S_CARRY_INTEREST] += accrued_interest(s)
    accrue_penalties(terms, s, rows)
    for i in range(s[S_OPEN], s[S_NEXT]):
        row_at = i * R_SIZE
        s[S_BALANCE] += rows[row_at + R_PRINCIPAL_LEFT]
        s[S_CARRY_INTEREST] += rows[row_at + R_INTEREST_LEFT]
        s[S_CARRY_FEE] += rows[row_at + R_FEE_LEFT]
        unpaid_penalty = owed_penalty(s, rows, row_at)
        s[S_CARRY_PENALTY] += unpaid_penalty
        rows[row_at + R_PENALTY_TAKEN] += unpaid_penalty
        rows[row_at + R_PRINCIPAL_LEFT] = 0
        rows[row_at + R_INTEREST_LEFT] = 0
        rows[row_at + R_FEE_LEFT] = 0
    s[S_OPEN] = s[S_NEXT]
    s[S_NUM] = 0
    s[S_TAKEN] = 0
    s[S_SHADOW_NUM] = 0
    s[S_BEGUN] = 0
    s[S_AHEAD] = 0


def pause(terms: Sequence[int], s: Vector, rows: Vector, start: int, until: int) -> int:
    """Let no interest and no penalty accrue on the days `[start, until)`. Refuses an empty holiday, or one while another has not ended."""
    begins = max(start, s[S_DAY])
    if until <= begins or s[S_DAY] < s[S_PAUSE_UNTIL]:
        return BAD_PAUSE
    accrue_penalties(terms, s, rows)
    s[S_PAUSE_FROM] = begins
    s[S_PAUSE_PLANNED] = 0
    s[S_PAUSE_UNTIL] = until
    return OK


def charge_off(terms: Sequence[int], s: Vector, rows: Vector, days: int) -> int:
    """Take the loan off the books at a loss; the claim stays. `days`: days past due (from 91 its interest was no income)."""
    s[S_OFF_OLDEST_DUE] = oldest_unpaid(terms, s, rows) if days > 0 else 0
    s[S_OFF_SUSPENDED] = 1 if days >= PRINCIPAL_FIRST_FROM_DAYS else 0
    gather_unpaid(terms, s, rows)
    s[S_OFF_PRINCIPAL] = s[S_BALANCE]
    s[S_OFF_INTEREST] = s[S_CARRY_INTEREST]
    s[S_OFF_PENALTY] = s[S_CARRY_PENALTY]
    s[S_OFF_FEE] = s[S_CARRY_FEE]
    s[S_CLAIM] = s[S_OFF_PRINCIPAL] + s[S_OFF_INTEREST] + s[S_OFF_PENALTY] + s[S_OFF_FEE]
    if s[S_CLAIM] == 0:
        return NOTHING_OWED
    s[S_BALANCE] = 0
    s[S_CARRY_INTEREST] = 0
    s[S_CARRY_PENALTY] = 0
    s[S_CARRY_FEE] = 0
    s[S_FEE_LEFT] = 0
    s[S_ROWS] = s[S_NEXT]
    s[S_PERIOD_UNTIL] = 0
    s[S_STATUS] = CHARGED_OFF
    return OK


def recover(s: Vector, amount: int) -> int:
    """Take cash after charge-off: it reduces the claim. Refuses more than is claimed."""
    if amount > s[S_CLAIM]:
        return RECOVERS_TOO_MUCH
    s[S_CLAIM] -= amount
    s[S_RECOVERED] += amount
    s[S_LAST_PRINCIPAL] = 0
    return OK


def transfer(s: Vector, price: int, passed_on: int) -> int:
    """Give up the claim for its price, less money that came in for the buyer since the cut-off. Refuses where nothing is claimed."""
    if s[S_CLAIM] == 0:
        return NOTHING_OWED
    s[S_CLAIM] = 0
    s[S_RECOVERED] += price - passed_on
    s[S_LAST_PRINCIPAL] = 0
    return OK
