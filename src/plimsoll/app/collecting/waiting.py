"""Which open cases have something to do, told by the queue and by the columns of their loans: no file is read to find that out.

A row of the queue tells until when its case waits, whether a promise is open, and how late the case was when it was last looked at; the
columns tell how late its loans are now. Only of cases that these two point at is the file read, so a night costs one row a case that is
open, and a file for each that has something to do.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, func, select

from plimsoll.app.database.schema import loan_state, work_item
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.collections.case import QUEUE
from plimsoll.collections.queue import CLAIMED, OPEN, SEPARATOR, WAITING, beginning_of
from plimsoll.loan.layout import CHARGED_OFF
from plimsoll.loan.layout import OPEN as RUNNING
from plimsoll.rulebook.lateness import CLASSES, lateness
from plimsoll.rulebook.rules import Rules

PROMISED: Final = f"{SEPARATOR}promise "
"""In the note of a case that waits for a promise; a follow-up may have such a reason too."""
DAYS: Final = " days"
NOT_TOLD: Final = -1


class Row(NamedTuple):
    """An open case as the queue has it, with how late its loans are on a day (0: none is) and whether money lies on them."""

    customer_id: int
    state: str
    due_at: str
    note: str
    opened_at: datetime
    days: int
    has_credit: bool

    @property
    def noted_days(self) -> int:
        """Give how late the case was when it was last looked at, NOT_TOLD where its row does not say."""
        told = self.note.partition(DAYS)[0]
        return int(told) if told.isdecimal() else NOT_TOLD


def cases_waiting(store: Store, on: date) -> list[Row]:
    """Give a row for each open case, in the order of customers."""
    with store.engine.connect() as connection:
        found = connection.execute(_OPEN_CASES).all()
    return [_row(on, *one) for one in found]


def to_settle(rows: Iterable[Row]) -> list[int]:
    """Give the customers whose promise may be over, or who may be well again: a promise is open, nothing is late any more, or money lies
    on a loan. What a person holds says nothing of promises in its row, so it is read.
    """
    return [one.customer_id for one in rows if one.state == CLAIMED or PROMISED in one.note or one.days < 1 or one.has_credit]


def to_look_at(rows: Iterable[Row], on: date, rules: Rules) -> list[int]:
    """Give the customers whose case may wait for nothing any more on a day, or may have moved into another stage of lateness.

    A case that was open when the stages themselves were changed is read each night: its row does not tell by which it was looked at.
    """
    named, now = lateness(rules, on), beginning_of(on.toordinal())
    changed = max((day for day in rules.days(CLASSES) if day <= on), default=date.min)
    return [
        one.customer_id
        for one in rows
        if one.state == CLAIMED
        or one.due_at <= now
        or one.noted_days == NOT_TOLD
        or named.overdue_class(one.days) != named.overdue_class(one.noted_days)
        or one.opened_at.date() <= changed
    ]


def _row(on: date, customer_id: int, state: str, due_at: str, note: str, opened_at: Any, oldest: date | None, credit: int | None) -> Row:
    days = (on - oldest).days if oldest is not None and oldest < on else 0
    return Row(customer_id, state, due_at, note, instant_of(opened_at), days, bool(credit))


def _open_cases() -> Select[Any]:
    item, state = work_item.c, loan_state.c
    told = (item.state, item.due_at, item.note, item.opened_at)
    asks = and_(state.customer_id == item.customer_id, state.status.in_((RUNNING, CHARGED_OFF)))
    return (
        select(item.customer_id, *told, func.min(state.oldest_due), func.max(state.credit_minor))
        .select_from(work_item.outerjoin(loan_state, asks))
        .where(item.kind == QUEUE, item.state.in_((OPEN, CLAIMED, WAITING)))
        .group_by(item.customer_id, item.subject, *told)
        .order_by(item.customer_id, item.subject)
    )


_OPEN_CASES: Final = _open_cases()
