"""Open a book by URL, make one, or upgrade one; each refusal says what is wrong and which command mends it."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, insert, inspect, select, text
from sqlalchemy.pool import QueuePool, StaticPool

from plimsoll.app.database import schema
from plimsoll.app.database.address import Address, read_address
from plimsoll.app.database.sqlite import BookFile
from plimsoll.app.database.sqlite import trouble as sqlite_trouble
from plimsoll.app.database.store import BUSY_S, CONNECTIONS_MAX, Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.ledger.chart import CODES

AT_ONCE, LATER = "full", "off"
"""When commits are on a SQLite disk: before they return, or when the system comes to it."""
PRAGMAS: Final = (
    "foreign_keys = on",
    "recursive_triggers = on",
    "cache_size = -65536",  # KiB
)
STATEMENTS_CACHED: Final = 256
SAFETY: Final = ("fsync", "full_page_writes", "synchronous_commit")
MAKE: Final = "Make the book first: plimsoll book create --db URL."
UPGRADE: Final = "Run: plimsoll book upgrade --db URL."
NEWER: Final = "Use the version of plimsoll that made it, or a later one."
EXTRA: Final = "Install it with: pip install 'plimsoll-credit[postgres]'."
REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", schema.REVISION)


def open_store(url: str, *, allow_unsafe: bool = False) -> Store:
    """Open the book at `url`. `allow_unsafe` accepts a PostgreSQL that may lose what it has committed.

    Raises StoreTrouble: store_url_malformed, driver_missing, store_unreachable, store_missing, store_schema_differs, store_not_durable.
    """
    address = read_address(url)
    if address.kind == "sqlite" and (address.path is None or not address.path.exists()):
        raise StoreTrouble("store_missing", address.shown(), MAKE)
    store = Store(address, _engine(address))
    try:
        with store.engine.connect() as connection:
            if not allow_unsafe:
                _check_durable(connection)
            _check_revision(connection, address)
    except BaseException:
        store.close()
        raise
    return store


def create_store(url: str, *, open_on: date = date.min, allow_unsafe: bool = False) -> Store:
    """Make an empty book at `url` and open it; entries are taken from the day `open_on`. A book that is there stays untouched.

    Raises StoreTrouble: store_exists, and what `open_store` raises.
    """
    address = read_address(url)
    if address.path is not None and not address.path.parent.is_dir():
        raise StoreTrouble("store_unreachable", f"there is no folder {address.path.parent}", "Make the folder first.")
    store = Store(address, _engine(address))
    try:
        with store.engine.connect() as connection:
            if not allow_unsafe:
                _check_durable(connection)
            with _changing(connection):
                if _revision(connection):
                    raise StoreTrouble("store_exists", address.shown())
                _migrate(connection)
                connection.execute(insert(schema.book).values(book_id=1, open_on=open_on, created_at=datetime.now(UTC)))
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def made_in_haste(url: str) -> Iterator[Store]:
    """Make an empty book, and open it for a time in which commits to a SQLite file return before they are on disk; left, all of it is.

    For a book that is made anew where the machine stops meanwhile. Raises what `create_store` raises.
    """
    create_store(url).close()
    address = read_address(url)
    with Store(address, _engine(address, LATER)) as store:
        yield store
    if address.path is not None:
        for file in (address.path, address.path.with_name(address.path.name + "-wal")):
            if file.exists():
                with file.open("rb+") as held:
                    os.fsync(held.fileno())


def upgrade_store(url: str, *, allow_unsafe: bool = False) -> tuple[str, str]:
    """Bring the tables of a book to this version, in one transaction; give the revision before and after."""
    address = read_address(url)
    if address.kind == "sqlite" and (address.path is None or not address.path.exists()):
        raise StoreTrouble("store_missing", address.shown(), MAKE)
    with Store(address, _engine(address)) as store, store.engine.connect() as connection:
        if not allow_unsafe:
            _check_durable(connection)
        with _changing(connection):
            before = _revision(connection)
            if not before:
                raise StoreTrouble("store_missing", address.shown(), MAKE)
            if before not in REVISIONS:
                raise StoreTrouble("store_schema_differs", f"the book is at {before}, newer than {schema.REVISION}", NEWER)
            _migrate(connection)
            return before, schema.REVISION


def _check_revision(connection: Connection, address: Address) -> None:
    found = _revision(connection)
    if not found:
        raise StoreTrouble("store_missing", address.shown(), MAKE)
    if found != schema.REVISION:
        remedy = UPGRADE if found in REVISIONS else NEWER
        raise StoreTrouble("store_schema_differs", f"the book is at {found}, this program at {schema.REVISION}", remedy)


def _revision(connection: Connection) -> str:
    """Give the revision of the tables, "" where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _check_durable(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    off = [name for name in SAFETY if connection.execute(text(f"SHOW {name}")).scalar() == "off"]
    if off:
        raise StoreTrouble("store_not_durable", "off: " + ", ".join(off), "Or allow it on purpose: --allow-unsafe.")


def _migrate(connection: Connection) -> None:
    """Run the migrations that are missing, then name the accounts of the chart."""
    from alembic.command import upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "plimsoll.app.database:migrations")
    config.attributes["connection"] = connection
    upgrade(config, "head")
    known = {row.account: row.code for row in connection.execute(select(schema.account))}
    assert all(CODES[number] == code for number, code in known.items()), "an account was given another number"
    missing = [{"account": number, "code": code} for number, code in enumerate(CODES) if number not in known]
    if missing:
        connection.execute(insert(schema.account), missing)


