"""Reminders on both databases: the right people once, nobody who has paid, receipts of every kind, by the command that people use."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from plimsoll.app.calls import dial, drop_late_calls, waiting_calls
from plimsoll.app.channels.port import NotTaken, Receipt, Taken
from plimsoll.app.channels.sandbox import Mood, SandboxSender
from plimsoll.app.contact import attempt_contacts, record_outcomes
from plimsoll.app.database.schema import dial as dial_table
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of, work_on
from plimsoll.app.receipts import take_receipts
from plimsoll.app.remind import Orders, remind, send
from plimsoll.app.reminders_due import Person, planned, planned_at
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.plan_reminders import Planned, Wishes
from plimsoll.collections.record_outcome import RecordOutcome
from plimsoll.interfaces.cli.main import main
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

RULES = load()
AT = datetime(2026, 7, 31, 9, tzinfo=UTC)
DUE = date(2026, 8, 31)
PHONE = "one phone for all"


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
    return Orders(sender, lambda customer_id, channel: f"to-{customer_id}", lambda customer_id, channel: PHONE, clock, RULES)


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


def take_calls(book, channels: list[str]) -> None:
    """Let both customers take calls, and have both been late not long ago."""
    for customer_id in (1, 2):
        assert not code(give(book, customer_id=customer_id, command="prefer_reminders", on="2026-08-01", channels=channels))


def late_on(book, customer_id: int, on: str) -> None:
    """Pay the first instalment a day after its due day, so that the file says that the customer was late."""
    at = datetime.combine(date.fromisoformat(on), AT.timetz())
    paid = {"command": "repay", "customer_id": customer_id, "loan_id": 1, "amount": "104.33", "currency": "CNY"}
    assert not code(give(book, at, on=on, **paid))


def risky(channel: str) -> tuple[Person, Planned]:
    """A borrower who takes calls, and the call of the day after 30 September."""
    wishes = Wishes(channels=(channel,), is_risky=True)
    due_on = date(2026, 9, 30).toordinal()
    step, minute, on = ("t+1-call", 900, due_on + 1) if channel == "call" else ("t-1-voice", 840, due_on - 1)
    return Person(wishes, "Asia/Shanghai"), Planned(step, channel, due_on, "CNY", on, minute, "missed" if channel == "call" else "due_soon")


def test_debtors_with_one_phone_are_counted_together_by_reminders_too(book):
    """Six dials a day to a number that nobody answers, whoever's debt they are about: the seventh is held by that rule."""
    take_calls(book, ["ai_call"])
    person, one = risky("ai_call")
    at = planned_at(one, person.zone)
    for n in range(6):
        call = AttemptContact(f"k{n}", 2, date(2026, 9, 29), f"c{n}", "ai_call", "collect", "lender", "Asia/Shanghai", number=PHONE)
        told = attempt_contacts(book, WIRING, [call], actor="test", now=at - timedelta(hours=4) + timedelta(minutes=n), rules=RULES)
        assert json.loads(told[0].text)["allowed"], told
        done = RecordOutcome(f"o{n}", 2, date(2026, 9, 29), call.contact_id, "unanswered")
        record_outcomes(book, WIRING, [done], actor="test", now=at - timedelta(hours=2), rules=RULES)
    sender = SandboxSender(1)
    outcome = send(book, 1, person, one, at, orders(sender))
    assert (outcome.state, outcome.why) == ("held", "CN.COLLECT.DIALS.UNANSWERED.MAX")
    assert sender.sent == []
    other = orders(sender)._replace(number=lambda customer_id, channel: "a phone of one's own")
    assert send(book, 1, person, one._replace(step="t-1-voice"), at, other).state == "held", "decided once is decided"


def test_a_call_by_a_machine_is_on_the_list_of_its_number_until_it_is_answered(book):
    take_calls(book, ["ai_call"])
    person, one = risky("ai_call")
    at = planned_at(one, person.zone)
    sender = SandboxSender(1, Mood(silent=1.0))
    assert send(book, 1, person, one, at, orders(sender)).state == "sent"
    assert dials_of(book) == [(1, PHONE)]
    (attempted,) = [json.loads(one.body) for one in filings_of(book, 1) if one.kind == "contact.attempted"]
    assert (attempted["channel"], attempted["number"], attempted["purpose"]) == ("ai_call", PHONE, "remind")
    message = sender.sent[0].message
    assert take_receipts(book, [Receipt(message, "delivered", at + timedelta(seconds=9))], RULES) == {"recorded": 1}
    assert dials_of(book) == []
    assert [json.loads(one.body)["outcome"] for one in filings_of(book, 1) if one.kind == "contact.outcome"] == ["connected"]


def dials_of(book) -> list[tuple[int, str]]:
    with book.engine.connect() as connection:
        return [(row.customer_id, row.blind) for row in connection.execute(select(dial_table))]


