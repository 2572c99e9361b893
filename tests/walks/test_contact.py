"""Contacts through the real executor, on both databases: two customers with one phone, commands given again, two desks at once."""

import json
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from plimsoll.app.contact import attempt_contacts, forget_dials, record_outcomes
from plimsoll.app.database.outbox import waiting
from plimsoll.app.database.schema import dial
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.record_outcome import RecordOutcome
from plimsoll.rulebook.rules import load

RULES = load()
DAY = date(2026, 1, 20)
NOW = datetime(2026, 1, 30, 2, tzinfo=UTC)  # 10:00 in Shanghai, the first day on which dials are counted
PHONE = "blind-phone"
BEFORE = (
    {"command": "open_customer", "on": "2026-01-10"},
    {
        "command": "open_line",
        "on": "2026-01-10",
        "currency": "CNY",
        "limit": "5000.00",
        "cash_limit": "5000.00",
        "later_limit": "0.00",
    },
    {"command": "draw", "on": "2026-01-15", "amount": "1000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12},
)


@pytest.fixture
def owing(store):
    """A book with two customers who owe something."""
    for customer_id in (1, 2):
        for number, said in enumerate(BEFORE):
            given = {"key": f"{customer_id} {number}", "customer_id": customer_id} | ({"loan_id": 10} if number == 2 else {}) | said
            done = execute(store, WIRING, read_command(given), actor="test", now=datetime(2026, 1, 15, 8, tzinfo=UTC), rules=RULES)
            assert isinstance(done, Answer), done
    return store


def call(name: str, customer_id: int) -> AttemptContact:
    return AttemptContact(f"k {name}", customer_id, DAY, name, "call", "collect", "lender", "Asia/Shanghai", number=PHONE)


def ask(store, commands: Sequence[AttemptContact], now: datetime = NOW) -> list[str]:
    """Attempt contacts; give "" for each that is allowed, else the rule."""
    outcomes = attempt_contacts(store, WIRING, commands, actor="test", now=now, rules=RULES)
    assert all(isinstance(one, Answer) for one in outcomes), outcomes
    return [json.loads(one.text).get("rule", "") for one in outcomes]


def told(store, outcome: str, *names: tuple[str, int]) -> None:
    commands = [RecordOutcome(f"o {name}", customer_id, DAY, name, outcome) for name, customer_id in names]
    assert all(isinstance(one, Answer) for one in record_outcomes(store, WIRING, commands, actor="test", now=NOW, rules=RULES))


def dials(store) -> list[str]:
    with store.engine.connect() as connection:
        return sorted(connection.scalars(select(dial.c.contact_id)))


def test_two_customers_with_one_phone_are_called_six_times_together(owing):
    for place in range(6):
        name, customer_id = f"c{place}", 1 + place % 2
        assert ask(owing, [call(name, customer_id)], NOW + timedelta(minutes=place)) == [""]
        told(owing, "unanswered", (name, customer_id))
    later = NOW + timedelta(hours=1)
    assert ask(owing, [call("c7", 1), call("c8", 2)], later) == ["CN.COLLECT.DIALS.UNANSWERED.MAX"] * 2
    assert dials(owing) == [f"c{place}" for place in range(6)], "a denied dial is not on the list"
    assert ask(owing, [call("c9", 2)], NOW + timedelta(days=1)) == [""]
    kinds = [one.kind for one in filings_of(owing, 1) if one.kind.startswith("contact.")]
    assert kinds == ["contact.attempted", "contact.outcome"] * 3 + ["contact.denied"]
    letters = [json.loads(one.payload) for one in waiting(owing) if one.kind == "contact"]
    assert [one["contact_id"] for one in letters] == [*(f"c{place}" for place in range(6)), "c9"]


def test_an_answered_dial_leaves_the_list(owing):
    for place in range(3):
        assert ask(owing, [call(f"c{place}", 1)], NOW + timedelta(minutes=place)) == [""]
        told(owing, "connected", (f"c{place}", 1))
    assert dials(owing) == []
    assert ask(owing, [call("c4", 1)]) == ["CN.COLLECT.CALLS.CONNECTED.MAX"]
    assert ask(owing, [call("c5", 2)]) == [""], "connected calls are counted for each debtor"


def test_a_command_given_again_is_answered_alike_and_dials_once(owing):
    command = call("c0", 1)
    assert ask(owing, [command]) == ask(owing, [command]) == [""]
    assert dials(owing) == ["c0"]
    told(owing, "connected", ("c0", 1))
    assert ask(owing, [command]) == [""]
    assert dials(owing) == []
    assert len([one for one in filings_of(owing, 1) if one.kind == "contact.attempted"]) == 1


def test_contacts_planned_together_to_one_phone(owing):
    for place in range(5):
        ask(owing, [call(f"c{place}", 1)], NOW + timedelta(minutes=place))
        told(owing, "unanswered", (f"c{place}", 1))
    assert ask(owing, [call("d1", 1), call("d2", 2)], NOW + timedelta(hours=1)) == ["", "CN.COLLECT.DIALS.UNANSWERED.MAX"]


def test_two_desks_at_once_never_dial_a_seventh_time(owing):
    for place in range(5):
        ask(owing, [call(f"c{place}", 1)], NOW + timedelta(minutes=place))
        told(owing, "unanswered", (f"c{place}", 1))
    found: dict[int, list[str]] = {}
    start = threading.Barrier(2)

    def desk(customer_id: int) -> None:
        start.wait()
        found[customer_id] = ask(owing, [call(f"d{customer_id}", customer_id)], NOW + timedelta(hours=1))

    threads = [threading.Thread(target=desk, args=(customer_id,)) for customer_id in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[1], found[2]].count([""]) <= 1


def test_dials_are_forgotten_when_no_rule_counts_them(owing):
    ask(owing, [call("c0", 1)])
    assert forget_dials(owing, NOW) == 0
    assert forget_dials(owing, NOW + timedelta(days=10)) == 1
    assert dials(owing) == []
