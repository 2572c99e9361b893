"""Rows as they are written, each with the columns of its table in the order of the schema.

`Stored` is a day or an instant as the driver of the database takes it (`Transaction.days`, `Transaction.instant`).
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

Stored: TypeAlias = object


class CustomerRow(NamedTuple):
    """A customer, once."""

    customer_id: int
    opened_on: Stored
    recorded_at: Stored


class LineRow(NamedTuple):
    """The line of a new customer; the row that every later command locks."""

    customer_id: int
    limit_minor: int
    used_minor: int
    cash_limit_minor: int
    cash_used_minor: int
    later_limit_minor: int
    later_used_minor: int
    credit_minor: int
    currency: str
    status: str
    commands_count: int
    filings_count: int
    load_currency: str
    load_capacity_minor: int
    load_room_minor: int
    load_stress_ppb: int
    load_on: Stored


class LoanRow(NamedTuple):
    """A loan's terms, once."""

    customer_id: int
    loan_id: int
    command_n: int
    opened_on: Stored
    recorded_at: Stored
    currency: str
    product: str
    version: str
    terms: bytes


class StateRow(NamedTuple):
    """The cached state of a loan."""

    customer_id: int
    loan_id: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    credit_minor: int
    in_use_minor: int
    facts_count: int
    entries_count: int
    last_on: Stored
    as_of: Stored
    oldest_due: Stored
    next_on: Stored
    status: int
    posted: bytes
    state: bytes


class FactRow(NamedTuple):
    """One fact, appended."""

    customer_id: int
    loan_id: int
    n: int
    command_n: int
    amount_minor: int
    a: int
    b: int
    rules_id: int
    recorded_at: Stored
    effective_on: Stored
    kind: int
    more: bytes | None
    detail: str | None


class LegRow(NamedTuple):
    """One leg of a journal entry, appended; the legs of an entry sum to zero."""

    customer_id: int
    loan_id: int
    entry_n: int
    account: int
    command_n: int
    minor: int
    recorded_at: Stored
    posted_on: Stored
    currency: str


class CommandRow(NamedTuple):
    """A key that was used, what for, and the answer that was given."""

    key: str
    customer_id: int
    command_n: int
    recorded_at: Stored
    digest: bytes
    answer: str


class OutboxRow(NamedTuple):
    """A message that has to leave the house."""

    customer_id: int
    command_n: int
    n: int
    created_at: Stored
    delivered_at: Stored
    kind: str
    payload: str


class AuditRow(NamedTuple):
    """Who did what, appended."""

    customer_id: int
    command_n: int
    at: Stored
    actor: str
    name: str
    key: str
    digest: bytes


class FilingRow(NamedTuple):
    """One thing on record about a customer, appended."""

    customer_id: int
    n: int
    command_n: int
    kind: str
    subject: str
    effective_on: Stored
    recorded_at: Stored
    actor: str
    rules_id: int
    body: str


class WorkRow(NamedTuple):
    """One row of a queue; `opened_at` counts where it is new."""

    customer_id: int
    kind: str
    subject: str
    command_n: int
    state: str
    priority: int
    due_at: str
    assigned_to: str
    note: str
    opened_at: Stored
    changed_at: Stored


class RulesRow(NamedTuple):
    """A rulebook that facts were decided under, once."""

    rules_id: int
    digest: str
    first_used_at: Stored


class ShardRow(NamedTuple):
    """A shard of a close that is done: the checkpoint, written with the shard's work."""

    closed_on: Stored
    shard: int
    done_at: Stored
    loans_count: int
    facts_count: int
    entries_count: int
    parked_count: int
    sums: str


class ParkedRow(NamedTuple):
    """A loan that failed an assertion and waits for a person."""

    customer_id: int
    loan_id: int
    since: Stored
    reason: str


def columns(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Give rows of equal width turned into columns."""
    return [list(column) for column in zip(*rows, strict=True)]
