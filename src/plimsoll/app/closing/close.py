"""Close days: touch what is due, once, in shards, each with its checkpoint; what fails is parked and the night goes on.

The close of a day first lets no more entries be posted on it, then works off the agenda. A shard's work and its checkpoint are one
transaction, and a loan that was moved leaves the agenda in it: whoever stops the close, at any moment, can start it again.
Cost: proportional to the loans that are due, not to those that exist. Where many are due, columns of them go through the compiled
kernel (`app/closing/shard.py`); what that leaves, and everything where it is not installed, is moved here, loan by loan, to the same rows.
"""

import importlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import func, insert, select, update

from plimsoll.app.closing.crew import Done, Errand, Task, Works
from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.rows import RulesRow, ShardRow
from plimsoll.app.database.sheet import PARKED, Pending, Sheet, Want
from plimsoll.app.database.store import Store, Transaction
from plimsoll.app.database.trouble import Clash, StoreTrouble
from plimsoll.app.execute import ATTEMPTS_MAX, rules_number
from plimsoll.app.execute_many import without_collection
from plimsoll.app.posting import NIGHTS, Request, Stamp, park, post
from plimsoll.loan.book import Decision, Held
from plimsoll.loan.look import Look, Said, look_at
from plimsoll.units.refusal import Refused

SHARD_LOANS: Final = 4_000
SHARDS_MIN, SHARD_LOANS_MIN = 24, 1_000
"""A night of few loans is cut smaller, so that those who work on it end together; a shard has its own cost, that of some loans."""
TURNED_MIN: Final = 256
"""With fewer loans due than this, getting the compiled kernel ready costs more than it saves."""
RUNNING, CLOSED = "running", "done"
ACTOR: Final = "close"

Decide = Callable[[Look, int, Any], Said]
"""What one loan whose day has come asks for: facts to note and messages; its own loan alone."""
Progress = Callable[[date, int, int], None]
"""Told the day, the due loans done, and the due loans of the day."""
Ids = Sequence[tuple[int, int]]
"""Loans, each by its customer and its own id."""


