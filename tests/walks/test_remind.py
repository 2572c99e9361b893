"""Reminders on both databases: the right people once, nobody who has paid, receipts of every kind, by the command that people use."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.app.channels.port import NotTaken, Receipt, Taken
from plimsoll.app.channels.sandbox import Mood, SandboxSender
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.remind import Orders, planned, planned_at, remind, send, take_receipts
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

RULES = load()
AT = datetime(2026, 7, 31, 9, tzinfo=UTC)
DUE = date(2026, 8, 31)


@pytest.fixture
def book(store):
    """Two customers, each with a loan of six instalments the first one due on 31 August 2026, before costs had to be shown."""
    for customer_id in (1, 2):
        limits = {"currency": "CNY", "limit": "9000.00", "cash_limit": "9000.00", "later_limit": "9000.00", "loan_id": 2}
        loan = {"loan_id": 1, "amount": "600.00", "currency": "CNY", "rate": "0.0004", "instalments": 6}
        for said in (
            {"command": "open_customer"},
            {"command": "open_line", **limits},
            {"command": "draw", **loan},
        ):
            assert not code(give(store, customer_id=customer_id, on="2026-07-31", **said))
    return store


def give(store, at: datetime = AT, **said: object) -> dict | Refused:
    """Execute one command written as text; its answer, or why not."""
    command = read_command({"key": json.dumps([said, f"{at}"]), "customer_id": 1, **said})
    outcome = execute(store, WIRING, command, actor="test", now=at, rules=RULES)
    return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome


def code(outcome: dict | Refused) -> str:
    return outcome.code if isinstance(outcome, Refused) else ""


def orders(sender: object, clock=lambda at: at) -> Orders:
    return Orders(sender, lambda customer_id, channel: f"to-{customer_id}", clock, RULES)


def states(outcomes) -> list[tuple]:
    return sorted((one.customer_id, one.step, one.channel, one.state, one.why) for one in outcomes)


def test_each_borrower_is_reminded_once_of_what_is_due(book):
    sender = SandboxSender(1)
    on = DUE - timedelta(days=3)
    first = list(remind(book, on, orders(sender)))
    assert states(first) == [(n, "t-3", channel, "sent", "") for n in (1, 2) for channel in ("push", "sms")]
    assert all(one.minor == first[0].minor > 10_000 for one in first)
    assert "应还104.33 CNY" in sender.sent[0].text
    again = list(remind(book, on, orders(sender)))
    assert {one.state for one in again} == {"sent before"}
    assert len(sender.sent) == 4
    assert [one.kind for one in filings_of(book, 1)].count("reminder.sent") == 2


def test_who_pays_between_the_plan_and_the_sending_is_not_reminded(book):
    """The plan stands; the payment comes seconds before the message would leave; the message does not leave."""
    sender = SandboxSender(1)
    on = DUE - timedelta(days=1)
    plan = [one for one in planned(book, on) if one[0] == 1]
    assert [one[2].step for one in plan] == ["t-1"]
    customer_id, person, one, minor = plan[0]
    at = planned_at(one, person.zone)
    assert at == datetime(2026, 8, 30, 2, tzinfo=UTC), "ten o'clock in China"
    assert not code(give(book, at - timedelta(seconds=5), command="settle", on=on.isoformat(), loan_id=1))
    outcome = send(book, customer_id, person, one, at, orders(sender))
    assert (outcome.state, outcome.why) == ("held", "paid")
    assert sender.sent == []
    assert minor > 0


def test_wishes_hold_from_the_moment_they_are_filed(book):
    sender = SandboxSender(1)
    on = DUE - timedelta(days=1)
    (plan,) = [one for one in planned(book, on) if one[0] == 1]
    assert not code(give(book, command="prefer_reminders", on="2026-08-10", channels=["none"]))
    assert [one for one in planned(book, on) if one[0] == 1] == []
    outcome = send(book, 1, plan[1], plan[2], planned_at(plan[2], plan[1].zone), orders(sender))
    assert (outcome.state, outcome.why) == ("held", "channel_not_taken")
    wish = {"channels": ["email"], "language": "en", "payday": 15, "zone": "Europe/London"}
    assert not code(give(book, command="prefer_reminders", on="2026-08-11", **wish))
    (outcome,) = [one for one in remind(book, DUE + timedelta(days=1), orders(sender)) if one.customer_id == 1]
    assert (outcome.channel, outcome.state) == ("email", "sent")
    assert sender.sent[0].text.isascii()
    for wrong in ({"channels": ["pigeon"]}, {"channels": ["sms"], "payday": 32}, {"channels": ["sms"], "language": "fr"}):
        assert code(give(book, command="prefer_reminders", on="2026-08-12", **wrong)) == "reminder_preference_malformed"


def test_the_gate_and_the_clock_hold_a_reminder_back(book):
    (plan,) = [one for one in planned(book, DUE - timedelta(days=1)) if one[0] == 1]
    customer_id, person, one, _ = plan
    night = datetime(2026, 8, 29, 22, 0, tzinfo=UTC)  # six in the morning of 30 August in China
    outcome = send(book, customer_id, person, one, night, orders(SandboxSender(1)))
    assert (outcome.state, outcome.why) == ("held", "CN.COLLECT.QUIET")
    early = list(remind(book, DUE - timedelta(days=1), orders(SandboxSender(1), lambda at: at - timedelta(minutes=1))))
    assert {one.state for one in early} == {"planned"}
    (other,) = [one for one in planned(book, DUE - timedelta(days=1)) if one[0] == 2]
    outcome = send(book, 2, other[1], other[2], planned_at(other[2], other[1].zone) + timedelta(hours=13), orders(SandboxSender(1)))
    assert (outcome.state, outcome.why) == ("held", "time_passed")


class Broken:
    """A channel that does not answer, or says no."""

    def __init__(self, code: str) -> None:
        self.code = code

    def send(self, message, now) -> Taken | NotTaken:
        return NotTaken(self.code, "x")

    def receipts(self) -> list[Receipt]:
        return []


@pytest.mark.parametrize("wrong", ["channel_unreachable", "channel_refused"])
def test_what_may_have_left_is_not_sent_again(book, wrong):
    on = DUE - timedelta(days=1)
    assert {(one.state, one.why) for one in remind(book, on, orders(Broken(wrong)))} == {("not sent", wrong)}
    sender = SandboxSender(1)
    assert {one.state for one in remind(book, on, orders(sender))} == {"sent before"}
    assert sender.sent == []
    assert [json.loads(one.body)["state"] for one in filings_of(book, 1) if one.kind == "reminder.receipt"] == ["failed"]


def test_receipts_have_named_outcomes(book):
    list(remind(book, DUE - timedelta(days=1), orders(SandboxSender(1, Mood(silent=1.0)))))
    at = datetime(2026, 8, 30, 2, tzinfo=UTC)
    message = next(one.subject for one in filings_of(book, 1) if one.kind == "reminder.sent")
    other = next(one.subject for one in filings_of(book, 2) if one.kind == "reminder.sent")
    seconds = timedelta(seconds=1)
    told = [
        Receipt(message, "delivered", at + seconds),
        Receipt(message, "delivered", at + seconds),
        Receipt(message, "delivered", at + 2 * seconds),
        Receipt(message, "read", at + 3 * seconds),
        Receipt(message, "failed", at + 4 * seconds),
        Receipt(other, "delivered", at + timedelta(days=4)),
        Receipt(other, "sung", at + timedelta(days=4)),
        Receipt(other, "delivered", at - seconds),
        Receipt("1-20260831-CNY-t-9-sms", "delivered", at),
        Receipt("99-x", "delivered", at),
        Receipt("x", "delivered", at),
    ]
    counts = take_receipts(book, told, RULES)
    assert counts == {"recorded": 2, "duplicate": 2, "contradicts": 1, "late": 1, "receipt_malformed": 2, "receipt_unknown": 3}


def test_the_command_plans_sends_and_reports(book, database, capsys, tmp_path):
    args = ["remind", "--on", "2026-08-31", "--db", database, "--allow-unsafe"]
    assert main([*args, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["planned"], told["sent"], told["cost_cny"]) == (6, {}, "0.00"), (
        "two pushes today and one bill a month ahead, for each of two"
    )
    assert filings_of(book, 1) == ()
    assert main([*args, "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(told["sent"].values()) + sum(told["not_sent"].values()) == 6
    assert main([*args, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sent_before"] == 6
    receipts = tmp_path / "receipts.jsonl"
    receipts.write_text('{"message": "1-x", "state": "delivered", "at": "2026-10-01T04:00:00+00:00"}\n', "utf-8")
    assert main([*args, "--receipts", str(receipts), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"receipts": {"receipt_unknown": 1}}
    receipts.write_text('{"message": "1-x", "state": "delivered", "at": "2026-10-01T04:00:00"}\n', "utf-8")
    assert main([*args, "--receipts", str(receipts)]) == 2
    assert "receipts.jsonl:1" in capsys.readouterr().err


def test_a_failed_debit_is_tried_again_by_its_reason(book):
    failed = {"command": "record_failed_debit", "loan_id": 1, "due_on": "2026-08-31"}
    assert give(book, on="2026-08-31", failure="insufficient_funds", **failed)["retry_on"] == "2026-09-01"
    assert give(book, on="2026-09-01", failure="insufficient_funds", **failed)["retry_on"] == "2026-09-03"
    told = give(book, on="2026-09-03", failure="account_closed", **failed)
    assert (told["tries"], told["retry_on"], told["borrower_acts"]) == (3, "", True)
    assert code(give(book, on="2026-09-03", failure="moon_phase", **failed)) == "autopay_failure_unknown"
    assert code(give(book, on="2026-09-03", failure="account_closed", **{**failed, "loan_id": 9})) == "loan_unknown"
    assert not code(give(book, command="prefer_reminders", on="2026-09-03", channels=["usual"], payday=8))
    again = give(book, on="2026-10-01", failure="insufficient_funds", **{**failed, "due_on": "2026-09-30"})
    assert (again["tries"], again["retry_on"]) == (1, "2026-10-08")
