"""The smallest verbs that make a book move, for tests of the store: they decide little and use the real kernel."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from plimsoll.app.database.schema import metadata
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Verb, execute
from plimsoll.ledger.balances import balances
from plimsoll.ledger.chart import CODES
from plimsoll.loan.book import Book, Decision, Line, LoadLine, NewLoan
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import EQUAL_INSTALMENT, PURCHASED, REPAID, REVERSED
from plimsoll.loan.state import read_position, read_state
from plimsoll.loan.terms import AccountTerms, DueDays, LoanRate, LoanTerms, Terms, write_account, write_loan
from plimsoll.units.days import MONTHS
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 1, 20, 8, 30, tzinfo=UTC)
DAY = date(2026, 1, 15)
BIG = 10_000_000
ROOM = 10**12


class ToyRules:
    """A rulebook that says nothing."""

    digest = "5" * 64


@dataclass(frozen=True, slots=True)
class Open:
    """Open a customer with a line."""

    key: str
    customer_id: int
    on: date = DAY
    limit_minor: int = BIG
    cash_limit_minor: int = BIG
    later_limit_minor: int = BIG


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a loan of twelve instalments."""

    key: str
    customer_id: int
    loan_id: int
    amount_minor: int
    on: date = DAY
    reads: str = "line"


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open a pay-later account."""

    key: str
    customer_id: int
    loan_id: int
    on: date = DAY
    reads: str = "line"


@dataclass(frozen=True, slots=True)
class Purchase:
    """Buy something on an account."""

    key: str
    customer_id: int
    loan_id: int
    amount_minor: int
    on: date = DAY


@dataclass(frozen=True, slots=True)
class Repay:
    """Pay one loan, or (no loan named) the oldest open one."""

    key: str
    customer_id: int
    amount_minor: int
    loan_id: int = 0
    on: date = DAY


@dataclass(frozen=True, slots=True)
class Reverse:
    """Undo a fact of a loan."""

    key: str
    customer_id: int
    loan_id: int
    n: int
    on: date = DAY


@dataclass(frozen=True, slots=True)
class Freeze:
    """Freeze or unfreeze a line, or change its limit."""

    key: str
    customer_id: int
    status: str = "frozen"
    limit_minor: int = 0
    on: date = DAY


@dataclass(frozen=True, slots=True)
class Deposit:
    """Take money that no loan uses yet."""

    key: str
    customer_id: int
    amount_minor: int
    on: date = DAY


@dataclass(frozen=True, slots=True)
class Note:
    """Put something on record `times` times, and a row of a queue where a state is given; `reads` says what of the file is seen."""

    key: str
    customer_id: int
    subject: str = ""
    kind: str = "evidence"
    times: int = 1
    state: str = ""
    priority: int = 0
    on: date = DAY
    reads: str = "line+file"
    loan_id: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Draw a load line with room for anything in any month: what it asks of months is tested with the real verbs."""

    key: str
    customer_id: int
    capacity_minor: int
    on: date = DAY


@dataclass(frozen=True, slots=True)
class Break:
    """Run into a bug."""

    key: str
    customer_id: int
    on: date = DAY


def open_customer(book: Book, command: Open, rules: Any) -> Decision | Refused:
    if book.opened_on:
        return Refused("customer_exists")
    line = Line("CNY", command.limit_minor, 0, command.cash_limit_minor, 0, command.later_limit_minor, 0, "open", 0)
    return Decision(line=line, customer_opened_on=command.on.toordinal(), answer='{"opened":true}')


def draw(book: Book, command: Draw, rules: Any) -> Decision | Refused:
    if command.amount_minor <= 0:
        return Refused("amount_must_be_positive")
    on = command.on.toordinal()
    terms = write_loan(
        LoanTerms(
            currency="CNY",
            principal_minor=command.amount_minor,
            rate=LoanRate(4, 10_000),
            repayment=EQUAL_INSTALMENT,
            disbursed_on=on,
            due=DueDays(12, MONTHS, 1, on, skip=1),
        )
    )
    new = NewLoan(command.loan_id, "cash-line", "1", terms)
    return Decision(loans=(new,), messages=(("pay_out", f'{{"loan":{command.loan_id}}}'),), answer=f'{{"loan":{command.loan_id}}}')


