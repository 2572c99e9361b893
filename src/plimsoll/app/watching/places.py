"""Where customers stand as to over-extension after a day: those of whom something changed, in columns, and what evidence adds to it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import and_, case, func, or_, select, union

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.watching.find import EVIDENCE, LOAD_LINE, OnFile, rows_of
from plimsoll.loan.layout import CHARGED_OFF, OPEN, REPAID, S_CLAIM, SETTLED
from plimsoll.monitoring.elsewhere import BUREAU, WINDOW_DAYS, Elsewhere, elsewhere
from plimsoll.risk.load.debt_service import stressed
from plimsoll.risk.load.over_extension import ACTIVE, BANDS, CLASSES, FIT, MASKED, Extension, extension_policy
from plimsoll.risk.load.over_extension_columns import Book, shown_by_claims, stand
from plimsoll.risk.load.policy import load_policy
from plimsoll.rulebook.feature import load as load_features
from plimsoll.rulebook.rules import Rules
from plimsoll.units.pack import unpack

PPB: Final = 10**9
PPM: Final = 1_000_000


class Place(NamedTuple):
    """A customer's class and band of over-extension, the chance per million, and what is above the line in minor units."""

    customer_id: int
    currency: str
    over_extension: str
    chance_band: str
    chance_ppm: int
    over_minor: int


def places_today(store: Store, on: date, known: OnFile, rules: Rules, now: datetime) -> Iterator[Place]:
    """Give the places that became other ones of those whose loans moved, whose load line was drawn, or of whom evidence came, on a day.

    Only customers with a load line, or of whom a loan was written off: without either, months of payments tell, and they are looked at when
    the month ends. What is left of a claim after a write-off is owed, and late by a day at least; it costs one more question a night, of
    those who moved.
    """
    rows = list(rows_of(store, _changed(on)))
    if not rows:
        return
    claims = _claims(store, on)
    days = on.toordinal()
    numbers = np.array([[row[0], *row[2:7]] for row in rows], np.int64).T
    claimed = np.array([claims.get(row[0], 0) for row in rows], np.int64)
    late = np.array([0 if row[7] is None else max(days - _day(row[7]), 0) for row in rows], np.int64)
    plans = {plan.customer_id for plan in known.plans.values()}
    customer_id, limit, capacity, room, stress, owed = numbers
    policy = load_policy(rules, on)
    count, inferred = len(rows), policy.spread["inferred"]
    weight = np.where(capacity >= 0, stress / PPB, stressed(policy.stress))
    nought, none = np.zeros(count), np.zeros(count, np.int64)
    book = Book(
        limit_minor=limit,
        balance_minor=np.maximum(owed + claimed, 0),
        line_minor=shown_by_claims(capacity, claimed),
        late_days=np.maximum(late, claimed > 0),
        has_plan=np.array([one in plans for one in customer_id.tolist()], bool),
        mu=np.log(np.maximum(room, 1)) - policy.percentile_z * inferred,
        sigma=np.full(count, inferred),
        essentials=nought,
        essentials_deviation=nought,
        elsewhere=nought,
        elsewhere_deviation=nought,
        weight=weight,
        elsewhere_grown_minor=none,
        paid_minor=none,
        new_lenders=none,
    )
    yield from changed_places(store, on, known, rules, now, book, customer_id.tolist(), [row[1] for row in rows])


def changed_places(
    store: Store, on: date, known: OnFile, rules: Rules, now: datetime, book: Book, ids: Sequence[int], currencies: Sequence[str]
) -> Iterator[Place]:
    """Give the places of a book in columns that differ from what is on record; evidence on file tells active ones from masked ones.

    Who has no line to be above of is left out: of them nothing is known that a limit should follow.
    """
    policy = extension_policy(rules, on)
    found = stand(book, policy)
    seen = evidenced(store, on)
    differs = ((found.kind != FIT) | (found.band > 0)) & (book.line_minor >= 0)
    on_record = np.array([one in known.places for one in ids], bool) if known.places else np.zeros(len(ids), bool)
    for at in np.flatnonzero(differs | on_record).tolist():
        kind = int(found.kind[at])
        if kind == ACTIVE and ids[at] in seen:
            kind = _masked(store, on, now, ids[at], policy)
        place = (CLASSES[kind], BANDS[int(found.band[at])])
        if place != known.place(ids[at]):
            chance = min(round(float(found.chance[at]) * PPM), PPM)
            yield Place(ids[at], currencies[at], *place, chance, int(found.over_minor[at]))


