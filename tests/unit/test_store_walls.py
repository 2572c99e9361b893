"""What was appended stays: triggers refuse on both databases, and the application role on PostgreSQL has no right to begin with."""

from datetime import datetime

import pytest
from sqlalchemy import exc, insert, text

from plimsoll.app.database.opening import create_store
from plimsoll.app.database.roles import grant_role
from plimsoll.app.database.schema import APPEND_ONLY, metadata
from plimsoll.app.database.schema_access import NEW_IN_0009
from plimsoll.app.database.schema_chain import NEW_IN_0008
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.governed import Act, Draft, register
from plimsoll.risk.score.lifecycle import MOVES
from tests.toys import NOW, Draw, Note, Open, Repay, ToyRules, counts, rows, run
from tests.unit.test_dossier import VERBS, Jot

TABLES = [table.name for table in APPEND_ONLY]


@pytest.fixture
def used(store):
    run(store, Open("a", 1))
    run(store, Draw("b", 1, 10, 100_000))
    run(store, Repay("c", 1, 5_000, 10))
    run(store, Note("d", 1))
    register(store, Draft("model", "application", "d1", "{}"), MOVES, Act("ana", NOW, "a first one"))
    execute_dossier(store, VERBS, Jot("e", "north"), actor="ana", now=NOW, rules=ToyRules)
    with store.engine.connect() as connection:
        connection.execute(
            text("INSERT INTO standing_accrual VALUES ('2026-01-15', 'cash-line', 'CNY', 3, 40, :at)"), {"at": NOW.isoformat(sep=" ")}
        )
        connection.execute(text("INSERT INTO vault_access VALUES (1, 1, :at, 'ana', 'reveal', 'phone', '', 'called back')"), {"at": NOW})
        for name in ("approval", *(table.name for table in APPEND_ONLY if table.name in (*NEW_IN_0008, *NEW_IN_0009))):
            connection.execute(insert(metadata.tables[name]).values(any_row(metadata.tables[name]) | SAID.get(name, {})))
    return store


SAID = {"approval": {"maker": "ana"}, "approval_check": {"maker": "ana", "checker": "li"}}
"""What the constraints of a table ask for."""


def any_row(table):
    """Give a row that a table takes: a one, a letter, an instant, by the type of each column."""
    given = {str: "x", int: 1, bytes: b"x", datetime: NOW}
    return {column.name: given[column.type.python_type] for column in table.columns}


def refused(store, statement):
    before = {name: rows(store, name) for name in TABLES}
    assert all(before.values()), "each table needs a row to protect"
    with store.engine.connect() as connection, pytest.raises(exc.DBAPIError, match="append-only"):
        connection.execute(text(statement))
    assert {name: rows(store, name) for name in TABLES} == before


@pytest.mark.parametrize("table", TABLES)
def test_no_update(used, table):
    column = APPEND_ONLY[TABLES.index(table)].columns.keys()[-1]
    refused(used, f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", TABLES)
def test_no_delete(used, table):
    refused(used, f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_no_truncate_and_no_replace(used, table):
    if used.address.kind == "postgresql":
        refused(used, f"TRUNCATE {table}")
    else:
        refused(used, f"REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_the_application_role_appends_and_changes_nothing_that_was_appended(used, database):
    """A book is run under the role; what it may not do is refused by the database before any trigger is asked."""
    grant_role(used, "plimsoll_app")
    grant_role(used, "plimsoll_app")
    with used.driver() as connection:
        connection.execute("SET ROLE plimsoll_app")
        with pytest.raises(Exception, match="permission denied"):
            connection.execute("UPDATE fact SET amount_minor = 0")
        for table in TABLES:
            for statement in (
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"DROP TABLE {table}",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            ):
                with pytest.raises(Exception, match=r"permission denied|must be owner"):
                    connection.execute(statement)
        for statement in ("UPDATE loan SET terms = ''", "UPDATE command SET answer = '{}'", "UPDATE customer SET opened_on = opened_on"):
            with pytest.raises(Exception, match="permission denied"):
                connection.execute(statement)
        for table in ("loan_state", "line", "command", "outbox", "customer"):
            with pytest.raises(Exception, match="permission denied"):
                connection.execute(f"DELETE FROM {table}")
        connection.execute("RESET ROLE")


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_commands_run_under_the_application_role(store, database):
    from plimsoll.app.database.opening import open_store
    from plimsoll.app.execute_many import execute_many
    from tests.toys import WIRING, check_book

    grant_role(store, "plimsoll_app", is_login=True)
    with open_store(database.replace("postgres:@", "plimsoll_app:@")) as limited:
        with limited.driver() as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("plimsoll_app",)
        run(limited, Open("a", 1))
        run(limited, Draw("b", 1, 10, 100_000))
        commands = [Repay(f"r{number}", 1, 100, 10) for number in range(40)]
        list(execute_many(limited, WIRING, commands, actor="t", now=NOW, rules=ToyRules))
        with pytest.raises(StoreTrouble, match="may make roles"):
            grant_role(limited, "another")
        for key in ("j1", "j2"):
            assert isinstance(execute_dossier(limited, VERBS, Jot(key, "north"), actor="t", now=NOW, rules=ToyRules), Answer)
    assert counts(store)["fact"] == 40
    check_book(store)


def test_roles_are_for_postgresql(tmp_path):
    with create_store(f"sqlite:///{tmp_path / 'book.db'}") as store, pytest.raises(StoreTrouble, match="only PostgreSQL has roles"):
        grant_role(store, "plimsoll_app")
