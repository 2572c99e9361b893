"""A book of equal cash-line loans, made by commands, and the repayment of the first instalment of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Final, Self

from plimsoll.app.commit_together import GroupExecutor
from plimsoll.app.database import schema
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.wiring import WIRING
from plimsoll.rulebook.rules import Rules, load
from plimsoll.servicing import draw, open_customer, open_line, repay
from plimsoll.units.rate import Rate

TABLES = tuple(table for table in schema.metadata.sorted_tables if "customer_id" in table.columns)
ACTOR: Final = "bench"
DRAWN_ON, REPAID_ON = date(2026, 1, 15), date(2026, 2, 15)
NOW = datetime(2026, 2, 15, 12, tzinfo=UTC)
CURRENCY: Final = "CNY"
PRINCIPAL_MINOR, LIMIT_MINOR, FIRST_INSTALMENT_MINOR = 1_000_000, 2_000_000, 90_041
RATE = Rate(4, 10_000)


class Ours:
    """An open book that takes commands."""

    def __init__(self, url: str) -> None:
        self.store = open_store(url)
        self.rules: Rules = load()
        self.together = GroupExecutor(self.store, WIRING, self.rules)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the book."""
        self.together.close()
        self.store.close()

    def execute(self, command: Any) -> None:
        """Execute one command, which must not be refused."""
        outcome = execute(self.store, WIRING, command, actor=ACTOR, now=NOW, rules=self.rules)
        assert isinstance(outcome, Answer), outcome

    def share(self, command: Any) -> None:
        """Execute one command that may share its commit with other threads' commands; it must not be refused."""
        outcome = self.together.execute(command, actor=ACTOR, now=NOW)
        assert isinstance(outcome, Answer), outcome

    def execute_many(self, commands: Iterable[Any]) -> int:
        """Execute commands, none of which may be refused; return how many."""
        count = 0
        for outcome in execute_many(self.store, WIRING, commands, actor=ACTOR, now=NOW, rules=self.rules):
            assert isinstance(outcome, Answer), outcome
            count += 1
        return count


def make_book(url: str, customers: int) -> None:
    """Make a book at `url` with customers 1 to `customers`, each with a line and one loan of twelve instalments."""
    create_store(url).close()
    with Ours(url) as ours:
        ours.execute_many(command for customer in range(1, customers + 1) for command in beginning(customer, DRAWN_ON))


def beginning(customer: int, on: date) -> list[Any]:
    """Return what makes a customer who owes one loan from a day on; the loan has the customer's number."""
    return [
        open_customer.OpenCustomer(f"open-{customer}", customer, on),
        open_line.OpenLine(f"line-{customer}", customer, on, CURRENCY, LIMIT_MINOR, LIMIT_MINOR, 0),
        draw.Draw(f"draw-{customer}", customer, on, customer, PRINCIPAL_MINOR, CURRENCY, RATE, 12, "equal-instalment"),
    ]


def repayments(customers: Sequence[int]) -> list[Any]:
    """Return the repayment of the first instalment for each customer."""
    return [
        repay.Repay(f"repay-{customer}", customer, REPAID_ON, FIRST_INSTALMENT_MINOR, CURRENCY, customer, f"bank {customer}")
        for customer in customers
    ]
