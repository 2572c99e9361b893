"""A loan as the close of a day sees it: who it is, how late it is, what it asks for. Numbers alone, whichever kernel gave them."""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.loan.ask import ask
from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import Q_BILL, Q_SIZE, R_BILLED_ON, T_GRACE_DAYS
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import begun_on


class Look(NamedTuple):
    """One loan on a day of its agenda. `asked` holds what it asks for (Q_*), `bill` the bill cut on the day (R_*), nothing if none was."""

    loan_id: int
    product: str
    currency: str
    begun_on: int
    grace_days: int
    past_due_days: int
    asked: Sequence[int]
    bill: Sequence[int]


class Said(NamedTuple):
    """What the close of a day says of one loan: facts to note (with detail for people, JSON), and messages (kind, JSON) to send."""

    facts: tuple[tuple[int, Fact, str], ...] = ()
    messages: tuple[tuple[str, str], ...] = ()


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
    bill = asked[Q_BILL:] if asked[Q_BILL + R_BILLED_ON] else ()
    grace_days = terms.vector[T_GRACE_DAYS]
    return Look(held.loan_id, held.product, terms.currency, begun_on(terms), grace_days, past_due_days, asked[:Q_BILL], bill)
