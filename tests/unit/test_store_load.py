"""The load line through the store, on both databases: a verb that makes a debt sees every open loan, one by one and in bulk."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RULES = load()
KEYS = itertools.count()
MONEY = {"currency": "CNY"}
OPENED: list[dict[str, Any]] = [
    {"command": "open_customer"},
    {"command": "open_line", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 1, **MONEY},
    {"command": "draw", "on": "2026-01-15", "loan_id": 2, "amount": "3000.00", "rate": "0.0005", "instalments": 3, **MONEY},
    {"command": "draw", "on": "2026-01-15", "loan_id": 3, "amount": "3000.00", "rate": "0.0005", "instalments": 12, **MONEY},
    {"command": "purchase", "on": "2026-01-16", "loan_id": 1, "amount": "1200.00", **MONEY},
]
MARK = {"command": "mark_load_line", "on": "2026-01-17", "capacity": "14000.00", "room": "1450.00", "stress_ppb": 100_000_000, **MONEY}
"""The loans ask about 1,030 and 275 a month, the purchase 120: 25 are left, while any one of the three alone would leave far more."""

OVER: list[dict[str, Any]] = [
    {"command": "draw", "loan_id": 9, "amount": "800.00", "rate": "0.0005", "instalments": 12, **MONEY},
    {"command": "purchase", "loan_id": 1, "amount": "800.00", **MONEY},
    {"command": "purchase", "loan_id": 1, "amount": "300.00", "instalments": 3, **MONEY},
    {"command": "fund_by_merchant", "loan_id": 1, "amount": "300.00", "instalments": 3, **MONEY},
    {"command": "convert", "loan_id": 1, "purchase": 1, "instalments": 3},
    {"command": "reschedule", "loan_id": 3, "instalments": 6},
]
UNDER: list[dict[str, Any]] = [
    {"command": "purchase", "loan_id": 1, "amount": "100.00", **MONEY},
    {"command": "convert", "loan_id": 1, "purchase": 1, "instalments": 12},
    {"command": "reschedule", "loan_id": 3, "instalments": 12},
]


def commands(customer_id: int, said: list[dict[str, Any]]) -> list[Any]:
    """Read commands of one customer; each has a key of its own."""
    return [read_command({"key": f"k{next(KEYS)}", "customer_id": customer_id, "on": "2026-01-18", **one}) for one in said]


def run(store: Store, customer_id: int, said: list[dict[str, Any]]) -> list[str]:
    """Execute commands one after the other; give what each came to."""
    outcomes = [execute(store, WIRING, command, actor="test", now=NOW, rules=RULES) for command in commands(customer_id, said)]
    return ["" if isinstance(outcome, Answer) else outcome.code for outcome in outcomes]


def begin(store: Store, customer_id: int) -> None:
    """Open a customer with two loans and a purchase, and mark the load line just above what they ask."""
    opened = [{"on": "2026-01-10", **one} for one in OPENED]
    assert run(store, customer_id, [*opened, MARK]) == [""] * (len(opened) + 1)


@pytest.mark.parametrize("said", OVER, ids=[f"{one['command']}-{one.get('instalments', 0)}" for one in OVER])
def test_what_would_pass_the_load_line_with_the_other_loans_is_refused(store: Store, said: dict[str, Any]):
    begin(store, 1)
    assert run(store, 1, [said]) == ["load_line_passed"]


def test_what_fits_beside_the_other_loans_is_taken(store: Store):
    begin(store, 1)
    assert run(store, 1, UNDER) == [""] * len(UNDER)


def test_the_load_line_holds_in_bulk(store: Store):
    begin(store, 1)
    begin(store, 2)
    asked = [command for pair in zip(commands(1, OVER), commands(2, OVER), strict=True) for command in pair]
    outcomes = execute_many(store, WIRING, asked, actor="test", now=NOW, rules=RULES)
    assert [outcome.code if isinstance(outcome, Refused) else "" for outcome in outcomes] == ["load_line_passed"] * len(asked)
    taken = execute_many(store, WIRING, commands(1, UNDER), actor="test", now=NOW, rules=RULES)
    assert all(isinstance(outcome, Answer) for outcome in taken)


def test_a_load_line_is_kept_and_put_on_file(store: Store):
    assert run(store, 1, [{"command": "open_customer", "on": "2026-01-10"}, MARK]) == ["", ""]
    limits = {"currency": "CNY", "cash_limit": "0.00", "later_limit": "0.00", "on": "2026-01-18"}
    assert run(store, 1, [{"command": "open_line", "limit": "14000.01", **limits}]) == ["load_line_passed"]
    assert run(store, 1, [{"command": "open_line", "limit": "14000.00", **limits}]) == [""]


def test_a_limit_for_a_while_ends_by_itself(store: Store):
    begin(store, 1)
    raised = {"limit": "60000.00", "cash_limit": "30000.00", "later_limit": "30000.00", "currency": "CNY"}
    high = {"command": "mark_load_line", "capacity": "60000.00", "room": "6000.00", "stress_ppb": 100_000_000, **MONEY}
    assert run(store, 1, [high, {"command": "set_limit", "until": "2026-02-10", **raised}]) == ["", ""]
    buy = {"command": "purchase", "loan_id": 1, "amount": "21000.00", **MONEY}
    assert run(store, 1, [buy | {"on": "2026-02-10"}, buy | {"on": "2026-02-09"}]) == ["sub_limit_exceeded", ""]
