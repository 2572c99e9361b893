"""Files of repayments: `execute_many`, raw bulk writing of the same rows, and django-hordak's `bulk_create`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from bench.book import TABLES, Ours, repayments
from bench.postings import batches, entries
from bench.report import Goal, Result
from bench.rivals import hordak, raw_sql
from bench.setting import Setting
from bench.sown import PostgresPlace, Sown, SqlitePlace, sow
from bench.timing import Contestant, Measured, ratio, take_turns
from bench.written import Written

TITLE = "repayments a second from a file, durable every 2,000"
OURS, HORDAK = "plimsoll execute_many", "django-hordak bulk_create"
RATE, OF_HORDAK = 5_000, 3.0
CHUNK = 2_000
T = TypeVar("T")


def in_turns(name: str, pieces: Sequence[T], per_turn: int, do: Callable[[Sequence[T]], object]) -> Contestant:
    """Return a contestant that does the next `per_turn` pieces at each turn."""
    turns: Iterator[Sequence[T]] = batches(pieces, per_turn)

    def turn() -> int:
        share = next(turns)
        do(share)
        return len(share)

    return Contestant(name, turn)


def raw(sown: Sown) -> tuple[str, Callable[[Sequence[Written]], None], Callable[[], None]]:
    """Return the raw limit of a database over a copy of the book: its name, what writes rows, and what closes it."""
    sown.place.copy("book", "raw")
    if isinstance(sown.place, SqlitePlace):
        file, sql = sown.place.raw("raw"), sown.statements()
        return "raw executemany, same rows", lambda rows: raw_sql.write_sqlite_many(file, sql, rows), file.close
    assert isinstance(sown.place, PostgresPlace)
    connection, tables = sown.place.raw("raw"), {table.name: table for table in TABLES}
    return "raw COPY, same rows", lambda rows: raw_sql.write_postgres_copy(connection, tables, rows), connection.close


def race(setting: Setting, sown: Sown, rounds: int) -> list[Measured]:
    """Let everybody take turns on copies of one book."""
    per_turn = sown.customers // rounds
    ours = Ours(sown.place.copy("book", "ours"))
    name, write, close = raw(sown)

    def write_all(rows: Sequence[Written]) -> None:
        for chunk in batches(rows, CHUNK):
            write(chunk)

    contestants = [
        in_turns(OURS, repayments(range(1, sown.customers + 1)), per_turn, ours.execute_many),
        in_turns(name, sown.written, per_turn, write_all),
    ]
    if isinstance(sown.place, PostgresPlace):
        book = hordak.lay_out(sown.place.server)
        posted = entries(per_turn, sown.customers, 1)
        contestants.append(in_turns(HORDAK, posted, per_turn, lambda share: hordak.post_many(book, share)))
    try:
        return take_turns(
            contestants,
            rounds,
            server_cpu_s=setting.server.cpu_s if setting.server else None,
            between=setting.canary.try_again,
            step=lambda who: setting.step(f"many: {sown.place.kind}, {who}"),
        )
    finally:
        close()
        ours.close()


def run(setting: Setting, result: Result) -> None:
    """Fill `result` for both databases."""
    rounds = setting.size(3, 5)
    for kind in ("sqlite", "postgresql"):
        measured = race(setting, sow(setting, kind, rounds * setting.size(2_000, 20_000)), rounds)
        result.add(measured, f"{kind}", ours=OURS)
        result.goals.append(Goal(f"{kind}: repayments a second", measured[0].rate(), RATE))
        if kind == "postgresql":
            result.goals.append(Goal(f"{kind}: × {HORDAK}", ratio(measured[0], measured[-1]), OF_HORDAK))
    result.canary_per_s = setting.canary.median()
