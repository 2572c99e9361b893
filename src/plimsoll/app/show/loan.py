"""A loan, or a pay-later account, as people look at it on a day: what was agreed, where it stands, how late it is, what is due next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.sheet import PARKED, Want, instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.app.show.held import book_in, rows_of
from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.classes import bucket, five_class, overdue_class
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold
from plimsoll.loan.layout import (
    A_BILL_DAY,
    A_DUE_DAY,
    A_MIN_DEN,
    A_MIN_NUM,
    CHARGED_OFF,
    OPEN,
    PAID_OFF,
    PENDING,
    R_DUE,
    R_PAID,
    R_TOTAL,
    S_CREDIT,
    S_NEXT,
    S_PERIOD_UNTIL,
    S_ROWS,
    S_STATUS,
    T_ALLOCATION,
    T_DAY_COUNT,
    T_FEE,
    T_GRACE_DAYS,
    T_INSTALMENTS,
    T_MERCHANT_FEE,
    T_MIN_DAYS,
    T_PENALTY_DEN,
    T_PENALTY_NUM,
    T_PREPAYMENT,
    T_PRINCIPAL,
    T_RATE_DEN,
    T_RATE_NUM,
    T_REPAYMENT,
)
from plimsoll.loan.owed import bill_due_on, dues
from plimsoll.loan.state import State, read_promise, read_state
from plimsoll.loan.terms import LOAN, LoanRate, Terms, begun_on
from plimsoll.loan.words import ALLOCATIONS, PREPAYMENTS, REPAYMENTS
from plimsoll.units.days import DAY_COUNTS, PER_DAY, basis
from plimsoll.units.divide import half_up
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

STATUSES: Final = {PENDING: "pending", OPEN: "open", PAID_OFF: "paid_off", CHARGED_OFF: "charged_off", PARKED: "parked"}
"""What a status of a loan is called; a parked one failed an assertion of the close and waits for a person."""
LIMIT: Final = 200
RATE_DIGITS: Final = 9
DAYS_A_YEAR: Final = 365
_WAYS: Final = {number: word for word, number in REPAYMENTS.items()}
_AHEAD: Final = {number: word for word, number in PREPAYMENTS.items()}
_ORDERS: Final = {number: word for word, number in ALLOCATIONS.items()}
_COUNTS: Final = {PER_DAY: "per-day"} | {number: word for word, number in DAY_COUNTS.items()}


@dataclass(frozen=True, slots=True)
class LoanRow:
    """A loan in a list, as its state was last moved to `as_of`, days late counted to the day that was asked. Amounts in minor units."""

    customer_id: int
    loan_id: int
    product: str
    kind: str
    """loan, or account for pay later."""
    currency: str
    status: str
    opened_on: date
    lent_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    credit_minor: int
    days_late: int
    bucket: int
    oldest_due_on: date | None
    next_on: date | None
    """The next day on which something happens."""
    as_of: date


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """What was agreed when a loan or an account began; the rate of a day and, simple, of a year of 365 days, as decimal text."""

    version: str
    currency: str
    principal_minor: int
    rate_per_day: str
    rate_per_year: str
    day_count: str
    repayment: str
    prepayment: str
    allocation: str
    instalments: int
    first_due_on: date | None
    last_due_on: date | None
    fee_minor: int
    merchant_fee_minor: int
    penalty_per_day: str
    grace_days: int
    min_interest_days: int
    bill_day: int
    due_day: int
    min_payment: str
    """Share of a bill that is asked at least, as decimal text; "" for a loan."""


@dataclass(frozen=True, slots=True)
class Owing:
    """Where a loan stands on a day, in minor units: `payoff` pays all, `due` was asked for and has not come, `late` of it is late."""

    currency: str
    as_of: date
    status: str
    principal_minor: int
    principal_late_minor: int
    interest_minor: int
    interest_late_minor: int
    penalty_minor: int
    fee_minor: int
    credit_minor: int
    payoff_minor: int
    claim_minor: int
    due_minor: int
    late_minor: int
    days_late: int
    bucket: int
    overdue_class: str
    five_class: str
    """By days past due alone; what the house classes it as stands with its class changes."""
    oldest_due_on: date | None


@dataclass(frozen=True, slots=True)
class DueNext:
    """What is asked on the next due day, in minor units; of an account the minimum, and the whole bill beside it."""

    currency: str
    due_on: date
    amount_minor: int
    whole_minor: int


@dataclass(frozen=True, slots=True)
class LoanPage:
    """One loan as of a day: what was agreed, where it stands, what is due next, and why it is parked ("" where it is not)."""

    customer_id: int
    loan_id: int
    product: str
    kind: str
    opened_on: date
    recorded_at: datetime
    terms: AgreedTerms
    owing: Owing
    next: DueNext | None
    facts_count: int
    parked_since: datetime | None
    parked_because: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A loan with its whole history, folded to a day: what the pages of one loan are made of."""

    customer_id: int
    held: Held
    facts: tuple[Fact, ...]
    standing: Standing
    state: State


