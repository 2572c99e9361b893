"""The bills of a pay-later account: what each is made of, what came of it, what is not billed yet, what the minimum costs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.days import DayNumbers
from plimsoll.app.database.sheet import Want, fact_of
from plimsoll.app.database.store import Store
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.app.show.held import book_in, rows_of
from plimsoll.app.show.history import FACTS
from plimsoll.app.show.loan import Seen, seen_on
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import (
    A_BILL_DAY,
    A_MIN_DEN,
    A_MIN_NUM,
    L_FACT,
    L_LEFT,
    L_PLAN,
    L_ROW,
    L_SIZE,
    P_BILL,
    P_BILLED,
    P_COUNT,
    P_FEE,
    P_FEE_LEFT,
    P_LEFT,
    P_ON,
    P_PRINCIPAL,
    PURCHASED,
    R_BILLED_ON,
    R_PRINCIPAL_LEFT,
    REFUNDED,
    REVERSED,
    S_BALANCE,
    S_GRACE_DUE,
    S_LOTS,
    S_NEXT,
    S_OPEN,
    S_PERIOD_UNTIL,
    S_PLANS,
    S_RATE_DEN,
    S_RATE_NUM,
    S_UNBILLED,
)
from plimsoll.loan.owed import bill_from, convertible
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.risk.minimum_payment import Habit, pay_down
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

PAID, OPEN, LATE, CARRIED = "paid", "open", "late", "carried"
_PAID_TO: Final = "SELECT command_n, payload FROM outbox WHERE customer_id = ? AND kind = 'pay_merchant' ORDER BY command_n"


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One purchase, in minor units: what is left after refunds, and the bill it is on (None: not billed, or in instalments)."""

    n: int
    on: date
    merchant: str
    ref: str
    amount_minor: int
    refunded_minor: int
    left_minor: int
    billed_on: date | None
    is_in_instalments: bool


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund: of which purchase, and how much, in minor units."""

    n: int
    on: date
    purchase_n: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BillRow:
    """One bill, in minor units: what it is made of, the least that it asks, what was paid, what was turned into instalments."""

    billed_on: date
    due_on: date
    purchases_minor: int
    instalments_minor: int
    carried_minor: int
    interest_minor: int
    penalty_minor: int
    refunds_minor: int
    total_minor: int
    minimum_minor: int
    converted_minor: int
    paid_minor: int
    left_minor: int
    status: str
    """paid, open (until its due day), late (the minimum did not come), carried (the rest revolves, and is on the next bill)."""
    lines: tuple[PurchaseRow, ...]


@dataclass(frozen=True, slots=True)
class BillPlanRow:
    """Instalments of a purchase or a bill, in minor units: how many are billed, and what no bill has asked for yet."""

    on: date
    of_bill: bool
    principal_minor: int
    fee_minor: int
    instalments: int
    billed: int
    left_minor: int
    fee_left_minor: int


@dataclass(frozen=True, slots=True)
class MinimumCost:
    """What paying only the minimum of the last bill costs until nothing is owed: months of 30 days, and interest in minor units."""

    currency: str
    bill_minor: int
    first_minor: int
    months: int
    interest_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class Bills:
    """An account as of a day: bills, newest first; what the next one will hold; what revolves; refunds; and what the minimum would cost."""

    customer_id: int
    loan_id: int
    currency: str
    as_of: date
    bill_day: int
    next_bill_on: date | None
    due_on: date | None
    """The due day that the last bill still has ahead of it."""
    unbilled_minor: int
    revolving_minor: int
    convertible_minor: int
    bills: tuple[BillRow, ...]
    unbilled_lines: tuple[PurchaseRow, ...]
    plans: tuple[BillPlanRow, ...]
    refunds: tuple[RefundRow, ...]
    minimum: MinimumCost | None


def bills(store: Store, customer_id: int, loan_id: int, day: int) -> Bills | Refused:
    """Give the bills of an account as of a day. Refuses loan_unknown, as_of_before_disbursement, fact_does_not_fit (a loan has none).

    Rows read: the account, its facts, and what merchants of the customer were paid.
    """
    with snapshot(store) as seen:
        book = book_in(seen, Want(customer_id, (loan_id,)))
        if book is None or not book.loans:
            return Refused("loan_unknown", "", f"loan {loan_id} of customer {customer_id}")
        held = book.loans[0]
        if held.terms.kind == LOAN:
            return Refused("fact_does_not_fit", "", f"loan {loan_id} is no account")
        if day < begun_on(held.terms):
            return Refused("as_of_before_disbursement", "", f"account {loan_id} begins on {on_day(begun_on(held.terms))}")
        numbers = DayNumbers()
        rows = rows_of(seen, FACTS, (customer_id, loan_id))
        paid = {command_n: json.loads(payload) for command_n, payload in rows_of(seen, _PAID_TO, (customer_id,))}
    found = seen_on(customer_id, held, day, tuple(fact_of(row[:6], numbers) for row in rows))
    return _told(found, [paid.get(row[7], {}) for row in rows], day)


def _told(found: Seen, merchants: Sequence[Mapping[str, Any]], day: int) -> Bills:
    standing, s = found.standing, found.standing.s
    bought = _purchases(found, merchants, day)
    rows = [i for i in range(s[S_NEXT]) if standing.row(i)[R_BILLED_ON]]
    vector = found.held.terms.vector
    return Bills(
        found.customer_id,
        found.held.loan_id,
        found.held.terms.currency,
        on_day(day),
        vector[A_BILL_DAY],
        day_or_none(s[S_PERIOD_UNTIL]),
        day_or_none(s[S_GRACE_DUE]),
        s[S_UNBILLED],
        s[S_BALANCE],
        convertible(standing),
        tuple(_bill(found, i, bought) for i in reversed(rows)),
        tuple(one for one in bought if one.billed_on is None and not one.is_in_instalments and one.left_minor),
        tuple(_plan(standing.plan(i)) for i in range(s[S_PLANS])),
        tuple(_refund(n, fact) for n, fact in enumerate(found.facts, 1) if fact.kind == REFUNDED and _holds(found.facts, n, day)),
        minimum_cost(found),
    )


def _purchases(found: Seen, merchants: Sequence[Mapping[str, Any]], day: int) -> list[PurchaseRow]:
    """Give the purchases that stand, oldest first."""
    standing = found.standing
    lots = {standing.lots[at + L_FACT]: standing.lots[at : at + L_SIZE] for at in range(0, standing.s[S_LOTS] * L_SIZE, L_SIZE)}
    rows = []
    for number, (fact, merchant) in enumerate(zip(found.facts, merchants, strict=True)):
        if fact.kind != PURCHASED or fact.on > day or not _holds(found.facts, number + 1, day):
            continue
        lot = lots.get(number)
        is_plan = lot is not None and lot[L_PLAN] != -1
        row = standing.row(lot[L_ROW]) if lot is not None and lot[L_ROW] != -1 else None
        left = fact.amount_minor if lot is None else lot[L_LEFT]
        rows.append(
            PurchaseRow(
                number + 1,
                on_day(fact.on),
                str(merchant.get("merchant", "")),
                str(merchant.get("ref", "")),
                fact.amount_minor,
                fact.amount_minor - left,
                left,
                day_or_none(row[R_BILLED_ON]) if row is not None else None,
                is_plan or bool(fact.more),
            )
        )
    return rows


def _holds(facts: Sequence[Fact], number: int, day: int) -> bool:
    """Tell whether a fact has taken effect by a day and was not reversed."""
    is_undone = any(one.kind == REVERSED and one.a == number and one.on <= day for one in facts)
    return facts[number - 1].on <= day and not is_undone


def _refund(n: int, fact: Fact) -> RefundRow:
    return RefundRow(n, on_day(fact.on), fact.a, fact.amount_minor)


def _bill(found: Seen, i: int, bought: Sequence[PurchaseRow]) -> BillRow:
    s, row = found.standing.s, found.standing.row(i)
    one = bill_from(row)
    left = max(one.total - one.converted - one.paid, 0)
    if left == 0:
        status = PAID
    elif s[S_GRACE_DUE] == one.due_on:
        status = OPEN
    else:
        status = LATE if i >= s[S_OPEN] and row[R_PRINCIPAL_LEFT] else CARRIED
    return BillRow(
        on_day(one.billed_on),
        on_day(one.due_on),
        one.purchases,
        one.instalments_due,
        one.carried,
        one.interest,
        one.penalty,
        one.refunds,
        one.total,
        one.minimum,
        one.converted,
        one.paid,
        left,
        status,
        tuple(line for line in bought if line.billed_on == on_day(one.billed_on)),
    )


def _plan(plan: Sequence[int]) -> BillPlanRow:
    return BillPlanRow(
        on_day(plan[P_ON]),
        plan[P_BILL] != -1,
        plan[P_PRINCIPAL],
        plan[P_FEE],
        plan[P_COUNT],
        plan[P_BILLED],
        plan[P_LEFT],
        plan[P_FEE_LEFT],
    )


def minimum_cost(found: Seen) -> MinimumCost | None:
    """Give what paying only the minimum of the bill that is open would cost; None where no bill is, or nothing is left of it."""
    s, vector = found.standing.s, found.held.terms.vector
    minor = convertible(found.standing)
    if not minor or not s[S_RATE_NUM]:
        return None
    habit = Habit(Rate(vector[A_MIN_NUM], vector[A_MIN_DEN]), Rate(s[S_RATE_NUM], s[S_RATE_DEN]))
    course = pay_down(minor, habit)
    if isinstance(course, Refused):
        return None
    return MinimumCost(found.held.terms.currency, minor, course.first_minor, course.months, course.interest_minor, course.paid_minor)
