"""A nightly job in SQL that updates every loan: the day's interest added and rounded, days past due, bucket, in one statement.

It runs on a copy of the states alone, packed as the book packs them (fill factor, indexes) but without triggers and keys to other tables.
The three columns that such a job keeps and a book of facts does not need are added beforehand. It is treated kindly: what falls due,
bills, entries, messages and the checkpoint are left out, the rate is the same for all and stands in the row, balances posted and the
packed state are not touched, there is no calendar and no grace, it is a bare statement on an open connection with no program to start,
and what it leaves behind is cleared up untimed. `bench/rivals/night_in_sql.py` is the same job with what falls due.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import psycopg

from bench.postgres import Server, served_s
from bench.sown import Place, PostgresPlace, SqlitePlace
from bench.timing import Sample, cpu_seconds

COLUMNS = ("rate_ppm integer not null default 400", "past_due_days integer not null default 0", "bucket smallint not null default 0")

NIGHT = """
update {table} set
    interest_minor = interest_minor + (principal_minor * rate_ppm + 500000) / 1000000,
    as_of = {day},
    past_due_days = coalesce({late}, 0),
    bucket = case when {late} > 180 then 7 else (coalesce({late}, 0) + 29) / 30 end{more}
where status = 1
"""
LATE = {"postgresql": "(%(day)s - oldest_due)", "sqlite": "cast(julianday(:day) - julianday(oldest_due) as integer)"}


SCHEMA = "touch"


def copy_states(place: Place, name: str) -> str:
    """Copy the states of a book, with their indexes, to where the job runs, and add its columns; return that name."""
    if isinstance(place, PostgresPlace):
        with psycopg.connect(place.server.database(f"bench_{name}"), autocommit=True) as connection:
            connection.execute(f"create schema {SCHEMA}".encode())
            connection.execute(f"create table {SCHEMA}.loan_state (like public.loan_state including all) with (fillfactor = 70)".encode())
            connection.execute(f"insert into {SCHEMA}.loan_state select * from public.loan_state".encode())
        add_columns(place, name, f"{SCHEMA}.loan_state")
        return name
    copied = f"{name}_touched"
    place.copy(name, copied)
    add_columns(place, copied)
    return copied


def add_columns(place: Place, name: str, table: str = "loan_state") -> None:
    """Add to states that are a job's own the columns that it keeps."""
    added = [f"alter table {table} add column {column}" for column in COLUMNS]
    if isinstance(place, PostgresPlace):
        with psycopg.connect(place.server.database(f"bench_{name}"), autocommit=True) as connection:
            for sql in (*added, f"vacuum analyze {table}"):
                connection.execute(sql.encode())
    else:
        file = place.raw(name)
        for sql in added:
            file.execute(sql)
        file.close()


def timed_night(place: Place, name: str, day: date, server: Server | None) -> Sample:
    """Run the job for a day in one durable transaction; every loan of the book counts. What it left behind is cleared up untimed."""
    table = f"{SCHEMA}.loan_state" if isinstance(place, PostgresPlace) else "loan_state"
    sample, _ = timed(place, name, day, server, (NIGHT.format(table=table, **words(place), more=""),))
    tidy_up(place, name, table)
    return sample


def words(place: Place) -> dict[str, str]:
    """Return how a kind of database says the day, and how late a loan is on it."""
    return {"day": "%(day)s" if place.kind == "postgresql" else ":day", "late": LATE[place.kind]}


def timed(place: Place, name: str, day: date, server: Server | None, statements: tuple[str, ...]) -> tuple[Sample, list[int]]:
    """Run the statements of a night in one durable transaction; return how long it took, and the rows that each of them wrote.

    The last one counts the loans. As for ours, pages are written out beforehand: a night comes a day after the last one.
    """
    if server:
        server.checkpoint()
    run: Callable[[], list[int]]
    if isinstance(place, PostgresPlace):
        connection = psycopg.connect(place.server.database(f"bench_{name}"))

        def run() -> list[int]:
            counts = [connection.execute(sql.encode(), {"day": day}).rowcount for sql in statements]
            connection.commit()
            return counts
    else:
        assert isinstance(place, SqlitePlace)
        file = place.raw(name)

        def run() -> list[int]:
            file.execute("begin immediate")
            counts = [file.execute(sql, {"day": day.isoformat()}).rowcount for sql in statements]
            file.execute("commit")
            return counts

    served, cpu, wall = served_s(server), cpu_seconds(), time.perf_counter()
    counts = run()
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    served = served_s(server) - served
    (connection if isinstance(place, PostgresPlace) else file).close()
    return Sample(counts[-1], wall, cpu + served), counts


def tidy_up(place: Place, name: str, table: str) -> None:
    """Clear up what updates left behind, as a database does by itself between two nights."""
    if isinstance(place, PostgresPlace):
        with psycopg.connect(place.server.database(f"bench_{name}"), autocommit=True) as connection:
            connection.execute(f"vacuum {table}".encode())