def seen_on(customer_id: int, held: Held, day: int, facts: Sequence[Fact] | None = None) -> Seen:
    """Give a loan, read with its facts, as of a day, by the fold of all of them, or of those given; before it began it is pending."""
    history = tuple(held.facts or ()) if facts is None else tuple(facts)
    standing = fold(held.terms, history, day)
    assert not isinstance(standing, Refused), f"loan {held.loan_id}: its own facts no longer fold"
    return Seen(customer_id, held, history, standing, read_state(held.terms, standing))


def see_loan(store: Store, customer_id: int, loan_id: int, day: int) -> Seen | Refused:
    """Give a loan as of a day. Refuses loan_unknown, as_of_before_disbursement. Rows read: three, and the loan's facts."""
    with snapshot(store) as seen:
        book = book_in(seen, Want(customer_id, (loan_id,), with_facts=True))
    if book is None or not book.loans:
        return Refused("loan_unknown", "", f"loan {loan_id} of customer {customer_id}")
    begun = begun_on(book.loans[0].terms)
    if day < begun:
        return Refused("as_of_before_disbursement", "", f"loan {loan_id} begins on {on_day(begun)}")
    return seen_on(customer_id, book.loans[0], day)


def loan_page(store: Store, customer_id: int, loan_id: int, day: int) -> LoanPage | Refused:
    """Give one loan as of a day, any day since it began. Refuses loan_unknown, as_of_before_disbursement. Reads its rows and facts."""
    found = see_loan(store, customer_id, loan_id, day)
    return found if isinstance(found, Refused) else page_of(store, found)


def page_of(store: Store, found: Seen) -> LoanPage:
    """Give the page of a loan that was read. Rows read: two."""
    held, loan, parked = found.held, schema.loan.c, schema.parked.c
    with store.engine.connect() as connection:
        is_loan = (loan.customer_id == found.customer_id) & (loan.loan_id == held.loan_id)
        row = connection.execute(select(loan.version, loan.recorded_at).where(is_loan)).one()
        is_parked = (parked.customer_id == found.customer_id) & (parked.loan_id == held.loan_id)
        stopped = connection.execute(select(parked.since, parked.reason).where(is_parked)).first()
    return LoanPage(
        found.customer_id,
        held.loan_id,
        held.product,
        kind_of(held.terms),
        on_day(begun_on(held.terms)),
        instant_of(row.recorded_at),
        agreed_terms(held.terms, row.version),
        owing_of(held.terms, found.standing, is_parked=held.summary.status == PARKED),
        next_due(held.terms, found.standing),
        len(found.facts),
        instant_of(stopped.since) if stopped is not None else None,
        stopped.reason if stopped is not None else "",
    )


def kind_of(terms: Terms) -> str:
    """Give loan, or account."""
    return "loan" if terms.kind == LOAN else "account"


def row_of(customer_id: int, held: Held, today: int) -> LoanRow:
    """Give a loan for a list, from what the store keeps of its state; nothing is folded."""
    one = held.summary
    late = today - one.oldest_due if one.oldest_due and one.status in (OPEN, CHARGED_OFF, PARKED) else 0
    days_late = late if late > held.terms.vector[T_GRACE_DAYS] else 0
    return LoanRow(
        customer_id,
        held.loan_id,
        held.product,
        kind_of(held.terms),
        held.terms.currency,
        STATUSES[one.status],
        on_day(begun_on(held.terms)),
        held.terms.vector[T_PRINCIPAL] if held.terms.kind == LOAN else 0,
        one.principal_minor,
        one.interest_minor,
        one.penalty_minor,
        one.fee_minor,
        one.credit_minor,
        days_late,
        bucket(days_late),
        day_or_none(one.oldest_due),
        day_or_none(one.next_day),
        on_day(one.as_of),
    )


def row_on(customer_id: int, held: Held, today: int) -> LoanRow:
    """Give a loan for the list of one customer, its amounts moved to the day; one that is parked, or ahead of the day, as it stands."""
    row = row_of(customer_id, held, today)
    if held.summary.status != OPEN or held.summary.as_of >= today:
        return row
    owing = owing_of(held.terms, standing_of(held, today))
    return replace(
        row,
        principal_minor=owing.principal_minor,
        interest_minor=owing.interest_minor,
        penalty_minor=owing.penalty_minor,
        fee_minor=owing.fee_minor,
        credit_minor=owing.credit_minor,
        days_late=owing.days_late,
        bucket=owing.bucket,
        oldest_due_on=owing.oldest_due_on,
        as_of=owing.as_of,
    )


