"""The schedule of a loan with what came of each instalment, how today's figures were computed, and what pays it off on a day."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.app.database.store import Store
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.app.show.loan import Seen, day_rate, rate_text, see_loan
from plimsoll.loan.accrue import owed_penalty
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold, go_on
from plimsoll.loan.layout import (
    NOTED,
    OPEN,
    R_BALANCE,
    R_DUE,
    R_FEE,
    R_FEE_LEFT,
    R_FROM,
    R_INTEREST,
    R_INTEREST_LEFT,
    R_PENALTY_NUM,
    R_PRINCIPAL,
    R_PRINCIPAL_LEFT,
    R_SIZE,
    REVERSED,
    S_BALANCE,
    S_CREDIT,
    S_DAY,
    S_LAST_CREDIT,
    S_LAST_FEE,
    S_LAST_INTEREST,
    S_LAST_PENALTY,
    S_LAST_PRINCIPAL,
    S_NEXT,
    S_NUM,
    S_OPEN,
    S_PAUSE_FROM,
    S_PAUSE_UNTIL,
    S_PENALTY_DEN,
    S_PENALTY_NUM,
    S_PERIOD_FROM,
    S_PLAN_FEE_LEFT,
    S_RATE_DEN,
    S_RATE_NUM,
    S_RECEIVED,
    S_STATUS,
    S_TAKEN,
    SETTLED,
    T_DAY_COUNT,
    T_GRACE_DAYS,
)
from plimsoll.loan.state import read_promise
from plimsoll.loan.terms import LOAN
from plimsoll.units.days import PER_DAY
from plimsoll.units.divide import half_up
from plimsoll.units.refusal import Refused

PAID, PART_PAID, DUE, LATE, TO_COME = "paid", "part_paid", "due", "late", "to_come"
EXACT_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """One instalment, in minor units: what it asks for, what came of it, what is left; penalty is what it earns for being late."""

    number: int
    due_on: date
    days: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    total_minor: int
    balance_minor: int
    """Principal that is not due yet after it."""
    paid_minor: int
    left_minor: int
    penalty_left_minor: int
    status: str
    """paid, part_paid, due, late (with the days of grace over), to_come."""
    days_late: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule of a loan as of a day, with its sums: what has been asked for, what came, what is to come, in minor units."""

    customer_id: int
    loan_id: int
    currency: str
    as_of: date
    lines: tuple[InstalmentRow, ...]
    principal_minor: int
    interest_minor: int
    fee_minor: int
    paid_minor: int
    left_minor: int
    to_come_minor: int


@dataclass(frozen=True, slots=True)
class AccruedPart:
    """Days on which interest grew on one balance: days x rate x balance. `exact` is in minor units, as decimal text."""

    since: date
    until: date
    days: int
    balance_minor: int
    rate_per_day: str
    exact: str


@dataclass(frozen=True, slots=True)
class PenaltyPart:
    """Penalty of one late due day: principal late, since when it grows, its rate a day, and what is owed of it."""

    due_on: date
    principal_minor: int
    days: int
    rate_per_day: str
    owed_minor: int


@dataclass(frozen=True, slots=True)
class Computed:
    """How interest and penalty of a day came about. Interest grows exactly and is rounded half-up once, when it is asked for."""

    customer_id: int
    loan_id: int
    currency: str
    as_of: date
    period_since: date | None
    parts: tuple[AccruedPart, ...]
    exact: str
    """Interest of the period so far, in minor units, before it is rounded."""
    rounded_minor: int
    taken_minor: int
    """Of it what was paid before it fell due."""
    accrued_minor: int
    """Interest of the period that is owed now and not due yet."""
    interest_due_minor: int
    """Interest of earlier due days that is unpaid."""
    penalties: tuple[PenaltyPart, ...]
    penalty_minor: int


@dataclass(frozen=True, slots=True)
class PayOff:
    """What pays a loan off on a day, good for that day only, in minor units."""

    customer_id: int
    loan_id: int
    currency: str
    on: date
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    credit_minor: int
    """The borrower's own money that is used for it."""
    total_minor: int
    saved_minor: int
    """Interest of a loan, or fees of an account, that would still fall due and then never do."""