@dataclass(slots=True)
class Night:
    """What the close of one day did."""

    day: int
    due: int = 0
    facts: int = 0
    entries: int = 0
    messages: int = 0
    shards: int = 0
    parked: list[tuple[int, int, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Shards that could not be worked in columns, and why; their loans were moved one by one."""

    def add(self, loans: int, facts: int, entries: int, messages: int) -> None:
        """Count one shard."""
        self.due += loans
        self.facts += facts
        self.entries += entries
        self.messages += messages
        self.shards += 1


@dataclass(frozen=True, slots=True)
class Later:
    """Rules that are read when the first loan is due: a night on which nothing is has no use for them."""

    read: Callable[[], Any]


class Orders(NamedTuple):
    """What a close is given: how to decide, the rules (or `Later`), the instant that stamps its rows, whom to tell, processes that help."""

    decide: Decide
    rules: Any
    now: datetime
    progress: Progress | None = None
    crew: Works | None = None

    def in_force(self) -> Any:
        """Give the rules."""
        return self.rules.read() if isinstance(self.rules, Later) else self.rules


def days_to_close(store: Store, through: int) -> range:
    """Give the days that a close through a day has to do: from an unfinished one, else from the first that is open."""
    with store.engine.connect() as connection:
        unfinished = connection.scalar(select(func.min(schema.close_run.c.closed_on)).where(schema.close_run.c.state == RUNNING))
        if unfinished is not None:
            return range(unfinished.toordinal(), through + 1)
        open_on = connection.scalar(select(schema.book.c.open_on))
        closed_on = connection.scalar(select(func.max(schema.close_run.c.closed_on)))
        if open_on is None:
            return range(0)
        if closed_on is None or closed_on >= open_on:
            # Before the first close: nothing can have happened before the first customer came. This reads all of them.
            begun = connection.scalar(select(func.min(schema.customer.c.opened_on)))
            if begun is None:
                return range(0)
            open_on = max(open_on, begun)
    return range(open_on.toordinal(), through + 1)


def close_day(store: Store, day: int, orders: Orders) -> Night:
    """Close one day and give what it did. A day that was closed is left as it is.

    Raises StoreTrouble where the store cannot be used; then start the close again.
    """
    night = Night(day)
    on = date.fromordinal(day)
    if not _begin(store, on, orders.now):
        return night
    store.move_open_day(date.fromordinal(day + 1))
    with snapshot(store) as seen:
        customers, loans, due_days = seen.due_ids(day)
    count = len(loans)

    def told() -> None:
        if orders.progress is not None:
            orders.progress(on, night.due, count)

    works = orders.crew or _hands(store) if count >= TURNED_MIN else None
    if works is not None:
        rules = orders.in_force()
        errand = Errand(NIGHTS + day, day, due_days, orders.now, rules_number(rules), rules, orders.decide)
        left = _turn(works, customers, loans, errand, _shards_done(store, on), night, told)
    else:
        left = list(zip(customers, loans, strict=True))
    for number, (low, high) in enumerate(_shards([customer for customer, _ in left], SHARD_LOANS), _shards_done(store, on)):
        _move(store, day, number, left[low:high], orders, night)
        told()
    if works is not None and store.address.kind == "postgresql":
        # While the pages are at hand: the next night would begin with it, and log each of them whole again.
        with snapshot(store) as seen:
            seen.first_due(day)
    return night


def finish_day(store: Store, day: int, now: datetime, sums: str) -> None:
    """Mark a day closed, with its control totals (JSON)."""
    run = schema.close_run
    with store.changing() as connection:
        shards = connection.scalar(select(func.count()).where(schema.close_shard.c.closed_on == date.fromordinal(day)))
        found = run.c.closed_on == date.fromordinal(day)
        connection.execute(update(run).where(found).values(finished_at=now, state=CLOSED, sums=sums, shards=shards))


def _begin(store: Store, on: date, now: datetime) -> bool:
    """Note that the close of a day has begun; tell whether there is anything left to do."""
    run = schema.close_run
    with store.changing() as connection:
        state = connection.scalar(select(run.c.state).where(run.c.closed_on == on))
        if state is None:
            connection.execute(insert(run).values(closed_on=on, started_at=now, shards=0, state=RUNNING, sums="{}"))
    return state != CLOSED


def _shards_done(store: Store, on: date) -> int:
    """Give the number of the next shard of a day: a close that was stopped goes on counting."""
    with store.engine.connect() as connection:
        last = connection.scalar(select(func.max(schema.close_shard.c.shard)).where(schema.close_shard.c.closed_on == on))
    return 0 if last is None else int(last) + 1


def _shards(customers: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """Give due loans, by the customers whose they are, in shards `[low, high)` of about a size; a customer is in one shard only."""
    low = 0
    while low < len(customers):
        high = min(low + size, len(customers))
        while high < len(customers) and customers[high] == customers[high - 1]:
            high += 1
        yield low, high
        low = high


def _hands(store: Store) -> Works | None:
    """Give what works shards in columns in this process; None where the extra `fast` is not installed."""
    try:
        hands: Works = importlib.import_module("plimsoll.app.closing.hands").Hands(store)
    except ModuleNotFoundError:
        return None
    return hands


def _turn(
    works: Works, customers: "array[int]", loans: "array[int]", errand: Errand, first: int, night: Night, told: Callable[[], None]
) -> Ids:
    """Have all shards worked in columns; give the loans that were left, all of those where a shard failed."""
    left: list[tuple[int, int]] = []
    size = min(max(-(-len(customers) // SHARDS_MIN), SHARD_LOANS_MIN), SHARD_LOANS)
    tasks = [Task(number, customers[low:high], loans[low:high]) for number, (low, high) in enumerate(_shards(customers, size), first)]
    with without_collection():
        for task, done in works.work(tasks, errand):
            if isinstance(done, Done):
                left += done.left
                night.add(*done[:-1])
            elif isinstance(done, Exception) and not isinstance(done, StoreTrouble):
                # A clash, or a bug: moved one by one, the loans tell which of them it is.
                left += zip(task.customers, task.loans, strict=True)
                night.failed += [] if isinstance(done, Clash) else [f"shard {task.number}: {done}"]
            else:
                raise done
            told()
    return sorted(left)


def _move(store: Store, day: int, number: int, shard: Ids, orders: Orders, night: Night) -> None:
    """Move the loans of one shard, one by one, with its checkpoint, in one transaction; a clash with a command starts it again."""
    rules = orders.in_force()
    for attempt in range(ATTEMPTS_MAX):
        sent = _messages_sent(store, day, shard)
        try:
            with without_collection(), store.transaction() as transaction:
                pending = _moved(transaction, day, shard, orders, sent)
                entries = len({(leg.customer_id, leg.loan_id, leg.entry_n) for leg in pending.legs})
                counts = (len(shard), len(pending.facts), entries, len(pending.parked))
                if rules.digest not in store.rules_recorded:
                    pending.rules.append(RulesRow(rules_number(rules), rules.digest, transaction.instant(orders.now)))
                at = transaction.instant(orders.now)
                pending.shards.append(ShardRow(transaction.days[day], number + attempt, at, *counts, "{}"))
                transaction.save(pending)
                store.rules_recorded.add(rules.digest)
                night.add(len(shard), len(pending.facts), entries, len(pending.outbox))
                night.parked += [(row.customer_id, row.loan_id, row.reason) for row in pending.parked]
                return
        except Clash:
            continue
    raise StoreTrouble("store_busy", f"shard {number} of {date.fromordinal(day)} met other writers {ATTEMPTS_MAX} times")


def _messages_sent(store: Store, day: int, shard: Ids) -> dict[int, int]:
    """Give how many messages this night has sent already to customers of a shard; those that are not named: none."""
    box = schema.outbox.c
    customers = sorted({customer for customer, _ in shard})
    last = select(box.customer_id, func.max(box.n).label("n")).where(box.command_n == NIGHTS + day, box.customer_id.in_(customers))
    with store.engine.connect() as connection:
        return {row.customer_id: row.n for row in connection.execute(last.group_by(box.customer_id))}


def _moved(transaction: Transaction, day: int, shard: Ids, orders: Orders, sent: dict[int, int]) -> Pending:
    """Lock the customers of a shard and decide on their due loans; give the rows to write."""
    by_customer = {customer: tuple(loan_id for _, loan_id in own) for customer, own in groupby(shard, key=itemgetter(0))}
    taken = transaction.take([], [Want(customer, loans) for customer, loans in by_customer.items()])
    # The night belongs to the day it closes, though commands already post to the next one.
    stamp = Stamp(transaction.instant(orders.now), transaction.days, rules_number(orders.in_force()), day)
    pending = Pending()
    for customer, loans in by_customer.items():
        sheet = taken.sheets[customer]
        sheet.messages_count = sent.get(customer, 0)
        _move_customer(transaction, sheet, loans, day, orders, stamp, pending)
    return pending


def _move_customer(
    transaction: Transaction, sheet: Sheet, loans: Sequence[int], day: int, orders: Orders, stamp: Stamp, pending: Pending
) -> None:
    """Decide on a customer's due loans and post what follows; where that fails, loan by loan, and park those that fail."""
    due = [loan_id for loan_id in loans if loan_id in sheet.loans and _is_due(sheet.loans[loan_id], day)]
    if not due:
        return
    if _attempt(transaction, sheet, due, day, orders, stamp, pending) == "":
        return
    for loan_id in due:
        reason = _attempt(transaction, sheet, [loan_id], day, orders, stamp, pending)
        if reason:
            park(sheet, loan_id, reason, stamp, pending)


def _is_due(held: Held, day: int) -> bool:
    return 0 < held.summary.next_day <= day and held.summary.status != PARKED


def _attempt(transaction: Transaction, sheet: Sheet, due: Sequence[int], day: int, orders: Orders, stamp: Stamp, pending: Pending) -> str:
    """Decide and post; give why it failed, "" where it did not. What failed has changed nothing."""
    request = Request("close", f"close:{date.fromordinal(day)}", b"", ACTOR, day, NIGHTS + day)
    rules = orders.in_force()
    try:
        decisions = [orders.decide(look_at(sheet.loans[loan_id], day), day, rules) for loan_id in due]
        facts = tuple(fact for decision in decisions for fact in decision.facts)
        messages = tuple(message for decision in decisions for message in decision.messages)
        refused = post(sheet, Decision(facts=facts, messages=messages, moves=tuple(due)), request, stamp, pending, transaction.facts)
    except StoreTrouble:
        raise
    except Exception as bug:  # noqa: BLE001 -- one of the two files that may: the loan is parked and the night goes on
        return f"{type(bug).__name__}: {bug}"
    return refused.text() if isinstance(refused, Refused) else ""