def open_account(book: Book, command: OpenAccount, rules: Any) -> Decision | Refused:
    on = command.on.toordinal()
    terms = write_account(AccountTerms(currency="CNY", opened_on=on, bill_day=1, due_day=10, min_payment=(1, 10)))
    return Decision(loans=(NewLoan(command.loan_id, "pay-later", "1", terms),))


def purchase(book: Book, command: Purchase, rules: Any) -> Decision | Refused:
    if not book.loans:
        return Refused("loan_unknown")
    fact = Fact(PURCHASED, command.on.toordinal(), command.amount_minor)
    return Decision(facts=((command.loan_id, fact, ""),))


def repay(book: Book, command: Repay, rules: Any) -> Decision | Refused:
    if command.amount_minor <= 0:
        return Refused("amount_must_be_positive")
    if not book.loans:
        return Refused("loan_unknown")
    fact = Fact(REPAID, command.on.toordinal(), command.amount_minor)
    loan_id = book.loans[0].loan_id
    answer = f'{{"loan":{loan_id},"paid":{command.amount_minor}}}'
    return Decision(facts=((loan_id, fact, '{"by":"bank"}'),), messages=(("repaid", answer),), answer=answer)


def reverse(book: Book, command: Reverse, rules: Any) -> Decision | Refused:
    if not book.loans:
        return Refused("loan_unknown")
    assert book.loans[0].facts is not None, "a reversal sees the whole history"
    return Decision(facts=((command.loan_id, Fact(REVERSED, command.on.toordinal(), 0, command.n), ""),))


def freeze(book: Book, command: Freeze, rules: Any) -> Decision | Refused:
    if book.line is None:
        return Refused("line_missing")
    return Decision(line=book.line._replace(status=command.status, limit_minor=command.limit_minor or book.line.limit_minor))


def deposit(book: Book, command: Deposit, rules: Any) -> Decision | Refused:
    if book.line is None:
        return Refused("line_missing")
    return Decision(line=book.line._replace(credit_minor=book.line.credit_minor + command.amount_minor))


def note(book: Book, command: Note, rules: Any) -> Decision | Refused:
    """Answer with what is seen of the file; a count of none is refused after all else, a kind that there is not is a bug."""
    seen = [[one.n, one.kind, one.subject, one.on, one.at.isoformat(), one.actor, one.body] for one in book.filings]
    body = body_of({"seen": len(seen), "by": book.actor, "at": str(book.now), "loans": [held.loan_id for held in book.loans]})
    if command.times < 0:
        return Refused("amount_must_be_positive")
    filings = tuple(NewFiling(command.kind, command.subject, body) for _ in range(command.times))
    work = (WorkItem("review", command.subject, command.state, command.priority, "2026-02-01T08:00:00Z", "", ""),) if command.state else ()
    return Decision(filings=filings, work=work, answer=json.dumps(seen))


def mark(book: Book, command: Mark, rules: Any) -> Decision | Refused:
    on = command.on.toordinal()
    load_line = LoadLine("CNY", command.capacity_minor, ROOM, 95_000_001, on)
    return Decision(load_line=load_line, filings=(NewFiling("load_line", "", body_of({**load_line._asdict(), "reason": "toy"})),))


def run_into_a_bug(book: Book, command: Break, rules: Any) -> Decision | Refused:
    raise AssertionError(f"customer {command.customer_id}: this must not happen")


