"""Bad input by the commands that people use, on both databases: each is refused, or handled by a rule that has a name."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from plimsoll.app.channels.sandbox import Mood, SandboxSender
from plimsoll.app.contact import attempt_contacts
from plimsoll.app.file import filings_of
from plimsoll.app.remind import Orders, send
from plimsoll.app.reminders_due import Person
from plimsoll.app.wiring import WIRING
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.plan_reminders import Planned, Wishes
from plimsoll.interfaces.cli.main import main
from plimsoll.rulebook import reminder
from plimsoll.rulebook.rules import load
from plimsoll.units.days import ordinal
from plimsoll.units.refusal import Refused
from tests.golden import read_yaml

CASES = read_yaml((Path(__file__).parents[1] / "cases" / "bad-input" / "contact-and-plans.yaml").read_text("utf-8"))
OF_THE_BOOK = [case for case in CASES if "post" in case]
RULES = load()
CASH = {"amount": "5000.00", "currency": "CNY", "rate": "0.0005", "instalments": 12}
LIMITS = {"currency": "CNY", "limit": "9000.00", "cash_limit": "9000.00", "later_limit": "9000.00"}
ATTEMPT = {"to": "debtor", "by": "lender", "zone": "Asia/Shanghai", "country": "cn", "purpose": "collect", "outcome": "connected"}


@pytest.fixture
def book(store, database, tmp_path, capsys):
    """The book that the cases are about."""
    rows = [
        {"customer_id": customer_id, "on": "2026-01-05"} | said
        for customer_id in (1, 2)
        for said in ({"command": "open_customer"}, {"command": "open_line", **LIMITS}, {"command": "draw", "loan_id": 7, **CASH})
    ]
    assert {one["outcome"] for one in post(database, tmp_path, capsys, rows)} == {"done"}
    return store


def lines(path: Path, rows: list[dict]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def post(database: str, tmp_path: Path, capsys, rows: list[dict]) -> list[dict]:
    """Post rows; give their outcomes."""
    keyed = [{"key": f"{n} {json.dumps(row)}"[:150], "customer_id": 1} | row for n, row in enumerate(rows)]
    main(["post", lines(tmp_path / "rows.jsonl", keyed), "--db", database, "--allow-unsafe", "--json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def became(outcome: dict) -> str:
    """Say in a word what became of a row: its code, what holds it back, or ok."""
    answer = outcome.get("answer", {})
    return outcome.get("code") or answer.get("why") or answer.get("rule") or "ok"


@pytest.mark.parametrize("case", OF_THE_BOOK, ids=[case["id"] for case in OF_THE_BOOK])
def test_commands(case, book, database, tmp_path, capsys):
    assert [became(one) for one in post(database, tmp_path, capsys, case["post"])] == case["gives"], case["why"]


@pytest.mark.parametrize("case", [case for case in CASES if "gate" in case], ids=lambda case: case["id"])
def test_the_gate(case, tmp_path, capsys):
    said = [ATTEMPT | line if "attempt" in line else line for line in case["gate"]]
    main(["gate", lines(tmp_path / "stream.jsonl", said)])
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    answers = [one for one in answers if one]
    told = iter(answers)
    found = []
    for line in case["gate"]:
        one = next(told) if "attempt" in line else {}
        found.append(one["error"]["code"] if "error" in one else one.get("rule", "ok"))
    assert found == case["gives"], case["why"]


@pytest.mark.parametrize("case", [case for case in CASES if "receipts" in case], ids=lambda case: case["id"])
def test_receipts(case, book, database, tmp_path, capsys):
    """One line at a time, so that each has its outcome; then all of them again at once change nothing."""
    message = sent(book)
    told = [line | {"message": message if line["message"] == "MESSAGE" else line["message"]} for line in case["receipts"]]
    words = ["remind", "--on", "2026-02-04", "--db", database, "--allow-unsafe", "--json", "--receipts"]
    if len(case["gives"]) < len(told):
        assert main([*words, lines(tmp_path / "receipts.jsonl", told)]) == 2
        assert case["gives"][0] in capsys.readouterr().err
        assert "reminder.receipt" not in [one.kind for one in filings_of(book, 1)]
        return
    found = []
    for line in told:
        assert main([*words, lines(tmp_path / "receipts.jsonl", [line])]) == 0
        (outcome,) = json.loads(capsys.readouterr().out)["receipts"]
        found.append(outcome)
    assert found == case["gives"], case["why"]
    before = filings_of(book, 1)
    assert main([*words, lines(tmp_path / "receipts.jsonl", told)]) == 0
    assert filings_of(book, 1) == before


def sent(book) -> str:
    """Let a text message leave; give its id."""
    at = datetime(2026, 2, 4, 2, tzinfo=UTC)
    orders = Orders(SandboxSender(1, Mood(silent=1.0)), lambda *_: "13800138000", lambda *_: "n1", lambda planned: planned, RULES)
    one = Planned("t-1", "sms", ordinal(2026, 2, 5), "CNY", ordinal(2026, 2, 4), 600, "due_soon")
    assert send(book, 1, Person(Wishes(), "Asia/Shanghai"), one, at, orders).state == "sent"
    return next(filing.subject for filing in filings_of(book, 1) if filing.kind == "reminder.sent")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("您{due_on}应还{amount}，请在", "您应还款，请在", "template_incomplete"),
        ("{lender}: {amount} is due on {due_on}.", "{amount} is due on {due_on}.", "template_incomplete"),
        ("is due on {due_on}.", "is due on {due_on}, or a lawsuit follows.", "template_banned_word"),
    ],
)
def test_a_template_without_a_mandatory_part_stops_the_day(old, new, code, book, database, tmp_path, capsys, monkeypatch):
    """No message leaves with words that lack the amount, the day, the lender or the way to help: file and line are told."""
    for name in ("ladder.yaml", "autopay.yaml", "templates.yaml"):
        text = (reminder.FOLDER / name).read_text("utf-8")
        assert name != "templates.yaml" or old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.setattr("plimsoll.app.reminders_due.load", lambda: reminder.load(tmp_path))
    assert main(["remind", "--on", "2026-02-04", "--db", database, "--allow-unsafe"]) == 2
    said = capsys.readouterr().err
    assert code_of(said) == code, said
    assert filings_of(book, 1) == ()


def code_of(said: str) -> str:
    """Give the code whose sentence stands in what a command said of a file, with its line."""
    assert "templates.yaml:" in said
    return next(code for code in ("template_incomplete", "template_banned_word") if sentence(code) in said)


def sentence(code: str) -> str:
    return Refused(code).text().partition("[")[0].strip()


def test_a_clock_that_moved_hides_no_call(book):
    """A call put on file ten days early would hide the calls before it, which are counted backwards: it is refused."""
    now = datetime(2026, 2, 20, 3, tzinfo=UTC)

    def call(name: str, at: datetime) -> str:
        command = AttemptContact(name, 1, date(2026, 2, 20), name, "call", "collect", "lender", "Asia/Shanghai", number="n1")
        (outcome,) = attempt_contacts(book, WIRING, [command], actor="test", now=at, rules=RULES)
        return outcome.code if isinstance(outcome, Refused) else json.loads(outcome.text).get("rule", "ok")

    assert [call(f"c{n}", now + timedelta(minutes=n)) for n in range(3)] == ["ok", "ok", "ok"]
    assert call("moved", now - timedelta(days=10)) == "clock_moved_back"
    assert call("fourth", now + timedelta(minutes=9)) == "CN.COLLECT.CALLS.CONNECTED.MAX"
    assert call("later", now - timedelta(hours=2)) == "CN.COLLECT.CALLS.CONNECTED.MAX", "desks of one day may differ, and count together"
