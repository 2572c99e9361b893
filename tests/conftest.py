"""Books for tests: the same test runs on SQLite and on a real PostgreSQL, each time on a fresh database."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import settings

from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.store import Store

if TYPE_CHECKING:
    import psycopg

    from bench.postgres import Server

KINDS = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres)]
NUMBERS = count(1)
ROOMS = ("parity", "browser", "faults", "walks", "machine", "security")
# A machine that is busy with other tests is slow, and that is no mistake of what is tested: speed is measured by `make bench`.
# The default suite draws the same examples for the same code, so that a change is judged by what it changed;
# `make slow` (PLIMSOLL_EXAMPLES=new) draws new ones each time, and what they find becomes a case.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
settings.load_profile(os.environ.get("PLIMSOLL_EXAMPLES", "same"))
# Compile each file once, even where the machine says not to: two workers and a hundred programs read the same thousand files.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
MEMORY = Path("/dev/shm")
ROOM = 3 * 2**30


def is_roomy(folder: Path) -> bool:
    """Tell whether a folder that lies in memory is there and has room."""
    return os.access(folder, os.W_OK) and min(shutil.disk_usage(folder).free, psutil.virtual_memory().available) > ROOM


# A commit waits for the disk, also in a test. Where the machine has a folder in memory with room, databases of tests lie there.
if "TMPDIR" not in os.environ and is_roomy(MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


class Postgres:
    """A PostgreSQL for one worker. Called with the name of a new database and of the one to copy, it gives the address."""

    def __init__(self, server: "Server", connection: "psycopg.Connection") -> None:
        self.server, self.connection = server, connection

    def __call__(self, name: str, like: str) -> str:
        self.drop(name)
        self.connection.execute(f'create database "{name}" template "{like}"'.encode())
        return self.server.database(name)

    def drop(self, name: str) -> None:
        """Take a database away, and who is still connected to it: a thousand of them would be ten gigabytes."""
        self.connection.execute(f'drop database if exists "{name}" with (force)'.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A running PostgreSQL.

    PLIMSOLL_TEST_POSTGRES may name a server of your own (an address whose user may make databases); else one starts by itself.
    """
    import psycopg

    from bench.postgres import Server, serve

    with ExitStack() as held:
        if own := os.environ.get("PLIMSOLL_TEST_POSTGRES"):
            server = Server(own, 0)
        else:
            # Not in the folder of pytest: another run closes that folder to the user that the server runs as.
            folder = held.enter_context(tempfile.TemporaryDirectory(prefix="plimsoll-postgres-"))
            server = held.enter_context(serve(Path(folder) / "data"))
        yield Postgres(server, held.enter_context(psycopg.connect(server.database("postgres"), autocommit=True)))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres) -> str:
    """The name of a database that holds an empty book, to be copied."""
    name = f"plimsoll_template_{os.getpid()}"
    create_store(postgres_server(name, "template1")).close()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of an empty book, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    create_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a book."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"plimsoll_empty_{os.getpid()}_{next(NUMBERS)}"
    yield server(name, "template1")
    server.drop(name)


@pytest.fixture
def database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, empty book."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "book.db")
        yield f"sqlite:///{tmp_path / 'book.db'}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"plimsoll_{os.getpid()}_{next(NUMBERS)}"
    yield server(name, request.getfixturevalue("postgres_template"))
    server.drop(name)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that uses a book runs once on each."""
    return str(request.param)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """A fresh, empty book, open."""
    with open_store(database) as opened:
        yield opened


def pytest_configure(config: pytest.Config) -> None:
    """Hand the files to the workers in the order of their rooms, and not by how many tests they hold."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the rooms of long tests first: what comes last is short, so that no worker waits for the other in the end."""
    items.sort(key=lambda item: ROOMS.index(room) if (room := item.path.parent.name) in ROOMS else len(ROOMS))
