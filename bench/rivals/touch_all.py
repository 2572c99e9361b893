"""A nightly job in SQL that updates every loan: the day's interest added and rounded, days past due, bucket, in one statement.

It runs on a copy of the book's own tables. The three columns that such a job keeps and a book of facts does not need are added
to `loan_state` beforehand; what falls due, bills, entries and messages are left out, which is kind to it.
"""

from __future__ import annotations

import sqlite3
from datetime import date

import psycopg

COLUMNS = ("rate_ppm integer not null default 400", "past_due_days integer not null default 0", "bucket smallint not null default 0")

NIGHT = """
update loan_state set
    interest_minor = interest_minor + (principal_minor * rate_ppm + 500000) / 1000000,
    as_of = {day},
    past_due_days = coalesce({late}, 0),
    bucket = case when {late} > 180 then 7 else (coalesce({late}, 0) + 29) / 30 end
where status = 1
"""


def night_postgres(uri: str, day: date) -> int:
    """Run the job for a day in one durable transaction; return how many loans it updated."""
    sql = NIGHT.format(day="%(day)s", late="(%(day)s - oldest_due)")
    with psycopg.connect(uri) as connection:
        return connection.execute(sql.encode(), {"day": day}).rowcount


def night_sqlite(connection: sqlite3.Connection, day: date) -> int:
    """Run the job for a day in one durable transaction; return how many loans it updated."""
    sql = NIGHT.format(day=":day", late="cast(julianday(:day) - julianday(oldest_due) as integer)")
    connection.execute("begin immediate")
    count = connection.execute(sql, {"day": day.isoformat()}).rowcount
    connection.execute("commit")
    return count


def add_columns_postgres(uri: str) -> None:
    """Give the copy the job's columns, and the statistics that its plan needs."""
    with psycopg.connect(uri, autocommit=True) as connection:
        for column in COLUMNS:
            connection.execute(f"alter table loan_state add column {column}".encode())
        connection.execute("vacuum analyze loan_state")


def add_columns_sqlite(connection: sqlite3.Connection) -> None:
    """Give the copy the job's columns."""
    for column in COLUMNS:
        connection.execute(f"alter table loan_state add column {column}")
