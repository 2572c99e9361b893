"""Protection end to end on both databases: consent, disclosure, draw, complaint, contract, vault, by the commands people use."""

import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.consent import refuse_without_consent
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused

ON = "2026-08-16"
AT = datetime(2026, 8, 16, 9, tzinfo=UTC)
RULES = lawful_rules()
DRAW = {"amount": "10000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12}


def give(store, number: int, at: datetime = AT, actor: str = "test", customer_id: int = 1, **said: object) -> dict | Refused:
    """Execute one command written as text; its answer, or why not."""
    command = read_command({"key": f"k{customer_id}.{number}", "customer_id": customer_id, "on": ON, **said})
    outcome = execute(store, WIRING, command, actor=actor, now=at, rules=RULES)
    return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome


def code(outcome: dict | Refused) -> str:
    return outcome.code if isinstance(outcome, Refused) else ""


@pytest.fixture
def opened(store):
    """A book with a customer who has a line and account 10."""
    limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 10}
    assert not code(give(store, 1, command="open_customer"))
    assert not code(give(store, 2, command="open_line", **limits))
    return store


def test_a_draw_goes_through_the_gate_and_is_used_up_by_it(opened):
    assert code(give(opened, 3, command="draw", loan_id=11, **DRAW)) == "disclosure_missing"
    shown = give(opened, 4, command="show_disclosure", about="draw", product="cash-line", **DRAW)
    early, later = AT + timedelta(seconds=9), AT + timedelta(seconds=10)
    assert code(give(opened, 5, early, command="confirm_disclosure", disclosure=shown["disclosure"])) == "disclosure_read_too_short"
    assert give(opened, 6, later, command="confirm_disclosure", disclosure=shown["disclosure"])["seconds"] == 10
    assert code(give(opened, 7, later, command="draw", loan_id=11, **{**DRAW, "instalments": 6})) == "disclosure_changed"
    assert give(opened, 8, later, command="draw", loan_id=11, **DRAW)["loan_id"] == 11
    assert code(give(opened, 9, later, command="draw", loan_id=12, **DRAW)) == "disclosure_not_confirmed"
    assert [one.kind for one in filings_of(opened, 1)] == ["disclosure.shown", "disclosure.confirmed", "disclosure.used"]


def test_in_bulk_the_same_gate_stands(opened):
    shown = [
        read_command(
            {"command": "show_disclosure", "key": "s", "customer_id": 1, "on": ON, "about": "draw", "product": "cash-line", **DRAW}
        )
    ]
    (answer,) = execute_many(opened, WIRING, shown, actor="test", now=AT, rules=RULES)
    digest = json.loads(answer.text)["disclosure"]
    commands = [
        read_command({"command": "confirm_disclosure", "key": "c", "customer_id": 1, "on": ON, "disclosure": digest}),
        read_command({"command": "draw", "key": "d1", "customer_id": 1, "on": ON, "loan_id": 11, **DRAW}),
        read_command({"command": "draw", "key": "d2", "customer_id": 1, "on": ON, "loan_id": 12, **DRAW}),
    ]
    outcomes = list(execute_many(opened, WIRING, commands, actor="test", now=AT + timedelta(seconds=30), rules=RULES))
    assert [code(one) if isinstance(one, Refused) else "" for one in outcomes] == ["", "", "disclosure_not_confirmed"]


def test_a_confirmation_is_used_once_however_many_draw_at_the_same_time(opened):
    """Two draws of the same numbers decided on the same file: the second is decided again after the first, and finds nothing left."""
    shown = give(opened, 3, command="show_disclosure", about="draw", product="cash-line", **DRAW)
    later = AT + timedelta(seconds=30)
    give(opened, 4, later, command="confirm_disclosure", disclosure=shown["disclosure"])
    taken = [code(give(opened, 5 + n, later, command="draw", loan_id=20 + n, **DRAW)) for n in range(3)]
    assert taken == ["", "disclosure_not_confirmed", "disclosure_not_confirmed"]


def test_consent_withdrawn_midway_stops_what_comes_after_it(opened):
    give(opened, 3, command="grant_consent", purpose="bureau", version=1)
    file, middle = filings_of(opened, 1), AT + timedelta(seconds=5)
    assert refuse_without_consent(file, "bureau", middle, RULES) is None
    give(opened, 4, middle, command="withdraw_consent", purpose="bureau")
    file = filings_of(opened, 1)
    assert refuse_without_consent(file, "bureau", middle - timedelta(seconds=1), RULES) is None, "what was done before stays as it was"
    assert refuse_without_consent(file, "bureau", middle, RULES).code == "consent_withdrawn"
    assert code(give(opened, 5, middle, command="withdraw_consent", purpose="bureau")) == "consent_not_given"


