"""Queues of work: what waits for a person, the most pressing first, with the instant by which it is due, for who may see it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal_column, not_, or_, select, tuple_, union_all

from plimsoll.app.access.relation import Sight
from plimsoll.app.business_day import At
from plimsoll.app.case_desk import notes
from plimsoll.app.database.schema import work_item
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.show.conduct_queue import QUEUE as CONDUCT
from plimsoll.app.show.conduct_queue import ReportRow, reports
from plimsoll.collections.case import QUEUE as COLLECTION
from plimsoll.collections.queue import CLAIMED
from plimsoll.loan.filing import instant_text
from plimsoll.rulebook.rules import Rules

PERMISSIONS: Final = {
    "review": "review.read",
    "collection": "case.read",
    "complaint": "complaint.read",
    "hardship": "hardship.decide",
    "reminder": "contact.make",
    "placement": "agency.read",
    "recall": "recall.answer",
    "limit_objection": "limit.review",
    "assessment": "limit.review",
    "warning": "warning.read",
    "dispute": "dispute.answer",
    "limitation": "limitation.note",
    "write_off": "write_off.decide",
    CONDUCT: "claim.transfer",
}
"""Queues by kind, and the permission by which one is seen."""
BY_CLOCK: Final = ("review", "reminder", "placement")
"""Queues whose rows are due at an instant; in the others they are due on a day, but for a case of collection that somebody holds."""
WAITING: Final = ("open", "claimed", "waiting")
LIMIT: Final = 50


class WorkAsked(NamedTuple):
    """Which rows of a queue: a state ("" all but done), of whom (None anybody, "" nobody), only those whose instant has passed."""

    state: str = ""
    assigned_to: str | None = None
    is_overdue: bool = False


ALL: Final = WorkAsked()


class Cursor(NamedTuple):
    """The row after which a page goes on: its priority below nought, whether it is due at an instant, and by what it is sorted then."""

    sinking: int
    is_due: bool
    due_at: str
    customer_id: int
    subject: str


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A row of a queue. `due_at` is the instant by which it is due (None: none), `seconds_left` below nought once it has passed."""

    customer_id: int
    kind: str
    subject: str
    state: str
    priority: int
    due_at: datetime | None
    seconds_left: int | None
    is_overdue: bool
    assigned_to: str
    note: str
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Some rows of a queue, and the sort keys after which it goes on, () at the end."""

    rows: tuple[WorkRow, ...]
    next_after: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many rows of a queue wait, by state, and how many of them are overdue."""

    kind: str
    open: int
    claimed: int
    waiting: int
    overdue: int


def work_page(
    store: Store,
    kind: str,
    at: At,
    asked: WorkAsked = ALL,
    *,
    sight: Sight | None = None,
    after: Sequence[int | str] = (),
    limit: int = LIMIT,
) -> WorkPage:
    """Give rows of a queue, the highest priority first, then those due soonest. Rows read: those of the page, by the order of the index.

    What is narrowed to a person, or to what is overdue, reads past the others; `after` of another shape than `next_after` is none.
    """
    if kind == CONDUCT:
        return _conduct_page(reports(store, sight), at, asked, _cursor(after), limit)
    conditions = _conditions(kind, asked, at)
    if sight is not None:
        conditions.append(sight.clause(work_item.c.customer_id))
    wanted = _first(kind, (asked.state,) if asked.state else WAITING, conditions, _cursor(after), limit + 1)
    with store.engine.connect() as connection:
        rows = connection.execute(wanted).all()
    page = rows[:limit]
    last: tuple[int | str, ...] = ()
    if len(rows) > limit:
        one = page[-1]
        last = (-one.priority, 1 if one.due_at == "" else 0, one.due_at, one.customer_id, one.subject)
    return WorkPage(tuple(_row(one, at) for one in page), last)


def _conduct_page(found: Sequence[ReportRow], at: At, asked: WorkAsked, cursor: Cursor | None, limit: int) -> WorkPage:
    """Give a page of the reports about buyers, which stand in dossiers: those due soonest first."""
    states = (asked.state,) if asked.state else WAITING
    rows = [
        one
        for one in found
        if one.state in states
        and asked.assigned_to in (None, one.report.handler)
        and (not asked.is_overdue or one.is_overdue(at))
        and (cursor is None or _place(one) > (not cursor.is_due, cursor.due_at, cursor.subject))
    ]
    page, last = rows[:limit], rows[limit - 1 : limit]
    is_more = len(rows) > limit
    after = [(0, int(not one.due_at), _place(one)[1], one.report.customer_id, one.subject) for one in last if is_more]
    return WorkPage(tuple(_conduct_row(one, at) for one in page), after[0] if after else ())


def _place(one: ReportRow) -> tuple[bool, str, str]:
    return one.due_at is None, instant_text(one.due_at) if one.due_at else "", one.subject


def _conduct_row(one: ReportRow, at: At) -> WorkRow:
    """Give a report as a row of work; its customer is 0 where it is about nobody."""
    report, due_at = one.report, one.due_at
    left = None if due_at is None else int((due_at - at.by_day).total_seconds())
    said = (due_at, left, one.is_overdue(at), report.handler, report.about, one.opened_at, one.changed_at)
    return WorkRow(report.customer_id, CONDUCT, one.subject, one.state, 0, *said)