@contextmanager
def _changing(connection: Connection) -> Iterator[None]:
    """Run the block as one transaction, alone: two that make or upgrade a book at once wait for each other."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
    try:
        if not is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('plimsoll migration', 0))")
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        # A full disk makes SQLite roll back by itself.
        if not is_sqlite or connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("ROLLBACK")
        raise


def _engine(address: Address, synchronous: str = AT_ONCE) -> Engine:
    """Give an engine whose errors, where the store is to blame, come as StoreTrouble."""
    trouble: Callable[[Any], Exception] = sqlite_trouble
    if address.kind == "postgresql":
        engine, trouble = _postgres_engine(address)
    else:
        engine = _sqlite_engine(address, synchronous)

    def tell(context: ExceptionContext) -> Exception | None:
        failed = context.original_exception
        found = trouble(failed) if isinstance(failed, engine.dialect.loaded_dbapi.Error) else None
        return found if isinstance(found, StoreTrouble) else None

    event.listen(engine, "handle_error", tell)
    return engine


def _sqlite_engine(address: Address, synchronous: str) -> Engine:
    """Give an engine with a write-ahead log; whose commits are on disk before they return where synchronous is FULL."""

    def connect() -> sqlite3.Connection:
        connection = None
        try:
            connection = sqlite3.connect(
                address.path or ":memory:",
                timeout=BUSY_S,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=STATEMENTS_CACHED,
                factory=BookFile,
            )
            _write_ahead(connection)
            for pragma in (f"synchronous = {synchronous}", *PRAGMAS):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as failed:
            if connection is not None:
                connection.close()
            if failed.sqlite_errorname == "SQLITE_NOTADB":
                raise StoreTrouble("store_missing", f"{address.path} is not a database", MAKE) from failed
            raise sqlite_trouble(failed) from failed
        return connection

    if address.path is None:
        return create_engine("sqlite+pysqlite://", creator=connect, poolclass=StaticPool, isolation_level="AUTOCOMMIT")
    return create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=CONNECTIONS_MAX,
        max_overflow=0,
        pool_timeout=BUSY_S,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
    )


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a file to the write-ahead log, once in its life; two that switch at once do not wait for each other by themselves."""
    until = time.monotonic() + BUSY_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            connection.execute("PRAGMA journal_mode = wal")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def _postgres_engine(address: Address) -> tuple[Engine, Callable[[Any], Exception]]:
    """Give an engine, and what turns its driver's errors."""
    try:
        import psycopg  # noqa: F401 -- asked for by its own name, which is what the user has to install

        from plimsoll.app.database.driver_postgres import connect, trouble
    except ModuleNotFoundError as missing:
        raise StoreTrouble("driver_missing", str(missing), EXTRA) from None

    engine = create_engine(
        "postgresql+psycopg://",
        creator=partial(connect, address.url),
        pool_size=CONNECTIONS_MAX,
        max_overflow=0,
        pool_timeout=BUSY_S,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        use_native_hstore=False,
    )
    return engine, trouble
