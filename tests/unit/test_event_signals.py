"""Signals of events between two month's ends: `tests/cases/watch/events.yaml`, the budget of a night, and the verb that notes them."""

import json
from datetime import date
from pathlib import Path

import pytest

from plimsoll.interfaces.console.monitoring import _note
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.monitoring.note_signals import event_signals, newly_lit
from plimsoll.monitoring.out_of_turn import OutOfTurn, out_of_turn_policy, strength, strongest_first
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from tests.golden import read_yaml
from tests.unit.test_limit_moves import code, done, lined

POLICY = out_of_turn_policy(load(), date(2026, 3, 10))
CASES = read_yaml(Path(__file__).resolve().parents[1].joinpath("cases", "watch", "events.yaml").read_text("utf-8"))


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize("case", CASES["noted"], ids=lambda case: case["id"])
def test_what_is_new_since_it_was_last_noted(case):
    noted = {name: day(on) for name, on in case.get("noted", {}).items()}
    assert list(newly_lit(noted, case["lit"], day(case["on"]))) == case["new"], case["why"]


@pytest.mark.parametrize("case", CASES["asks"], ids=lambda case: case["id"])
def test_what_asks_for_a_warning_out_of_turn(case):
    assert POLICY.asks(case["lit"]) == case["asks"], case["why"]


def test_a_night_warns_of_a_share_and_of_one_at_least():
    assert [POLICY.budget(customers) for customers in (0, 1, 1_000, 1_001, 1_000_000)] == [0, 1, 1, 2, 1_000]
    assert OutOfTurn(2, frozenset(), Rate.parse("0")).budget(1_000) == 0
    assert out_of_turn_policy(load(), date(2025, 12, 31)) is None, "before there was a policy nobody is warned of"


def test_the_strongest_action_comes_first_and_weighs_most():
    assert strongest_first(["debit_impossible", "overdue_elsewhere", "payday_late"]) == (
        "overdue_elsewhere",
        "debit_impossible",
        "payday_late",
    )
    assert strength(["overdue_elsewhere"]) > strength(["debit_impossible", "payday_late"])
    assert not {"utilisation", "region_shock", "complaints_open"} & event_signals().keys(), "months, notices, and what is never raised"


def test_what_is_newly_lit_is_filed_once_with_its_source_and_day():
    counter = lined()
    first = done(counter.run("note_signals", "2026-03-01", signals="payday_late"))
    assert json.loads(first.answer) == {"new": ["payday_late"]}
    assert not done(counter.run("note_signals", "2026-03-02", signals="payday_late")).filings
    (filed,) = done(counter.run("note_signals", "2026-03-03", signals="debit_impossible payday_late")).filings
    assert json.loads(filed.body) == {
        "new": ["debit_impossible"],
        "signals": [
            {"name": "debit_impossible", "since": day("2026-03-03"), "source": "facts"},
            {"name": "payday_late", "since": day("2026-03-01"), "source": "evidence"},
        ],
    }
    assert code(counter.run("note_signals", "2026-03-04", signals="utilisation")) == "watch_input_unknown"


@pytest.mark.parametrize(
    ("language", "note", "said"),
    [
        ("en", "remind, out of turn", "remind, by events"),
        ("en", "remind, rank 3", "remind, rank 3"),
        ("zh-CN", "review, out of turn", "复核，事件触发"),
    ],
)
def test_the_queue_tells_a_warning_by_events_apart(language, note, said):
    assert _note(Visit(house=None, door=None, language=language), note) == said