def test_complaints_are_listed_by_their_last_day(opened, database, capsys):
    for number, (name, about) in enumerate({"c1": "service", "c2": "wrong_amount", "c3": "data_use"}.items()):
        give(opened, 10 + number, command="file_complaint", complaint_id=name, about=about)
    give(opened, 20, actor="li", command="classify_complaint", complaint_id="c2", kind="complex")
    give(opened, 21, actor="li", command="classify_complaint", complaint_id="c3", kind="simple")
    give(opened, 22, actor="li", command="answer_complaint", complaint_id="c3", root_cause="unfounded", outcome="rejected")
    assert main(["complaints", "list", "--db", database, "--on", "2026-09-05", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["complaint"], one["due"], one["days left"], one["handler"]) for one in told] == [
        ("c1", "2026-08-31", -5, ""),
        ("c2", "2026-09-15", 10, "li"),
    ]
    assert main(["complaints", "list", "--db", database, "--on", "2026-09-05", "--overdue"]) == 0
    said = capsys.readouterr().out
    assert "c1" in said
    assert "c2" not in said
    assert "2 complaints wait for an answer on 2026-09-05; 1 of them are overdue." in said


def vault(database: str, capsys, *words: str, code: int = 0) -> str:
    """Run a command of the vault on a book; what it printed."""
    more = ["--db", database] if words[0] != "keygen" else []
    assert main(["vault", *words, *more]) == code
    told = capsys.readouterr()
    return told.out + told.err


def test_the_vault_from_keys_to_erasure(opened, database, tmp_path, monkeypatch, capsys):
    why = ("--reason", "the borrower called", "--actor", "li")
    monkeypatch.delenv("PLIMSOLL_VAULT_KEYS", raising=False)
    assert "PLIMSOLL_VAULT_KEYS is not set" in vault(database, capsys, "show", "--customer", "1", code=1)
    monkeypatch.setenv("PLIMSOLL_VAULT_KEYS", str(tmp_path / "vault.keys"))
    vault(database, capsys, "keygen")
    assert "already" in vault(database, capsys, "keygen", code=1)
    for field, value in {"name": "张三丰", "phone": "13812341234"}.items():
        monkeypatch.setattr("sys.stdin", io.StringIO(value + "\n"))
        assert value not in vault(database, capsys, "put", "--customer", "1", "--field", field, *why)
    shown = vault(database, capsys, "show", "--customer", "1")
    assert "138****1234" in shown
    assert "张**" in shown
    monkeypatch.setattr("sys.stdin", io.StringIO("138 1234 1234"))
    assert vault(database, capsys, "find", "--field", "phone", *why) == "1\n"
    assert vault(database, capsys, "reveal", "--customer", "1", "--field", "phone", *why) == "13812341234\n"
    assert "only with a name and a reason" in vault(
        database, capsys, "reveal", "--customer", "1", "--field", "phone", "--reason", "", code=4
    )
    assert "1 keys are wrapped by" in vault(database, capsys, "rotate")
    assert vault(database, capsys, "reveal", "--customer", "1", "--field", "name", *why) == "张三丰\n"
    assert "cannot be erased" in vault(database, capsys, "shred", "--customer", "1", *why, "--on", ON, code=4)
    assert not code(give(opened, 30, command="close_line"))
    kept = vault(database, capsys, "shred", "--customer", "1", *why, "--on", ON, code=4)
    assert "CN.AML.KEEP" in kept
    free = date(2036, 8, 16).isoformat()
    assert "destroyed" in vault(database, capsys, "shred", "--customer", "1", *why, "--on", free)
    assert "erased for good" in vault(database, capsys, "reveal", "--customer", "1", "--field", "phone", *why, code=4)
    log = json.loads(vault(database, capsys, "log", "--customer", "1", "--json"))
    assert [line["action"] for line in log] == ["put", "put", "find", "reveal", "reveal", "erase"]


def test_a_contract_comes_from_the_book(opened, database, capsys, monkeypatch):
    monkeypatch.delenv("PLIMSOLL_VAULT_KEYS", raising=False)
    shown = give(opened, 3, command="show_disclosure", about="draw", product="cash-line", **DRAW)
    later = AT + timedelta(seconds=12)
    give(opened, 4, later, command="confirm_disclosure", disclosure=shown["disclosure"])
    give(opened, 5, later, command="draw", loan_id=11, **DRAW)
    assert main(["contract", "--db", database, "--customer", "1", "--about", "11", "--lang", "en", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["number"] == "11"
    assert dict(told["proof"])["Seconds open"] == "12"
    assert main(["contract", "--db", database, "--customer", "1", "--about", "12"]) == 3
