"""What commands and nights told is there, and nothing else: whoever takes a row away, or slips one in, is found, on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import DAILY, close_through
from plimsoll.app.database.schema import fact, loan_state
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.posting import NIGHTS
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.close import decide
from tests.chained import owner

RULES = lawful_rules()
NOW = datetime(2026, 1, 15, 1, tzinfo=UTC)
LAST = date(2026, 2, 20)
LIMITS = {"currency": "CNY", "limit": "20000.00", "cash_limit": "15000.00", "later_limit": "12000.00"}
DRAWN = {"amount": "10000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12, "repayment": "equal-instalment"}

STATUS, LIMITED = "the status of a line is not the one that commands left", "the limit is not the one that was last told"
LOST, MORE = "a fact that a command told is not there", "a fact that no command told"
UNANSWERED, UNSENT = "a command on record has no answer, or that of another", "draw did not leave its message"
DAYS = "days of a loan are not those of its terms and facts"
PAID = "a message pays out what was not drawn or bought"
NIGHT = "facts or entries of a night are not as many as it counted"


def commands() -> list:
    """Two customers with a loan and an account; the first freezes and opens the line again, the second pays twice."""
    found = []
    for one in (1, 2):
        who = {"customer_id": one, "on": "2026-01-15"}
        found += [
            read_command({"key": f"c{one}", **who}, "open_customer"),
            read_command({"key": f"l{one}", **who, **LIMITS, "loan_id": 10 * one + 1}, "open_line"),
            read_command({"key": f"d{one}", **who, "loan_id": 10 * one, **DRAWN}, "draw"),
            read_command({"key": f"b{one}", **who, "loan_id": 10 * one + 1, "amount": "100.00", "currency": "CNY"}, "purchase"),
        ]
    paid = {"customer_id": 2, "loan_id": 20, "currency": "CNY"}
    return [
        *found,
        read_command({"key": "f", "customer_id": 1, "on": "2026-01-15"}, "freeze"),
        read_command({"key": "u", "customer_id": 1, "on": "2026-01-15"}, "unfreeze"),
        read_command({"key": "p1", **paid, "on": "2026-01-15", "amount": "50.00"}, "repay"),
        read_command({"key": "p2", **paid, "on": "2026-01-15", "amount": "60.00"}, "repay"),
    ]


@pytest.fixture
def book(store):
    """Those customers."""
    assert {type(one) for one in execute_many(store, WIRING, commands(), actor="t", now=NOW, rules=RULES)} == {Answer}
    assert verify(store).breaches == {}
    return store


def found(store, *statements: str) -> dict[str, list[tuple[int, int]]]:
    """Give what is found wrong once the owner of the database has changed something."""
    with owner(store) as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement
    return {said: ids for said, ids in verify(store).breaches.items() if not said.startswith("audit chain")}


CHANGES = [
    (("DELETE FROM command WHERE customer_id = 2 AND command_n = 3",),
     {UNANSWERED: [(2, 0)], "a loan that no command opened": [(2, 20)]}),
    (("UPDATE command SET answer = '{}' WHERE customer_id = 2 AND command_n = 6",), {MORE: [(2, 20)]}),
    (("UPDATE command SET digest = (SELECT digest FROM audit WHERE customer_id = 1 AND command_n = 1) WHERE command_n = 2",),
     {UNANSWERED: [(1, 0), (2, 0)]}),
    (("INSERT INTO command SELECT 'x', customer_id, 99, recorded_at, digest, answer FROM command WHERE customer_id = 1 AND command_n = 1",),
     {"rows of command with the number of no command": [(1, 0)], "an answer to a command that is not on record": [(1, 0)]}),
    (("DELETE FROM audit WHERE customer_id = 2 AND command_n = 6", "DELETE FROM command WHERE customer_id = 2 AND command_n = 6"),
     {"commands are not numbered without a gap": [(2, 0)], MORE: [(2, 20)]}),
    (("DELETE FROM outbox WHERE customer_id = 1 AND command_n = 3",), {UNSENT: [(1, 0)]}),
    (("UPDATE outbox SET n = 2 WHERE customer_id = 2 AND command_n = 3",),
     {UNSENT: [(2, 0)], "messages are not numbered without a gap": [(2, 0)]}),
    (("DELETE FROM customer WHERE customer_id = 2",), {"a customer without a line row, or a line row without its customer": [(2, 0)]}),
    (("UPDATE fact SET command_n = 1 WHERE customer_id = 2 AND loan_id = 20 AND n = 1",), {LOST: [(2, 20)], MORE: [(2, 20)]}),
    (("UPDATE journal SET command_n = 70 WHERE customer_id = 2 AND loan_id = 20 AND entry_n = 2",),
     {"rows of journal with the number of no command": [(2, 0)]}),
    (("UPDATE loan SET command_n = 1 WHERE customer_id = 1 AND loan_id = 10",),
     {"a loan that a command opened is not there": [(1, 10)], "a loan that no command opened": [(1, 10)], PAID: [(1, 0)]}),
    (("UPDATE line SET status = 'frozen' WHERE customer_id = 2",), {STATUS: [(2, 0)]}),
    (("UPDATE line SET cash_limit_minor = cash_limit_minor + 1 WHERE customer_id = 1",), {LIMITED: [(1, 0)]}),
    (("UPDATE line SET later_limit_minor = 0 WHERE customer_id = 2",), {LIMITED: [(2, 0)]}),
    (("UPDATE loan_state SET status = 9, next_on = NULL WHERE loan_id = 10",), {"a loan is set aside, and no night said why": [(1, 10)]}),
    (("UPDATE loan_state SET last_on = '2026-03-01' WHERE loan_id = 20",), {DAYS: [(2, 20)]}),
    (("UPDATE loan_state SET last_on = '2026-01-14' WHERE loan_id = 11",), {DAYS: [(1, 11)]}),
    (("UPDATE loan SET opened_on = '2026-01-14' WHERE loan_id = 10",), {DAYS: [(1, 10)]}),
    (("UPDATE fact SET rules_id = 5 WHERE loan_id = 20 AND n = 2",), {"a fact under rules that nobody recorded": [(2, 0)]}),
    (("UPDATE outbox SET payload = replace(payload, '10000.00', '10000.01') WHERE customer_id = 1",), {PAID: [(1, 0)]}),
    (("UPDATE outbox SET payload = replace(payload, '100.00', '90.00') WHERE customer_id = 2",), {PAID: [(2, 0)]}),
    (("UPDATE outbox SET payload = replace(payload, '2026-01-15', '2026-01-16') WHERE kind = 'pay_out' AND customer_id = 1",),
     {PAID: [(1, 0)]}),
    (("INSERT INTO outbox SELECT customer_id, 7, 1, created_at, delivered_at, kind, payload FROM outbox WHERE command_n = 3",
      "UPDATE line SET commands_count = 7 WHERE customer_id = 1",
      "INSERT INTO audit SELECT customer_id, 7, at, actor, 'note', 'x', digest FROM audit WHERE customer_id = 1 AND command_n = 1",
      "INSERT INTO command SELECT 'x', customer_id, 7, recorded_at, digest, answer FROM command WHERE customer_id = 1 AND command_n = 1"),
     {PAID: [(1, 0), (2, 0)], "rows of outbox with the number of no command": [(2, 0)]}),
]  # fmt: skip
"""What the owner of the database changes, and what is found then."""


@pytest.mark.parametrize(("statements", "expected"), CHANGES, ids=[one[0][0][:60] for one in CHANGES])
def test_what_is_taken_away_or_slipped_in_is_found(book, statements, expected):
    assert found(book, *statements) == expected


def test_the_last_fact_of_a_loan_that_is_gone_with_all_that_follows_from_it_is_found(store):
    """Facts, entries, state, use and count are put as they were before a repayment: they are one again, and its answer tells of it."""
    given = commands()
    assert {type(one) for one in execute_many(store, WIRING, given[:-1], actor="t", now=NOW, rules=RULES)} == {Answer}
    with store.engine.connect() as connection:
        before = connection.execute(loan_state.select().where(loan_state.c.loan_id == 20)).one()._mapping
        used = connection.execute(text("SELECT used_minor, cash_used_minor FROM line WHERE customer_id = 2")).one()
    assert {type(one) for one in execute_many(store, WIRING, given[-1:], actor="t", now=NOW, rules=RULES)} == {Answer}
    assert verify(store).breaches == {}
    with owner(store) as connection:
        connection.execute(fact.delete().where(fact.c.loan_id == 20, fact.c.n == 2))
        connection.execute(text("DELETE FROM journal WHERE loan_id = 20 AND command_n = 6"))
        connection.execute(loan_state.update().where(loan_state.c.loan_id == 20).values(**before))
        put = "UPDATE line SET used_minor = :used, cash_used_minor = :cash WHERE customer_id = 2"
        connection.execute(text(put), {"used": used[0], "cash": used[1]})
    assert verify(store).breaches == {LOST: [(2, 20)]}


def test_the_command_ends_with_5_and_names_the_ids(book, database, capsys):
    found(
        book, "UPDATE line SET status = 'frozen' WHERE customer_id = 2", "UPDATE loan_state SET last_on = '2026-03-01' WHERE loan_id = 20"
    )
    assert main(["verify", "--db", database, "--allow-unsafe"]) == 5
    told = capsys.readouterr().out.splitlines()
    assert {f"{STATUS}: customer 2", f"{DAYS}: customer 2 loan 20"} <= set(told)


def test_use_above_every_limit_is_found(store):
    """The limits were lowered under what is lent, which may be; that they never were so high may not."""
    given = commands()
    lower = {"customer_id": 2, "on": "2026-01-15", "currency": "CNY", "limit": "5000.00", "cash_limit": "5000.00", "later_limit": "500.00"}
    given.append(read_command({"key": "s", **lower}, "set_limit"))
    assert {type(one) for one in execute_many(store, WIRING, given, actor="t", now=NOW, rules=RULES)} == {Answer}
    assert verify(store).breaches == {}
    lowered = "replace(replace(answer, '20000.00', '5000.00'), '15000.00', '5000.00')"
    told = found(store, f"UPDATE command SET answer = {lowered} WHERE customer_id = 2 AND command_n = 2")
    assert told == {"use of the limit is above every limit that was told": [(2, 0)]}


def test_a_night_that_is_not_as_it_counted_is_found(book):
    """The nights until a first instalment is late, one of which notes it."""
    list(close_through(book, LAST.toordinal(), Orders(decide, RULES, NOW), tape=None, scans=DAILY, now=NOW))
    assert verify(book).breaches == {}
    with book.engine.connect() as connection:
        nights = connection.execute(fact.select().where(fact.c.command_n > NIGHTS)).all()
    days = {date.fromordinal(night.command_n - NIGHTS) for night in nights}
    assert found(book, "UPDATE close_shard SET entries_count = entries_count + 1 WHERE closed_on = '2026-02-15'") == {
        f"{NIGHT}: 2026-02-15": [(0, 0)]
    }
    assert found(book, f"UPDATE book SET open_on = '{LAST}'")["the book is open on a day that was closed"] == [(0, 0)]
    told = found(book, *(f"DELETE FROM fact WHERE loan_id = {night.loan_id} AND n = {night.n}" for night in nights))
    assert {said for said in told if said.startswith(NIGHT)} == {f"{NIGHT}: {day}" for day in (*days, date(2026, 2, 15))}
