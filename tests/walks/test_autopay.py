"""Debits on both databases: taken once and booked once whatever the bank does, tried again by why they failed, never without consent."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

import pytest
from sqlalchemy import select

from plimsoll.app import autopay as autopay_module
from plimsoll.app.autopay import Orders, autopay
from plimsoll.app.database.outbox import waiting
from plimsoll.app.database.schema import command as command_table
from plimsoll.app.debits.port import Collected, Failed, Instruction, Unclear
from plimsoll.app.debits.sandbox import Mood, SandboxBank
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

RULES = load()
DUE = date(2026, 8, 31)
FIRST = 10433


@pytest.fixture
def book(store):
    """Two customers with a loan of six instalments, the first of 104.33 due on 31 August 2026; the first agreed to be debited."""
    for customer_id in (1, 2):
        limits = {"currency": "CNY", "limit": "9000.00", "cash_limit": "9000.00", "later_limit": "9000.00", "loan_id": 2}
        loan = {"loan_id": 1, "amount": "600.00", "currency": "CNY", "rate": "0.0004", "instalments": 6}
        for said in ({"command": "open_customer"}, {"command": "open_line", **limits}, {"command": "draw", **loan}):
            assert isinstance(give(store, customer_id=customer_id, on="2026-07-31", **said), dict)
    assert isinstance(give(store, command="grant_consent", on="2026-08-01", **CONSENT), dict)
    return store


CONSENT = {"purpose": "debit", "version": 1}


def give(store, **said: object) -> dict | Refused:
    """Execute one command written as text at nine of its day; its answer, or why not."""
    at = datetime.combine(date.fromisoformat(str(said["on"])), time(1), UTC)
    command = read_command({"key": json.dumps(said), "customer_id": 1, **said})
    outcome = execute(store, WIRING, command, actor="test", now=at, rules=RULES)
    return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome


def run(store, on: date, bank, hour: int = 4, account=lambda customer_id: f"account-{customer_id}") -> list[tuple]:
    orders = Orders(bank, account, datetime.combine(on, time(hour), UTC), RULES)
    return sorted((one.wanted.customer_id, one.state, one.why, one.minor, one.retry_on) for one in autopay(store, on, orders))


class Bank:
    """A bank that answers as it is told, one answer after the other, and remembers what it was asked."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def debit(self, instruction: Instruction, now: datetime) -> object:
        self.asked.append((instruction.instruction, instruction.minor))
        return self.answers.pop(0)


def owed(store) -> int:
    with store.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT principal_minor FROM loan_state WHERE customer_id = 1 AND loan_id = 1").scalar()


def test_what_falls_due_is_debited_once_from_who_agreed(book):
    bank = SandboxBank(1)
    assert run(book, DUE, bank) == [(1, "collected", "", FIRST, ""), (2, "held", "consent_missing", 0, "")]
    assert bank.taken == {"1-1-20260831-1": FIRST}
    assert run(book, DUE, bank, 5) == [(2, "held", "consent_missing", 0, "")], "paid: nothing falls due any more"
    assert [one.kind for one in filings_of(book, 1) if one.kind.startswith("autopay")] == ["autopay.asked", "autopay.done"]
    assert verify(book).breaches == {}


def test_a_debit_that_failed_is_tried_again_by_why_and_then_no_more(book):
    bank = Bank(Failed("insufficient_funds"), Failed("insufficient_funds"), Failed("account_closed"))
    assert run(book, DUE, bank)[0] == (1, "failed", "insufficient_funds", FIRST, "2026-09-01")
    assert [one for one in run(book, DUE, bank, 5) if one[0] == 1] == [(1, "held", "not_yet", 0, "")]
    second = run(book, DUE + timedelta(days=1), bank)
    assert second[0][:3] == (1, "failed", "insufficient_funds")
    assert second[0][3] > FIRST, "with the penalty of a day"
    assert run(book, DUE + timedelta(days=2), bank) == []
    (third,) = run(book, DUE + timedelta(days=4), bank)
    assert third[:3] == (1, "failed", "account_closed"), "a run that was missed is made up for"
    assert third[4] == ""
    for days in (5, 6, 10, 29):
        assert run(book, DUE + timedelta(days=days), bank, 6) == []
    assert [one[0] for one in bank.asked] == [f"1-1-20260831-{n}" for n in (1, 2, 3)]
    told = [message.kind for message in waiting(book) if message.kind.startswith("autopay_")]
    assert told == ["autopay_retry", "autopay_retry", "autopay_needs_borrower"]


