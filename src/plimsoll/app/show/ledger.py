"""The general ledger and the closes of days: trial balance, what was posted on a day, runs with how far they are, loans that are parked."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select, tuple_

from plimsoll.app.closing.close import CLOSED
from plimsoll.app.database.schema import book, close_run, close_shard, journal, parked, standing_accrual
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.held_money import house_balances
from plimsoll.ledger.chart import CHART, WHOLE_CHART
from plimsoll.units.refusal import Refused

LEGS_MAX: Final = 500_000
"""Legs that one look adds up, at most; of a larger journal the control totals of the last close tell."""
CLOSE, JOURNAL = "close", "journal"
LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """An account with its balance on one side, in minor units."""

    account: str
    en: str
    zh: str
    side: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account of one currency; debits and credits are equal. `source` says what it comes from: a close's totals, or the journal."""

    currency: str
    as_of: date
    source: str
    rows: tuple[BalanceRow, ...]
    debit_minor: int
    credit_minor: int
    is_balanced: bool


@dataclass(frozen=True, slots=True)
class Control:
    """One account of the control totals of a close, in minor units: what entries say, what the tape says."""

    currency: str
    account: str
    ledger_minor: int
    tape_minor: int
    differs_minor: int


@dataclass(frozen=True, slots=True)
class CloseRow:
    """The close of one day: how many shards are done by now, and what they did."""

    closed_on: date
    state: str
    started_at: datetime
    finished_at: datetime | None
    seconds: int | None
    shards: int
    loans: int
    facts: int
    entries: int
    parked: int
    is_controlled: bool
    breaches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted to an account, in minor units, debits positive."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ClosePage:
    """The close of one day with what it posted by account, and its control totals."""

    close: CloseRow
    posted: tuple[Posted, ...]
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class ClosesPage:
    """Closes, the latest first, and the day before which the list goes on."""

    open_on: date
    rows: tuple[CloseRow, ...]
    next_before: date | None


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A loan that failed an assertion and waits for a person."""

    customer_id: int
    loan_id: int
    since: datetime
    because: str


@dataclass(frozen=True, slots=True)
class ParkedPage:
    """Parked loans by customer, and after which the list goes on."""

    rows: tuple[ParkedRow, ...]
    next_after: tuple[int, int] | None


def trial_balances(store: Store, as_of: date | None = None) -> tuple[TrialBalance, ...] | Refused:
    """Give the trial balance of each currency, as of a day or as posted by now. Refuses book_too_large.

    With a day that was closed with control totals, those are given (rows read: one); else the journal is added up, up to LEGS_MAX legs.
    Without a day the journal is added up where it is small enough, else the last control totals are given.
    """
    with store.engine.connect() as connection:
        few = select(journal.c.entry_n).limit(LEGS_MAX + 1).subquery()
        is_large = int(connection.scalar(select(func.count()).select_from(few)) or 0) > LEGS_MAX
        run = close_run.c
        wanted = select(run.closed_on, run.sums).where(run.state == CLOSED, run.sums != "{}").order_by(run.closed_on.desc()).limit(1)
        if as_of is not None:
            wanted = wanted.where(run.closed_on == as_of)
        last = connection.execute(wanted).first() if is_large or as_of is not None else None
        if last is not None:
            ledger: dict[str, dict[str, int]] = json.loads(last.sums)["ledger"]
            return tuple(_balance(currency, last.closed_on, CLOSE, sums) for currency, sums in sorted(ledger.items()))
        if is_large:
            return Refused("book_too_large", "", f"more than {LEGS_MAX:,} legs, and no day was closed with control totals")
        legs = journal.c
        sums = select(legs.currency, legs.account, func.sum(legs.minor)).group_by(legs.currency, legs.account)
        rows = connection.execute(sums if as_of is None else sums.where(legs.posted_on <= as_of)).all()
        on = as_of or connection.scalar(select(func.max(legs.posted_on))) or date.min
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for currency, account, minor in rows:
        found[currency][CHART[account].code] = int(minor)
    for currency, of_it in house_balances(store, as_of or date.max).items():
        for code, minor in of_it.items():
            found[currency][code] = found[currency].get(code, 0) + minor
    return tuple(_balance(currency, on, JOURNAL, of_it) for currency, of_it in sorted(found.items()))


def _balance(currency: str, on: date, source: str, sums: dict[str, int]) -> TrialBalance:
    rows = tuple(
        BalanceRow(one.code, one.en, one.zh_cn, one.side, max(sums.get(one.code, 0), 0), max(-sums.get(one.code, 0), 0))
        for one in WHOLE_CHART
        if sums.get(one.code, 0)
    )
    debit, credit = sum(row.debit_minor for row in rows), sum(row.credit_minor for row in rows)
    return TrialBalance(currency, on, source, rows, debit, credit, debit == credit)


def closes(store: Store, before: date | None = None, limit: int = LIMIT) -> ClosesPage:
    """Give closes, the latest first. Rows read: those shown, and the checkpoints of their shards."""
    run, shard = close_run.c, close_shard.c
    wanted = select(close_run).order_by(run.closed_on.desc()).limit(limit + 1)
    with store.engine.connect() as connection:
        open_on: date = connection.execute(select(book.c.open_on)).scalar_one()
        rows = connection.execute(wanted if before is None else wanted.where(run.closed_on < before)).all()
        page = rows[:limit]
        days = [row.closed_on for row in page]
        sums = (
            func.count(),
            func.sum(shard.loans_count),
            func.sum(shard.facts_count),
            func.sum(shard.entries_count),
            func.sum(shard.parked_count),
        )
        asked = select(shard.closed_on, *sums).where(shard.closed_on.in_(days)).group_by(shard.closed_on)
        done = {row[0]: tuple(int(one or 0) for one in row[1:]) for row in connection.execute(asked)} if days else {}
    told = tuple(_close(row, done.get(row.closed_on, (0, 0, 0, 0, 0))) for row in page)
    return ClosesPage(open_on, told, days[-1] if len(rows) > limit else None)


def _close(row: Any, done: tuple[int, ...]) -> CloseRow:
    said = json.loads(row.sums)
    started, finished = instant_of(row.started_at), instant_of(row.finished_at) if row.finished_at else None
    seconds = int((finished - started).total_seconds()) if finished else None
    breaches = tuple(said.get("breaches", ()))
    counts = done[0] if row.state != CLOSED else max(row.shards, done[0])
    return CloseRow(row.closed_on, row.state, started, finished, seconds, counts, done[1], done[2], done[3], done[4], bool(said), breaches)


def close_page(store: Store, on: date) -> ClosePage | Refused:
    """Give the close of one day. Refuses close_unknown. Rows read: one, and the checkpoints of its shards."""
    run, shard = close_run.c, close_shard.c
    with store.engine.connect() as connection:
        row = connection.execute(select(close_run).where(run.closed_on == on)).first()
        if row is None:
            return Refused("close_unknown", "", on.isoformat())
        shards = connection.execute(select(close_shard).where(shard.closed_on == on)).all()
    posted: dict[str, int] = defaultdict(int)
    for one in shards:
        for account, minor in _sums_of(one.sums):
            posted[account] += minor
    done = (
        len(shards),
        sum(one.loans_count for one in shards),
        sum(one.facts_count for one in shards),
        sum(one.entries_count for one in shards),
        sum(one.parked_count for one in shards),
    )
    said = json.loads(row.sums)
    controls = tuple(
        Control(currency, code, ledger.get(code, 0), tape.get(code, 0), ledger.get(code, 0) - tape.get(code, 0))
        for currency in sorted(said.get("ledger", {}))
        for ledger, tape in ((said["ledger"][currency], said.get("tape", {}).get(currency, {})),)
        for code in (one.code for one in WHOLE_CHART)
        if ledger.get(code, 0) or tape.get(code, 0)
    )
    return ClosePage(_close(row, done), tuple(Posted(name, minor) for name, minor in sorted(posted.items()) if minor), controls)


def _sums_of(text: str) -> list[tuple[str, int]]:
    """Give what a shard posted: by account, or by currency and account."""
    found = []
    for name, said in json.loads(text).items():
        if isinstance(said, dict):
            found += [(account, int(minor)) for account, minor in said.items()]
        else:
            found.append((name, int(said)))
    return found


def parked_loans(store: Store, after: tuple[int, int] = (0, 0), limit: int = LIMIT) -> ParkedPage:
    """Give loans that are parked, by customer. Rows read: those shown."""
    one = parked.c
    wanted = select(parked).where(tuple_(one.customer_id, one.loan_id) > tuple_(*after)).order_by(one.customer_id, one.loan_id)
    with store.engine.connect() as connection:
        rows = connection.execute(wanted.limit(limit + 1)).all()
    page = rows[:limit]
    told = tuple(ParkedRow(row.customer_id, row.loan_id, instant_of(row.since), row.reason) for row in page)
    return ParkedPage(told, (page[-1].customer_id, page[-1].loan_id) if len(rows) > limit else None)


def accrual_on(store: Store, on: date) -> tuple[Posted, ...]:
    """Give the interest and penalty that stood accrued on a day beside the entries, by account, in minor units."""
    columns = standing_accrual.c
    wanted = select(columns.account, func.sum(columns.minor)).where(columns.accrued_on == on).group_by(columns.account)
    with store.engine.connect() as connection:
        return tuple(Posted(CHART[account].code, int(minor)) for account, minor in connection.execute(wanted.order_by(columns.account)))
