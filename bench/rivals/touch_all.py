"""A nightly job in SQL that updates every loan: the day's interest added and rounded, days past due, bucket, in one statement.

It runs on a copy of the book's own tables. The three columns that such a job keeps and a book of facts does not need are added
to `loan_state` beforehand; what falls due, bills, entries and messages are left out, which is kind to it.
"""

from __future__ import annotations

import time
from datetime import date

import psycopg

from bench.postgres import Server
from bench.sown import Place, PostgresPlace, SqlitePlace
from bench.timing import Sample, cpu_seconds

COLUMNS = ("rate_ppm integer not null default 400", "past_due_days integer not null default 0", "bucket smallint not null default 0")

NIGHT = """
update {table} set
    interest_minor = interest_minor + (principal_minor * rate_ppm + 500000) / 1000000,
    as_of = {day},
    past_due_days = coalesce({late}, 0),
    bucket = case when {late} > 180 then 7 else (coalesce({late}, 0) + 29) / 30 end
where status = 1
"""


SCHEMA = "touch"


def copy_states(place: Place, name: str) -> str:
    """Copy the states of a book, with their indexes, to where the job runs, and add its columns; return that name."""
    return _copy_postgres(place, name) if isinstance(place, PostgresPlace) else _copy_sqlite(place, name)


def _copy_postgres(place: PostgresPlace, name: str) -> str:
    with psycopg.connect(place.server.database(f"bench_{name}"), autocommit=True) as connection:
        connection.execute(f"create schema {SCHEMA}".encode())
        connection.execute(f"create table {SCHEMA}.loan_state (like public.loan_state including all) with (fillfactor = 70)".encode())
        connection.execute(f"insert into {SCHEMA}.loan_state select * from public.loan_state".encode())
        for column in COLUMNS:
            connection.execute(f"alter table {SCHEMA}.loan_state add column {column}".encode())
        connection.execute(f"vacuum analyze {SCHEMA}.loan_state".encode())
    return name


def _copy_sqlite(place: Place, name: str) -> str:
    place.copy(name, "touched")
    connection = place.raw("touched")
    for column in COLUMNS:
        connection.execute(f"alter table loan_state add column {column}")
    connection.close()
    return "touched"


def timed_night(place: Place, name: str, day: date, server: Server | None) -> Sample:
    """Run the job for a day in one durable transaction; every loan of the book counts. What it left behind is cleared up untimed.

    As for ours, pages are written out beforehand: a night comes a day after the last one.
    """
    if server:
        server.checkpoint()
    served, cpu, wall = server.cpu_s() if server else 0.0, cpu_seconds(), time.perf_counter()
    count = _night_postgres(place, name, day) if isinstance(place, PostgresPlace) else _night_sqlite(place, name, day)
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    served = server.cpu_s() - served if server else 0.0
    if isinstance(place, PostgresPlace):
        with psycopg.connect(place.server.database(f"bench_{name}"), autocommit=True) as connection:
            connection.execute(f"vacuum {SCHEMA}.loan_state".encode())
    return Sample(count, wall, cpu + served)


def _night_postgres(place: PostgresPlace, name: str, day: date) -> int:
    sql = NIGHT.format(table=f"{SCHEMA}.loan_state", day="%(day)s", late="(%(day)s - oldest_due)")
    with psycopg.connect(place.server.database(f"bench_{name}")) as connection:
        return connection.execute(sql.encode(), {"day": day}).rowcount


def _night_sqlite(place: Place, name: str, day: date) -> int:
    sql = NIGHT.format(table="loan_state", day=":day", late="cast(julianday(:day) - julianday(oldest_due) as integer)")
    assert isinstance(place, SqlitePlace)
    connection = place.raw(name)
    connection.execute("begin immediate")
    count = connection.execute(sql, {"day": day.isoformat()}).rowcount
    connection.execute("commit")
    connection.close()
    return count
