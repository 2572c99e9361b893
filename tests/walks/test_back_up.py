"""A backup is one moment of a book, and a book that comes back from it sends nothing twice: the bank remembers what the house forgot."""

import json
import shutil
import threading
from collections import Counter
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from plimsoll.app.back_up import MANIFEST, back_up
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.outbox import RELEASED, SENT, Message, delivered, held, holds, settle_held, waiting
from plimsoll.app.database.schema import metadata, outbox
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer, execute
from plimsoll.app.restore import restore
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.book import app
from plimsoll.rulebook.rules import load

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
RULES = load()
DRAWS = count(1)


def do(store: Store, name: str, customer_id: int, **said: object) -> None:
    """Do a command; anything but an answer is a bug of the test."""
    command = read_command({"key": f"{name} {customer_id} {next(DRAWS)}", "customer_id": customer_id, "on": "2026-07-01", **said}, name)
    outcome = execute(store, WIRING, command, actor="test", now=NOW, rules=RULES)
    assert isinstance(outcome, Answer), outcome


def lend(store: Store, customer_id: int) -> None:
    """Open a customer with a line and pay out a draw: one message for the bank among others."""
    do(store, "open_customer", customer_id)
    do(
        store,
        "open_line",
        customer_id,
        currency="CNY",
        limit="20000.00",
        cash_limit="20000.00",
        later_limit="0.00",
        cash_product="cash-line",
    )
    do(store, "draw", customer_id, loan_id=1, amount="1000.00", currency="CNY", rate="0.0004", instalments=3, repayment="equal-instalment")


