"""The walk of a repayment stays short: how many of our files it enters, and that it commits once.

A file is entered when a file of another room calls into it: that is where a reader who follows the repayment has to open it. What a
room does behind its door is counted too, and may only get less.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from plimsoll.app import fold_ahead
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.rulebook.rules import load
from tests.tidy.source import SRC

ENTERED_MAX = 12
TOUCHED_MAX = {"one loan": 30, "all a customer owes": 36}
"""Every file with a line that runs, behind the doors as well. A ratchet: lower it when a walk gets shorter, never raise it."""

RULES = load()
NOW = datetime(2026, 6, 1, tzinfo=UTC)
REPAY = {"command": "repay", "customer_id": 1, "on": "2026-02-15", "amount": "120.00", "currency": "CNY"}
WALKS = {"one loan": REPAY | {"loan_id": 1}, "all a customer owes": REPAY}
BEFORE = (
    {"command": "open_customer", "on": "2026-01-10"},
    {
        "command": "open_line",
        "on": "2026-01-10",
        "currency": "CNY",
        "limit": "5000.00",
        "cash_limit": "5000.00",
        "later_limit": "5000.00",
        "loan_id": 2,
    },
    {"command": "draw", "on": "2026-01-15", "loan_id": 1, "amount": "1000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12},
)


class Trace:
    """Calls into our files while it is switched on: by file and function, and by file of those that came from another room."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.entered: set[str] = set()

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        """Note one call; a call that passes through a library counts as made by the last of our files before it."""
        name = self._ours(frame)
        if event != "call" or not name:
            return
        self.calls[name, frame.f_code.co_name] += 1
        caller = frame.f_back
        while caller is not None and not self._ours(caller):
            caller = caller.f_back
        if caller is None or self._ours(caller).partition("/")[0] != name.partition("/")[0]:
            self.entered.add(name)

    def _ours(self, frame: FrameType) -> str:
        path = frame.f_code.co_filename
        return path.removeprefix(f"{SRC}/") if path.startswith(f"{SRC}/") else ""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A book with a customer, an account and a loan of twelve instalments, in a process that has not got the compiled kernel ready.

    Commands of other tests may have had it made ready; a single repayment would then go through it instead of the plain fold.
    """
    monkeypatch.setattr(fold_ahead, "READINESS", fold_ahead.Readiness())
    with create_store(f"sqlite:///{tmp_path / 'book.db'}") as store:
        for number, said in enumerate(BEFORE):
            run(store, {"key": str(number), "customer_id": 1, **said})
        yield store


def run(store: Store, said: dict[str, Any]) -> None:
    """Read a command and execute it, as an interface does."""
    answer = execute(store, WIRING, read_command(said), actor="walk", now=NOW, rules=RULES)
    assert isinstance(answer, Answer), answer


def traced(store: Store, said: dict[str, Any]) -> Trace:
    """Run a command under a trace."""
    trace = Trace()
    sys.setprofile(trace)
    try:
        run(store, said)
    finally:
        sys.setprofile(None)
    return trace


def test_a_repayment_enters_at_most_12_files(store):
    trace = traced(store, {"key": "r", **WALKS["one loan"]})
    assert len(trace.entered) <= ENTERED_MAX, sorted(trace.entered)


@pytest.mark.parametrize("walk", WALKS)
def test_a_repayment_touches_no_more_files_than_it_did(store, walk):
    trace = traced(store, {"key": "r", **WALKS[walk]})
    touched = {name for name, _ in trace.calls}
    assert len(touched) <= TOUCHED_MAX[walk], sorted(touched)


@pytest.mark.parametrize("walk", WALKS)
def test_a_repayment_commits_once(store, walk):
    trace = traced(store, {"key": "r", **WALKS[walk]})
    assert trace.calls["app/database/sqlite.py", "save"] == 1
