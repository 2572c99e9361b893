"""Load lines are those on file, standing accrual is what its close told: whoever changes them in the database is found, on both of them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from plimsoll.app.chain.key import new_keys
from plimsoll.app.chain.seal import seal
from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import DAILY, close_through
from plimsoll.app.database import schema
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.verify import verify
from plimsoll.app.verify_filed import ACCRUED_OTHERWISE, DRAWN_OTHERWISE
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide
from tests.chained import owner
from tests.walks.test_clock import lives, rows

RULES = lawful_rules()
NOW = datetime(2026, 1, 15, 1, tzinfo=UTC)
LAST = date(2026, 1, 17)


@pytest.fixture
def book(store):
    """Two customers, one of whom had a load line drawn twice, and three days closed with their totals."""
    said = {"customer_id": 1, "on": "2026-01-15", "currency": "CNY", "stress_ppb": 95_000_000, "reason": "evidence"}
    drawn = [
        read_command({"key": f"m{n}", **said, "capacity": capacity, "room": "2000.00"}, "mark_load_line")
        for n, capacity in enumerate(("12000.00", "20000.00"))
    ]
    outcomes = list(execute_many(store, WIRING, [*lives(2), *drawn], actor="test", now=NOW, rules=RULES))
    assert all(isinstance(one, Answer) for one in outcomes), outcomes
    orders = Orders(decide, RULES, NOW)
    assert [one.control.breaches for one in close_through(store, LAST.toordinal(), orders, tape=None, scans=DAILY, now=NOW)] == [()] * 3
    seal(store, new_keys(), NOW)
    assert verify(store).breaches == {}
    return store


def changed(store, statement: str) -> dict[str, int]:
    """Give what is found wrong, and how often, once the owner of the database has changed something."""
    with owner(store) as connection:
        assert connection.execute(text(statement)).rowcount > 0
    return {said: len(where) for said, where in verify(store).breaches.items()}


BEYOND = (
    ("UPDATE line SET load_capacity_minor = load_capacity_minor + 500000 WHERE customer_id = 1", {DRAWN_OTHERWISE: 1}),
    ("UPDATE line SET load_room_minor = 1, load_on = '2026-01-14' WHERE customer_id = 1", {DRAWN_OTHERWISE: 1}),
    ("UPDATE line SET load_capacity_minor = -1 WHERE customer_id = 1", {DRAWN_OTHERWISE: 1}),
    (
        "UPDATE line SET load_capacity_minor = 9000, load_currency = 'CNY', load_on = '2026-01-15' WHERE customer_id = 2",
        {DRAWN_OTHERWISE: 2},
    ),
    ("UPDATE standing_accrual SET minor = minor + 100 WHERE accrued_on = '2026-01-16'", {f"{ACCRUED_OTHERWISE}: 2026-01-16": 1}),
    ("DELETE FROM standing_accrual WHERE accrued_on = '2026-01-17'", {f"{ACCRUED_OTHERWISE}: 2026-01-17": 1}),
    (
        "UPDATE standing_accrual SET accrued_on = '2026-02-01' WHERE accrued_on = '2026-01-16'",
        {f"{ACCRUED_OTHERWISE}: 2026-02-01": 1},
    ),
)
"""What the owner of the database does one after the other, and what is found then beside what was."""


def test_what_is_kept_beside_the_records_is_held_to_them(book):
    """Load lines that nobody drew, accrual that no close told, accrual of a day that nobody closed."""
    assert len(rows(book, schema.standing_accrual)) > 0
    expected: dict[str, int] = {}
    for statement, more in BEYOND:
        expected |= more
        assert changed(book, statement) == expected, statement


def test_who_changes_what_the_close_told_with_it_is_found_by_the_chain(book):
    with owner(book) as connection:
        connection.execute(text("DELETE FROM standing_accrual WHERE accrued_on = '2026-01-16'"))
    told = changed(book, "UPDATE close_run SET sums = '{}' WHERE closed_on = '2026-01-16'")
    assert len(told) == 1
    assert next(iter(told)).startswith("audit chain: ")