def _first(
    kind: str, states: Sequence[str], conditions: Sequence[ColumnElement[bool]], cursor: Cursor | None, limit: int
) -> Select[tuple[Any, ...]]:
    """Give the first rows of a queue: of one state, those due at an instant, and those due at none, lie in their order in the index."""
    columns, runs = work_item.c, []
    # The number of rows is written out: PostgreSQL plans for a page only where it knows that it is one.
    most: ColumnElement[int] = literal_column(str(limit))
    for state, is_due in product(states, (True, False)):
        wanted = select(columns.customer_id, columns.kind, columns.subject, columns.priority, columns.due_at)
        wanted = wanted.where(columns.kind == kind, columns.state == state, *conditions)
        wanted = wanted.where(columns.due_at > "" if is_due else columns.due_at == "")
        if cursor is not None:
            wanted = wanted.where(_after(cursor, is_due))
        run = wanted.order_by(columns.priority.desc(), columns.due_at, columns.customer_id, columns.subject).limit(most).subquery()
        runs.append(select(run))
    every = union_all(*runs).subquery()
    first = select(every).order_by(*_order(every.c)).limit(most).subquery()
    found = first.c
    same = (columns.customer_id == found.customer_id) & (columns.kind == found.kind) & (columns.subject == found.subject)
    return select(work_item).join_from(first, work_item, same).order_by(*_order(found))


def _order(columns: Any) -> tuple[ColumnElement[Any], ...]:
    """Give by what rows are ordered: priority, then the instant they are due at, those that have none last."""
    has_none = case((columns.due_at == "", 1), else_=0)
    return columns.priority.desc(), has_none, columns.due_at, columns.customer_id, columns.subject


def _after(cursor: Cursor, is_due: bool) -> ColumnElement[bool]:
    """Give the condition that a row comes after a cursor: of one priority those that are due at no instant come last."""
    columns, priority = work_item.c, -cursor.sinking
    if is_due != cursor.is_due:
        return columns.priority < priority if is_due else columns.priority <= priority
    key = tuple_(columns.due_at, columns.customer_id, columns.subject)
    is_later = or_(columns.priority < priority, key > tuple_(cursor.due_at, cursor.customer_id, cursor.subject))
    return and_(columns.priority <= priority, is_later)


def _cursor(after: Sequence[int | str]) -> Cursor | None:
    """Read where a page goes on; None for what is no such place."""
    if tuple(type(one) for one in after) != (int, int, str, int, str):
        return None
    sinking, has_none, due_at, customer_id, subject = after
    return Cursor(int(sinking), not has_none, str(due_at), int(customer_id), str(subject))


def as_today(store: Store, page: WorkPage, at: At, rules: Rules) -> WorkPage:
    """Give a page of cases of collection with the lines that the policy of today gives them; a page of another queue stays as it is."""
    found = notes(store, (one.customer_id for one in page.rows if one.kind == COLLECTION and one.state != "done"), at, rules)
    rows = tuple(replace(one, note=found.get(one.customer_id, one.note)) if one.kind == COLLECTION else one for one in page.rows)
    return WorkPage(rows, page.next_after)


def _conditions(kind: str, asked: WorkAsked, at: At) -> list[ColumnElement[bool]]:
    columns = work_item.c
    found: list[ColumnElement[bool]] = []
    if asked.assigned_to is not None:
        found.append(columns.assigned_to == asked.assigned_to)
    if asked.is_overdue:
        found.append(_overdue(kind, at))
    return found


def _overdue(kind: str, at: At) -> ColumnElement[bool]:
    """Give the condition that the instant of a row has passed: by the clock, or by the business date where it is due on a day."""
    due_at = func.coalesce(work_item.c.due_at, "")  # or SQLite would look for such instants in every queue
    by_clock, by_day = due_at < instant_text(at.now), due_at < instant_text(at.by_day)
    if kind in BY_CLOCK:
        return and_(due_at != "", by_clock)
    is_held = work_item.c.state == CLAIMED if kind == COLLECTION else false()
    return and_(due_at != "", or_(and_(is_held, by_clock), and_(not_(is_held), by_day)))


def _row(row: Any, at: At) -> WorkRow:
    due_at = datetime.fromisoformat(row.due_at) if row.due_at else None
    is_by_clock = row.kind in BY_CLOCK or (row.kind == COLLECTION and row.state == CLAIMED)
    left = None if due_at is None else int((due_at - (at.now if is_by_clock else at.by_day)).total_seconds())
    return WorkRow(
        row.customer_id,
        row.kind,
        row.subject,
        row.state,
        row.priority,
        due_at,
        left,
        left is not None and left < 0 and row.state != "done",
        row.assigned_to,
        row.note,
        instant_of(row.opened_at),
        instant_of(row.changed_at),
    )


def queue_counts(store: Store, at: At, kinds: Sequence[str], sights: Sequence[Sight | None]) -> tuple[QueueCount, ...]:
    """Give how much waits in queues, each as far as one sees it. Rows read: those that wait."""
    columns, found = work_item.c, []
    with store.engine.connect() as connection:
        for kind, sight in zip(kinds, sights, strict=True):
            if kind == CONDUCT:
                told = reports(store, sight)
                by = Counter(one.state for one in told)
                overdue = sum(one.is_overdue(at) for one in told)
                found.append(QueueCount(kind, by["open"], by["claimed"], by["waiting"], overdue))
                continue
            late = func.sum(case((_overdue(kind, at), 1), else_=0))
            wanted = select(columns.state, func.count(), late).where(columns.kind == kind, columns.state.in_(WAITING))
            if sight is not None:
                wanted = wanted.where(sight.clause(columns.customer_id))
            by_state = {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(wanted.group_by(columns.state))}
            counts = [by_state.get(state, (0, 0))[0] for state in WAITING]
            found.append(QueueCount(kind, counts[0], counts[1], counts[2], sum(one[1] for one in by_state.values())))
    return tuple(found)