def test_a_bank_that_was_away_is_asked_again_on_the_same_day(book):
    """Even at the same instant, as in the sandbox: the second run asks under a number of its own."""
    bank = Bank(Failed("bank_unreachable"), Failed("bank_unreachable"), Collected("b"))
    assert run(book, DUE, bank)[0] == (1, "failed", "bank_unreachable", FIRST, "2026-08-31")
    assert run(book, DUE, bank)[0] == (1, "failed", "bank_unreachable", FIRST, "2026-09-01")
    assert run(book, DUE + timedelta(days=1), bank)[0][:2] == (1, "collected")
    assert [one[0] for one in bank.asked] == [f"1-1-20260831-{n}" for n in (1, 2, 3)]


def test_an_answer_that_is_lost_is_asked_after_and_the_money_booked_once(book):
    bank = SandboxBank(1, Mood(silent=1.0))
    assert run(book, DUE, bank)[0][:2] == (1, "unclear")
    before = owed(book)
    assert bank.taken == {"1-1-20260831-1": FIRST}, "the money is taken, and nobody knows"
    again = run(book, DUE + timedelta(days=1), bank)
    assert again == [(1, "collected", "", FIRST, "")], "what was asked for, not what is owed by now"
    assert bank.taken == {"1-1-20260831-1": FIRST}
    assert owed(book) < before
    assert run(book, DUE + timedelta(days=2), bank) == []


def test_who_pays_before_the_try_is_not_debited(book):
    bank = Bank(Failed("insufficient_funds"))
    run(book, DUE, bank)
    assert isinstance(give(book, command="settle", on="2026-09-01", loan_id=1), dict)
    assert run(book, DUE + timedelta(days=1), bank) == [(1, "held", "paid", 0, "")]
    assert len(bank.asked) == 1


def test_money_that_came_after_the_debt_was_paid_is_the_customers(book):
    bank = Bank(Unclear(), Collected("b1"))
    run(book, DUE, bank)
    assert isinstance(give(book, command="settle", on="2026-09-01", loan_id=1), dict)
    assert run(book, DUE + timedelta(days=1), bank) == [(1, "collected", "", FIRST, "")]
    with book.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT credit_minor FROM line WHERE customer_id = 1").scalar() == FIRST, "the customer's own"


def test_a_consent_withdrawn_or_a_hardship_request_stops_the_next_try(book):
    bank = Bank(Failed("insufficient_funds"))
    run(book, DUE, bank)
    assert isinstance(give(book, command="withdraw_consent", on="2026-09-01", purpose="debit"), dict)
    assert run(book, DUE + timedelta(days=1), bank) == [(1, "held", "consent_withdrawn", 0, "")]
    assert isinstance(give(book, command="grant_consent", on="2026-09-01", key="again", **CONSENT), dict)
    told = {"hardship_id": "h1", "currency": "CNY", "income": "3000.00"}
    assert isinstance(give(book, command="open_hardship", on="2026-09-02", **told), dict)
    assert run(book, DUE + timedelta(days=2), bank) == [(1, "held", "hardship", 0, "")]


def test_who_named_no_account_is_told_to(book):
    (one, _) = run(book, DUE, Bank(), account=lambda customer_id: "")
    assert one == (1, "failed", "account_unknown", FIRST, "")
    assert [message.kind for message in waiting(book) if message.kind.startswith("autopay_")] == ["autopay_needs_borrower"]


def test_a_code_that_nobody_knows_is_not_tried_again_by_itself(book):
    assert run(book, DUE, Bank(Failed("ZZ99")))[0] == (1, "failed", "ZZ99", FIRST, "")
    (filed,) = [json.loads(one.body) for one in filings_of(book, 1) if one.kind == "autopay.failed"]
    assert (filed["failure"], filed["retry_on"], filed["borrower_acts"]) == ("unknown", "", True)


