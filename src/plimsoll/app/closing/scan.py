"""Read many customers at once, as rows of plain values: what the close, the tape and the proof of a book go through.

Days come as day numbers (0 for none). Everything read through one `Snapshot` is of one moment.
"""

# ruff: noqa: S608 -- every name comes from the schema, every value is a parameter.

import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Date, LargeBinary, Table

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.ledger.chart import CHART
from plimsoll.loan.facts import Fact
from plimsoll.units.pack import unpack

SHARD_CUSTOMERS: Final = 2_000
PAGE: Final = 10_000
ID_MAX: Final = 2**63 - 1
WORK_MEM: Final = "'64MB'"
"""What PostgreSQL may use to sort a part of the book in memory."""

_AGENDA: Final = """
SELECT {next_on}, customer_id, loan_id FROM loan_state
WHERE next_on <= ? AND (next_on, customer_id, loan_id) > (?, ?, ?) AND customer_id % ? = ?
ORDER BY next_on, customer_id, loan_id LIMIT ?
"""
_AGENDA_DAY: Final = "SELECT min(next_on) FROM loan_state WHERE next_on > ? AND next_on <= ?"
"""The next day on the agenda: one look into the index."""
_AGENDA_IDS: Final = "SELECT customer_id, loan_id FROM loan_state WHERE next_on = ? ORDER BY customer_id, loan_id"
"""Those of one day, as the index has them."""
_AGENDA_IDS_POSTGRES: Final = (
    "SELECT string_agg(int8send(customer_id), ''), string_agg(int8send(loan_id), '') FROM (" + _AGENDA_IDS.replace("?", "%s") + ") AS due"
).encode()
"""Two columns in one row, the numbers of each end to end: a million loans cost neither a row nor an object each."""
_BOUNDS: Final = """
SELECT customer_id FROM (SELECT customer_id, row_number() OVER (ORDER BY customer_id) AS place FROM line) AS placed
WHERE place % ? = {first} ORDER BY customer_id
"""


_IN_STATUS: Final = """
SELECT st.customer_id, st.loan_id, lo.currency, lo.terms, st.state, {as_of}, {next_on} FROM loan_state st
JOIN loan lo ON lo.customer_id = st.customer_id AND lo.loan_id = st.loan_id
WHERE st.customer_id >= ? AND st.customer_id < ? AND st.status = ? ORDER BY st.customer_id, st.loan_id
"""
_MISNUMBERED: Final = """
SELECT li.customer_id FROM line li
LEFT JOIN (SELECT customer_id, count(*) AS found, min(n) AS first, max(n) AS last FROM filing GROUP BY customer_id) fi
    ON fi.customer_id = li.customer_id
WHERE li.filings_count <> coalesce(fi.found, 0) OR fi.first <> 1 OR fi.last <> fi.found ORDER BY li.customer_id
"""
_MISNUMBERED_DOSSIERS: Final = """
SELECT ds.kind, ds.subject FROM dossier ds
LEFT JOIN (SELECT kind, subject, count(*) AS found, min(n) AS first, max(n) AS last FROM dossier_filing GROUP BY kind, subject) fi
    ON fi.kind = ds.kind AND fi.subject = ds.subject
LEFT JOIN (SELECT kind, subject, count(*) AS found, min(command_n) AS first, max(command_n) AS last
    FROM dossier_command GROUP BY kind, subject) co ON co.kind = ds.kind AND co.subject = ds.subject
WHERE ds.filings_count <> coalesce(fi.found, 0) OR fi.first <> 1 OR fi.last <> fi.found
    OR ds.commands_count <> coalesce(co.found, 0) OR co.first <> 1 OR co.last <> co.found
ORDER BY ds.kind, ds.subject
"""
_ANSWERS: Final = """
SELECT au.customer_id, co.answer FROM audit au JOIN command co ON co."key" = au."key"
WHERE au.name IN ({marks}) AND au.customer_id >= ? AND au.customer_id < ? ORDER BY au.customer_id, au.command_n
"""


class Due(NamedTuple):
    """A loan on the agenda: the day on which something happens, whose it is, and which."""

    next_on: int
    customer_id: int
    loan_id: int


class Packed(NamedTuple):
    """A loan in a status, with its terms and its cached state, packed; `next_on` is 0 where nothing is to happen."""

    customer_id: int
    loan_id: int
    currency: str
    terms: bytes
    state: bytes
    as_of: int
    next_on: int


