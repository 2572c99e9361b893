"""The watch over sources, on both databases and from the command line: alerts are raised, stand, and go."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.gather import evidence_command
from plimsoll.app.sources.port import Request
from plimsoll.app.sources.sandbox import Mood, SandboxSource
from plimsoll.app.watching.evidence import alerts, lift, suspended, watch
from plimsoll.app.wiring import WIRING
from plimsoll.interfaces.cli.main import main
from plimsoll.protection.grant_consent import GrantConsent
from plimsoll.rulebook.rules import load
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.units.refusal import LANGUAGES, Refused
from tests.unit.test_quality import truth

RULES = load()
FIRST = date(2026, 12, 1)
PEOPLE = range(1, 61)


def instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


class Book:
    """A book of some applicants who agreed to everything."""

    def __init__(self, store):
        self.store = store
        self.do([OpenCustomer(f"open {n}", n, FIRST) for n in PEOPLE], FIRST)
        version = RULES.purposes["score"].notice(FIRST).version
        self.do([GrantConsent(f"agree {n}", n, FIRST, "score", version) for n in PEOPLE], FIRST)

    def do(self, commands, day):
        for outcome in execute_many(self.store, WIRING, commands, actor="test", now=instant(day), rules=RULES):
            assert isinstance(outcome, Answer), outcome

    def day(self, day, mood=Mood(), shift=0):  # noqa: B008 -- a mood is a value
        source = SandboxSource("score", 1, lambda number: truth(number * 1000 + day.toordinal(), shift), mood)
        requests = [Request(n, day) for n in PEOPLE]
        self.do([evidence_command(one, f"{day} {one.customer_id}", "score", source.fetch(one, instant(day))) for one in requests], day)

    def watch(self, day):
        return watch(self.store, day, RULES, instant(day) + timedelta(hours=12))


@pytest.fixture
def book(store):
    return Book(store)


def test_an_alert_is_raised_stands_and_goes_by_itself(book):
    days = [FIRST + timedelta(days=n) for n in range(1, 6)]
    book.day(days[0])
    found = book.watch(days[0])
    assert [one.source for one in found.qualities] == ["score"]
    assert (found.raised, suspended(book.store)) == ((), ())
    book.day(days[1], Mood(wrong=0.5))
    found = book.watch(days[1])
    assert (found.raised, found.lifted, suspended(book.store)) == (("score",), (), ("score",))
    again = book.watch(days[1])
    assert again.qualities == found.qualities
    assert (again.raised, suspended(book.store)) == ((), ("score",))
    assert book.watch(days[2]).qualities == ()
    assert suspended(book.store) == ("score",), "a day without answers says nothing"
    book.day(days[3])
    found = book.watch(days[3])
    assert (found.lifted, suspended(book.store)) == (("score",), ())
    (alert,) = alerts(book.store, is_all=True)
    assert (alert.raised_on, alert.lifted_on, alert.lifted_by) == (days[1], days[3], "")
    assert alert.reasons[0]["what"] == "broken"
    assert book.watch(days[1]).raised == (), "a day that is not the latest moves no alert"
    assert suspended(book.store) == ()


def test_people_who_have_really_changed_are_accepted_by_hand(book):
    days = [FIRST + timedelta(days=n) for n in range(1, 6)]
    for day in days[:2]:
        book.day(day)
    book.day(days[2], shift=80)
    found = book.watch(days[2])
    assert [one.what for one in found.qualities[0].off] == ["drift"], "the days before were counted by themselves"
    book.day(days[3], shift=80)
    assert book.watch(days[3]).alerts, "the days under the alert are no baseline"
    for said, code in (
        ({"actor": " ", "reason": "x"}, "actor_missing"),
        ({"actor": "li", "reason": ""}, "reason_missing"),
        ({"actor": "li", "reason": "x" * 501}, "reason_too_long"),
    ):
        refused = lift(book.store, "score", days[3], now=instant(days[3]), **said)
        assert isinstance(refused, Refused)
        assert refused.code == code
    done = lift(book.store, "score", days[3], actor="li", reason="a new channel", now=instant(days[3]))
    assert (done.lifted_by, suspended(book.store)) == ("li", ())
    assert lift(book.store, "score", days[3], actor="li", reason="twice", now=instant(days[3])) == Refused("alert_missing", "", "score")
    book.day(days[4], shift=80)
    found = book.watch(days[4])
    assert found.qualities[0].is_judged
    assert (found.qualities[0].off, found.raised) == ((), ())


def test_a_day_watched_while_it_went_on_is_counted_whole_later(book):
    first, second = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
    book.watch(first)
    book.day(first)
    book.day(second, shift=80)
    assert book.watch(second).raised == ("score",), "there is a baseline"


def run(capsys, *words):
    code = main(["evidence", *words])
    out, wrong = capsys.readouterr()
    return code, out, wrong


def test_the_command_line(book, database, capsys):
    day = FIRST + timedelta(days=1)
    book.day(day, Mood(down=0.5))
    at = ["--db", database]
    code, out, _ = run(capsys, "watch", "--on", str(day), "--json", *at)
    told = json.loads(out)
    assert (code, told["raised"], told["suspended"]) == (0, ["score"], ["score"])
    assert told["sources"][0]["off"][0]["what"] == "unavailable"
    for lang, word in zip(LANGUAGES, ("预警", "ALERT"), strict=True):
        assert word in run(capsys, "watch", "--on", str(day), "--lang", lang, *at)[1]
        assert "score" in run(capsys, "alerts", "--lang", lang, *at)[1]
    assert run(capsys, "watch", "--on", "2027-02-01", *at)[1].strip() == "No source was asked that day."
    assert json.loads(run(capsys, "alerts", "--json", *at)[1])[0]["source"] == "score"
    code, _, wrong = run(capsys, "lift", "bureau", "--on", str(day), "--actor", "li", "--reason", "fine", *at)
    assert (code, "No alert" in wrong) == (4, True)
    assert "(li: fine)" in run(capsys, "lift", "score", "--on", str(day), "--actor", "li", "--reason", "fine", *at)[1]
    assert run(capsys, "alerts", *at)[1].strip() == "No alert stands."
    assert "lifted" in run(capsys, "alerts", "--all", *at)[1]
    code, out, _ = run(capsys, "show", "1", "--at", f"{day}T23:00:00Z", *at)
    assert (code, "platform score" in out) == (0, True)
    shown = json.loads(run(capsys, "show", "1", "--at", f"{day}T23:00:00Z", "--json", *at)[1])
    income = shown["income_monthly_minor"]
    assert (income["value"], income["outcome"], income["missing_rule"]) == (None, "evidence_withheld", "refer")
    assert run(capsys, "show", "1", "--at", "yesterday", *at)[0] == 2
    assert run(capsys, "show", "999", *at)[0] == 3
    assert run(capsys, "rings", "--on", str(day), *at)[1].strip() == "No ring."
    assert json.loads(run(capsys, "rings", "--on", str(day), "--json", *at)[1]) == {"rings": 0, "listed": []}
    assert run(capsys, "watch", "--on", "soon", *at)[0] == 2
    assert run(capsys, "watch", "--on", str(day), "--lang", "fr", *at)[0] == 2
