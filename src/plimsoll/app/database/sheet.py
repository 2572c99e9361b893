"""What a transaction holds of a customer in memory: read once, changed by one command after another, written once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Table

from plimsoll.app.database import schema
from plimsoll.app.database.rows import (
    AuditRow,
    CommandRow,
    CustomerRow,
    FactRow,
    FilingRow,
    LegRow,
    LineRow,
    LoanRow,
    OutboxRow,
    ParkedRow,
    RulesRow,
    ShardRow,
    StateRow,
    Stored,
    WorkRow,
)
from plimsoll.app.database.statements import LINE_READ, LOOK_AT_CUSTOMER, STATE_NUMBERS, STATE_READ
from plimsoll.loan.book import Book, Held, Line, LoadLine, Summary
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing
from plimsoll.loan.layout import CHARGED_OFF, OPEN
from plimsoll.loan.terms import Terms, begun_on
from plimsoll.units.pack import pack, unpack

Row: TypeAlias = tuple[Any, ...]
Rows: TypeAlias = Sequence[tuple[object, ...]]
"""A row as the driver gives it."""

NO_LOAD_LINE = -1
"""Capacity where no load line is drawn."""

ENTRIES_COUNT = STATE_NUMBERS.index("entries_count")
PARKED = 9
"""Status of a loan that failed an assertion; the kernel does not know it. All other statuses are S_STATUS of the kernel."""


class Want(NamedTuple):
    """What to read of a customer: some loans by id, all open ones or not, the facts of those named or not.

    `kinds` names the kinds of filings to read; () reads the whole file, None nothing of it. `is_every` reads every loan, those paid and
    those charged off too, and facts, where they are wanted, of all of them.
    """

    customer_id: int
    loan_ids: tuple[int, ...] = ()
    is_all_open: bool = False
    with_facts: bool = False
    kinds: tuple[str, ...] | None = None
    is_every: bool = False


class Seen(NamedTuple):
    """A key that was used before: the digest of its command and the answer given."""

    digest: bytes
    answer: str


@dataclass(slots=True)
class Use:
    """How a transaction changes a line, in minor units: totals, and how far use rose at its highest acceptance (`need…`)."""

    used: int = 0
    cash: int = 0
    later: int = 0
    credit: int = 0
    need: int = 0
    need_cash: int = 0
    need_later: int = 0


@dataclass(slots=True)
class Sheet:
    """One customer under lock. `opened_on` is 0 where there is no such customer.

    `entries` counts journal entries by loan, `recorded` holds the facts that this transaction adds, by loan; `due` is the day of each
    loan's agenda as it was read. `messages_count` numbers the messages of a close. `filings` are those that were read, `filed` those
    that this transaction adds, `filings_count` counts what was stored before. `read_kinds` names the kinds of `filings` where they are
    known to be of no other.
    """

    customer_id: int
    opened_on: int = 0
    commands_count: int = 0
    line: Line | None = None
    filings_count: int = 0
    load_line: LoadLine | None = None
    filings: list[Filing] = field(default_factory=list)
    filed: list[Filing] = field(default_factory=list)
    loans: dict[int, Held] = field(default_factory=dict)
    entries: dict[int, int] = field(default_factory=dict)
    due: dict[int, int] = field(default_factory=dict)
    recorded: dict[int, list[Fact]] = field(default_factory=dict)
    use: Use = field(default_factory=Use)
    commands_new: int = 0
    messages_count: int = 0
    is_pending: bool = False
    is_new: bool = False
    is_line_changed: bool = False
    read_kinds: tuple[str, ...] | None = None
    fresh: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)

    def book(self, want: Want, actor: str = "", now: datetime | None = None) -> Book:
        """Give what a decision sees: loans (all open ones: oldest first) and filings that were asked for, and no others."""
        if want.is_all_open or want.is_every:
            most = CHARGED_OFF if want.is_every else OPEN
            loans = [held for held in self.loans.values() if held.summary.status <= most or held.loan_id in want.loan_ids]
            loans.sort(key=lambda held: (begun_on(held.terms), held.loan_id))
        else:
            loans = [self.loans[loan_id] for loan_id in want.loan_ids if loan_id in self.loans]
        filings = () if want.kinds is None else self._file(want.kinds)
        return Book(self.customer_id, self.opened_on, self.line, tuple(loans), self.load_line, filings, actor, now)

    def _file(self, kinds: tuple[str, ...]) -> tuple[Filing, ...]:
        """Give the filings of some kinds, () for all: those stored, then those of this transaction."""
        if kinds and kinds == self.read_kinds:
            return (*self.filings, *(one for one in self.filed if one.kind in kinds))
        return tuple(one for one in (*self.filings, *self.filed) if not kinds or one.kind in kinds)

    def hold_from(self, numbers: Row, rest: Row, days: Mapping[Any, int]) -> None:
        """Take in a loan that was read as `held_from` takes it."""
        self.hold(held_from(numbers, rest, days), numbers[ENTRIES_COUNT])

    def hold(self, held: Held, entries_count: int) -> None:
        """Take in a loan that was read."""
        self.loans[held.loan_id] = held
        self.entries[held.loan_id] = entries_count
        self.due[held.loan_id] = held.summary.next_day


@dataclass(slots=True)
class Taken:
    """What the first round trip of a transaction brought: everything under lock that its commands need."""

    open_on: int
    sheets: dict[int, Sheet]
    seen: dict[str, Seen]
    is_claimed: bool = True


class States(NamedTuple):
    """States of loans that are new, of those that were there before and changed, and the days of the agenda as these were read."""

    fresh: list[StateRow]
    changed: list[StateRow]
    due_read: list[Stored]


@dataclass(slots=True)
class Pending:
    """Rows to write in one transaction, table by table."""

    customers: list[CustomerRow] = field(default_factory=list)
    loans: list[LoanRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    legs: list[LegRow] = field(default_factory=list)
    commands: list[CommandRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    audit: list[AuditRow] = field(default_factory=list)
    filings: list[FilingRow] = field(default_factory=list)
    work: dict[tuple[int, str, str], WorkRow] = field(default_factory=dict)
    parked: list[ParkedRow] = field(default_factory=list)
    rules: list[RulesRow] = field(default_factory=list)
    shards: list[ShardRow] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)

    def extend(self, rows: "Pending") -> None:
        """Take in the rows of one command."""
        self.customers += rows.customers
        self.loans += rows.loans
        self.facts += rows.facts
        self.legs += rows.legs
        self.outbox += rows.outbox
        self.audit += rows.audit
        self.filings += rows.filings
        for key, row in rows.work.items():
            self.work[key] = row._replace(opened_at=self.work[key].opened_at) if key in self.work else row

    def states(self, days: Mapping[int, Stored]) -> "States":
        """Give the states of loans that are new here, and of those that were there before and changed."""
        states = States([], [], [])
        for sheet in self.sheets:
            for loan_id in sheet.touched:
                row = state_row(sheet.customer_id, sheet.loans[loan_id], sheet.entries[loan_id], days)
                if loan_id in sheet.fresh:
                    states.fresh.append(row)
                else:
                    states.changed.append(row)
                    states.due_read.append(days[sheet.due[loan_id]])
        return states

    def inserted(self, days: Mapping[int, Stored], fresh: list[StateRow]) -> list[tuple[Table, Rows]]:
        """Give the rows to insert, the states of new loans among them, table by table where there are any, parents first."""
        tables: tuple[tuple[Table, Rows], ...] = (
            (schema.command, self.commands),
            (schema.customer, self.customers),
            (schema.line, self.new_lines(days)),
            (schema.loan, self.loans),
            (schema.loan_state, fresh),
            (schema.fact, self.facts),
            (schema.journal, self.legs),
            (schema.outbox, self.outbox),
            (schema.audit, self.audit),
            (schema.filing, self.filings),
            (schema.parked, self.parked),
            (schema.close_shard, self.shards),
        )
        return [one for one in tables if one[1]]

    def new_lines(self, days: Mapping[int, Stored]) -> list[LineRow]:
        """Give the line rows of new customers."""
        return [
            LineRow(sheet.customer_id, *_terms_of(sheet.line), sheet.commands_new, len(sheet.filed), *_load_of(sheet.load_line, days))
            for sheet in self.sheets
            if sheet.is_new
        ]

    def changed_lines(self, days: Mapping[int, Stored]) -> list[tuple[object, ...]]:
        """Give the lines whose terms changed, or whose load line, as `update_line_terms` takes them."""
        return [
            (
                *_changed_terms(sheet.line, sheet.use),
                sheet.commands_new,
                len(sheet.filed),
                *_load_of(sheet.load_line, days),
                sheet.customer_id,
                sheet.commands_count,
            )
            for sheet in self.sheets
            if sheet.is_line_changed and not sheet.is_new
        ]

    def uses(self) -> list[tuple[int, ...]]:
        """Give the changes of use of all other customers, as USE_NAMES."""
        return [
            _use_row(sheet)
            for sheet in self.sheets
            if (sheet.commands_new or sheet.use.used) and not sheet.is_new and not sheet.is_line_changed
        ]


def _use_row(sheet: Sheet) -> tuple[int, ...]:
    use = sheet.use
    return (
        sheet.customer_id,
        use.used,
        use.cash,
        use.later,
        use.credit,
        sheet.commands_new,
        len(sheet.filed),
        use.need,
        use.need_cash,
        use.need_later,
        sheet.commands_count,
    )


def _terms_of(line: Line | None) -> tuple[int, int, int, int, int, int, int, str, str]:
    """Give a line as LINE_TERMS; a customer without one has zeros."""
    if line is None:
        return (0, 0, 0, 0, 0, 0, 0, "", schema.STATUS_NONE)
    return (
        line.limit_minor,
        line.used_minor,
        line.cash_limit_minor,
        line.cash_used_minor,
        line.later_limit_minor,
        line.later_used_minor,
        line.credit_minor,
        line.currency,
        line.status,
    )


def _load_of(load: LoadLine | None, days: Mapping[int, Stored]) -> tuple[str, int, int, int, Stored]:
    """Give a load line as LOAD_TERMS."""
    if load is None:
        return ("", NO_LOAD_LINE, 0, 0, None)
    return (load.currency, load.capacity_minor, load.room_minor, load.stress_ppb, days[load.drawn_on])


def _changed_terms(line: Line | None, use: Use) -> tuple[int, int, int, int, int, int, int, str, str]:
    """Give a line as LINE_TERMS, with the changes of what is used and of the credit."""
    if line is None:
        return _terms_of(line)
    limits = (line.limit_minor, use.used, line.cash_limit_minor, use.cash, line.later_limit_minor, use.later)
    return (*limits, use.credit, line.currency, line.status)


def state_row(customer_id: int, held: Held, entries_count: int, days: Mapping[int, Stored]) -> StateRow:
    """Give the row of a loan's state; `days` turns a day number into what the driver stores, 0 into NULL."""
    as_of, principal, interest, penalty, fee, credit, in_use, oldest_due, next_day, status = held.summary
    return StateRow(
        customer_id,
        held.loan_id,
        principal,
        interest,
        penalty,
        fee,
        credit,
        in_use,
        held.facts_count,
        entries_count,
        days[held.last_on],
        days[as_of],
        days[oldest_due],
        days[next_day],
        status,
        pack(held.posted),
        held.state,
    )


