"""A day of collection on both databases: cases, treatments and contacts once each, whatever stops it; nobody disturbed against a rule."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from plimsoll.app import case_desk
from plimsoll.app.channels.port import Receipt
from plimsoll.app.channels.sandbox import WELL, SandboxSender
from plimsoll.app.closing.close import Orders as CloseOrders
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.collecting.day import collect, planned
from plimsoll.app.collecting.dial import MARK, Orders
from plimsoll.app.collecting.late import Standing, late_customers, open_cases, standings
from plimsoll.app.collecting.people import NOBODY, Answered, Contact
from plimsoll.app.collecting.receipts import take_all
from plimsoll.app.collecting.report import report
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.collections.make_promise import MakePromise
from plimsoll.interfaces.cli.main import main
from plimsoll.loan.filing import of_kind, read_body
from plimsoll.rulebook.rules import load
from plimsoll.servicing.close import decide
from plimsoll.servicing.repay import Repay
from plimsoll.simulator.answer_contacts import SandboxPeople
from plimsoll.units.refusal import Refused
from tests.replayed_gate import breaches, promises_disturbed

RULES = load()
DRAWN = date(2026, 2, 1)
TODAY = date(2026, 3, 9)
"""Eight days after the first due day, 1 March."""
CUSTOMERS = 24


def close(store: Store, through: date) -> None:
    night = datetime.combine(through, datetime.min.time(), UTC) + timedelta(hours=15, minutes=30)
    list(close_through(store, through.toordinal(), CloseOrders(decide, RULES, night), tape=None, scans=NEVER, now=night))


def owing(store: Store, customers: int = CUSTOMERS) -> Store:
    """Customers with a loan of six instalments each; one in four has paid it off, the others are late."""
    said: list[dict[str, Any]] = []
    for one in range(1, customers + 1):
        line = {"currency": "CNY", "limit": "30000.00", "cash_limit": "30000.00", "later_limit": "0.00"}
        loan = {"loan_id": one * 10, "amount": f"{1000 + 500 * one}.00", "currency": "CNY", "rate": "0.0004", "instalments": 6}
        for number, words in enumerate(({"command": "open_customer"}, {"command": "open_line", **line}, {"command": "draw", **loan})):
            said.append({"key": f"{one}/{number}", "customer_id": one, "on": DRAWN.isoformat(), **words})
        if one % 4 == 0:
            said.append({"key": f"{one}/paid", "customer_id": one, "on": "2026-02-20", "command": "settle", "loan_id": one * 10})
    at = datetime(2026, 2, 1, 8, tzinfo=UTC)
    outcomes = list(execute_many(store, WIRING, [read_command(one) for one in said], actor="test", now=at, rules=RULES))
    assert all(isinstance(one, Answer) for one in outcomes), outcomes
    close(store, TODAY - timedelta(days=1))
    return store


def orders(people: Any, sender: Any = None, clock=lambda at: at) -> Orders:
    return Orders(
        people, sender or SandboxSender(1, WELL), lambda one, way: f"to-{one}", lambda one, way: f"phone-{one}", clock, RULES, "collect"
    )


class Deaf:
    """People who do nothing by themselves and never answer, but for what they are told to do."""

    by_themselves = NOBODY

    def __init__(self, answers: dict[int, Any] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[Contact] = []

    def morning(self, on: date, owing: Sequence[Standing]) -> list[Any]:
        return []

    def answer(self, contact: Contact) -> Answered:
        self.asked.append(contact)
        found = self.answers.get(contact.customer_id)
        return found(contact) if found is not None else Answered("unanswered" if contact.channel != "sms" else "")


def done(store: Store, people: Any, on: date = TODAY, **words: Any) -> Any:
    found = collect(store, on, orders(people, **words))
    assert not isinstance(found, Refused), found
    assert not found.failed, found.failed
    return found


def record(store: Store, customers: int = CUSTOMERS) -> list[tuple]:
    """Everything on file, but for the instants."""
    return [(one, *filing[:3], filing.on, filing.body) for one in range(1, customers + 1) for filing in filings_of(store, one)]


def test_a_day_opens_a_case_for_everybody_who_is_late_and_treats_it_once(store):
    owing(store)
    late = late_customers(store, TODAY)
    assert late == {one: 8 for one in range(1, CUSTOMERS + 1) if one % 4}
    first = done(store, Deaf())
    assert first.done["open_case"] == first.done["assign_treatment"] == len(late)
    assert open_cases(store).keys() == late.keys()
    before = record(store)
    again = done(store, Deaf())
    assert +again.done == {}
    assert (again.contacts.made, again.contacts.denied) == (0, 0)
    assert record(store) == before
    assert verify(store).is_proved


def test_nobody_is_contacted_against_a_rule_in_a_fortnight_with_made_up_people(store):
    owing(store)
    people = SandboxPeople(5)
    for day in range(14):
        done_on = TODAY + timedelta(days=day)
        found = collect(store, done_on, orders(people))
        assert not isinstance(found, Refused)
        assert not [why for why in found.failed if ":" in why], found.failed
        close(store, done_on)
    left = [one.debt.late_minor for one in standings(store, open_cases(store), TODAY + timedelta(days=14))]
    assert left
    assert min(left) > 100, "whoever pays what was promised of all that was late leaves no fen of interest behind"
    contacts = 0
    for one in range(1, CUSTOMERS + 1):
        filings = filings_of(store, one)
        contacts += len(of_kind(filings, "contact.attempted"))
        assert breaches(filings, RULES) == []
        assert promises_disturbed(filings) == []
    assert contacts > 60
    found_all = report(store, TODAY, TODAY + timedelta(days=13), RULES)
    assert found_all.promises.made > 0
    (record,) = case_desk.promises(store, TODAY.toordinal(), (TODAY + timedelta(days=13)).toordinal())[1].values()
    assert (found_all.promises.paid_minor, found_all.promises.due_minor) == (record.paid_minor, record.promised_minor), (
        "as the queue tells it"
    )
    assert found_all.closed.get("cured", 0) > 0
    assert found_all.cost_fen > 0
    assert sum(found_all.contacts.values()) + sum(found_all.reminders.values()) == contacts
    assert verify(store).is_proved


class Struck(Exception):
    """The machine stops."""


class Breaking(SandboxPeople):
    """People of the sandbox, and a machine that stops at some answer."""

    left = 10**9

    def answer(self, contact: Contact) -> Answered:
        self.left -= 1
        if self.left < 0:
            raise Struck
        return super().answer(contact)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("stops_at", [0, 3, 11])
def test_a_day_that_was_stopped_goes_on_as_if_it_had_not(store, stops_at, tmp_path):
    from plimsoll.app.database.opening import create_store

    owing(store)
    done_days(store, Breaking(3), ())
    with create_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        owing(other)
        done_days(other, Breaking(3), (stops_at,))
        assert record(other) == record(store)


def done_days(store: Store, people: Breaking, stops: Sequence[int]) -> None:
    struck = 0
    for day in range(5):
        on = TODAY + timedelta(days=day)
        for left in stops:
            people.left = left
            try:
                collect(store, on, orders(people))
            except Struck:
                struck += 1
        people.left = 10**9
        assert not isinstance(collect(store, on, orders(people)), Refused)
        close(store, on)
    assert struck >= len(stops)


def test_who_pays_is_spared_the_next_try_and_the_case_is_closed(store):
    owing(store, 3)
    pays = lambda contact: Answered("unanswered", (Repay("p", 1, TODAY, contact.late_minor, "CNY"),))  # noqa: E731
    people = Deaf({1: pays})
    found = done(store, people)
    mine = [one for one in people.asked if one.customer_id == 1]
    assert len(mine) == 1
    assert found.contacts.spared <= 1
    assert 1 not in open_cases(store)
    assert [read_body(one)["why"] for one in of_kind(filings_of(store, 1), "case.closed")] == ["cured"]


def test_a_promise_is_waited_for_and_one_that_is_broken_brings_the_case_back(store):
    owing(store, 3)

    def promises(contact: Contact) -> Answered:
        return Answered("connected", (MakePromise("p", 2, contact.on, "CNY", 5_000, contact.on + timedelta(days=1), contact.channel),))

    done(store, Deaf({2: promises}))
    for day in (1, 2, 3):
        close(store, TODAY + timedelta(days=day - 1))
        people = Deaf()
        done(store, people, TODAY + timedelta(days=day))
        asked = {one.customer_id for one in people.asked}
        # Due on the first day, waited for on the second; broken on the morning of the third.
        assert (2 in asked) == (day == 3), day
    states = [one.kind for one in filings_of(store, 2) if one.kind.startswith("promise.")]
    assert states == ["promise.made", "promise.broken"]


def test_in_the_world_messages_leave_by_the_clock_and_calls_wait_for_people(store):
    owing(store)
    sender = SandboxSender(1, WELL)
    early = done(store, None, sender=sender, clock=lambda at: datetime(2026, 3, 9, 1, 30, tzinfo=UTC))
    assert (early.contacts.made, sender.sent) == (0, [])
    assert early.contacts.coming > 0
    noon = done(store, None, sender=sender, clock=lambda at: datetime(2026, 3, 9, 4, tzinfo=UTC))
    assert noon.contacts.made == len(sender.sent) > 0
    assert {one.channel for one in sender.sent} <= {"sms", "push", "ai_call"}
    assert all("CNY" in one.text for one in sender.sent)
    again = done(store, None, sender=sender, clock=lambda at: datetime(2026, 3, 9, 4, 1, tzinfo=UTC))
    assert again.contacts.made == 0
    told = sender.receipts()
    assert take_all(store, told, RULES, "collect") == {"recorded": len(told)}
    assert take_all(store, told, RULES, "collect") == {"duplicate": len(told)}
    flipped = told[0]._replace(state="failed" if told[0].state == "delivered" else "delivered")
    stranger = told[0]._replace(message=f"999{MARK}x")
    assert take_all(store, [flipped, stranger, told[0]._replace(message=f"x{MARK}x")], RULES, "collect") == {
        "contradicts": 1,
        "receipt_unknown": 2,
    }


def test_a_contact_whose_day_has_passed_is_not_made(store):
    owing(store, 3)
    sender = SandboxSender(1, WELL)
    found = collect(store, TODAY, orders(None, sender, lambda at: datetime(2026, 3, 10, 2, tzinfo=UTC)))
    assert not isinstance(found, Refused)
    assert (found.failed["time_passed"], found.contacts.made, sender.sent) == (3, 0, [])


def test_a_receipt_that_comes_days_later_is_told_as_late(store):
    owing(store, 3)
    sender = SandboxSender(1, WELL)
    done(store, None, sender=sender, clock=lambda at: datetime(2026, 3, 9, 4, tzinfo=UTC))
    late = Receipt(sender.sent[0].message, "delivered", datetime(2026, 3, 20, tzinfo=UTC))
    assert take_all(store, [late], RULES, "collect") == {"late": 1}
    assert take_all(store, [late._replace(state="eaten")], RULES, "collect") == {"receipt_malformed": 1}


@pytest.mark.parametrize(("on", "code"), [(TODAY + timedelta(days=1), "day_not_open"), (TODAY - timedelta(days=2), "day_passed")])
def test_a_day_that_cannot_be_collected_is_refused(store, on, code):
    owing(store, 1)
    for found in (collect(store, on, orders(Deaf())), planned(store, on, orders(Deaf()))):
        assert isinstance(found, Refused)
        assert found.code == code
    assert open_cases(store) == {}


def test_a_case_gets_one_treatment_a_day(store):
    owing(store, 1)
    done(store, Deaf())
    said = {"key": "second", "customer_id": 1, "on": TODAY.isoformat(), "currency": "CNY", "late": "1.00"}
    words = {"command": "assign_treatment", "treatment": "message", "channel": "sms", "how": "optimised"}

    def code(**more: object) -> str:
        command = read_command({**said, **words, **more})
        outcome = execute(store, WIRING, command, actor="test", now=datetime(2026, 3, 9, 9, tzinfo=UTC), rules=RULES)
        return outcome.code if isinstance(outcome, Refused) else ""

    assert code() == "treatment_assigned"
    assert code(treatment="thumbscrews") == code(how="whim") == "case_word_unknown"
    assert code(customer_id=77) == "customer_unknown"
    assert code(on="2026-03-10", currency="USD") == "currency_must_match"
    assert code(on="2026-03-10") == ""


def test_the_command_collects_reports_and_draws(store, database, tmp_path: Path, capsys):
    owing(store)
    words = ["collect", "--on", TODAY.isoformat(), "--db", database]
    assert main([*words, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["planned"] == []
    assert main([*words, "--json", "--chart", str(tmp_path / "day.svg")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cases_opened"] == 18
    assert told["this_run"]["contacts_made"] == sum(told["contacts"].values()) > 0
    assert (tmp_path / "day.svg").read_text("utf-8").startswith("<?xml")
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "made 0" in shown
    assert "Gain over the baseline" in shown
    assert main([*words, "--by", "pigeon"]) == 2
    assert main([*words, "--chart", str(tmp_path / "day.bmp")]) == 2
    assert main(["collect", "--on", "2026-12-01", "--db", database]) == 4
    assert main(["collect", "--on", "tomorrow", "--db", database]) == 2


def test_the_command_tells_ability_from_willingness_and_writes_what_a_model_learns_from(store, database, tmp_path: Path, capsys):
    owing(store)
    assert main(["willing", "--on", TODAY.isoformat(), "--db", database, "--json", "--out", str(tmp_path / "w.csv")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["customers"] == 18
    assert sum(one["customers"] for one in told["classes"]) == 18
    assert (tmp_path / "w.csv").read_text("utf-8").startswith("customer_id,chances,paid_share")
    assert main(["willing", "--on", TODAY.isoformat(), "--db", database]) == 0
    assert "late customers" in capsys.readouterr().out


def test_everybody_is_contacted_by_their_own_clock(store):
    owing(store, 3)
    words = {"command": "prefer_reminders", "customer_id": 2, "on": TODAY.isoformat(), "channels": ["usual"], "zone": "America/New_York"}
    at = datetime(2026, 3, 8, 4, tzinfo=UTC)
    assert isinstance(execute(store, WIRING, read_command({"key": "zone", **words}), actor="test", now=at, rules=RULES), Answer)
    done(store, Deaf())
    hours = {one: {filing.at.hour for filing in of_kind(filings_of(store, one), "contact.attempted")} for one in (1, 2)}
    assert hours[1] <= set(range(2, 12)), "ten to half past seven in China"
    assert hours[2] <= set(range(14, 24)), "the same in New York"
    assert hours[2]
    assert [breach for one in (1, 2) for breach in breaches(filings_of(store, one), RULES)] == []


def test_whoever_may_not_be_asked_for_money_gets_no_treatment(store):
    owing(store, 6)
    for one, fact in ((1, "asked_to_stop"), (2, "disputed"), (3, "consented")):
        said = {"key": f"fact {one}", "command": "tell_contact_fact", "customer_id": one, "on": "2026-03-08", "fact": fact}
        at = datetime(2026, 3, 8, 4, tzinfo=UTC)
        assert isinstance(execute(store, WIRING, read_command(said), actor="test", now=at, rules=RULES), Answer)
    found = done(store, Deaf())
    assert {one.standing.customer_id for one in found.choice.chosen} == {3, 5, 6}
    assert found.contacts.denied == 0
    assert of_kind(filings_of(store, 1), "case.follow_up"), "looked at again in some days"


def test_a_case_that_waits_is_moved_when_it_ages_into_another_stage(store):
    owing(store, 1)
    done(store, Deaf())
    later = date(2026, 4, 1)  # 31 days past due
    say = {"command": "follow_up", "customer_id": 1, "on": "2026-03-10", "due_on": "2026-04-05", "reason": "asked to be called then"}
    at = datetime(2026, 3, 10, 4, tzinfo=UTC)
    assert isinstance(execute(store, WIRING, read_command({"key": "f", **say}), actor="test", now=at, rules=RULES), Answer)
    close(store, later - timedelta(days=1))
    found = done(store, Deaf(), later)
    assert found.done["move_case"] == 1
    assert found.choice.chosen == ()
    assert [read_body(one)["bucket"] for one in of_kind(filings_of(store, 1), "case.moved")][-1] == "mid"


def test_the_plain_gate_sees_what_was_wrong(store):
    owing(store, 3)
    done(store, Deaf())
    filings = filings_of(store, 1)
    assert breaches(filings, RULES) == []
    (message,) = [one for one in filings if one.kind == "contact.attempted"][:1]
    night = message._replace(at=message.at.replace(hour=15))  # 23:00 in China
    assert len(breaches([night], RULES)) == 1
    twice = [message._replace(n=number, subject=f"{number}", body=message.body.replace('"ai_call"', '"sms"')) for number in (1, 2)]
    assert [breach.partition(": ")[2] for breach in breaches(twice, RULES)] == ["POLICY.CONTACT.SMS.MAX"]