def test_the_command_exchanges_files_with_a_bank(book, database, capsys, tmp_path, monkeypatch):
    """Instructions are written once, however often it runs; results are read, one that is there twice once, and a contradiction refused."""
    out, results = tmp_path / "out.jsonl", tmp_path / "in.jsonl"
    monkeypatch.setattr("plimsoll.interfaces.cli.autopay._accounts", lambda store: lambda customer_id: f"6222-{customer_id}")
    args = ["autopay", "--on", "2026-08-31", "--db", database, "--allow-unsafe", "--json", "--by", f"file:{out}"]
    for _ in range(2):
        assert main(args) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["collected"], told["unclear"], told["held"]) == (0, 1, {"consent_missing": 1})
    (line,) = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (line["instruction"], line["amount"], line["account"]) == ("1-1-20260831-1", "104.33", "6222-1")
    assert out.stat().st_mode & 0o077 == 0
    one = '{"instruction": "1-1-20260831-1", "state": "collected", "reference": "b-7"}\n'
    results.write_text(one + one, "utf-8")
    assert main([*args, "--results", str(results)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["collected"], told["amounts"]) == (1, {"CNY": "104.33"})
    results.write_text(one + one.replace("collected", "failed"), "utf-8")
    assert main([*args, "--results", str(results)]) == 2
    assert "in.jsonl:2" in capsys.readouterr().err
    for line in ("{", "[]", '{"instruction": 5, "state": "failed"}', '{"instruction": "a", "state": "sung"}', "{}"):
        results.write_text(line + "\n", "utf-8")
        assert main([*args, "--results", str(results)]) == 2
        assert "in.jsonl:1" in capsys.readouterr().err
    assert main(["autopay", "--on", "2026-08-31", "--db", database, "--results", str(results)]) == 2


class Stopped(Exception):
    """What stops a run in the middle."""


@pytest.mark.parametrize("seed", range(4))
def test_money_is_taken_once_and_booked_once_wherever_a_run_is_stopped(store, seed, monkeypatch):
    """Four borrowers, four months, a bank that fails and falls silent, runs that are stopped between any two steps, payments beside."""
    chance, start = Random(seed), date(2026, 6, 1)
    limits = {"currency": "CNY", "limit": "9000.00", "cash_limit": "9000.00", "later_limit": "9000.00", "loan_id": 10}
    for customer_id in range(1, 5):
        loan = {"loan_id": 1, "currency": "CNY", "rate": "0.0005", "instalments": chance.choice((3, 6, 12))}
        drawn_on = (start + timedelta(days=chance.randrange(10))).isoformat()
        for on, said in (
            ("2026-06-01", {"command": "open_customer"}),
            ("2026-06-01", {"command": "open_line", **limits}),
            ("2026-06-01", {"command": "grant_consent", **CONSENT}),
            (drawn_on, {"command": "draw", "amount": f"{chance.randrange(500, 2500)}.00", **loan}),
        ):
            assert isinstance(give(store, customer_id=customer_id, on=on, **said), dict)
    bank, step = SandboxBank(seed, Mood(failing=0.4, silent=0.2)), autopay_module._give
    for days in range(20, 130):
        on = start + timedelta(days=days)
        if chance.random() < 0.05:
            give(store, customer_id=chance.randrange(1, 5), on=on.isoformat(), command="settle", loan_id=1)
        steps, stop = count(1), chance.randrange(1, 6) if chance.random() < 0.3 and days < 125 else 0

        def one(*asked: object, steps: Iterator[int] = steps, stop: int = stop) -> list:
            if next(steps) == stop:
                raise Stopped
            return step(*asked)

        monkeypatch.setattr(autopay_module, "_give", one)
        with suppress(Stopped):
            run(store, on, bank)
    assert set(bank.taken) == set(booked(store))
    assert verify(store).breaches == {}


def booked(store) -> list[str]:
    """Give the instructions whose money came in as a repayment."""
    with store.engine.connect() as connection:
        keys = [row.key for row in connection.execute(select(command_table.c.key).where(command_table.c.key.like("autopay:%")))]
    return [key.removeprefix("autopay:") for key in keys if key.count(":") == 1]