def loans_of(store: Store, customer_id: int, today: int) -> tuple[LoanRow, ...]:
    """Give every loan of a customer, paid ones too, oldest first; () for a stranger. Rows read: one, and one a loan."""
    with snapshot(store) as seen:
        book = book_in(seen, Want(customer_id, is_every=True))
        parked = [row[0] for row in rows_of(seen, "SELECT loan_id FROM parked WHERE customer_id = ?", (customer_id,))]
        stopped = book_in(seen, Want(customer_id, tuple(parked))) if parked else None
    held = [] if book is None else [one for one in book.loans if one.loan_id not in parked]
    held += [] if stopped is None else stopped.loans
    return tuple(sorted((row_on(customer_id, one, today) for one in held), key=lambda one: (one.opened_on, one.loan_id)))


def agreed_terms(terms: Terms, version: str) -> AgreedTerms:
    """Give what was agreed, in words and decimal text; the days of a schedule are those it had on its first day."""
    vector, is_loan = terms.vector, terms.kind == LOAN
    num, den = day_rate(terms)
    first, last = _first_and_last(terms) if is_loan else (None, None)
    return AgreedTerms(
        version,
        terms.currency,
        vector[T_PRINCIPAL] if is_loan else 0,
        rate_text(num, den),
        rate_text(num * DAYS_A_YEAR, den),
        _COUNTS[vector[T_DAY_COUNT]],
        _WAYS.get(vector[T_REPAYMENT], "fee-plan") if is_loan else "",
        _AHEAD[vector[T_PREPAYMENT]] if is_loan else "",
        _ORDERS[vector[T_ALLOCATION]],
        vector[T_INSTALMENTS] if is_loan else 0,
        first,
        last,
        vector[T_FEE] if is_loan else 0,
        vector[T_MERCHANT_FEE] if is_loan else 0,
        rate_text(vector[T_PENALTY_NUM], vector[T_PENALTY_DEN]),
        vector[T_GRACE_DAYS],
        vector[T_MIN_DAYS] if is_loan else 0,
        0 if is_loan else vector[A_BILL_DAY],
        0 if is_loan else vector[A_DUE_DAY],
        "" if is_loan else rate_text(vector[A_MIN_NUM], vector[A_MIN_DEN]),
    )


def _first_and_last(terms: Terms) -> tuple[date | None, date | None]:
    begun = fold(terms, (), begun_on(terms))
    assert not isinstance(begun, Refused), "no fact, nothing to refuse"
    promise = read_promise(terms, begun)
    return (on_day(promise[0].due_on), on_day(promise[-1].due_on)) if promise else (None, None)


def day_rate(terms: Terms) -> tuple[int, int]:
    """Give the rate of a day, as numerator and denominator; a year has 360 days in the 360 counts, else 365."""
    vector = terms.vector
    day_count = vector[T_DAY_COUNT]
    return LoanRate(vector[T_RATE_NUM], vector[T_RATE_DEN] // basis(day_count), day_count).day_fraction()


def rate_text(num: int, den: int) -> str:
    """Give a share as decimal text of at most nine digits after the point, rounded half-up, with no zero to strip."""
    scale = 10**RATE_DIGITS
    units = half_up(num * scale, den)
    return Rate.parse(f"{units // scale}.{units % scale:0{RATE_DIGITS}d}").text()


def owing_of(terms: Terms, standing: Standing, *, is_parked: bool = False) -> Owing:
    """Give where a loan stands on the day of its standing."""
    state = read_state(terms, standing)
    asked = dues(standing)
    late = sum(one.minor for one in asked if one.due_on < state.as_of) if state.past_due_days else 0
    return Owing(
        terms.currency,
        on_day(state.as_of),
        STATUSES[PARKED if is_parked else state.status],
        state.principal,
        state.principal_past_due,
        state.interest,
        state.interest_past_due,
        state.penalty,
        state.fee,
        state.credit,
        state.payoff,
        state.claim,
        sum(one.minor for one in asked),
        late,
        state.past_due_days,
        bucket(state.past_due_days),
        overdue_class(state.past_due_days),
        five_class(state.past_due_days),
        day_or_none(state.oldest_due),
    )


def next_due(terms: Terms, standing: Standing) -> DueNext | None:
    """Give what the next due day after the day of a standing asks for; None where nothing will be asked that is known by now."""
    s = standing.s
    if terms.kind == LOAN:
        if s[S_NEXT] >= s[S_ROWS] or s[S_STATUS] != OPEN:
            return None
        line = read_promise(terms, standing, s[S_PERIOD_UNTIL])[s[S_NEXT]]
        # What is held for the day has come already.
        asked = max(line.principal + line.interest + line.fee - s[S_CREDIT], 0)
        return DueNext(terms.currency, on_day(line.due_on), asked, asked)
    due_on = bill_due_on(standing)
    if not due_on:
        return None
    row = standing.row(s[S_NEXT] - 1)
    left = sum(one.minor for one in dues(standing) if one.due_on == due_on)
    assert row[R_DUE] == due_on, "the last bill is the one whose due day is ahead"
    return DueNext(terms.currency, on_day(due_on), left, max(bill_left(row), 0))


def bill_left(row: Sequence[int]) -> int:
    """Give what is unpaid of a bill (R_*), in minor units."""
    return row[R_TOTAL] - row[R_PAID]
