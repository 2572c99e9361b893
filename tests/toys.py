"""The smallest verbs that make a book move, for tests of the store: they decide little and use the real kernel."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from plimsoll.app.execute import Verb
from plimsoll.loan.book import Book, Decision, Line, NewLoan
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import EQUAL_INSTALMENT, PURCHASED, REPAID, REVERSED
from plimsoll.loan.terms import AccountTerms, DueDays, LoanRate, LoanTerms, write_account, write_loan
from plimsoll.units.days import MONTHS
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 1, 20, 8, 30, tzinfo=UTC)
DAY = date(2026, 1, 15)
BIG = 10_000_000


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
    return Decision(line=replace(book.line, status=command.status, limit_minor=command.limit_minor or book.line.limit_minor))


def deposit(book: Book, command: Deposit, rules: Any) -> Decision | Refused:
    if book.line is None:
        return Refused("line_missing")
    return Decision(line=replace(book.line, credit_minor=book.line.credit_minor + command.amount_minor))


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
    Break: Verb("break", run_into_a_bug, "line"),
}
