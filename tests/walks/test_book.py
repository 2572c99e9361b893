"""The life of a customer through the real executor, on both databases; after every command the books balance and the limit is right."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.ledger.chart import CODES
from plimsoll.rulebook.rules import load
from plimsoll.servicing.close import decide
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
RULES = load()
CUSTOMER, ACCOUNT, LOAN = 41, 1, 7


class Life:
    """One customer of a book."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.keys = 0

    def do(self, name: str, on: str, **said: object) -> dict[str, Any]:
        """Do a command, check the book, and give the answer."""
        outcome = self.ask(name, on, **said)
        assert isinstance(outcome, Answer), outcome
        return dict(json.loads(outcome.text))

    def ask(self, name: str, on: str, **said: object) -> Any:
        """Ask for a command that may be refused, and check the book."""
        self.keys += 1
        amounts = {"currency": "CNY"} if any(key in said for key in ("amount", "limit", "credit", "interest", "penalty")) else {}
        command = read_command({"key": f"walk {self.keys}", "customer_id": CUSTOMER, "on": on, **amounts, **said}, name)
        outcome = execute(self.store, WIRING, command, actor="walk", now=NOW, rules=RULES)
        self.check()
        return outcome

    def close(self, through: str) -> list[str]:
        """Close days, check the book, and give the kinds of the messages that were sent."""
        sent = len(self.messages())
        orders = Orders(decide, RULES, NOW)
        closed = list(close_through(self.store, date.fromisoformat(through).toordinal(), orders, tape=None, scans=NEVER, now=NOW))
        assert not [parked for one in closed for parked in one.night.parked]
        self.check()
        return [kind for kind, _ in self.messages()[sent:]]

    def check(self) -> None:
        """Assert that the trial balance is zero and that the line knows the principal in use."""
        assert sum(self.balances().values()) == 0
        assert sum(self._sums(schema.loan_state.c.in_use_minor)) == sum(self._sums(schema.line.c.used_minor))

    def _sums(self, column: Any) -> list[int]:
        with self.store.engine.connect() as connection:
            return list(connection.scalars(select(column)))

    def balances(self) -> dict[str, int]:
        """Give the trial balance, by account."""
        legs = schema.journal
        with self.store.engine.connect() as connection:
            rows = connection.execute(select(legs.c.account, func.sum(legs.c.minor)).group_by(legs.c.account)).all()
        return dict.fromkeys(CODES, 0) | {CODES[account]: int(minor) for account, minor in rows if minor}

    def messages(self) -> list[tuple[str, dict]]:
        """Give what left the house, in order."""
        table = schema.outbox
        with self.store.engine.connect() as connection:
            rows = connection.execute(select(table.c.kind, table.c.payload).order_by(table.c.command_n, table.c.n)).all()
        return [(kind, json.loads(payload)) for kind, payload in rows]

    def line(self) -> dict[str, Any]:
        """Give the customer's line."""
        with self.store.engine.connect() as connection:
            return dict(connection.execute(select(schema.line)).mappings().one())

    def loan(self, loan_id: int) -> dict[str, Any]:
        """Give the state of a loan."""
        found = schema.loan_state
        with self.store.engine.connect() as connection:
            return dict(connection.execute(select(found).where(found.c.loan_id == loan_id)).mappings().one())


@pytest.fixture
def life(store: Store) -> Iterator[Life]:
    """A customer with a line of 50,000 and an account; whatever a test did, the book is proved at its end."""
    lived = Life(store)
    lived.do("open_customer", "2026-01-10")
    lived.do("open_line", "2026-01-10", limit="50000.00", cash_limit="30000.00", later_limit="20000.00", loan_id=ACCOUNT)
    yield lived
    verdict = verify(store)
    assert verdict.is_proved, verdict.breaches


def test_the_life_of_a_customer(life: Life):
    """Open, draw, buy, be billed, repay, convert, get a refund, have a payment bounce, be charged off, and pay in the end."""
    life.do("draw", "2026-01-15", loan_id=LOAN, amount="10000.00", rate="0.0004", instalments=12)
    assert life.line()["cash_used_minor"] == 1_000_000
    life.do("purchase", "2026-02-14", loan_id=ACCOUNT, amount="1200.00", merchant="shop 5", ref="p1")
    life.do("purchase", "2026-02-20", loan_id=ACCOUNT, amount="600.00", instalments=6, ref="p2")
    life.do("fund_by_merchant", "2026-02-21", loan_id=ACCOUNT, amount="900.00", instalments=3, merchant="shop 6", ref="p3")
    assert life.balances()["income.fee.merchant"] == -1_620
    assert life.line()["used_minor"] == 1_270_000
    life.do("repay", "2026-02-15", amount="900.41", loan_id=LOAN, ref="bank 1")
    assert life.close("2026-03-01") == ["bill"]
    assert life.messages()[-1][1]["total"] == "1604.50"
    paid = life.do("repay", "2026-03-05", amount="250.00", ref="bank 2")
    assert [fact["loan_id"] for fact in paid["facts"]] == [ACCOUNT]
    life.do("convert", "2026-03-06", loan_id=ACCOUNT, bill_on="2026-03-01", instalments=3)
    life.do("refund", "2026-03-12", loan_id=ACCOUNT, purchase=1, amount="200.00", ref="p1")
    bounced = life.do("reverse", "2026-03-20", loan_id=LOAN, fact=1, reason="bounced")
    assert bounced == {"loan_id": LOAN, "fact": 2}
    assert life.loan(LOAN)["principal_minor"] == 1_000_000
    life.do("waive", "2026-03-20", loan_id=LOAN, interest="24.00", reason="complaint")
    life.do("freeze", "2026-03-21", reason="late")
    refused = life.ask("draw", "2026-03-21", loan_id=8, amount="500.00", rate="0.0004")
    assert isinstance(refused, Refused)
    assert refused.code == "line_frozen"
    life.close("2026-06-30")
    life.do("charge_off", "2026-07-01", loan_id=LOAN)
    life.do("recover", "2026-07-02", loan_id=LOAN, amount="1000.00")
    life.do("repay", "2026-07-03", loan_id=LOAN, amount="500.00")
    assert life.balances()["income.recovery"] == -150_000
    assert life.line()["cash_used_minor"] == 0
    life.do("settle", "2026-07-03", loan_id=ACCOUNT)
    assert life.line()["used_minor"] == 0
    life.do("close_line", "2026-07-04")
    assert life.line()["status"] == "closed"