def schedule(store: Store, customer_id: int, loan_id: int, day: int) -> Schedule | Refused:
    """Give the schedule of a loan as of a day. Refuses loan_unknown, as_of_before_disbursement, fact_does_not_fit (an account)."""
    found = see_loan(store, customer_id, loan_id, day)
    if isinstance(found, Refused):
        return found
    if found.held.terms.kind != LOAN:
        return Refused("fact_does_not_fit", "", f"loan {loan_id} is an account and has bills")
    return schedule_of(found)


def schedule_of(found: Seen) -> Schedule:
    """Give the schedule of a loan that was read."""
    terms, standing = found.held.terms, found.standing
    s = standing.s
    lines = [_fallen_due(terms.vector, standing, i) for i in range(s[S_NEXT])]
    if s[S_STATUS] == OPEN:
        lines += [
            InstalmentRow(
                one.number,
                on_day(one.due_on),
                one.days,
                one.principal,
                one.interest,
                one.fee,
                one.principal + one.interest + one.fee,
                one.balance,
                0,
                one.principal + one.interest + one.fee,
                0,
                TO_COME,
                0,
            )
            for one in read_promise(terms, standing)[s[S_NEXT] :]
        ]
    return Schedule(
        found.customer_id,
        found.held.loan_id,
        terms.currency,
        on_day(s[S_DAY]),
        tuple(lines),
        sum(one.principal_minor for one in lines),
        sum(one.interest_minor for one in lines),
        sum(one.fee_minor for one in lines),
        sum(one.paid_minor for one in lines),
        sum(one.left_minor for one in lines if one.status != TO_COME),
        sum(one.total_minor for one in lines if one.status == TO_COME),
    )


def _fallen_due(vector: Sequence[int], standing: Standing, i: int) -> InstalmentRow:
    """Give an instalment that has fallen due."""
    s, row = standing.s, standing.row(i)
    total = row[R_PRINCIPAL] + row[R_INTEREST] + row[R_FEE]
    left = row[R_PRINCIPAL_LEFT] + row[R_INTEREST_LEFT] + row[R_FEE_LEFT]
    days_late = s[S_DAY] - row[R_DUE] if left and s[S_DAY] - row[R_DUE] > vector[T_GRACE_DAYS] else 0
    if left == 0:
        status = PAID
    elif days_late:
        status = LATE
    else:
        status = PART_PAID if left < total else DUE
    return InstalmentRow(
        i + 1,
        on_day(row[R_DUE]),
        row[R_DUE] - row[R_FROM],
        row[R_PRINCIPAL],
        row[R_INTEREST],
        row[R_FEE],
        total,
        row[R_BALANCE],
        total - left,
        left,
        owed_penalty(s, standing.rows, i * R_SIZE) if i >= s[S_OPEN] else 0,
        status,
        days_late,
    )


def computed(store: Store, customer_id: int, loan_id: int, day: int) -> Computed | Refused:
    """Give how interest and penalty of a day came about. Refuses loan_unknown. Cost: one fold for each fact of the running period."""
    found = see_loan(store, customer_id, loan_id, day)
    return found if isinstance(found, Refused) else computed_of(found)


def computed_of(found: Seen) -> Computed:
    """Give how interest and penalty came about, of a loan that was read."""
    terms, standing = found.held.terms, found.standing
    s = standing.s
    rounded = half_up(s[S_NUM], s[S_RATE_DEN]) if s[S_RATE_DEN] else 0
    open_rows = range(s[S_OPEN], s[S_NEXT])
    rate = rate_text(s[S_PENALTY_NUM], s[S_PENALTY_DEN]) if s[S_PENALTY_DEN] else "0"
    penalties = tuple(
        PenaltyPart(on_day(row[R_DUE]), row[R_PRINCIPAL_LEFT], s[S_DAY] - row[R_DUE], rate, owed_penalty(s, standing.rows, i * R_SIZE))
        for i in open_rows
        if (row := standing.row(i))[R_PENALTY_NUM] > 0
    )
    is_open = s[S_STATUS] == OPEN
    accrued = rounded - s[S_TAKEN] if is_open else 0
    return Computed(
        found.customer_id,
        found.held.loan_id,
        terms.currency,
        on_day(s[S_DAY]),
        day_or_none(s[S_PERIOD_FROM]),
        _parts(found) if is_open else (),
        exact_text(s[S_NUM], s[S_RATE_DEN]) if is_open else "0",
        rounded if is_open else 0,
        s[S_TAKEN] if is_open else 0,
        accrued,
        found.state.interest - accrued,
        penalties,
        found.state.penalty,
    )


