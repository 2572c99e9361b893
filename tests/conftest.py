"""Books for tests: the same test runs on SQLite and on a real PostgreSQL, each time on a fresh database."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.store import Store

KINDS = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres)]
NUMBERS = count(1)
# A machine that is busy with other tests is slow, and that is no mistake of what is tested: speed is measured by `make bench`.
# The default suite draws the same examples for the same code, so that a change is judged by what it changed;
# `make slow` (PLIMSOLL_EXAMPLES=new) draws new ones each time, and what they find becomes a case.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
settings.load_profile(os.environ.get("PLIMSOLL_EXAMPLES", "same"))
# Compile each file once, even where the machine says not to: two workers and a hundred programs read the same thousand files.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[str, str], str]]:
    """A running PostgreSQL as a function: name of a new database and of the one to copy -> its address.

    PLIMSOLL_TEST_POSTGRES may name a server of your own (an address whose user may make databases); else one starts by itself.
    """
    own = os.environ.get("PLIMSOLL_TEST_POSTGRES")
    if own:
        from bench.postgres import Server

        yield lambda name, like: Server(own, 0).fresh(name, like=like)
        return
    from bench.postgres import serve

    # Not in the folder of pytest: another run closes that folder to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="plimsoll-postgres-") as folder, serve(Path(folder) / "data") as server:
        yield lambda name, like: server.fresh(name, like=like)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Callable[[str, str], str]) -> str:
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
def empty_database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> str:
    """The address of a database without a book."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("postgres_server")(f"plimsoll_empty_{os.getpid()}_{next(NUMBERS)}", "template1"))


@pytest.fixture
def database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> str:
    """The address of a fresh, empty book."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "book.db")
        return f"sqlite:///{tmp_path / 'book.db'}"
    template = request.getfixturevalue("postgres_template")
    return str(request.getfixturevalue("postgres_server")(f"plimsoll_{os.getpid()}_{next(NUMBERS)}", template))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that uses a book runs once on each."""
    return str(request.param)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """A fresh, empty book, open."""
    with open_store(database) as opened:
        yield opened