def test_a_loan_is_paused_rescheduled_prepaid_and_settled(life: Life):
    life.do("draw", "2026-01-15", loan_id=LOAN, amount="10000.00", rate="0.0004", instalments=12)
    life.do("pause", "2026-01-16", loan_id=LOAN, from_on="2026-01-20", until_on="2026-01-30")
    life.close("2026-03-20")
    life.do("reschedule", "2026-03-20", loan_id=LOAN, instalments=6, first_due_on="2026-04-10", rate="0.0003", reason="illness")
    life.do("prepay", "2026-03-25", loan_id=LOAN, amount="3000.00")
    life.close("2026-04-10")
    life.do("repay", "2026-04-10", amount="2000.00")
    life.do("repay", "2026-02-15", loan_id=LOAN, amount="100.00", ref="found late")
    settled = life.do("settle", "2026-05-02", loan_id=LOAN)
    assert life.loan(LOAN)["status"] == 2
    assert life.balances()["asset.loan.principal"] == 0
    life.do("reverse", "2026-05-03", loan_id=LOAN, fact=settled["fact"], reason="bounced")
    assert life.loan(LOAN)["status"] == 1


def test_credit_is_kept_and_used(life: Life):
    life.do("draw", "2026-01-15", loan_id=LOAN, amount="1000.00", rate="0.0004")
    life.do("repay", "2026-01-25", loan_id=LOAN, amount="1100.00")
    assert life.line()["credit_minor"] == 9_600
    assert life.balances()["liability.borrower.credit"] == -9_600
    life.do("draw", "2026-01-26", loan_id=8, amount="500.00", rate="0.0004")
    life.do("repay", "2026-01-27", amount="10.00")
    assert life.line()["credit_minor"] == 0
    assert life.loan(8)["principal_minor"] == 50_000 + 20 - 10_600
    life.do("repay", "2026-01-28", loan_id=8, amount="1000.00")
    life.do("close_line", "2026-01-29")
    assert life.balances()["liability.borrower.credit"] == 0


def test_a_limit_is_never_oversold_by_both_products(life: Life):
    life.do("set_limit", "2026-01-11", limit="1000.00", cash_limit="800.00", later_limit="500.00")
    life.do("draw", "2026-01-15", loan_id=LOAN, amount="800.00", rate="0.0004")
    assert life.ask("purchase", "2026-01-15", loan_id=ACCOUNT, amount="200.01").code == "limit_exceeded"
    life.do("purchase", "2026-01-15", loan_id=ACCOUNT, amount="200.00")
    assert life.ask("draw", "2026-01-15", loan_id=LOAN, amount="500.00", rate="0.0004").code == "loan_exists"
    life.do("repay", "2026-01-15", loan_id=LOAN, amount="300.32")
    assert life.ask("purchase", "2026-01-15", loan_id=ACCOUNT, amount="300.01").code == "limit_exceeded"
    life.do("purchase", "2026-01-15", loan_id=ACCOUNT, amount="300.00")
    assert life.line()["used_minor"] == 100_000


def test_a_repayment_file_is_executed_row_by_row(life: Life, store: Store):
    """Six rows for one customer: what is refused stores nothing, the others follow each other."""
    life.do("draw", "2026-01-15", loan_id=LOAN, amount="1000.00", rate="0.0004")
    rows = [
        {"on": "2026-01-20", "amount": "100.00", "loan_id": str(LOAN)},
        {"on": "2026-01-21", "amount": "100.00", "loan_id": ""},
        {"on": "2026-01-21", "amount": "100.00", "loan_id": "99"},
        {"on": "2026-01-22", "amount": "0.00", "loan_id": str(LOAN)},
        {"on": "2026-01-14", "amount": "1.00", "loan_id": str(LOAN)},
        {"on": "2026-01-23", "amount": "2000.00", "loan_id": str(LOAN)},
    ]
    said = {"customer_id": str(CUSTOMER), "currency": "CNY", "ref": ""}
    commands = [read_command({"key": f"file row {n}", **said, **row}, "repay") for n, row in enumerate(rows)]
    outcomes = list(execute_many(store, WIRING, commands, actor="file", now=NOW, rules=RULES))
    life.check()
    told = ["done" if isinstance(outcome, Answer) else getattr(outcome, "code", outcome) for outcome in outcomes]
    assert told == ["done", "done", "loan_unknown", "amount_must_be_positive", "fact_before_disbursement", "done"]
    assert life.loan(LOAN)["status"] == 2
    assert life.balances()["asset.cash"] == 120_000
    again = list(execute_many(store, WIRING, commands, actor="file", now=NOW, rules=RULES))
    assert [outcome.is_replayed for outcome in again if isinstance(outcome, Answer)] == [True, True, True]
    assert life.balances()["asset.cash"] == 120_000
