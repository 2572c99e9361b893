"""A loan as the close of a day sees it: who it is, how late it is, what it asks for. Numbers alone, whichever kernel gave them."""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.loan.ask import ask
from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.layout import Q_SIZE, T_GRACE_DAYS
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import begun_on


class Look(NamedTuple):
    """One loan on a day of its agenda. `asked` holds what it asks for (Q_*)."""

    loan_id: int
    product: str
    currency: str
    begun_on: int
    grace_days: int
    past_due_days: int
    asked: Sequence[int]


def look_at(held: Held, day: int) -> Look:
    """Give how a loan looks on a day.

    One that commands of later days have moved past the day is looked at as it stands now, its days past due counted back.
    """
    standing = standing_of(held, max(day, held.summary.as_of))
    state = read_state(held.terms, standing)
    asked = [0] * Q_SIZE
    ask(standing.s, standing.rows, 0, day, asked)
    terms = held.terms
    past_due_days = max(state.past_due_days - (state.as_of - day), 0)
    return Look(held.loan_id, held.product, terms.currency, begun_on(terms), terms.vector[T_GRACE_DAYS], past_due_days, asked)