def evidenced(store: Store, on: date) -> set[int]:
    """Give the customers of whom the bureau told something within three months."""
    table = schema.filing.c
    since = date.fromordinal(on.toordinal() - WINDOW_DAYS)
    chosen = select(table.customer_id).distinct().where(table.kind == EVIDENCE, table.subject == BUREAU)
    return {row[0] for row in rows_of(store, chosen.where(table.effective_on > since, table.effective_on <= on))}


def overdue_elsewhere(store: Store, on: date, now: datetime) -> list[int]:
    """Give the customers of whom the bureau told on a day, with consent, that a debt elsewhere is overdue."""
    table = schema.filing.c
    chosen = select(table.customer_id).distinct().where(table.kind == EVIDENCE, table.subject == BUREAU, table.effective_on == on)
    told = sorted(row[0] for row in rows_of(store, chosen))
    return [one for one in told if elsewhere_of(store, one, on, now).is_overdue]


def elsewhere_of(store: Store, customer_id: int, on: date, now: datetime) -> Elsewhere:
    """Give what is known of one customer's debt at other lenders."""
    return elsewhere(filings_of(store, customer_id), on.toordinal(), now, load_features())


def _masked(store: Store, on: date, now: datetime, customer_id: int, policy: Extension) -> int:
    """Tell whether others pay for the debt of an active customer."""
    told = elsewhere_of(store, customer_id, on, now)
    if told.new_lenders >= policy.lenders:
        return MASKED
    if told.grown_minor <= 0:
        return ACTIVE
    fact = schema.fact.c
    since = date.fromordinal(on.toordinal() - WINDOW_DAYS)
    chosen = select(func.sum(fact.amount_minor)).where(fact.customer_id == customer_id, fact.kind.in_((REPAID, SETTLED)))
    with store.engine.connect() as connection:
        paid = int(connection.scalar(chosen.where(fact.effective_on > since, fact.effective_on <= on)) or 0)
    return MASKED if told.grown_minor >= policy.rolling * paid else ACTIVE


def _changed(on: date) -> Any:
    """Choose the lines of those of whom something changed, with what all open loans owe and the oldest unpaid day."""
    line, state = schema.line.c, schema.loan_state.c
    who = _moved(on)
    owed = state.principal_minor + state.interest_minor + state.penalty_minor + state.fee_minor - state.credit_minor
    is_open = state.status == OPEN
    return (
        select(
            line.customer_id,
            line.currency,
            line.limit_minor,
            line.load_capacity_minor,
            line.load_room_minor,
            line.load_stress_ppb,
            func.sum(case((is_open, owed), else_=0)),
            func.min(case((and_(is_open, state.oldest_due < on), state.oldest_due))),
        )
        .join(who, who.c.customer_id == line.customer_id)
        .join(schema.loan_state, state.customer_id == line.customer_id)
        .where(line.limit_minor > 0)
        .group_by(line.customer_id, line.currency, line.limit_minor, line.load_capacity_minor, line.load_room_minor, line.load_stress_ppb)
        .having(or_(line.load_capacity_minor >= 0, func.max(case((state.status == CHARGED_OFF, 1), else_=0)) > 0))
    )


def _claims(store: Store, on: date) -> dict[int, int]:
    """Give what is left of the claims of those of whom something changed, in minor units; a claim that was sold is nobody's here."""
    state, who = schema.loan_state.c, _moved(on)
    chosen = select(state.customer_id, state.state).join(who, who.c.customer_id == state.customer_id).where(state.status == CHARGED_OFF)
    found: Counter[int] = Counter()
    for customer_id, packed in rows_of(store, chosen):
        found[customer_id] += unpack(packed)[S_CLAIM]
    return found


def _moved(on: date) -> Any:
    """Choose the customers whose loans moved, whose load line was drawn, or of whom evidence came, on a day."""
    state, filing = schema.loan_state.c, schema.filing.c
    told = select(filing.customer_id).where(filing.kind.in_((EVIDENCE, LOAD_LINE)), filing.effective_on == on)
    return union(select(state.customer_id).where(state.as_of >= on), told).subquery()


def _day(found: Any) -> int:
    """Give a day of the database as its number; SQLite gives the least of some days as text."""
    return (date.fromisoformat(found) if isinstance(found, str) else found).toordinal()
