"""The way straight through the library of PostgreSQL: what it gives, what a cut connection means, how much stays prepared."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest

from plimsoll.app.database import driver_postgres
from plimsoll.app.database.driver_postgres import BookConnection, connect, troubles
from plimsoll.app.database.trouble import Clash, StoreTrouble

pytestmark = pytest.mark.postgres


@pytest.fixture
def connection(postgres_server) -> Iterator[BookConnection]:
    """A connection to a database that holds nothing of ours."""
    found = connect(postgres_server.server.database("postgres"))
    yield found
    found.close()


def test_values_come_back_as_they_went(connection):
    values = (7, -(2**62), "号 'x'", b"\x00\xff", date(2026, 2, 28), datetime(2026, 2, 28, 12, 30, tzinfo=UTC), None, [1, 2], ["a", "b"])
    statement = b"SELECT $1::int8, $2::int8, $3::text, $4::bytea, $5::date, $6::timestamptz, $7::int8, $8::int8[], $9::text[]"
    for _ in range(2):
        assert connection.rows(statement, values) == [values]


def test_the_same_statement_takes_values_of_other_kinds(connection):
    statement = b"SELECT $1::int8"
    assert [connection.rows(statement, (value,)) for value in (None, 5, None, 2**40)] == [[(None,)], [(5,)], [(None,)], [(2**40,)]]


def test_an_error_says_its_kind_and_leaves_the_connection_usable(connection):
    connection.ask(b"CREATE TEMPORARY TABLE once (key text PRIMARY KEY)", ())
    connection.ask(b"INSERT INTO once VALUES ($1)", ("k",))
    with pytest.raises(Clash) as clash, troubles():
        connection.ask(b"INSERT INTO once VALUES ($1)", ("k",))
    assert clash.value.table == "once"
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.ask(b"SELECT 1 / 0", ())
    assert connection.rows(b"SELECT count(*) FROM once", ()) == [(1,)]


@pytest.mark.parametrize(("is_committing", "code"), [(False, "store_unreachable"), (True, "outcome_unknown")])
def test_a_connection_that_was_ended_says_what_is_not_known(connection, postgres_server, is_committing, code):
    connection.ask(b"SELECT 1", ())
    with psycopg.connect(postgres_server.server.database("postgres"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
    with pytest.raises(StoreTrouble) as found, troubles(is_committing=is_committing):
        connection.ask(b"SELECT 1", ())
    assert found.value.code == code
    assert connection.closed


def test_no_more_statements_stay_prepared_than_the_house_knows(connection, monkeypatch):
    monkeypatch.setattr(driver_postgres, "PREPARED_MAX", 3)
    for number in (1, 2, 3, 4, 5, 1):  # beside BEGIN and ROLLBACK, which go first
        assert connection.rows(b"SELECT %d" % number, ()) == [(number,)]
    assert connection.rows(b"SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'book%'", ()) == [(3,)]


def forget(connection):
    """Have the driver prepare a statement and send a ROLLBACK, after which it lets go of everything that is prepared."""
    for _ in range(3):
        connection.execute("SELECT 7", prepare=True)
    connection.execute("BEGIN")
    connection.execute("ROLLBACK")
    found = connection.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'book%'", prepare=False).fetchone()
    assert found == (0,), "the driver has forgotten ours as well"


def test_what_the_driver_has_forgotten_is_prepared_again(connection):
    assert connection.rows(b"SELECT 1", ()) == [(1,)]
    forget(connection)
    assert connection.rows(b"SELECT 1", ()) == [(1,)]
    assert connection.rows(b"SELECT 2", ()) == [(2,)]


def test_a_transaction_after_everything_was_forgotten_prepares_anew_from_its_first_statement(connection):
    connection.ask(b"SELECT 1", ())
    forget(connection)
    for statement in (b"BEGIN", b"SELECT 1", b"COMMIT"):
        connection.ask(statement, ())


def test_what_is_forgotten_within_a_transaction_is_a_clash_and_the_next_try_succeeds(connection):
    for statement in (b"BEGIN", b"SELECT 1", b"COMMIT", b"BEGIN"):
        connection.ask(statement, ())
    connection.execute("DEALLOCATE ALL", prepare=False)
    with pytest.raises(Clash), troubles():
        connection.ask(b"SELECT 1", ())
    for statement in (b"ROLLBACK", b"BEGIN", b"SELECT 1", b"COMMIT"):
        connection.ask(statement, ())


def test_a_statement_that_must_make_room_for_another_may_be_forgotten_already(connection, monkeypatch):
    monkeypatch.setattr(driver_postgres, "PREPARED_MAX", 2)
    for number in (1, 2):
        connection.ask(b"SELECT %d" % number, ())
    forget(connection)
    assert [connection.rows(b"SELECT %d" % number, ()) for number in (3, 2, 1)] == [[(3,)], [(2,)], [(1,)]]