def _parts(found: Seen) -> tuple[AccruedPart, ...]:
    """Give the days of the running period, parted where the balance or the rate changed."""
    terms, s = found.held.terms, found.standing.s
    since, until = s[S_PERIOD_FROM], s[S_DAY]
    facts = _without_undone(found.facts, until)
    moved = (fact.on for fact in facts if fact.kind != NOTED)
    dues = [found.standing.row(i)[R_DUE] for i in range(s[S_NEXT])]
    days = sorted({since, until, *(day for day in (*moved, *dues) if since < day < until)})
    parts: list[AccruedPart] = []
    for start, end in itertools.pairwise(days):
        at_start, at_end = fold(terms, facts, start), fold(terms, facts, end)
        assert not isinstance(at_start, Refused), "what stands now stood then"
        assert not isinstance(at_end, Refused), "what stands now stood then"
        grown, num, den = at_end.s[S_NUM] - at_start.s[S_NUM], at_start.s[S_RATE_NUM], at_start.s[S_RATE_DEN]
        if grown <= 0:
            continue
        held = max(min(end, at_end.s[S_PAUSE_UNTIL]) - max(start, at_end.s[S_PAUSE_FROM]), 0)
        counted, rate = end - start - held, rate_text(*day_rate(terms))
        balance = max(at_start.s[S_BALANCE] - at_start.s[S_CREDIT], 0)
        if terms.vector[T_DAY_COUNT] == PER_DAY:
            # The rest of a bill joins what revolves on its due day, which the state of that day does not show yet.
            balance, rate = grown // (num * counted), rate_text(num, den)
        parts.append(AccruedPart(on_day(start), on_day(end), counted, balance, rate, exact_text(grown, den)))
    return tuple(parts)


def _without_undone(facts: Sequence[Fact], day: int) -> tuple[Fact, ...]:
    """Give facts under the same numbers, with those that were reversed by a day, and their reversals, in the place of nothing."""
    gone: set[int] = set()
    for number, fact in enumerate(facts, 1):
        if fact.kind == REVERSED and fact.on <= day:
            gone |= {number, fact.a}
    return tuple(Fact(NOTED, fact.on) if number in gone else fact for number, fact in enumerate(facts, 1))


def exact_text(num: int, den: int) -> str:
    """Give minor units that are not whole as decimal text of six digits after the point, rounded half-up."""
    if den == 0 or num == 0:
        return "0"
    scale = 10**EXACT_DIGITS
    units = half_up(num * scale, den)
    return f"{units // scale}.{units % scale:0{EXACT_DIGITS}d}"


def pay_off(store: Store, customer_id: int, loan_id: int, day: int) -> PayOff | Refused:
    """Give what pays a loan off on a day. Refuses loan_unknown, nothing_owed, loan_charged_off, as_of_before_disbursement."""
    found = see_loan(store, customer_id, loan_id, day)
    return found if isinstance(found, Refused) else pay_off_of(found)


def pay_off_of(found: Seen) -> PayOff | Refused:
    """Give what pays off a loan that was read, on the day of its standing."""
    terms, standing = found.held.terms, found.standing
    day = standing.s[S_DAY]
    settled = go_on(terms, standing, (Fact(SETTLED, day),), day)
    if isinstance(settled, Refused):
        return Refused(settled.code, settled.rule, f"loan {found.held.loan_id}")
    after = settled.s
    interest = after[S_LAST_INTEREST]
    return PayOff(
        found.customer_id,
        found.held.loan_id,
        terms.currency,
        on_day(day),
        after[S_LAST_PRINCIPAL],
        interest,
        after[S_LAST_PENALTY],
        after[S_LAST_FEE],
        max(-after[S_LAST_CREDIT], 0),
        after[S_RECEIVED] - standing.s[S_RECEIVED],
        _saved(found, interest),
    )


def _saved(found: Seen, interest_minor: int) -> int:
    """Give the interest that would still be asked if the loan went on as planned, less what paying off asks; of an account the fees."""
    terms, s = found.held.terms, found.standing.s
    if terms.kind != LOAN:
        return s[S_PLAN_FEE_LEFT]
    asked = sum(found.standing.row(i)[R_INTEREST_LEFT] for i in range(s[S_OPEN], s[S_NEXT]))
    to_come = sum(one.interest for one in read_promise(terms, found.standing)[s[S_NEXT] :])
    return max(asked + to_come - interest_minor, 0)
