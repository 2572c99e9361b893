"""What the processes do that get killed: post commands, or close days, telling over a pipe what was acknowledged."""

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from plimsoll.app.closing import close
from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.through import DAILY, close_through
from plimsoll.app.commit_together import GroupExecutor
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.rulebook.rules import load
from plimsoll.servicing.close import decide
from tests.toys import DAY, NOW, WIRING, Draw, Open, Repay, ToyRules

CUSTOMERS = 40
SHARD_LOANS = 7
TROUBLED_S = 0.05
RULES = load()
CLOSED_AT = datetime(2026, 12, 31, tzinfo=UTC)


def warm() -> None:
    """Close a day once, so that the children, which are forked from here, find the compiled kernel loaded."""
    with tempfile.TemporaryDirectory() as folder, create_store(f"sqlite:///{folder}/warm.db") as store:
        given = [Open("open", 1), Draw("draw", 1, 1, 100_000)]
        list(execute_many(store, WIRING, given, actor="test", now=NOW, rules=ToyRules))
        list(close_through(store, DAY.toordinal(), Orders(decide, RULES, CLOSED_AT), tape=None, scans=DAILY, now=CLOSED_AT))


warm()


def commands(round_number: int) -> Iterator[Any]:
    """Give the commands of one round, the same each time it is asked: repayments, and a draw now and then."""
    chance = random.Random(round_number)
    number = 0
    while True:
        number += 1
        key = f"{round_number}.{number}"
        customer_id = chance.randrange(1, CUSTOMERS + 1)
        on = DAY + timedelta(days=chance.randrange(40))
        if chance.random() < 0.1:
            yield Draw(key, customer_id, round_number * 100_000 + number, chance.randrange(1_000, 90_000), on)
        else:
            yield Repay(key, customer_id, chance.randrange(1, 3_000), on=on)


def post(url: str, round_number: int, acknowledged: int, pipe: Connection) -> None:
    """Post the commands of the round before once more, up to a few that were never acknowledged, then those of this round, for ever."""
    before = commands(round_number - 1)
    again = [next(before) for _ in range(acknowledged + 3)] if round_number > 1 else []
    with open_store(url) as store:
        pipe.send_bytes(b"ready")
        for command in again:
            say(store, command, None)
        ways = (one_by_one, in_files, together)
        ways[round_number % len(ways)](store, commands(round_number), pipe)


def say(store: Store, command: Any, pipe: Connection | None) -> None:
    """Execute a command until the store has answered; acknowledge the answer. A refusal stores nothing and is not acknowledged."""
    while True:
        try:
            outcome = execute(store, WIRING, command, actor="fault", now=NOW, rules=ToyRules)
        except StoreTrouble:
            time.sleep(TROUBLED_S)
            continue
        if isinstance(outcome, Answer) and pipe is not None:
            pipe.send_bytes(command.key.encode())
        if isinstance(outcome, Answer) or outcome.code != "store_busy":
            return


def one_by_one(store: Store, endless: Iterator[Any], pipe: Connection) -> None:
    """Post each command in a transaction of its own."""
    for command in endless:
        say(store, command, pipe)


def in_files(store: Store, endless: Iterator[Any], pipe: Connection) -> None:
    """Post files of 50 commands, in chunks of 20."""
    while True:
        batch = [next(endless) for _ in range(50)]
        try:
            outcomes = list(execute_many(store, WIRING, batch, actor="fault", now=NOW, rules=ToyRules, chunk=20))
        except StoreTrouble:
            for command in batch:
                say(store, command, pipe)
            continue
        for command, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Answer):
                pipe.send_bytes(command.key.encode())


def together(store: Store, endless: Iterator[Any], pipe: Connection) -> None:
    """Post through shared commits, ten commands under way at a time."""
    with GroupExecutor(store, WIRING, ToyRules) as executor:
        while True:
            batch = [next(endless) for _ in range(10)]
            futures = [executor.submit(command, actor="fault", now=NOW) for command in batch]
            for command, future in zip(batch, futures, strict=True):
                try:
                    outcome = future.result()
                except StoreTrouble:
                    say(store, command, pipe)
                    continue
                if isinstance(outcome, Answer):
                    pipe.send_bytes(command.key.encode())


def close_days(url: str, through: date, pipe: Connection) -> None:
    """Close every day up to and with one, in small shards, with the daily scan of the whole book."""
    close.SHARD_LOANS = SHARD_LOANS
    with open_store(url) as store:
        pipe.send_bytes(b"ready")
        orders = Orders(decide, RULES, CLOSED_AT)
        for closed in close_through(store, through.toordinal(), orders, tape=None, scans=DAILY, now=CLOSED_AT):
            assert not closed.night.parked, closed.night.parked
            pipe.send_bytes(str(closed.night.day).encode())
    pipe.send_bytes(b"done")