class Snapshot:
    """A book as it stood at one moment; use `snapshot`."""

    def __init__(self, kind: str, driver: Any) -> None:
        self.kind = kind
        self.driver = driver

    def rows(self, table: Table, names: Sequence[str], first: int, until: int) -> list[tuple[Any, ...]]:
        """Read some columns of all rows of the customers from `first` up to and without `until`, in the order of the key."""
        return self._read(_select(self.kind, table, tuple(names)), (first, until))

    def loans(self, status: int, first: int, until: int) -> Iterator[Packed]:
        """Read the loans in a status of the customers from `first` up to and without `until`, in the order of customers."""
        days = {name: _day_number(self.kind, schema.loan_state.c[name], "st.") for name in ("as_of", "next_on")}
        yield from map(Packed._make, self._read(_IN_STATUS.format(**days), (first, until, status)))

    def bounds(self, customers: int = SHARD_CUSTOMERS) -> list[tuple[int, int]]:
        """Give ranges of customer ids that hold at most so many customers each, in order, covering all of them."""
        statement = _BOUNDS.format(first=1 if customers > 1 else 0)
        starts = [row[0] for row in self._read(statement, (customers,))]
        return list(zip(starts, [*starts[1:], ID_MAX][: len(starts)], strict=True))

    def due(self, day: int, *, shard: int = 0, shards: int = 1, page: int = PAGE) -> Iterator[Due]:
        """Read the agenda up to and with a day, in the order of days, then customers; `shard` of `shards` splits it by customer."""
        statement = _AGENDA.format(next_on=_day_number(self.kind, schema.loan_state.c.next_on))
        after: tuple[object, ...] = (self._day(1), -(2**63), -(2**63))
        while True:
            found = self._read(statement, (self._day(day), *after, shards, shard, page))
            yield from (Due(*row) for row in found)
            if len(found) < page:
                return
            after = (self._day(found[-1][0]), *found[-1][1:])

    def due_ids(self, day: int) -> "tuple[array[int], array[int], tuple[int, ...]]":
        """Read whose loans are due on a day or before, and which, in the order of customers and loans; and the days they are due on.

        As a rule that is one day; where a night was left out, or loans were set aside, there are more.
        """
        customers, loans = array("q"), array("q")
        days: list[int] = []
        while (stored := self._read(_AGENDA_DAY, (self._day(days[-1] if days else 1), self._day(day)))[0][0]) is not None:
            due_on = stored if isinstance(stored, date) else date.fromisoformat(stored)
            days.append(due_on.toordinal())
            found = self._due_on(stored)
            customers += found[0]
            loans += found[1]
        if len(days) > 1:
            both = sorted(zip(customers, loans, strict=True))
            customers, loans = (array("q", [pair[column] for pair in both]) for column in range(2))
        return customers, loans, tuple(days)

    def first_due(self, day: int) -> object:
        """Read the first day up to and with a day on which a loan is due, None for none.

        On PostgreSQL this passes what has left the agenda and marks it as gone in the index, so that the next to look need not.
        """
        return self._read(_AGENDA_DAY, (self._day(1), self._day(day)))[0][0]

    def _due_on(self, stored: object) -> "tuple[array[int], array[int]]":
        """Read whose loans are due on one day, and which."""
        if self.kind == "postgresql":
            found = self.driver.execute(_AGENDA_IDS_POSTGRES, (stored,), binary=True).pgresult
            return longs_of(found.get_value(0, 0)), longs_of(found.get_value(0, 1))
        rows = self._read(_AGENDA_IDS, (stored,))
        return array("q", [row[0] for row in rows]), array("q", [row[1] for row in rows])

    def misnumbered(self) -> list[int]:
        """Read the customers whose filings are not numbered from 1 without a gap up to the count on their line."""
        return [row[0] for row in self._read(_MISNUMBERED, ())]

    def misnumbered_dossiers(self) -> list[str]:
        """Read the dossiers whose entries, or commands, are not numbered from 1 without a gap up to their counts: kind and subject."""
        return [f"{row[0]} {row[1]}" for row in self._read(_MISNUMBERED_DOSSIERS, ())]

    def bodies_of(self, kind: str, first: int, until: int) -> list[tuple[int, str]]:
        """Read the bodies of the filings of a kind, of customers from `first` up to and without `until`, the last of each at the end."""
        statement = "SELECT customer_id, body FROM filing WHERE kind = ? AND customer_id >= ? AND customer_id < ? ORDER BY customer_id, n"
        return self._read(statement, (kind, first, until))

    def answers_of(self, names: Sequence[str], first: int, until: int) -> list[tuple[int, str]]:
        """Read what commands of some names answered, of customers from `first` up to and without `until`, the last of each at the end."""
        return self._read(_ANSWERS.format(marks=", ".join("?" * len(names))), (*names, first, until))

    def standing_accruals(self) -> list[tuple[int, str, str, int, int]]:
        """Read every row of the standing accrual: day, product, currency, number of the account, minor units."""
        table = schema.standing_accrual
        day = _day_number(self.kind, table.c.accrued_on)
        return self._read(f"SELECT {day}, product, currency, account, minor FROM standing_accrual ORDER BY accrued_on", ())

    def close_sums(self) -> list[tuple[int, str]]:
        """Read what every day that was closed, or is being closed, tells of its totals: day, JSON."""
        day = _day_number(self.kind, schema.close_run.c.closed_on)
        return self._read(f"SELECT {day}, sums FROM close_run", ())

    def sum_legs(self) -> list[tuple[str, int, int]]:
        """Read the balance of every account that was posted to: currency, number of the account, minor units."""
        return self._read("SELECT currency, account, CAST(sum(minor) AS BIGINT) FROM journal GROUP BY 1, 2 ORDER BY 1, 2", ())

    def sum_legs_until(self, day: int) -> list[tuple[str, int, int, int]]:
        """Read balances as posted by a day: currency, 1 for legs of loans and 0 for a customer's own, account, minor units."""
        statement = (
            "SELECT currency, CASE WHEN loan_id = 0 THEN 0 ELSE 1 END, account, CAST(sum(minor) AS BIGINT) FROM journal "
            "WHERE posted_on <= ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
        return self._read(statement, (self._day(day),))

    def posted_until(self, customer_id: int, loan_id: int, day: int) -> list[int]:
        """Read what was posted for one loan by a day, by account of the chart."""
        statement = (
            "SELECT account, CAST(sum(minor) AS BIGINT) FROM journal "
            "WHERE customer_id = ? AND loan_id = ? AND posted_on <= ? GROUP BY account"
        )
        posted = [0] * len(CHART)
        for account, minor in self._read(statement, (customer_id, loan_id, self._day(day))):
            posted[account] = minor
        return posted

    def facts(self, customer_id: int, loan_id: int) -> tuple[Fact, ...]:
        """Read all facts of one loan, in the order recorded."""
        effective_on = _day_number(self.kind, schema.fact.c.effective_on)
        statement = f"SELECT kind, {effective_on}, amount_minor, a, b, more FROM fact WHERE customer_id = ? AND loan_id = ? ORDER BY n"
        return tuple(
            Fact(kind, on, amount_minor, a, b, tuple(unpack(more)) if more else ())
            for kind, on, amount_minor, a, b, more in self._read(statement, (customer_id, loan_id))
        )

    def _day(self, day: int) -> object:
        found = date.fromordinal(day)
        return found if self.kind == "postgresql" else found.isoformat()

    def _read(self, statement: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        if self.kind == "postgresql":
            found = self.driver.execute(statement.replace("%", "%%").replace("?", "%s").encode(), parameters, binary=True)
        else:
            found = self.driver.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = found.fetchall()
        return rows


def longs_of(joined: bytes | None) -> "array[int]":
    """Give the numbers that `int8send` wrote, end to end."""
    longs = array("q", joined or b"")
    if sys.byteorder == "little":
        longs.byteswap()
    return longs


@contextmanager
def snapshot(store: Store) -> Iterator[Snapshot]:
    """Give the book as it stands now; writers go on meanwhile."""
    kind = store.address.kind
    with store.driver() as driver:
        driver.execute("BEGIN" if kind == "sqlite" else f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = {WORK_MEM}")
        try:
            yield Snapshot(kind, driver)
        finally:
            if not getattr(driver, "closed", False):
                # Nothing was written. After a ROLLBACK the driver of PostgreSQL would let go of everything that is prepared.
                driver.execute("ROLLBACK" if kind == "sqlite" else "COMMIT")


@cache
def _select(kind: str, table: Table, names: tuple[str, ...]) -> str:
    chosen = ", ".join(_chosen(kind, table.c[name]) for name in names)
    key = ", ".join(column.name for column in table.primary_key)
    return f"SELECT {chosen} FROM {table.name} WHERE customer_id >= ? AND customer_id < ? ORDER BY {key}"


def _chosen(kind: str, column: Column[Any]) -> str:
    """Give the SQL that reads a column: a day by its number, and bytes as bytes, also where somebody made text of them."""
    if isinstance(column.type, Date):
        return _day_number(kind, column)
    return f"CAST({column.name} AS BLOB)" if kind == "sqlite" and isinstance(column.type, LargeBinary) else column.name


def _day_number(kind: str, column: Column[Any], of: str = "") -> str:
    """Give the SQL that turns a DATE into its day number, none into 0; `of` names the table where several are read."""
    if kind == "postgresql":
        return f"coalesce({of}{column.name} - DATE '0001-01-01' + 1, 0)"
    return f"coalesce(CAST(julianday({of}{column.name}) - 1721424.5 AS INTEGER), 0)"
