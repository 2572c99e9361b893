"""One durable command at a time: ours, raw SQL writing the same rows, SQL functions, and django-hordak, alone and in 16 threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import psycopg

from bench.book import TABLES, Ours, repayments
from bench.postings import THREADS, Crew, Entry, batches, entries
from bench.report import Goal, Result
from bench.rivals import hordak, raw_sql, transfer_functions
from bench.setting import Setting
from bench.sown import PostgresPlace, Sown, SqlitePlace, sow
from bench.timing import Contestant, Measured, ratio, take_turns
from bench.written import Written

TITLE = "repayments a second, one durable transaction each"
OURS, RAW, FUNCTIONS, HORDAK = "plimsoll execute", "raw SQL, same rows", "SQL functions, one cash account", "django-hordak"
OF_RAW, OF_FUNCTIONS, OF_HORDAK = 0.40, 1.0, 3.0
T = TypeVar("T")
Do = Callable[[T], None]


class Field:
    """Contestants over one sown book; each takes its share of the customers at each turn, and what it opened is closed at the end."""

    def __init__(self, setting: Setting, sown: Sown, threads: int, first: int, per_turn: int) -> None:
        self.setting, self.sown, self.threads, self.first, self.per_turn = setting, sown, threads, first, per_turn
        self.contestants: list[Contestant] = []
        self.closers: list[Callable[[], None]] = []

    def enter(self, name: str, pieces: Sequence[T], open_one: Callable[[], tuple[Do[T], Callable[[], None]]]) -> None:
        """Enter a contestant that does the pieces, `per_turn` of them at each turn, with one connection a thread."""
        turns: Iterator[Sequence[T]] = batches(pieces, self.per_turn)
        crew = Crew(self.threads, open_one)
        self.closers.append(crew.leave)
        self.contestants.append(Contestant(name, lambda: crew.work(next(turns))))

    def copy(self) -> str:
        """Return the name of a fresh copy of the book."""
        name = f"copy_{self.threads}_{len(self.contestants)}"
        self.sown.place.copy("book", name)
        return name

    def ours(self, rounds: int) -> None:
        """Enter `execute`, or where there are threads, what lets them share commits; on one store."""
        ours = Ours(self.sown.place.copy("book", f"ours_{self.threads}"))
        self.closers.append(ours.close)
        commands: list[Any] = repayments(range(self.first + 1, self.first + rounds * self.per_turn + 1))
        execute = ours.execute if self.threads == 1 else ours.share
        self.enter(OURS, commands, lambda: (execute, lambda: None))

    def written(self) -> list[Written]:
        """Return the rows of this field's commands."""
        return self.sown.written[self.first :]

    def race(self, rounds: int) -> list[Measured]:
        """Let them take turns, and close what they opened."""
        server = self.setting.server
        try:
            return take_turns(
                self.contestants,
                rounds,
                server_cpu_s=server.cpu_s if server else None,
                between=self.setting.canary.try_again,
                step=lambda name: self.setting.step(f"command: {self.threads} at a time, {name}"),
            )
        finally:
            for close in reversed(self.closers):
                close()


def enter_raw_sqlite(field: Field, place: SqlitePlace) -> None:
    """Enter raw SQL on its own copy of the file."""
    sql, name = field.sown.statements(), field.copy()

    def open_one() -> tuple[Do[Written], Callable[[], None]]:
        connection = place.raw(name)
        return lambda one: raw_sql.write_sqlite(connection, sql, one), connection.close

    field.enter(RAW, field.written(), open_one)


def enter_raw_postgres(field: Field, place: PostgresPlace) -> None:
    """Enter raw SQL on PostgreSQL: a statement at a time, without waiting between them, and everything as one statement."""
    sql = field.sown.statements()
    at_once = raw_sql.one_statement({table.name: table for table in TABLES}, field.sown.written[0])
    ways: dict[str, Callable[[raw_sql.Connection, Written], None]] = {
        RAW: lambda connection, one: raw_sql.write_postgres(connection, sql, one),
        "raw SQL, pipelined": lambda connection, one: raw_sql.write_postgres_pipelined(connection, sql, one),
        "raw SQL, one statement": lambda connection, one: raw_sql.write_postgres_at_once(connection, at_once, one),
    }
    for name, write in ways.items():
        enter_postgres(field, name, place.server.database(f"bench_{field.copy()}"), field.written(), write)


def enter_postgres(field: Field, name: str, uri: str, pieces: Sequence[T], do: Callable[[raw_sql.Connection, T], None]) -> None:
    """Enter something done on a connection of psycopg."""

    def open_one() -> tuple[Do[T], Callable[[], None]]:
        connection = psycopg.connect(uri, autocommit=name == "raw SQL, one statement")
        return lambda piece: do(connection, piece), connection.close

    field.enter(name, pieces, open_one)


def enter_ledgers(field: Field, place: PostgresPlace, rounds: int) -> None:
    """Enter the two ledgers, which post the entries alone."""
    posted = entries(field.per_turn, rounds * field.per_turn, field.threads)
    for name, post in {FUNCTIONS: transfer_functions.post_shared, "SQL functions, none shared": transfer_functions.post_apart}.items():
        uri = place.server.fresh(f"bench_functions_{len(field.contestants)}")
        transfer_functions.lay_out(uri, field.per_turn)
        enter_postgres(field, name, uri, posted, post)
    book = hordak.lay_out(place.server)

    def open_hordak() -> tuple[Do[Entry], Callable[[], None]]:
        return lambda entry: hordak.post(book, entry), lambda: None

    field.enter(HORDAK, posted, open_hordak)


def run(setting: Setting, result: Result) -> None:
    """Fill `result` for both databases, one command at a time and in threads."""
    per_turn, rounds = setting.size(200, 1_000), setting.size(3, 5)
    for kind in ("sqlite", "postgresql"):
        sown = sow(setting, kind, 2 * per_turn * rounds)
        for at, threads in enumerate((1, THREADS)):
            field = Field(setting, sown, threads, at * per_turn * rounds, per_turn)
            field.ours(rounds)
            if isinstance(sown.place, SqlitePlace):
                enter_raw_sqlite(field, sown.place)
            elif isinstance(sown.place, PostgresPlace):
                enter_raw_postgres(field, sown.place)
                enter_ledgers(field, sown.place, rounds)
            report(result, kind, threads, field.race(rounds))
    result.canary_per_s = setting.canary.median()


def report(result: Result, kind: str, threads: int, measured: list[Measured]) -> None:
    """Add the rows and goals of one race."""
    how = "alone" if threads == 1 else f"{threads} threads"
    found = {one.name: one for one in measured}
    result.add(measured, f"{kind}, {how}", ours=OURS)
    if threads == 1:
        result.goals.append(Goal(f"{kind}, alone: share of raw SQL", ratio(found[OURS], found[RAW]), OF_RAW))
    for name, target in ((FUNCTIONS, OF_FUNCTIONS), (HORDAK, OF_HORDAK)):
        if name in found:
            result.goals.append(Goal(f"{kind}, {how}: × {name}", ratio(found[OURS], found[name]), target))
