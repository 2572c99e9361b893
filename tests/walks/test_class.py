"""Classes on both databases: what was noted and what was paid late is seen in the history, by the command that people use."""

import json
from datetime import UTC, date, datetime

import pytest

from plimsoll.app.classes import classes_of
from plimsoll.app.execute import Answer, execute
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.classify.policy import Policies
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

RULES = load()
POLICIES = Policies(RULES)
AT = datetime(2026, 5, 20, 9, tzinfo=UTC)
BEFORE = (
    {"command": "open_customer", "on": "2026-01-10"},
    {"command": "open_line", "on": "2026-01-10", "currency": "CNY", "limit": "9000.00", "cash_limit": "9000.00", "later_limit": "9000.00",
     "loan_id": 2},
    {"command": "draw", "on": "2026-01-15", "loan_id": 1, "amount": "1000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12},
)  # fmt: skip


@pytest.fixture
def book(store):
    """A book with a loan due on the 15th of each month from 15 February 2026."""
    for said in BEFORE:
        assert not code(give(store, **said))
    return store


def give(store, **said: object) -> dict | Refused:
    """Execute one command written as text; its answer, or why not."""
    command = read_command({"key": json.dumps(said), "customer_id": 1, **said})
    outcome = execute(store, WIRING, command, actor="test", now=AT, rules=RULES)
    return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome


def code(outcome: dict | Refused) -> str:
    return outcome.code if isinstance(outcome, Refused) else ""


def class_of(store, on: str) -> tuple[str, int, tuple[str, ...]]:
    found = classes_of(store, 1, date.fromisoformat(on), RULES, POLICIES)
    assert not isinstance(found, Refused)
    loan = next(one for one in found if one.loan_id == 1)
    return loan.now.five_class(), loan.now.late_days, loan.now.because


def test_a_back_dated_payment_tells_history_anew(book):
    assert class_of(book, "2026-05-18") == ("substandard", 92, ("days",))
    assert not code(give(book, command="repay", on="2026-02-15", loan_id=1, amount="95.00", currency="CNY"))
    assert class_of(book, "2026-05-18") == ("special-mention", 64, ("days",))


def test_what_is_noted_counts_from_its_day_and_until_it_is_over(book, capsys, database):
    assert not code(give(book, command="note_trigger", on="2026-02-01", trigger="purpose_breach", loan_id=1, reason="bought shares"))
    assert class_of(book, "2026-01-31") == ("normal", 0, ())
    assert class_of(book, "2026-02-01") == ("special-mention", 0, ("purpose_breach",))
    assert not code(give(book, command="note_trigger", on="2026-02-10", trigger="purpose_breach", loan_id=1, is_over=True, reason="sold"))
    assert class_of(book, "2026-02-10") == ("normal", 0, ())
    assert main(["class", "1", "--on", "2026-02-18", "--history", "--json", "--db", database, "--allow-unsafe"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["past_due_days"], told["bucket"], told["five_class"], told["stage"]) == (3, "M1", "special-mention", 1)
    (loan,) = [one for one in told["loans"] if one["loan_id"] == 1]
    assert [(one["on"], one["cause"]) for one in loan["history"]] == [
        ("2026-01-15", ["begun"]),
        ("2026-02-01", ["purpose_breach"]),
        ("2026-02-10", ["purpose_breach_over"]),
        ("2026-02-16", ["days"]),
    ]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"trigger": "sunshine", "reason": "x"}, "class_trigger_unknown"),
        ({"trigger": "ecl", "reason": "x"}, "class_trigger_malformed"),
        ({"trigger": "ecl", "share": "1.1", "reason": "x"}, "class_trigger_malformed"),
        ({"trigger": "impaired", "share": "0.5", "reason": "x"}, "class_trigger_malformed"),
        ({"trigger": "technical_delay", "reason": "x"}, "class_trigger_malformed"),
        ({"trigger": "impaired", "loan_id": 9, "reason": "x"}, "loan_unknown"),
        ({"trigger": "impaired"}, "reasons_missing"),
    ],
)
def test_what_cannot_be_noted_is_refused(book, said, refused):
    assert code(give(book, command="note_trigger", on="2026-02-01", **said)) == refused