WIRING = {
    Open: Verb("open", open_customer, "line"),
    Draw: Verb("draw", draw, "line"),
    OpenAccount: Verb("open account", open_account, "line"),
    Purchase: Verb("purchase", purchase, "loan"),
    Repay: Verb("repay", repay, "open loans"),
    Reverse: Verb("reverse", reverse, "loan+facts"),
    Freeze: Verb("freeze", freeze, "line"),
    Deposit: Verb("deposit", deposit, "line"),
    Note: Verb("note", note, "line+file"),
    Mark: Verb("mark", mark, "line"),
    Break: Verb("break", run_into_a_bug, "line"),
}


UNSAID = {
    "a fact that no command told",
    "a loan that no command opened",
    "a message pays out what was not drawn or bought",
    "the status of a line is not the one that commands left",
}
"""What verify misses after toy verbs, whose answers tell less than those of the trade."""


def run(store: Store, command: Any) -> Any:
    """Execute a toy command."""
    return execute(store, WIRING, command, actor="test", now=NOW, rules=ToyRules)


def counts(store: Store) -> dict[str, int]:
    """Count the rows of every table that a command writes."""
    return {table.name: len(rows(store, table.name)) for table in metadata.sorted_tables}


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    """Read every row of a table, in the order of its key."""
    found = metadata.tables[table]
    with store.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(found).order_by(*found.primary_key.columns))]


def check_book(store: Store) -> None:
    """Assert what must hold of every book: entries balance, numbers run without a gap, caches agree with what was appended."""
    legs: dict[Any, int] = defaultdict(int)
    posted: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    entries: dict[Any, set[int]] = defaultdict(set)
    for leg in rows(store, "journal"):
        loan = (leg["customer_id"], leg["loan_id"])
        legs[loan, leg["entry_n"]] += leg["minor"]
        posted[loan][leg["account"]] += leg["minor"]
        entries[loan].add(leg["entry_n"])
    assert not any(legs.values()), "an entry does not balance"
    facts: dict[Any, list[Fact]] = defaultdict(list)
    for row in rows(store, "fact"):
        loan = (row["customer_id"], row["loan_id"])
        facts[loan].append(Fact(row["kind"], row["effective_on"].toordinal(), row["amount_minor"], row["a"], row["b"]))
        assert row["n"] == len(facts[loan]), "facts are numbered with a gap"
    used: dict[int, int] = defaultdict(int)
    terms = {
        (row["customer_id"], row["loan_id"]): Terms.unpack(row["currency"], tuple(unpack(row["terms"]))) for row in rows(store, "loan")
    }
    states = rows(store, "loan_state")
    assert len(states) == len(terms)
    for row in states:
        loan = (row["customer_id"], row["loan_id"])
        standing = fold(terms[loan], facts[loan], row["as_of"].toordinal())
        assert not isinstance(standing, Refused)
        assert row["facts_count"] == len(facts[loan])
        assert entries[loan] == set(range(1, row["entries_count"] + 1))
        assert row["principal_minor"] == read_state(terms[loan], standing).principal
        assert unpack(row["posted"]) == [posted[loan][number] for number in range(len(CODES))]
        assert unpack(row["posted"]) == list(balances(read_position(terms[loan], standing)))
        used[loan[0]] += row["in_use_minor"]
    numbers: dict[int, list[int]] = defaultdict(list)
    for row in rows(store, "audit"):
        numbers[row["customer_id"]].append(row["command_n"])
    filed: dict[int, list[int]] = defaultdict(list)
    for row in rows(store, "filing"):
        filed[row["customer_id"]].append(row["n"])
    for row in rows(store, "line"):
        customer_id = row["customer_id"]
        assert row["used_minor"] == row["cash_used_minor"] + row["later_used_minor"] == used[customer_id]
        assert numbers[customer_id] == list(range(1, row["commands_count"] + 1)), "commands are numbered with a gap"
        assert filed[customer_id] == list(range(1, row["filings_count"] + 1)), "filings are numbered with a gap"
    keys = {row["key"]: (row["customer_id"], row["command_n"], row["digest"]) for row in rows(store, "command")}
    assert keys == {row["key"]: (row["customer_id"], row["command_n"], row["digest"]) for row in rows(store, "audit")}
