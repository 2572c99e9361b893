"""One night, two ways: loans in columns through the compiled kernel, and one by one through the interpreted one, leave the same rows."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from plimsoll.app.closing import close
from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.crew import Crew
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.database import schema
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.loan.book import Decision
from plimsoll.loan.look import Look
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.close import decide
from plimsoll.units.rate import Rate

pytest.importorskip("plimsoll.app.closing.hands", reason="the extra `fast` is not installed")

RULES = lawful_rules()
BEGUN_ON, LAST = date(2026, 1, 5), date(2026, 6, 20)
CUSTOMERS = 60
NEVER_RIGHT = 17 * 100 + 1
TOO_FINE = Rate(4_000_000_001, 10**13)
"""A rate whose products do not fit 64 bits: such a loan is always left to the interpreted kernel."""
NOT_COMPARED = {"close_run", "close_shard", "alembic_version", "book"}
NUMBERS = count(1)


@pytest.fixture
def make_book(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """A function that makes an empty book."""
    made: list[Store] = []

    def make() -> Store:
        name = f"plimsoll_close_{os.getpid()}_{next(NUMBERS)}"
        if kind == "sqlite":
            made.append(create_store(f"sqlite:///{tmp_path / name}.db"))
        else:
            made.append(create_store(str(request.getfixturevalue("postgres_server")(name, "template1"))))
        return made[-1]

    yield make
    for store in made:
        store.close()


def refuses_one(look: Look, day: int, rules: Rules) -> Decision:
    """Decide as the close does, but fail on one loan."""
    assert look.loan_id != NEVER_RIGHT, "this loan is never right"
    return decide(look, day, rules)


class Town:
    """Customers who draw, buy, pay too little, too much or not at all; the same for every book of one seed."""

    def __init__(self, store: Store, seed: int, crew: Crew | None = None) -> None:
        self.store = store
        self.crew = crew
        self.random = Random(seed)
        self.keys = 0

    def beginning(self) -> list[Any]:
        """Open everybody's account, and some loans of all kinds."""
        asked = []
        for customer in range(1, CUSTOMERS + 1):
            amounts = {"limit": "90000.00", "cash_limit": "90000.00", "later_limit": "20000.00", "currency": "CNY"}
            asked += [
                self.command("open_customer", BEGUN_ON, customer_id=customer),
                self.command("open_line", BEGUN_ON, customer_id=customer, loan_id=customer * 100, **amounts),
            ]
            for number in range(1, self.random.randint(1, 3) + 1):
                asked.append(self.draw(customer, number))
        return asked

    def draw(self, customer: int, number: int) -> Any:
        """Draw a loan in the first weeks."""
        drawn = self.command(
            "draw",
            BEGUN_ON + timedelta(days=self.random.randint(0, 30)),
            customer_id=customer,
            loan_id=customer * 100 + number,
            amount=f"{self.random.randint(10, 200)}00.00",
            currency="CNY",
            rate="0.0004",
            instalments=self.random.choice((3, 6, 12)),
            repayment=self.random.choice(("equal-instalment", "equal-principal", "interest-first", "bullet")),
        )
        return replace(drawn, rate=TOO_FINE) if customer % 10 == 0 and number == 1 else drawn

    def day(self, on: date) -> list[Any]:
        """Give what customers do on a day."""
        asked = []
        for customer in self.random.sample(range(1, CUSTOMERS + 1), 6):
            when = on + timedelta(days=self.random.choice((0, 0, 0, 1, 1, -2)))
            amount = {"amount": f"{self.random.randint(1, 40)}00.00", "currency": "CNY"}
            what = self.random.random()
            if what < 0.25:
                asked.append(self.command("purchase", on, customer_id=customer, loan_id=customer * 100, **amount))
            elif what < 0.9:
                loan_id = customer * 100 + self.random.randint(0, 3)
                asked.append(self.command("repay", max(when, BEGUN_ON), customer_id=customer, loan_id=loan_id, **amount))
            else:
                asked.append(self.command("repay", max(when, BEGUN_ON), customer_id=customer, **amount))
        return asked

    def command(self, name: str, on: date, **said: object) -> Any:
        """Read a command from words."""
        self.keys += 1
        return read_command({"key": f"k{self.keys}", "on": on.isoformat(), **said}, name)

    def live(self, last: date = LAST) -> int:
        """Live half a year, closing every day; give how many loans were due in all."""
        done = [one for one in self.do(self.beginning(), BEGUN_ON) if isinstance(one, Answer)]
        assert len(done) > 2 * CUSTOMERS
        due = 0
        for day in range(BEGUN_ON.toordinal(), last.toordinal() + 1):
            self.do(self.day(date.fromordinal(day)), date.fromordinal(day))
            due += sum(closed.night.due for closed in self.close(day))
        return due

    def do(self, commands: list[Any], on: date) -> list[Any]:
        """Execute commands; some are refused."""
        return list(execute_many(self.store, WIRING, commands, actor="town", now=noon(on), rules=RULES))

    def close(self, day: int) -> list[Any]:
        """Close through a day."""
        now = noon(date.fromordinal(day))
        orders = Orders(refuses_one, RULES, now, crew=self.crew)
        return list(close_through(self.store, day, orders, tape=None, scans=NEVER, now=now))


def noon(on: date) -> datetime:
    """Give an instant of a day."""
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of a book that do not tell how shards were cut."""
    tables = [table for table in schema.metadata.sorted_tables if table.name not in NOT_COMPARED]
    with store.engine.connect() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables}


def test_both_ways_leave_the_same_rows(make_book: Callable[[], Store], monkeypatch: pytest.MonkeyPatch) -> None:
    """Loans, accounts, credit, late money, payments of the next day and of the past, a loan that does not fit, one that always fails."""
    books = []
    for shard_loans, turned_min in ((7, 1), (1_000, 1), (50, 10**9)):
        monkeypatch.setattr(close, "SHARD_LOANS", shard_loans)
        monkeypatch.setattr(close, "TURNED_MIN", turned_min)
        store = make_book()
        due = Town(store, 20260105).live()
        assert due > 500
        books.append(everything(store))
        assert verify(store).breaches == {}
    assert {name: len(rows) for name, rows in books[0].items()} == {name: len(rows) for name, rows in books[-1].items()}
    for name in books[0]:
        assert books[0][name] == books[2][name], name
        assert books[1][name] == books[2][name], name
    assert [row[:2] for row in books[0]["parked"]] == [(17, NEVER_RIGHT)]
    kinds = {row[5] for row in books[0]["outbox"]}
    assert {"autopay", "bill", "late", "class"} <= kinds


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_processes_beside_this_one_leave_the_same_rows(make_book: Callable[[], Store], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, each with connections of its own."""
    monkeypatch.setattr(close, "SHARD_LOANS", 5)
    monkeypatch.setattr(close, "TURNED_MIN", 1)
    alone, helped = make_book(), make_book()
    last = BEGUN_ON + timedelta(days=45)
    Town(alone, 7).live(last)
    with Crew(helped.address.url, members=2) as crew:
        Town(helped, 7, crew).live(last)
    assert everything(helped) == everything(alone)