class RememberingBank:
    """A bank that pays what it is told and never forgets: how often it was told of each payment."""

    def __init__(self) -> None:
        self.told: Counter[tuple[int, int, int]] = Counter()

    def hear(self, messages: list[Message]) -> None:
        """Pay what is to be paid."""
        self.told.update((one.customer_id, one.command_n, one.n) for one in messages if one.kind == "pay_out")


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table, in order."""
    with store.engine.connect() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in metadata.sorted_tables}


@pytest.fixture
def second(kind: str, empty_database: str, tmp_path: Path) -> str:
    """The address of a place without a book, of the same database."""
    return empty_database


def test_a_restored_book_sends_nothing_twice(store: Store, second: str, tmp_path: Path) -> None:
    bank = RememberingBank()
    for customer_id in (1, 2, 3):
        lend(store, customer_id)
    first = waiting(store)
    sent = [one for one in first if one.customer_id == 1]
    bank.hear(sent)
    delivered(store, sent, NOW)
    made = back_up(store, tmp_path / "backup", NOW)
    assert made.rows > 0
    # Between the backup and the loss: customer 2 is paid out, customer 3 is not.
    paid = [one for one in waiting(store) if one.customer_id == 2]
    bank.hear(paid)
    delivered(store, paid, NOW)
    found = restore(tmp_path / "backup", second, NOW)
    with open_store(second, allow_unsafe=True) as back:
        assert verify(back).is_proved
        assert waiting(back) == [], "what may have left is held back"
        kept = held(back)
        assert found.held == len(kept) == len([one for one in first if one.customer_id != 1])
        assert {one.kind: one.messages for one in holds(back)} == Counter(one.kind for one in kept)
        # The bank is asked: what it knows had left, the rest may go.
        knows = [one for one in kept if one.customer_id == 2]
        assert settle_held(back, knows, SENT, actor="treasury", reason="bank statement", at=NOW) == len(knows)
        assert settle_held(back, [*knows, *kept], RELEASED, actor="treasury", reason="not at the bank", at=NOW) == len(kept) - len(knows)
        again = waiting(back)
        assert {one.customer_id for one in again} == {3}
        bank.hear(again)
        delivered(back, again, NOW)
        assert waiting(back) == held(back) == []
    assert sorted(bank.told) == sorted({(one.customer_id, one.command_n, one.n) for one in first if one.kind == "pay_out"})
    assert set(bank.told.values()) == {1}, "nobody was paid twice"


def test_what_comes_back_is_what_was_there(store: Store, second: str, tmp_path: Path) -> None:
    for customer_id in range(1, 6):
        lend(store, customer_id)
    delivered(store, waiting(store), NOW)
    before = rows_of(store)
    back_up(store, tmp_path / "backup", NOW)
    restored = restore(tmp_path / "backup", second, NOW)
    assert restored.held == 0
    with open_store(second, allow_unsafe=True) as back:
        assert rows_of(back) == before
        lend(back, 6)  # it takes commands again


def test_a_backup_is_one_moment_while_commands_go_on(store: Store, second: str, tmp_path: Path) -> None:
    for customer_id in range(1, 4):
        lend(store, customer_id)
    stop = threading.Event()

    def write() -> None:
        customer_id = 100
        while not stop.is_set():
            customer_id += 1
            lend(store, customer_id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            back_up(store, tmp_path / f"backup {n}", NOW)
    finally:
        stop.set()
        writer.join()
    restore(tmp_path / "backup 2", second, NOW)
    with open_store(second, allow_unsafe=True) as back:
        assert verify(back).is_proved


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_cannot_be_trusted_is_refused_and_leaves_nothing(store: Store, second: str, tmp_path: Path) -> None:
    lend(store, 1)
    backup = tmp_path / "backup"
    back_up(store, backup, NOW)
    for code, spoil in (
        ("backup_missing", lambda folder: (folder / MANIFEST).unlink()),
        ("backup_damaged", lambda folder: (folder / MANIFEST).write_text("{")),
        ("backup_damaged", lambda folder: (folder / "book.db").unlink()),
        ("backup_damaged", lambda folder: flip(folder / "book.db")),
        ("backup_damaged", lambda folder: change(folder / MANIFEST, format="plimsoll backup 9")),
        ("backup_damaged", lambda folder: change(folder / MANIFEST, files={"../book.db": {"bytes": 1, "sha256": "0"}})),
        ("backup_differs", lambda folder: change(folder / MANIFEST, kind="postgresql")),
        ("backup_differs", lambda folder: change(folder / MANIFEST, revision="0001")),
    ):
        spoiled = tmp_path / "spoiled"
        shutil.copytree(backup, spoiled)
        spoil(spoiled)
        with pytest.raises(StoreTrouble) as raised:
            restore(spoiled, second, NOW)
        assert raised.value.code == code
        shutil.rmtree(spoiled)
        assert not [path for path in tmp_path.iterdir() if "empty" in path.name]
    with pytest.raises(StoreTrouble, match="overwrites nothing"):
        back_up(store, backup, NOW)
    with pytest.raises(StoreTrouble) as raised:
        restore(backup, f"sqlite:///{store.address.path}", NOW)
    assert raised.value.code == "store_exists"


def flip(path: Path) -> None:
    """Change one byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def change(path: Path, **said: object) -> None:
    """Change what a manifest says."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **said}))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_by_the_command_line(store: Store, second: str, tmp_path: Path) -> None:
    lend(store, 1)
    run = CliRunner().invoke
    here = f"sqlite:///{store.address.path}"
    made = run(app, ["backup", str(tmp_path / "b"), "--db", here, "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["open_on"] == date.min.isoformat()
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0, "nobody else may read it"
    back = run(app, ["restore", str(tmp_path / "b"), "--db", second, "--json"])
    assert back.exit_code == 0, back.output
    assert json.loads(back.stdout)["proved"] is True
    found = json.loads(run(app, ["held", "--db", second, "--json"]).stdout)
    assert "pay_out" in {one["kind"] for one in found}
    settled = run(app, ["settle", "--db", second, "--verdict", "sent", "--actor", "a", "--reason", "b", "--kind", "pay_out", "--json"])
    assert json.loads(settled.stdout) == {"settled": 1, "verdict": "sent"}
    with open_store(second) as book, book.engine.connect() as connection:
        assert connection.scalar(select(outbox.c.delivered_at).where(outbox.c.kind == "pay_out")) is not None