def sheet_of(row: Row, days: Mapping[Any, int]) -> Sheet:
    """Give the sheet of a row of `statements.CUSTOMER`; `days` turns a stored day into its number."""
    return sheet_from(row[0], row[LINE_READ], row[LINE_READ.stop :], days)


def sheet_from(opened_on: object, numbers: Row, words: Row, days: Mapping[Any, int]) -> Sheet:
    """Give the sheet of a customer from the day it was opened, and from LINE_NUMBERS and LINE_WORDS."""
    customer_id, limit, used, cash_limit, cash_used, later_limit, later_used, credit = numbers[:8]
    commands_count, filings_count, capacity, room, stress, load_on = numbers[8:]
    currency, status, load_currency = words
    line = load = None
    if status != schema.STATUS_NONE:
        line = Line(currency, limit, used, cash_limit, cash_used, later_limit, later_used, status, credit)
    if capacity != NO_LOAD_LINE:
        load = LoadLine(load_currency, capacity, room, stress, days[load_on])
    return Sheet(customer_id, days[opened_on], commands_count, line, filings_count, load)


def looked_at(key: str, first: Row, sheet: Sheet, days: Mapping[Any, int]) -> Taken:
    """Give what a look at one customer took: the first row begins with the open day, and digest and answer of the key."""
    open_on, digest, answer = first[:LOOK_AT_CUSTOMER]
    seen = {key: Seen(digest, answer)} if digest is not None else {}
    return Taken(days[open_on], {sheet.customer_id: sheet}, seen)


