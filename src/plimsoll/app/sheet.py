"""What a transaction holds of a customer in memory: read once, changed by one command after another, written once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from plimsoll.app.rows import (
    AuditRow,
    CommandRow,
    CustomerRow,
    FactRow,
    LegRow,
    LineRow,
    LoanRow,
    OutboxRow,
    ParkedRow,
    RulesRow,
    ShardRow,
    StateRow,
    Stored,
)
from plimsoll.app.schema import STATUS_NONE
from plimsoll.app.statements import LOOK_AT_LOANS
from plimsoll.loan.book import Book, Held, Line, Summary
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import OPEN
from plimsoll.loan.terms import Terms, begun_on
from plimsoll.units.pack import pack, unpack

Row: TypeAlias = tuple[Any, ...]
"""A row as the driver gives it."""

PARKED = 9
"""Status of a loan that failed an assertion; the kernel does not know it. All other statuses are S_STATUS of the kernel."""


class Want(NamedTuple):
    """What to read of a customer: some loans by id, all open ones or not, and the facts of those named or not."""

    customer_id: int
    loan_ids: tuple[int, ...] = ()
    is_all_open: bool = False
    with_facts: bool = False


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
    loan's agenda as it was read. `messages_count` numbers the messages of a close.
    """

    customer_id: int
    opened_on: int = 0
    commands_count: int = 0
    line: Line | None = None
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
    fresh: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)

    def book(self, want: Want) -> Book:
        """Give what a decision sees: the loans that were asked for (all open ones: oldest first), and no others."""
        if want.is_all_open:
            loans = [held for held in self.loans.values() if held.summary.status <= OPEN]
            loans.sort(key=lambda held: (begun_on(held.terms), held.loan_id))
        else:
            loans = [self.loans[loan_id] for loan_id in want.loan_ids if loan_id in self.loans]
        return Book(self.customer_id, self.opened_on, self.line, tuple(loans))

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

    def states(self, days: Mapping[int, Stored], *, is_fresh: bool) -> list[StateRow]:
        """Give the states of loans that are new here (`is_fresh`), or of those that were there before and changed."""
        return [
            state_row(sheet.customer_id, sheet.loans[loan_id], sheet.entries[loan_id], days)
            for sheet in self.sheets
            for loan_id in sheet.touched
            if (loan_id in sheet.fresh) == is_fresh
        ]

    def due_read(self, days: Mapping[int, Stored]) -> list[Stored]:
        """Give the days of the agenda, as they were read, of the loans that changed: as `states` gives them."""
        return [days[sheet.due[loan_id]] for sheet in self.sheets for loan_id in sheet.touched if loan_id not in sheet.fresh]

    def new_lines(self) -> list[LineRow]:
        """Give the line rows of new customers."""
        return [LineRow(sheet.customer_id, *_terms_of(sheet.line), sheet.commands_new) for sheet in self.sheets if sheet.is_new]

    def changed_lines(self) -> list[tuple[object, ...]]:
        """Give the lines whose terms changed, as `update_line_terms` takes them."""
        return [
            (*_changed_terms(sheet.line, sheet.use), sheet.commands_new, sheet.customer_id, sheet.commands_count)
            for sheet in self.sheets
            if sheet.line is not None and sheet.is_line_changed and not sheet.is_new
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
        use.need,
        use.need_cash,
        use.need_later,
        sheet.commands_count,
    )


def _terms_of(line: Line | None) -> tuple[int, int, int, int, int, int, int, str, str]:
    """Give a line as LINE_TERMS; a customer without one has zeros."""
    if line is None:
        return (0, 0, 0, 0, 0, 0, 0, "", STATUS_NONE)
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


def _changed_terms(line: Line, use: Use) -> tuple[int, int, int, int, int, int, int, str, str]:
    """Give a line as LINE_TERMS, with the changes of what is used and of the credit."""
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


def sheet_of(row: Row, numbers: Mapping[Any, int]) -> Sheet:
    """Give the sheet of a row of `statements.CUSTOMER`; `numbers` turns a stored day into its number."""
    customer_id, opened_on, commands_count, limit, used, cash_limit, cash_used, later_limit, later_used, credit, currency, status = row
    line = None
    if status != STATUS_NONE:
        line = Line(currency, limit, used, cash_limit, cash_used, later_limit, later_used, status, credit)
    return Sheet(customer_id, numbers[opened_on], commands_count, line)


def looked_at(key: str, want: Want, rows: list[Row], numbers: Mapping[Any, int]) -> Taken:
    """Give what rows of `statements.look` say: a book has always one row, a customer or a loan that is not there is NULL."""
    open_on, digest, answer, customer_id = rows[0][:4]
    sheet = Sheet(want.customer_id)
    if customer_id is not None:
        sheet = sheet_of(rows[0][3:LOOK_AT_LOANS], numbers)
        if len(rows[0]) > LOOK_AT_LOANS and rows[0][LOOK_AT_LOANS] is not None:
            hold_rows({customer_id: sheet}, [row[LOOK_AT_LOANS:] for row in rows], numbers)
    seen = {key: Seen(digest, answer)} if digest is not None else {}
    return Taken(numbers[open_on], {want.customer_id: sheet}, seen)


def hold_rows(sheets: Mapping[int, Sheet], rows: Iterable[Row], numbers: Mapping[Any, int]) -> None:
    """Take rows of `statements.HELD` into the sheets of their customers, in the order of the rows."""
    for row in rows:
        sheets[row[0]].hold(held_of(row, numbers), row[12])


def held_of(row: Row, numbers: Mapping[Any, int]) -> Held:
    """Give the loan of a row of `statements.HELD`."""
    (_, loan_id, product, currency, terms, principal, interest, penalty, fee, credit, in_use) = row[:11]
    (facts_count, _, last_on, as_of, oldest_due, next_on, status, posted, state) = row[11:]
    summary = Summary(numbers[as_of], principal, interest, penalty, fee, credit, in_use, numbers[oldest_due], numbers[next_on], status)
    return Held(
        loan_id,
        product,
        Terms.unpack(currency, tuple(unpack(terms))),
        facts_count,
        numbers[last_on],
        state,
        tuple(unpack(posted)),
        summary,
    )


def fact_of(row: Row, numbers: Mapping[Any, int]) -> Fact:
    """Give the fact of a row of `statements.FACTS`."""
    kind, effective_on, amount_minor, a, b, more = row
    return Fact(kind, numbers[effective_on], amount_minor, a, b, tuple(unpack(more)) if more else ())
