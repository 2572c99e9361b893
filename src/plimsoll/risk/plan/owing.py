"""What a held loan owes, as a plan takes it, and how much of a month the other loans of the house take."""

from collections.abc import Iterable
from typing import Final

from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.burden import burden_of
from plimsoll.loan.layout import S_NEXT, S_PAUSE_UNTIL, S_RATE_DEN, S_RATE_NUM, S_ROWS, T_DAY_COUNT
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import LoanRate
from plimsoll.risk.plan.instalments import Owed
from plimsoll.units.days import basis

PPB: Final = 10**9


def owed_on(held: Held, on: int) -> Owed:
    """Give what a loan owes on a day not before its state, with the rate as it stands and the instalments to come."""
    standing = standing_of(held, on)
    state = read_state(held.terms, standing)
    day_count = held.terms.vector[T_DAY_COUNT]
    rate = LoanRate(standing.s[S_RATE_NUM], standing.s[S_RATE_DEN] // basis(day_count), day_count)
    left = max(standing.s[S_ROWS] - standing.s[S_NEXT], 1)
    return Owed(
        held.terms.currency,
        on,
        state.principal,
        state.interest,
        state.penalty,
        state.fee,
        rate,
        state.past_due_days,
        left,
        standing.s[S_PAUSE_UNTIL],
    )


def others_minor(loans: Iterable[Held], loan_id: int, on: int, stress_ppb: int) -> int:
    """Give the most that the other loans ask in any month to come; what revolves is weighed as the load line does."""
    asked = burden_of((held for held in loans if held.loan_id != loan_id), on)
    return max(asked.months.values(), default=0) - (-asked.revolving * stress_ppb // PPB)
