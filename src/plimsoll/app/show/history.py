"""What happened to a loan: its facts with how each was split and what was posted for it, and on which days it was how late."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database.days import DayNumbers
from plimsoll.app.database.sheet import Want, fact_of, instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.posting import NIGHTS
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.app.show.held import book_in, rows_of
from plimsoll.app.show.loan import Seen, seen_on
from plimsoll.ledger.chart import CHART
from plimsoll.loan.classes import bucket
from plimsoll.loan.facts import NAMES, Fact
from plimsoll.loan.layout import NOTED, REVERSED
from plimsoll.loan.terms import begun_on
from plimsoll.risk.classify.timeline import grace_of, timeline
from plimsoll.units.refusal import Refused

CLOSE: Final = "close"
"""Who records what a close of a day records."""
OPENING: Final = 0
FACTS: Final = (
    "SELECT kind, effective_on, amount_minor, a, b, more, n, command_n, recorded_at, detail FROM fact "
    "WHERE customer_id = ? AND loan_id = ? ORDER BY n"
)
_LEGS: Final = (
    "SELECT entry_n, command_n, account, minor, posted_on, recorded_at FROM journal WHERE customer_id = ? AND loan_id = ? "
    "ORDER BY entry_n, account"
)
_AUDIT: Final = "SELECT command_n, actor, name FROM audit WHERE customer_id = ? ORDER BY command_n"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of an entry, in minor units, debits positive; the legs of an entry sum to zero."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What was posted at once for a loan: the difference between what its state asks of the books and what stood there."""

    entry_n: int
    posted_on: date
    recorded_at: datetime
    command: str
    """What it was posted for: the name of a command, or close."""
    actor: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One fact of a loan, amounts in minor units: to fee, penalty, interest, principal and credit goes in all the amount."""

    n: int
    kind: str
    on: date
    recorded_at: datetime
    actor: str
    command: str
    currency: str
    amount_minor: int
    to_fee_minor: int
    to_penalty_minor: int
    to_interest_minor: int
    to_principal_minor: int
    to_credit_minor: int
    reverses: int
    """Number of the fact that it undoes, 0 for none."""
    reversed_by: int
    detail: str
    """JSON for people: reference, reason; "" for none."""
    entry_ns: tuple[int, ...]
    """Entries that were posted with it."""


@dataclass(frozen=True, slots=True)
class LateSpell:
    """Days on which a loan was late: since when, until when (None while it goes on), the oldest due day, and how late it came to be."""

    since: date
    until: date | None
    oldest_due_on: date
    days_late_most: int
    bucket_most: int


@dataclass(frozen=True, slots=True)
class LoanHistory:
    """All that happened to a loan, oldest first: facts (what a close notes aside), entries, and its days late."""

    customer_id: int
    loan_id: int
    currency: str
    opened_on: date
    transactions: tuple[Transaction, ...]
    entries: tuple[Entry, ...]
    late: tuple[LateSpell, ...]
    days_late_now: int


def loan_history(store: Store, customer_id: int, loan_id: int, day: int) -> LoanHistory | Refused:
    """Give what happened to a loan through a day. Refuses loan_unknown. Rows read: its facts and legs, the customer's audit."""
    with snapshot(store) as seen:
        book = book_in(seen, Want(customer_id, (loan_id,)))
        if book is None or not book.loans:
            return Refused("loan_unknown", "", f"loan {loan_id} of customer {customer_id}")
        numbers = DayNumbers()
        rows = rows_of(seen, FACTS, (customer_id, loan_id))
        facts = tuple(fact_of(row[:6], numbers) for row in rows)
        found = seen_on(customer_id, book.loans[0], day, facts)
        actors = {row[0]: (row[1], row[2]) for row in rows_of(seen, _AUDIT, (customer_id,))}
        entries, by_command = _entries(seen, found, numbers, actors)
    return LoanHistory(
        customer_id,
        loan_id,
        found.held.terms.currency,
        on_day(begun_on(found.held.terms)),
        _transactions(found, rows, actors, by_command, day),
        entries,
        *_late(found, day),
    )


