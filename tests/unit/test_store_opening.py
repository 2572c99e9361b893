"""A book opens, or says readably why not and which command mends it."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, inspect, text

from plimsoll.app.database import opening
from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import REVISIONS, create_store, made_in_haste, open_store, upgrade_store
from plimsoll.app.database.schema import REVISION, metadata
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from tests.toys import Open, rows, run

POSTGRES = [pytest.param("postgresql", marks=pytest.mark.postgres)]


def trouble(call, *arguments, **named) -> StoreTrouble:
    with pytest.raises(StoreTrouble) as caught:
        call(*arguments, **named)
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "book.db",
        "/tmp/book.db",
        "sqlite:book.db",
        "sqlite://book.db",
        "mysql://host/book",
        "postgresql://host",
        "postgresql://host:port/b",
    ],
)
def test_an_address_that_is_none_names_the_forms(url):
    found = trouble(open_store, url)
    assert found.code == "store_url_malformed"
    assert "sqlite:///PATH" in str(found)


def test_no_book_says_how_to_make_one(empty_database):
    found = trouble(open_store, empty_database)
    assert found.code == "store_missing"
    assert "plimsoll book create" in str(found)


def test_a_missing_file_is_not_made_by_looking(tmp_path):
    trouble(open_store, f"sqlite:///{tmp_path / 'none.db'}")
    assert not list(tmp_path.iterdir())


def test_a_book_is_made_once_and_never_overwritten(empty_database):
    with create_store(empty_database, open_on=date(2026, 1, 1)) as store:
        run(store, Open("a", 1))
        assert rows(store, "book")[0]["open_on"] == date(2026, 1, 1)
        assert [row["code"] for row in rows(store, "account")][:2] == ["asset.cash", "asset.merchant"]
    assert trouble(create_store, empty_database).code == "store_exists"
    with open_store(empty_database) as store:
        assert len(rows(store, "customer")) == 1


def test_a_book_made_in_haste_is_one_like_any_other_afterwards(empty_database):
    with made_in_haste(empty_database) as store:
        run(store, Open("k1", 1))
        assert store.kind == "postgresql" or synchronous(store) == 0
    with open_store(empty_database) as store:
        assert store.kind == "postgresql" or synchronous(store) == 2
        assert len(rows(store, "customer")) == 1
    assert trouble(made_in_haste(empty_database).__enter__).code == "store_exists"


def synchronous(store: Store) -> int:
    """How a connection to a SQLite file commits: 2 is on disk before it returns."""
    with store.engine.connect() as connection:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar()


def test_two_that_make_a_book_at_once_make_one(empty_database):
    import threading

    outcomes = []

    def make():
        try:
            create_store(empty_database).close()
            outcomes.append("made")
        except StoreTrouble as found:
            outcomes.append(found.code)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "store_exists", "store_exists"]


def test_tables_of_another_version_are_refused(database):
    with open_store(database) as store, store.engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    found = trouble(open_store, database)
    assert found.code == "store_schema_differs"
    assert "9999" in str(found)
    assert "later" in str(found)
    assert trouble(upgrade_store, database).code == "store_schema_differs"


def test_an_older_book_says_how_to_upgrade(database, monkeypatch):
    monkeypatch.setattr(opening.schema, "REVISION", "9999")
    monkeypatch.setattr(opening, "REVISIONS", (*opening.REVISIONS, "9999"))
    found = trouble(open_store, database)
    assert found.code == "store_schema_differs"
    assert "plimsoll book upgrade" in str(found)


def test_every_migration_is_known_as_a_version_that_can_be_upgraded():
    folder = Path(opening.__file__).parent / "migrations" / "versions"
    assert sorted(path.name[:4] for path in folder.glob("[0-9]*.py")) == list(REVISIONS)


def test_upgrading_a_book_that_is_up_to_date_changes_nothing(database):
    assert upgrade_store(database) == (REVISION, REVISION)
    open_store(database).close()


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "note.db"
    path.write_text("This is a note, long enough to be taken for a file with a header of one hundred bytes. " * 3)
    found = trouble(open_store, f"sqlite:///{path}")
    assert found.code == "store_missing"
    assert "not a database" in str(found)


def test_a_folder_that_is_not_there(tmp_path):
    assert trouble(create_store, f"sqlite:///{tmp_path / 'no' / 'book.db'}").code == "store_unreachable"
    assert trouble(open_store, f"sqlite:///{tmp_path}").code == "store_url_malformed"


def test_a_server_that_is_not_there():
    found = trouble(open_store, "postgresql://nobody:secret@127.0.0.1:1/book")
    assert found.code == "store_unreachable"
    assert "secret" not in str(found)


@pytest.mark.parametrize("kind", POSTGRES, indirect=True)
def test_a_database_that_is_not_there(database):
    found = trouble(open_store, database.replace("/plimsoll_", "/nosuch_"))
    assert found.code == "store_unreachable"
    assert "does not exist" in str(found)


@pytest.mark.parametrize("kind", POSTGRES, indirect=True)
def test_a_database_that_does_not_keep_what_it_commits_is_refused_unless_told(database):
    unsafe = database + "&options=-c%20synchronous_commit%3Doff"
    found = trouble(open_store, unsafe)
    assert found.code == "store_not_durable"
    assert "synchronous_commit" in str(found)
    open_store(unsafe, allow_unsafe=True).close()


def test_a_missing_driver_names_the_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    found = trouble(open_store, "postgresql://host/book")
    assert found.code == "driver_missing"
    assert "plimsoll-credit[postgres]" in str(found)


def test_sqlite_commits_are_durable(tmp_path):
    with create_store(f"sqlite:///{tmp_path / 'book.db'}") as store, store.driver() as connection:
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_migrations_make_the_tables_of_the_schema(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        found = inspect(connection)
        assert set(found.get_table_names()) == {*metadata.tables, "alembic_version"}
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_migrations_store_the_tables_as_the_schema_says(store):
    with store.driver() as connection:
        if store.kind == "sqlite":
            found = {row[1] for row in connection.execute("PRAGMA table_list") if row[4]}
            expected = {name for name, table in metadata.tables.items() if table.kwargs.get("sqlite_with_rowid") is False}
        else:
            found = dict(connection.execute("SELECT relname, reloptions[1] FROM pg_class WHERE reloptions IS NOT NULL AND relkind = 'r'"))
            options = {name: table.kwargs.get("postgresql_with") for name, table in metadata.tables.items()}
            expected = {name: f"fillfactor={said['fillfactor']}" for name, said in options.items() if said}
    assert found == expected


def test_a_book_in_memory_runs():
    with create_store("sqlite://") as store:
        assert run(store, Open("a", 1)).text == '{"opened":true}'


def test_a_busy_file_is_told_and_nothing_is_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_S", 0.05)
    path = tmp_path / "book.db"
    with create_store(f"sqlite:///{path}") as store:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        assert run(store, Open("a", 1)).code == "store_busy"
        holder.close()
        assert rows(store, "customer") == []
        assert run(store, Open("a", 1)).text == '{"opened":true}'


@pytest.mark.parametrize("kind", POSTGRES, indirect=True)
def test_a_server_that_ended_our_connections_is_not_noticed_by_commands(store, database):
    """As after a restart of the server: connections that wait in the pool are dead, and are replaced."""
    import psycopg

    with store.driver(), store.driver(), store.driver():
        pass
    run(store, Open("a", 1))
    with psycopg.connect(database, autocommit=True) as other:
        ended = other.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended[0] >= 3
    assert run(store, Open("b", 2)).text == '{"opened":true}'
    assert len(rows(store, "customer")) == 2


def test_a_server_that_went_away_is_told_by_commands_and_by_queries(monkeypatch):
    store = Store(
        read_address("postgresql://nobody@127.0.0.1:1/book"), opening._engine(read_address("postgresql://nobody@127.0.0.1:1/book"))
    )
    assert trouble(run, store, Open("a", 1)).code == "store_unreachable"
    assert trouble(rows, store, "customer").code == "store_unreachable"


def test_a_table_that_is_not_there_is_told(store):
    with store.engine.connect() as connection:
        connection.execute(text("DROP TABLE parked"))
    assert trouble(rows, store, "parked").code == "store_missing"


@pytest.fixture
def full(tmp_path):
    """A book on SQLite whose file cannot grow any more."""
    with create_store(f"sqlite:///{tmp_path / 'book.db'}") as store:

        def stop_growing(connection, *_):
            connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")

        event.listen(store.engine, "checkout", stop_growing)
        with store.engine.connect() as connection:
            stop_growing(connection.connection.driver_connection)
        yield store


def test_a_full_disk_is_told_by_commands_and_by_changes(full):
    found = trouble(lambda: [run(full, Open(f"a{n}", n)) for n in range(1, 2000)])
    assert found.code == "store_full"

    def fill() -> None:
        with full.changing() as connection:
            for n in range(2000):
                connection.execute(text("INSERT INTO parked VALUES (:n, 1, '2026-01-01', 'filled up')"), {"n": n})

    assert trouble(fill).code == "store_full"
    assert not rows(full, "parked")


def test_what_failed_is_told_also_where_the_database_has_rolled_back_by_itself(tmp_path):
    def fail(store: Store) -> None:
        with store.changing() as connection:
            connection.exec_driver_sql("ROLLBACK")  # as SQLite does when it cannot commit
            raise StoreTrouble("store_full")

    with create_store(f"sqlite:///{tmp_path / 'book.db'}") as store:
        assert trouble(fail, store).code == "store_full"


def test_a_damaged_file_is_told_as_such(tmp_path):
    path = tmp_path / "book.db"
    with create_store(f"sqlite:///{path}") as store:
        for n in range(1, 400):
            run(store, Open(f"a{n}", n))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreTrouble) as caught, open_store(f"sqlite:///{path}") as store:
        rows(store, "command")
    assert caught.value.code == "store_damaged"
