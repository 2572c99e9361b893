"""Where each number of a loan stands in the kernel's vectors.

The kernel works on plain vectors of integers, so that one source runs interpreted (lists) and compiled (int64 arrays).
Vectors: `terms` (T_*, fixed for life), the state `s` (S_*), and tables laid end to end: `rows` (R_*, one a due date or bill; row i
begins at i × R_SIZE), `facts` (F_*), `plans` (P_*), `lots` (L_*).
Money is in minor units, days are day numbers, `_num` is an exact numerator over the named denominator.
"""

# ruff: noqa: E501 -- one line a number keeps the table readable.

# Ways to repay.
EQUAL_INSTALMENT, EQUAL_PRINCIPAL, INTEREST_FIRST, BULLET, FEE_PLAN = range(5)
# What happens to the instalments after a prepayment.
LOWER_INSTALMENT, SHORTEN_TERM, NEXT_FIRST = range(3)
# Order of allocation: principal first from 91 days past due, or always the same order.
BY_AGE, SAME_ORDER = range(2)
PRINCIPAL_FIRST_FROM_DAYS = 91
# Status of a loan.
PENDING, OPEN, PAID_OFF, CHARGED_OFF = range(4)
ELSEWHERE = -1

# Terms of a loan. A pay-later account uses the same vector with A_* names where they differ.
T_PRINCIPAL, T_RATE_NUM, T_RATE_DEN, T_DAY_COUNT, T_REPAYMENT, T_DISBURSED_ON = range(6)
T_STEP_UNIT, T_STEP, T_FIRST_DUE, T_INSTALMENTS, T_INSTALMENT = range(6, 11)
T_FEE, T_MERCHANT_FEE = 11, 12
T_PENALTY_NUM, T_PENALTY_DEN, T_GRACE_DAYS = 13, 14, 15
T_ALLOCATION, T_PREPAYMENT, T_MIN_DAYS = 16, 17, 18
T_DUES = 19  # count of due days given in full, in `dues`
T_SKIP = 20  # steps from T_FIRST_DUE to the first due day: 1 where it is the day of the draw
T_TOLERANCE = 21  # arrears up to this are not late, in minor units
T_SIZE = 22
T_STORED = 21  # numbers that every store of terms holds; what comes after them stands behind the due days, where it is not nothing
A_BILL_DAY, A_DUE_DAY, A_MIN_NUM, A_MIN_DEN = (
    6,
    7,
    8,
    9,
)  # T_PRINCIPAL is the limit, T_DISBURSED_ON the day of opening; rates stand where a loan has them

# State.
S_STATUS, S_DAY, S_BALANCE, S_NUM, S_TAKEN, S_SHADOW_NUM = range(6)
S_NEXT, S_ROWS, S_OPEN, S_FIRST, S_PERIOD_FROM, S_PERIOD_UNTIL = range(6, 12)
S_LEVEL, S_FEE_LEVEL, S_FEE_LEFT, S_AHEAD = range(12, 16)
S_RATE_NUM, S_RATE_DEN, S_PENALTY_NUM, S_PENALTY_DEN = range(16, 20)
S_STEP_UNIT, S_STEP, S_FIRST_DUE, S_FIRST_ROW = range(20, 24)  # due day of row i: FIRST_DUE and i - FIRST_ROW + SKIP steps
S_CARRY_INTEREST, S_CARRY_PENALTY, S_CARRY_FEE = 24, 25, 26  # owed at a reschedule, due with the next due date
S_PAUSE_FROM, S_PAUSE_UNTIL = 27, 28
S_CREDIT, S_RECEIVED, S_REFUNDED, S_REFUNDED_PRINCIPAL, S_RECOVERED = range(29, 34)
S_PRINCIPAL_PAID, S_INTEREST_PAID, S_PENALTY_PAID, S_FEE_PAID = range(34, 38)
S_INTEREST_WAIVED, S_PENALTY_WAIVED, S_FEE_WAIVED = 38, 39, 40
S_OFF_PRINCIPAL, S_OFF_INTEREST, S_OFF_PENALTY, S_OFF_FEE, S_CLAIM = range(41, 46)
S_DISBURSED, S_MERCHANT_FEE, S_OFF_OLDEST_DUE, S_OFF_SUSPENDED = range(46, 50)
S_PREPAID, S_PREPAID_INTEREST = 50, 51  # principal and interest that never fell due because they were paid or refunded before
S_LAST_FEE, S_LAST_PENALTY, S_LAST_INTEREST, S_LAST_PRINCIPAL, S_LAST_CREDIT = range(52, 57)  # how the last amount was split
S_GIVEN, S_REPAYMENT = 57, 58  # due days given in the rows; way to repay (a reschedule may change it)
# Pay-later account only. S_BALANCE is what revolves, S_GRACE the part of the last bill whose due day has not passed.
S_UNBILLED, S_GRACE, S_GRACE_DUE, S_MINIMUM_LEFT = 59, 60, 61, 62  # S_GRACE_DUE: due day still to pass, 0 if none
S_CYCLE_PURCHASES, S_CYCLE_REFUNDS, S_PLANS, S_PLAN_LEFT, S_PLAN_FEE_LEFT, S_LOTS = range(63, 69)
S_UNASKED_PENALTY = 69  # penalty paid or waived before any bill asked for it, in all
S_MINIMUM_BASE = 70  # what the minimum of the last bill was counted on
S_SKIP, S_BEGUN, S_FIRST_EXTRA, S_FEE_EXTRA = 71, 72, 73, 74  # BEGUN: interest of the period when the rest was levelled
S_PAUSE_PLANNED = 77  # 1: the instalments were levelled with the holiday in mind
S_FIRST_MONTH, S_FIRST_DAY = 75, 76  # the first due day again, as month (12 · year + month - 1) and day of the month
S_SIZE = 78