Actors = dict[int, tuple[str, str]]
"""By number of the command: who asked for it, and its name."""


def _said_by(actors: Actors, command_n: int) -> tuple[str, str]:
    return (CLOSE, CLOSE) if command_n >= NIGHTS else actors.get(command_n, ("", ""))


def _entries(seen: Snapshot, found: Seen, numbers: DayNumbers, actors: Actors) -> tuple[tuple[Entry, ...], dict[int, list[int]]]:
    """Give the entries of a loan, and by command which of them it posted."""
    legs: dict[int, list[Leg]] = defaultdict(list)
    heads: dict[int, tuple[int, object, object]] = {}
    by_command: dict[int, list[int]] = defaultdict(list)
    for entry_n, command_n, account, minor, posted_on, recorded_at in rows_of(seen, _LEGS, (found.customer_id, found.held.loan_id)):
        if entry_n not in heads:
            heads[entry_n] = command_n, posted_on, recorded_at
            by_command[command_n].append(entry_n)
        legs[entry_n].append(Leg(CHART[account].code, minor))
    entries = []
    for entry_n, (command_n, posted_on, recorded_at) in heads.items():
        actor, name = _said_by(actors, command_n)
        at: Any = recorded_at
        entries.append(Entry(entry_n, on_day(numbers[posted_on]), instant_of(at), name, actor, tuple(legs[entry_n])))
    return tuple(entries), by_command


def _transactions(
    found: Seen, rows: list[tuple[Any, ...]], actors: Actors, by_command: dict[int, list[int]], day: int
) -> tuple[Transaction, ...]:
    undone = {fact.a: number for number, fact in enumerate(found.facts, 1) if fact.kind == REVERSED and fact.on <= day}
    told = []
    for number, (fact, row) in enumerate(zip(found.facts, rows, strict=True), 1):
        if fact.kind == NOTED or fact.on > day:
            continue
        actor, name = _said_by(actors, row[7])
        split = found.standing.split(number - 1) if fact.kind != REVERSED else [0] * 5
        told.append(
            Transaction(
                number,
                NAMES[fact.kind],
                on_day(fact.on),
                instant_of(row[8]),
                actor,
                name,
                found.held.terms.currency,
                _amount(fact, split),
                split[0],
                split[1],
                split[2],
                split[3],
                split[4],
                fact.a if fact.kind == REVERSED else 0,
                undone.get(number, 0),
                _plain_detail(row[9]),
                tuple(by_command.get(row[7], ())),
            )
        )
    return tuple(told)


def _amount(fact: Fact, split: list[int]) -> int:
    """Give the amount of a fact; of a settlement whose cash the fold works out, that cash."""
    return fact.amount_minor or sum(split)


def _plain_detail(detail: str | None) -> str:
    """Give the detail of a fact as JSON of one form, "" for none."""
    return json.dumps(json.loads(detail), ensure_ascii=False, sort_keys=True) if detail else ""


def _late(found: Seen, day: int) -> tuple[tuple[LateSpell, ...], int]:
    """Give the spells in which something was past due, oldest first, and how many days it is now."""
    spans = timeline(found.held.terms, found.facts, day)
    if isinstance(spans, Refused) or not spans:
        return (), 0
    grace = grace_of(found.held.terms)
    spells: list[LateSpell] = []
    for span in spans:
        most = span.late_days(span.until - 1, grace)
        if not most:
            continue
        since = max(span.since, span.oldest_due + (0 if span.is_charged_off else grace) + 1)
        until = None if span.until > day else day_or_none(span.until)
        last = spells[-1] if spells else None
        if last is not None and last.until == on_day(since):
            days = max(last.days_late_most, most)
            spells[-1] = LateSpell(last.since, until, last.oldest_due_on, days, bucket(days))
        else:
            spells.append(LateSpell(on_day(since), until, on_day(span.oldest_due), most, bucket(most)))
    return tuple(spells), spans[-1].late_days(day, grace)
