"""What a day brought, by the types of events at which an advance of a test clock can stop."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.schema import fact, filing, loan_state, outbox
from plimsoll.app.database.store import Store
from plimsoll.app.posting import NIGHTS
from plimsoll.collections.ask_debit import ASKED, DONE
from plimsoll.collections.reminded import DEBIT_FAILED
from plimsoll.loan.layout import NOTED, PAID_OFF, REPAID
from plimsoll.monitoring.notice import FREEZE, NOTICE, THAW
from plimsoll.monitoring.review_limit import CAP, STEP_DOWN
from plimsoll.units.refusal import Refused

CLOSED: Final = "business_date.closed"
BUCKET: Final = "delinquency.bucket_changed"
LATE: Final = "delinquency.begun"
STATEMENT: Final = "statement.issued"
DUE: Final = "repayment.due"
RECEIVED: Final = "repayment.received"
PAID: Final = "loan.paid_off"
DEBIT_DONE, DEBIT_NOT, DEBIT_UNCLEAR = "debit.succeeded", "debit.failed", "debit.unknown"
RETURNED: Final = "payment.returned"
TOLD: Final = {"bill": STATEMENT, "late": LATE, "autopay": DUE}
"""Messages of a night, and the events that they are."""
FILED: Final = {DONE: DEBIT_DONE, DEBIT_FAILED: DEBIT_NOT, ASKED: DEBIT_UNCLEAR}
"""What is put on file about a debit, and the event that it is where nothing follows it on the same day."""
FOLLOWED: Final = {
    "reminder.sent": "reminder.sent",
    "case.opened": "delinquency_case.opened",
    "case.closed": "delinquency_case.closed",
    "promise.kept": "promise.kept",
    "promise.partial": "promise.partial",
    "promise.broken": "promise.broken",
    "plan.kept": "plan.kept",
    "plan.broken": "plan.broken",
    "hardship.lapsed": "hardship.lapsed",
    "placement.ended": "placement.ended",
    "warning.raised": "warning.raised",
}
"""What reminding, collecting and watching put on file, and the events that they are."""
MOVED: Final = {STEP_DOWN: "limit.cut", CAP: "limit.cut", FREEZE: "limit.frozen", THAW: "limit.unfrozen"}
"""Notices about a limit by what was done to it, and the events that they are."""
STOPS: Final = (
    *(CLOSED, BUCKET, LATE, STATEMENT, DUE, RECEIVED, PAID, DEBIT_DONE, DEBIT_NOT, DEBIT_UNCLEAR, RETURNED),
    *FOLLOWED.values(),
    *dict.fromkeys(MOVED.values()),
)
"""Every type at which an advance can stop, in the order in which one of several is named."""
CUSTOMERS_AT_ONCE: Final = 500


class Happened(NamedTuple):
    """What was done on a day before its close: the types of events that it was, and whose loans it may have changed."""

    types: frozenset[str] = frozenset()
    customers: frozenset[int] = frozenset()


def refuse_stops(stop_on: Sequence[str]) -> Refused | None:
    """Refuse types at which no advance stops: clock_stop_unknown."""
    unknown = [one for one in stop_on if one not in STOPS]
    return Refused("clock_stop_unknown", "", f"{', '.join(unknown)[:120]}; one of: {', '.join(STOPS)}") if unknown else None


def due_on(store: Store, day: int) -> frozenset[int]:
    """Give the customers on the agenda of a day, before anything of it is done."""
    with snapshot(store) as seen:
        return frozenset(seen.due_ids(day)[0])


def brought(store: Store, day: int, due: frozenset[int], happened: Happened) -> frozenset[str]:
    """Give the types of what a closed day brought to who was due, and to whom something happened before."""
    found = {CLOSED, *happened.types}
    customers = sorted(due | happened.customers)
    on = date.fromordinal(day)
    with store.engine.connect() as connection:
        found |= _followed(connection, on)
        for first in range(0, len(customers), CUSTOMERS_AT_ONCE):
            found |= _of(connection, day, on, customers[first : first + CUSTOMERS_AT_ONCE])
    return frozenset(found)


def _followed(connection: Connection, on: date) -> set[str]:
    """Give the types of what a day put on file of anybody, read by kind and day."""
    filed = select(filing.c.kind, filing.c.subject).where(filing.c.effective_on == on)
    kinds = connection.scalars(select(filing.c.kind).where(filing.c.effective_on == on, filing.c.kind.in_(FOLLOWED)).distinct())
    moves = connection.execute(filed.where(filing.c.kind == NOTICE).distinct())
    return {FOLLOWED[kind] for kind in kinds} | {MOVED[row.subject] for row in moves if row.subject in MOVED}


def _of(connection: Connection, day: int, on: date, customers: Sequence[int]) -> set[str]:
    """Give the types of what a day brought to some customers, read by their keys."""
    night = NIGHTS + day
    sent = select(outbox.c.kind).where(outbox.c.customer_id.in_(customers), outbox.c.command_n == night).distinct()
    found = {TOLD[kind] for kind in connection.scalars(sent) if kind in TOLD}
    told = select(fact.c.kind, fact.c.command_n).where(fact.c.customer_id.in_(customers), fact.c.effective_on == on).distinct()
    for kind, command_n in connection.execute(told):
        found |= {BUCKET} if kind == NOTED and command_n == night else {RECEIVED} if kind == REPAID else set()
    filed = select(filing.c.customer_id, filing.c.subject, filing.c.kind).where(
        filing.c.customer_id.in_(customers), filing.c.effective_on == on, filing.c.kind.in_(FILED)
    )
    last = {(row.customer_id, row.subject): row.kind for row in connection.execute(filed.order_by(filing.c.customer_id, filing.c.n))}
    found |= {FILED[kind] for kind in last.values()}
    over = select(loan_state.c.status).where(
        loan_state.c.customer_id.in_(customers), loan_state.c.status == PAID_OFF, loan_state.c.last_on == on
    )
    return found | ({PAID} if connection.execute(over.limit(1)).first() is not None else set())