# Rows: what fell due, or will.
R_DUE, R_PRINCIPAL, R_INTEREST, R_FEE, R_PRINCIPAL_LEFT, R_INTEREST_LEFT, R_FEE_LEFT = range(7)
R_PENALTY_NUM, R_PENALTY_TAKEN, R_SINCE, R_FROM, R_BALANCE, R_WEIGHT = range(7, 13)
# A bill says more: what it is made of.
R_BILLED_ON, R_PURCHASES, R_INSTALMENTS, R_CARRIED, R_PENALTY, R_REFUNDS, R_TOTAL, R_MINIMUM, R_PAID, R_CONVERTED = range(13, 23)
R_ASKED_PENALTY = 23  # unpaid penalty of this row that later bills have asked for
R_SIZE = 24

# Facts.
F_KIND, F_ON, F_AMOUNT, F_A, F_B, F_MORE_AT, F_MORE_COUNT = range(7)
F_SIZE = 7
REPAID, SETTLED, REFUNDED, WAIVED, REVERSED, RESCHEDULED, PAUSED, CHARGED_OFF_FACT, RECOVERED, PURCHASED, CONVERTED, NOTED = range(1, 13)
TRANSFERRED = 13  # the claim is sold: `amount` is its share of the price, `a` what came in since the cut-off and goes to the buyer
# `a` of a REPAID fact of a loan: 0 where money above what is due is paid ahead at once, 1 where the coming instalment gets its money first.
# `a` of a SETTLED fact: 0 where the fold works the cash out (exactly the payoff), 1 where `amount` is the cash that came.
# Components, as `a` of a WAIVED fact.
PENALTY, INTEREST, FEE = 1, 2, 3
# `more` of a RESCHEDULED fact: rate num, rate den, penalty num, penalty den, repayment, step unit, step, first due, instalments, skip, then due days in full.
M_RATE_NUM, M_RATE_DEN, M_PENALTY_NUM, M_PENALTY_DEN, M_REPAYMENT, M_STEP_UNIT, M_STEP, M_FIRST_DUE, M_INSTALMENTS, M_SKIP, M_DUES = range(
    11
)

SPLIT_SIZE = 5  # fee, penalty, interest, principal, credit: S_LAST_FEE and on

# Plans: instalments inside a pay-later account. `P_BILL`: row of the bill it was converted from, -1 if from a purchase.
P_PRINCIPAL, P_FEE, P_COUNT, P_BILLED, P_LEFT, P_FEE_LEFT, P_LEVEL, P_FEE_LEVEL, P_FIRST, P_BILL, P_ON, P_MERCHANT_FEE = range(12)
P_SIZE = 12
# Lots: purchases as refunds find them. `L_ROW`: row of the bill that holds it, -1 unbilled; `L_PLAN`: its plan, -1 none.
L_FACT, L_LEFT, L_ROW, L_PLAN = range(4)
L_SIZE = 4
# `more` of a purchase or conversion in instalments: count, fee rate num, fee rate den, 1 if the merchant pays.
M_COUNT, M_FEE_NUM, M_FEE_DEN, M_BY_MERCHANT = range(4)

# What is measured of a state (loan/measure.py); from O_CUMULATIVE on: the sums that the books need, as `measure` lists them.
O_AS_OF, O_PRINCIPAL, O_PRINCIPAL_LATE, O_INTEREST, O_INTEREST_LATE, O_PENALTY, O_FEE, O_CREDIT, O_PAYOFF, O_LATE_DAYS = range(10)
O_OLDEST, O_CLAIM, O_STATUS, O_SUSPENDED, O_NEXT_DAY, O_CUMULATIVE = range(10, 16)
O_SIZE = O_CUMULATIVE + 15

# What a standing asks for on a day (loan/ask.py), in minor units; from Q_BILL on the bill that was cut on the day, as its row (R_*).
Q_MINIMUM, Q_LATE, Q_TODAY, Q_IS_BILL_DUE, Q_BILL_LEFT, Q_BILL = range(6)
Q_SIZE = Q_BILL + R_SIZE

# Why the kernel refuses a fact (0: it does not). `loan/facts.py` maps each to a code of `units.refusal`.
OK, NO_SUCH_FACT, REVERSES_REVERSAL, REVERSED_TWICE, BEFORE_START, IS_CLOSED, IS_CHARGED_OFF, NOT_CHARGED_OFF = range(8)
(
    WAIVES_TOO_MUCH,
    RECOVERS_TOO_MUCH,
    NOTHING_OWED,
    REFUNDS_TOO_MUCH,
    BAD_DUE_DAYS,
    BAD_PAUSE,
    NO_BILL,
    BAD_PLAN,
    UNKNOWN_KIND,
    BAD_AMOUNT,
    NO_PURCHASE,
    BILL_NOT_OPEN,
) = range(8, 20)