def hold_rows(sheets: Mapping[int, Sheet], rows: Iterable[Row], days: Mapping[Any, int]) -> None:
    """Take rows of `statements.HELD` into the sheets of their customers, in the order of the rows."""
    for row in rows:
        sheets[row[0]].hold_from(row[STATE_READ], row[STATE_READ.stop :], days)


def held_of(row: Row, days: Mapping[Any, int]) -> Held:
    """Give the loan of a row of `statements.HELD`."""
    return held_from(row[STATE_READ], row[STATE_READ.stop :], days)


def held_from(numbers: Row, rest: Row, days: Mapping[Any, int]) -> Held:
    """Give a loan from STATE_NUMBERS and HELD_REST."""
    _, loan_id, principal, interest, penalty, fee, credit, in_use, facts_count, _, last_on, as_of, oldest_due, next_on, status = numbers
    posted, state, product, currency, terms = rest
    return Held(
        loan_id,
        product,
        Terms.unpack(currency, unpack(terms)),
        facts_count,
        days[last_on],
        state,
        tuple(unpack(posted)),
        Summary(days[as_of], principal, interest, penalty, fee, credit, in_use, days[oldest_due], days[next_on], status),
    )


def hold_filings(sheets: Mapping[int, Sheet], rows: Iterable[Row], numbers: Mapping[Any, int]) -> None:
    """Take rows of `statements.FILINGS` into the sheets of their customers; one that came after the customer was read is left out."""
    for row in rows:
        sheet = sheets[row[0]]
        if row[1] <= sheet.filings_count:
            sheet.filings.append(filing_of(row, numbers))


def filing_of(row: Row, numbers: Mapping[Any, int]) -> Filing:
    """Give the filing of a row of `statements.FILINGS`."""
    _, n, kind, subject, effective_on, recorded_at, actor, body = row
    return Filing(n, kind, subject, numbers[effective_on], instant_of(recorded_at), actor, body)


def instant_of(stored: str | datetime) -> datetime:
    """Give the instant in UTC that a driver gives as text or without its zone (SQLite), or with one (PostgreSQL)."""
    if isinstance(stored, datetime):
        return stored.astimezone(UTC) if stored.tzinfo else stored.replace(tzinfo=UTC)
    return _read_instant(stored)


@lru_cache(maxsize=4096)
def _read_instant(stored: str) -> datetime:
    """Read an instant; rows of one transaction share theirs."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def fact_of(row: Row, numbers: Mapping[Any, int]) -> Fact:
    """Give the fact of a row of `statements.FACTS`."""
    kind, effective_on, amount_minor, a, b, more = row
    return Fact(kind, numbers[effective_on], amount_minor, a, b, tuple(unpack(more)) if more else ())