def test_a_call_of_a_person_waits_in_a_queue_and_is_decided_on_when_it_is_dialled(book):
    take_calls(book, ["call"])
    person, one = risky("call")
    at = planned_at(one, person.zone)
    sender = SandboxSender(1)
    for customer_id in (1, 2):
        outcome = send(book, customer_id, person, one, at, orders(sender))
        assert (outcome.state, outcome.minor > 0) == ("queued", True), outcome
    assert sender.sent == [], "nobody but a person calls"
    waiting = waiting_calls(book)
    assert [(row.item.subject, row.item.due_at) for row in waiting] == [
        (f"{n}-20260930-CNY-t+1-call-call", "2026-10-01T19:00:00Z") for n in (1, 2)
    ]
    late_on(book, 1, "2026-09-30")
    assert not code(give(book, at, command="settle", on="2026-10-01", loan_id=1))
    first, second = (row.item.subject for row in waiting)
    said = dial(book, first, at + timedelta(minutes=5), orders(sender)._replace(actor="li"))
    assert (said["is_sent"], said["why"]) == (False, "paid"), "who paid since is not called"
    said = dial(book, second, at + timedelta(minutes=6), orders(sender)._replace(actor="li"))
    assert said["is_sent"], said
    assert "您9月30日应还" in said["text"]
    assert (work_on(book, "reminder", 2, second).item.state, work_on(book, "reminder", 2, second).item.assigned_to) == ("claimed", "li")
    assert dial(book, second, at + timedelta(minutes=7), orders(sender)).code == "reminder_unknown", "it is taken"
    done = RecordOutcome("o", 2, date(2026, 10, 1), second, "connected")
    record_outcomes(book, WIRING, [done], actor="li", now=at + timedelta(minutes=9), rules=RULES)
    assert [work_on(book, "reminder", n, one).item.state for n, one in ((1, first), (2, second))] == ["done", "done"]


def test_a_call_past_its_time_leaves_the_queue(book):
    take_calls(book, ["call"])
    person, one = risky("call")
    at = planned_at(one, person.zone)
    assert send(book, 2, person, one, at, orders(SandboxSender(1))).state == "queued"
    assert drop_late_calls(book, at + timedelta(hours=11), orders(SandboxSender(1))) == 0
    assert drop_late_calls(book, at + timedelta(hours=13), orders(SandboxSender(1))) == 1
    assert waiting_calls(book) == []
    assert [json.loads(one.body)["why"] for one in filings_of(book, 2) if one.kind == "reminder.held"] == ["time_passed"]


def test_who_cannot_be_reached_is_not_said_to_have_been(book):
    nowhere = orders(SandboxSender(1))._replace(number=lambda customer_id, channel: "")
    on = DUE - timedelta(days=3)
    assert {(one.channel, one.state, one.why) for one in remind(book, on, nowhere)} == {
        ("push", "sent", ""),
        ("sms", "not sent", "address_unknown"),
    }
    assert [one.kind for one in filings_of(book, 1)].count("reminder.sent") == 1, "the push"
    assert {one.state for one in remind(book, on, orders(SandboxSender(1))) if one.channel == "sms"} == {"sent"}, "known now, sent now"


def test_a_wrong_number_is_not_written_to(book):
    person = Person(Wishes(), "Asia/Shanghai")
    one = Planned("t-1", "sms", DUE.toordinal(), "CNY", DUE.toordinal() - 1, 600, "due_soon")
    told = {"command": "tell_contact_fact", "fact": "wrong_number", "number": PHONE, "reason": "a stranger answered"}
    assert not code(give(book, on="2026-08-20", **told))
    outcome = send(book, 1, person, one, planned_at(one, person.zone), orders(SandboxSender(1)))
    assert (outcome.state, outcome.why.rpartition(".")[2]) == ("held", "WRONG_NUMBER")


def test_a_time_zone_that_is_none_is_refused(book):
    wish = {"command": "prefer_reminders", "on": "2026-08-10", "channels": ["usual"]}
    for zone in ("Mars/Olympus", "+08:00", "Factory", "asia"):
        assert code(give(book, zone=zone, **wish)) == "zone_unknown", zone


def test_who_asks_for_what_is_late_collects(book):
    """The day after the due day a complaint holds the message, and it counts with those of collection; before, it is a reminder."""
    person = Person(Wishes(), "Asia/Shanghai")
    due_on = DUE.toordinal()
    before, after = (Planned(step, "sms", due_on, "CNY", due_on + days, 600, words) for step, days, words in STEPS)
    for customer_id in (1, 2):
        assert send(book, customer_id, person, before, planned_at(before, "Asia/Shanghai"), orders(SandboxSender(1))).state == "sent"
    complaint = {"complaint_id": "c1", "about": "wrong_amount", "reference": "v1", "channel": "phone"}
    assert not code(give(book, planned_at(before, "Asia/Shanghai"), command="file_complaint", on="2026-08-30", **complaint))
    held = send(book, 1, person, after, planned_at(after, "Asia/Shanghai"), orders(SandboxSender(1)))
    assert (held.state, held.why) == ("held", "POLICY.CONTACT.STOP.COMPLAINT")
    at = planned_at(after, "Asia/Shanghai")
    assert send(book, 2, person, after, at, orders(SandboxSender(1))).state == "sent"
    more = AttemptContact("k", 2, date(2026, 9, 1), "c2", "sms", "collect", "lender", "Asia/Shanghai", number=PHONE)
    (answer,) = attempt_contacts(book, WIRING, [more], actor="test", now=at + timedelta(hours=3), rules=RULES)
    assert json.loads(answer.text)["rule"] == "POLICY.CONTACT.SMS.MAX", "one text a day for collection, this one among them"
    purposes = [json.loads(one.body)["purpose"] for one in filings_of(book, 2) if one.kind == "contact.attempted"]
    assert purposes == ["remind", "collect"]


STEPS = (("t-1", -1, "due_soon"), ("t+1", 1, "missed"))
