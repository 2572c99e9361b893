"""The agenda, the scans and the outbox read what commands wrote, in order, page by page."""

from datetime import date, timedelta

import pytest
from sqlalchemy import exc, insert

from plimsoll.app.closing.scan import Due, snapshot
from plimsoll.app.database import outbox, schema
from plimsoll.app.execute_many import execute_many
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import REPAID
from tests.toys import DAY, NOW, WIRING, Draw, Open, Repay, ToyRules, rows, run

CUSTOMERS = 25


@pytest.fixture
def filled(store):
    """Each customer drew on a day of its own."""
    commands = []
    for number in range(1, CUSTOMERS + 1):
        commands += [Open(f"o{number}", number), Draw(f"d{number}", number, number % 3 + 1, 100_000, DAY + timedelta(days=number % 5))]
    list(execute_many(store, WIRING, commands, actor="t", now=NOW, rules=ToyRules))
    return store


@pytest.mark.parametrize("page", [1, 4, 1_000])
def test_the_agenda_gives_each_due_loan_once_in_order(filled, page):
    expected = sorted(
        Due(row["next_on"].toordinal(), row["customer_id"], row["loan_id"])
        for row in rows(filled, "loan_state")
        if row["next_on"] <= date(2026, 2, 17)
    )
    assert 0 < len(expected) < CUSTOMERS
    with snapshot(filled) as book:
        assert list(book.due(date(2026, 2, 17).toordinal(), page=page)) == expected
        shards = [list(book.due(date(2026, 2, 17).toordinal(), shard=shard, shards=3, page=page)) for shard in range(3)]
    assert sorted(due for found in shards for due in found) == expected
    assert all(due.customer_id % 3 == shard for shard, found in enumerate(shards) for due in found)


def test_nothing_is_due_before_its_day(filled):
    with snapshot(filled) as book:
        assert list(book.due(date(2026, 2, 14).toordinal())) == []


@pytest.mark.parametrize("customers", [1, 7, 25, 1_000])
def test_bounds_cover_every_customer_once(filled, customers):
    with snapshot(filled) as book:
        bounds = book.bounds(customers)
        found = [book.rows(schema.loan, ("customer_id", "loan_id"), first, until) for first, until in bounds]
    assert max(len(part) for part in found) <= customers
    assert [row[0] for part in found for row in part] == list(range(1, CUSTOMERS + 1))


def test_an_empty_book_has_no_bounds(store):
    with snapshot(store) as book:
        assert book.bounds() == []


def test_rows_come_as_plain_values_with_days_as_numbers(filled):
    run(filled, Repay("pay", 4, 9_005, 2, date(2026, 2, 19)))
    names = ("customer_id", "loan_id", "kind", "effective_on", "amount_minor", "a", "b", "more")
    with snapshot(filled) as book:
        assert book.rows(schema.fact, names, 4, 5) == [(4, 2, REPAID, date(2026, 2, 19).toordinal(), 9_005, 0, 0, None)]
        (state,) = book.rows(schema.loan_state, ("facts_count", "oldest_due", "as_of", "state"), 4, 5)
    assert state[:3] == (1, 0, date(2026, 2, 19).toordinal())
    assert isinstance(state[3], bytes)


def test_the_legs_sum_to_zero_by_currency(filled):
    with snapshot(filled) as book:
        assert book.sum_legs() == [("CNY", 0, -100_000 * CUSTOMERS), ("CNY", 2, 100_000 * CUSTOMERS)]


def test_a_snapshot_does_not_see_what_comes_later(filled):
    with snapshot(filled) as book:
        before = book.rows(schema.fact, ("n",), 1, 100)
        run(filled, Repay("pay", 4, 9_005, 2, date(2026, 2, 19)))
        assert book.rows(schema.fact, ("n",), 1, 100) == before == []
    with snapshot(filled) as book:
        assert book.rows(schema.fact, ("n",), 1, 100) == [(1,)]


def test_messages_wait_in_order_until_they_are_delivered(filled):
    run(filled, Repay("pay", 4, 9_005, 2, date(2026, 2, 19)))
    waiting = outbox.waiting(filled)
    assert len(waiting) == CUSTOMERS + 1
    assert [message.kind for message in waiting if message.customer_id == 4] == ["pay_out", "repaid"]
    assert outbox.delivered(filled, waiting[:10], NOW) == 10
    assert outbox.delivered(filled, waiting[:10], NOW) == 0
    assert outbox.waiting(filled) == waiting[10:]
    assert outbox.waiting(filled, limit=3) == waiting[10:13]
    assert outbox.delivered(filled, [], NOW) == 0


def test_facts_come_back_as_they_were_recorded(filled):
    run(filled, Repay("pay", 4, 9_005, 2, date(2026, 2, 19)))
    with filled.transaction() as transaction:
        assert transaction.facts(4, 2) == (Fact(REPAID, date(2026, 2, 19).toordinal(), 9_005),)


def test_changes_outside_commands_are_one_transaction(store):
    """Either every row is there or none; and a second change in the same process waits for the first."""
    table = schema.rulebook
    given = [{"rules_id": number, "digest": str(number), "first_used_at": NOW} for number in (1, 2, 2)]
    with pytest.raises(exc.IntegrityError), store.changing() as connection:
        connection.execute(insert(table), given)
    assert rows(store, "rulebook") == []
    with store.changing() as connection:
        connection.execute(insert(table), given[:2])
    assert len(rows(store, "rulebook")) == 2
    run(store, Open("after", 1))
