"""How long the money lasts: the book, its funding and its cash month by month under a stress, with a throttle that acts before the cliff.

Crossing a delinquency trigger turns the financing round: what is collected repays debt, and nothing new is funded. That is a cliff, not
a slope, so the throttle on new loans looks at the distance to the trigger, and a report shows a distribution over stresses, never a point.
Everything is in shares of today's book; nothing here is an entry.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from plimsoll.risk.throttle import Ladder, granted_at
from plimsoll.units.refusal import Malformed

MONTHS_MAX: Final = 24
TIMES_MAX: Final = 100.0
"""The most that a stress may multiply delinquency or repayments by."""
AHEAD: Final = 3
"""Months of cash that the throttle looks ahead."""


class Balance(NamedTuple):
    """Today: the book, the part funded by the lender itself, cash, debt drawn on the rest, and the cash that is to stay."""

    book: float
    own_share: float
    cash: float
    debt: float
    buffer: float


class Course(NamedTuple):
    """How things go in a usual month, as shares: principal that comes back, interest earned, delinquent loans, default of those, cost,
    price of debt, new loans over what comes back of today's book, advance on eligible loans; and the delinquency that turns the financing.
    """

    repaid: float
    earned: float
    delinquent: float
    lost: float
    cost: float
    price: float
    granted: float
    advance: float
    trigger: float


class Stress(NamedTuple):
    """A stress: delinquency times, the share of partners' money that leaves over so many months, repayments times, limits drawn anew."""

    name: str
    delinquency: float = 1.0
    partners_leave: float = 0.0
    over_months: int = 1
    repaid: float = 1.0
    drawn: float = 0.0


class Month(NamedTuple):
    """The end of one month: the book, cash, debt, delinquency, how much of the plan was granted, whether the financing has turned."""

    book: float
    cash: float
    debt: float
    delinquent: float
    throttle: float
    has_turned: bool


class Survival(NamedTuple):
    """How a stress goes: the first month at whose end cash is under its buffer, None where it lasts; and the months."""

    months: int | None
    path: tuple[Month, ...]


STANDARD: Final = (
    Stress("delinquency-doubles", delinquency=2.0),
    Stress("partners-stop", partners_leave=1.0, over_months=1),
    Stress("repayments-fall", repaid=0.7),
    Stress("limits-drawn", drawn=0.03),
)
"""The four that are always shown; combinations are asked for by name."""


def survive(balance: Balance, course: Course, stress: Stress, *, ladder: Ladder = (), months: int = MONTHS_MAX) -> Survival:
    """Give how long cash stays above its buffer, with the throttle of a ladder or without one.

    Raises Malformed scenario_malformed for shares that are none.
    """
    _refuse(balance, course, stress)
    book, cash, debt, turned, burnt = balance.book, balance.cash, balance.debt, False, 0.0
    part, path = balance.debt / balance.book, list[Month]()
    for month in range(1, months + 1):
        # A stress comes on over a quarter, as people fall behind one after the other.
        late = min(course.delinquent * (1 + (stress.delinquency - 1) * min(month / 3, 1.0)), 1.0)
        turned = turned or late > course.trigger
        gone = min(stress.partners_leave * month / stress.over_months, 1.0)
        throttle = granted(late / course.trigger, cash, balance.buffer + AHEAD * burnt, ladder) if ladder else 1.0
        back = book * min(course.repaid * stress.repaid, 1.0) * (1 - late)
        new = balance.book * course.repaid * course.granted * throttle
        drawn = book * stress.drawn
        lost = book * late * course.lost
        earned = book * (1 - late) * course.earned - balance.book * course.cost - debt * course.price
        book += new + drawn - back - lost
        funded = 0.0 if turned else part * (new + drawn) * (1 - gone)
        allowed = course.advance * book * (1 - late) * (1 - balance.own_share)
        after = max(min(debt + funded - (back if turned else part * back), allowed), 0.0)
        flow = back + earned - new - drawn + after - debt
        cash, burnt = cash + flow, max(-flow, 0.0)
        debt = after
        path.append(Month(book, cash, debt, late, throttle, turned))
        if cash < balance.buffer:
            return Survival(month, tuple(path))
    return Survival(None, tuple(path))


def granted(late: float, cash: float, needed: float, ladder: Ladder) -> float:
    """Give how much of the plan is granted by the limit that is tighter: delinquency against its trigger, or what is needed against cash.

    Needed is the buffer and what the coming quarter burns, if it burns as the last month did.
    """
    return granted_at(used_share(late, cash, needed), ladder)


def used_share(late: float, cash: float, needed: float) -> float:
    """Give the used share of the tighter limit; all of it where there is no cash."""
    return max(late, needed / cash if cash > 0 else 1.0)


def horizons(balance: Balance, course: Course, *, ladder: Ladder = ()) -> Mapping[str, Survival]:
    """Give each standard stress with how long the money lasts under it."""
    return {stress.name: survive(balance, course, stress, ladder=ladder) for stress in STANDARD}


def _refuse(balance: Balance, course: Course, stress: Stress) -> None:
    shares = {"own_share": balance.own_share, **course._asdict(), "partners_leave": stress.partners_leave, "drawn": stress.drawn}
    wrong = [name for name, share in shares.items() if not 0 <= share <= (2 if name == "granted" else 1)]
    if not 1 <= stress.over_months <= MONTHS_MAX:
        wrong.append("over_months")
    wrong += [name for name in ("delinquency", "repaid") if not 0 <= getattr(stress, name) <= TIMES_MAX]
    if wrong or balance.book <= 0 or balance.debt < 0 or course.trigger == 0:
        raise Malformed("scenario_malformed", ", ".join(wrong) or "book, debt or trigger")
