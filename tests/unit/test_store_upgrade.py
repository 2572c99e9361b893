"""A book of the first version is brought to this one with everything that stands in it, and goes on."""

from datetime import date

import pytest
from sqlalchemy import Connection, MetaData, select, text

from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import _changing, _engine, open_store, upgrade_store
from plimsoll.app.database.schema import REVISION, metadata
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer
from plimsoll.app.file import filings_of
from plimsoll.app.verify import verify
from tests.toys import UNSAID, Draw, Mark, Note, Open, Repay, check_book, rows, run

FIRST = "0001"
OLD = ("book", "rulebook", "account", "customer", "line", "loan", "loan_state", "fact", "journal", "command", "outbox", "audit")


@pytest.fixture
def used(store):
    """A book of this version in which nothing of a later version than the first was used."""
    for customer_id in (1, 2):
        run(store, Open(f"a{customer_id}", customer_id))
        run(store, Draw(f"b{customer_id}", customer_id, 10, 100_000))
        run(store, Repay(f"c{customer_id}", customer_id, 5_000, 10))
    return store


@pytest.fixture
def first(used, empty_database):
    """The address of a book of the first version with the same rows."""
    address = read_address(empty_database)
    with Store(address, _engine(address)) as store, store.engine.connect() as connection, _changing(connection):
        migrate(connection, FIRST)
        old = MetaData()
        old.reflect(connection)
        with used.engine.connect() as source:
            for name in OLD:
                # Days and instants come through the types of the schema: what was reflected of SQLite does not know them all.
                columns = [metadata.tables[name].c[column.name] for column in old.tables[name].columns]
                found = [dict(row._mapping) for row in source.execute(select(*columns))]
                if found:
                    into = ", ".join(column.name for column in columns)
                    marks = ", ".join(f":{column.name}" for column in columns)
                    connection.execute(text(f"INSERT INTO {name} ({into}) VALUES ({marks})"), [said(row) for row in found])
    return empty_database


def migrate(connection: Connection, revision: str) -> None:
    from alembic.command import upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "plimsoll.app.database:migrations")
    config.attributes["connection"] = connection
    upgrade(config, revision)


def said(row):
    """Days and instants as text, which both drivers take."""
    return {name: str(value) if isinstance(value, date) else value for name, value in row.items()}


def test_a_book_of_the_first_version_is_refused_until_it_is_upgraded(first):
    with pytest.raises(StoreTrouble) as found:
        open_store(first)
    assert found.value.code == "store_schema_differs"
    assert "plimsoll book upgrade" in str(found.value)


def test_an_upgraded_book_holds_what_it_held_and_goes_on(first, used):
    assert upgrade_store(first) == (FIRST, REVISION)
    with open_store(first) as store:
        for name in metadata.tables:
            assert rows(store, name) == rows(used, name), name
        assert verify(store).breaches.keys() <= UNSAID
        line = rows(store, "line")[0]
        assert (line["filings_count"], line["load_capacity_minor"], line["load_on"]) == (0, -1, None)
        for command in (Note("n", 1, times=2, state="open"), Mark("m", 1, 120_000), Open("o", 3), Repay("r", 2, 100, 10)):
            assert isinstance(run(store, command), Answer)
        assert run(store, Draw("d", 1, 11, 30_000)).code == "load_line_passed"
        assert [(filing.n, filing.kind) for filing in filings_of(store, 1)][-1] == (3, "load_line")
        check_book(store)
        assert verify(store).breaches.keys() <= UNSAID


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_role_that_used_the_book_uses_the_upgraded_one(first):
    """The role was made before the new tables were; without a grant the next command would be refused."""
    role = "plimsoll_upgraded"
    address = read_address(first)
    with Store(address, _engine(address)) as store, store.driver() as connection:
        connection.execute(f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        connection.execute(f"GRANT SELECT, INSERT ON fact TO {role}; GRANT SELECT, INSERT, UPDATE ON loan_state TO {role}")
    upgrade_store(first)
    with open_store(first) as store, store.driver() as connection:
        for table, right, is_held in (
            ("filing", "INSERT", True),
            ("filing", "UPDATE", False),
            ("filing", "DELETE", False),
            ("work_item", "UPDATE", True),
            ("work_item", "DELETE", False),
        ):
            (found,) = connection.execute("SELECT has_table_privilege(%s, %s, %s)", (role, table, right)).fetchone()
            assert found is is_held, (table, right)
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
