"""The SQL of the hot path, made from the schema once: plain text with the mark of the driver, `?` for SQLite, `%s` for PostgreSQL."""

# ruff: noqa: S608 -- every name comes from the schema, every value is a parameter.

from functools import cache
from typing import Final

from sqlalchemy import Table

from plimsoll.app.database.schema import loan_state, work_item

STATE_KEY: Final = ("customer_id", "loan_id")
STATE_VALUES: Final = tuple(column.name for column in loan_state.columns if column.name not in STATE_KEY)
LINE_TERMS: Final = (
    "limit_minor",
    "used_minor",
    "cash_limit_minor",
    "cash_used_minor",
    "later_limit_minor",
    "later_used_minor",
    "credit_minor",
    "currency",
    "status",
)
LOAD_TERMS: Final = ("load_currency", "load_capacity_minor", "load_room_minor", "load_stress_ppb", "load_on")
LINE_CHANGES: Final = ("used_minor", "cash_used_minor", "later_used_minor", "credit_minor", "commands_count", "filings_count")

SEEN: Final = "SELECT key, digest, answer FROM command WHERE key "
OPEN_ON: Final = "SELECT open_on FROM book"
MOVE_OPEN_ON: Final = "UPDATE book SET open_on = ? WHERE open_on < ?"

_LINE_READ: Final = (*LINE_TERMS, "commands_count", "filings_count", *LOAD_TERMS)
LINE_WORDS: Final = ("currency", "status", "load_currency")
LINE_NUMBERS: Final = ("customer_id", *(name for name in _LINE_READ if name not in LINE_WORDS))
LINE_READ: Final = slice(1, 1 + len(LINE_NUMBERS))
"""Where the numbers of a line stand in a row of CUSTOMER: after the day on which the customer was opened, and before its words."""
CUSTOMER_COLUMNS: Final = "cu.opened_on, " + ", ".join(f"li.{name}" for name in (*LINE_NUMBERS, *LINE_WORDS))
CUSTOMER_WIDTH: Final = 1 + len(LINE_NUMBERS) + len(LINE_WORDS)
OF_CUSTOMER: Final = " FROM line li JOIN customer cu ON cu.customer_id = li.customer_id WHERE li.customer_id "
CUSTOMER: Final = f"SELECT {CUSTOMER_COLUMNS}{OF_CUSTOMER}"

STATE_NUMBERS: Final = (*STATE_KEY, *(name for name in STATE_VALUES if name not in ("posted", "state")))
STATE_READ: Final = slice(0, len(STATE_NUMBERS))
"""Where the numbers of a state stand in a row of HELD; HELD_REST follows."""
HELD_REST: Final = "st.posted, st.state, lo.product, lo.currency, lo.terms"
HELD_COLUMNS: Final = ", ".join(f"st.{name}" for name in STATE_NUMBERS) + ", " + HELD_REST
_LOAN: Final = "loan lo ON lo.customer_id = st.customer_id AND lo.loan_id = st.loan_id"
OF_HELD: Final = f" FROM loan_state st JOIN {_LOAN} WHERE "
HELD: Final = f"SELECT {HELD_COLUMNS}{OF_HELD}"
"""Loans with their state; the condition follows."""

IS_OPEN: Final = "st.status <= 1"
IS_THERE: Final = "st.status <= 3"
"""Paid and charged off too; a parked loan is out of reach."""
LOOK_AT_CUSTOMER: Final = 3
LOOK_AT_LOANS: Final = LOOK_AT_CUSTOMER + CUSTOMER_WIDTH
"""Where the columns of a customer, and of a loan, begin in a row of `look`."""

FACTS: Final = "SELECT kind, effective_on, amount_minor, a, b, more FROM fact WHERE customer_id = ? AND loan_id = ? ORDER BY n"
FILING: Final = "SELECT customer_id, n, kind, subject, effective_on, recorded_at, actor, body FROM filing WHERE "
FILINGS: Final = FILING + "customer_id "
BY_NUMBER: Final = " ORDER BY customer_id, n"

_USE_LIMIT: Final = """
UPDATE line SET
    used_minor = line.used_minor + {used},
    cash_used_minor = line.cash_used_minor + {cash},
    later_used_minor = line.later_used_minor + {later},
    credit_minor = line.credit_minor + {credit},
    commands_count = line.commands_count + {commands},
    filings_count = line.filings_count + {filings}
{source}
WHERE line.customer_id = {customer}
    AND line.commands_count = {version}
    AND ({need} <= 0 OR (line.status = 'open' AND line.used_minor + {need} <= line.limit_minor
        AND (line.load_capacity_minor < 0 OR line.used_minor + {need} <= line.load_capacity_minor)))
    AND ({need_cash} <= 0 OR line.cash_used_minor + {need_cash} <= line.cash_limit_minor)
    AND ({need_later} <= 0 OR line.later_used_minor + {need_later} <= line.later_limit_minor)
"""
"""The acceptance rule, in the statement that uses the limit: what is taken must fit; what is given back always does.

And nobody may have moved the customer since it was read: `version` is the count of commands then.
"""

USE_NAMES: Final = ("customer", "used", "cash", "later", "credit", "commands", "filings", "need", "need_cash", "need_later", "version")
"""Changes of one line; `need…` is how far use rose at its highest acceptance above what stood there, 0 where nothing was taken."""


@cache
def look(mark: str, loans: str) -> str:
    """Give the SELECT (SQLite) of everything one command needs, one row a loan: open day, digest and answer of the key, customer, loan.

    Parameters: key, customer, and what `loans` (a condition on `st`, "" to read none) has marks for.
    """
    joined_loans = f" LEFT JOIN loan_state st ON st.customer_id = li.customer_id AND {loans} LEFT JOIN {_LOAN}" if loans else ""
    return (
        f"SELECT bo.open_on, co.digest, co.answer, {CUSTOMER_COLUMNS}{', ' + HELD_COLUMNS if loans else ''} "
        f"FROM book bo LEFT JOIN command co ON co.key = {mark} "
        f"LEFT JOIN line li ON li.customer_id = {mark} LEFT JOIN customer cu ON cu.customer_id = li.customer_id{joined_loans}"
    )


FOUND: Final = "plimsoll_found"
"""The function to which a SELECT on SQLite hands its columns (`sqlite.BookFile`)."""


def handed_over(select: str) -> str:
    """Give a SELECT (SQLite) that hands its columns to FOUND."""
    columns, source = select.removeprefix("SELECT ").split(" FROM ", 1)
    return f"SELECT {FOUND}({columns}) FROM {source}"


@cache
def insert(table: Table, mark: str, rows: int = 1) -> str:
    """Give an INSERT of `rows` rows of all columns, in the order of the schema."""
    names = ", ".join(column.name for column in table.columns)
    values = "(" + ", ".join([mark] * len(table.columns)) + ")"
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([values] * rows)}"


@cache
def insert_arrays(table: Table, types: tuple[str, ...]) -> str:
    """Give an INSERT (PostgreSQL) of any number of rows: one array for each column."""
    names = ", ".join(column.name for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({', '.join(f'%s::{name}[]' for name in types)})"


@cache
def update_state_arrays(types: tuple[str, ...]) -> str:
    """Give the UPDATE (PostgreSQL) of any number of states: one array for each column of the table, and the agenda as it was read.

    A loan that a close has moved meanwhile is left as it is.
    """
    arrays = ", ".join(f"%s::{name}[]" for name in (*types, "date"))
    return update_state_from(f"unnest({arrays}) AS staged({', '.join((*STATE_KEY, *STATE_VALUES))}, due)")


def update_state_from(source: str) -> str:
    """Give the UPDATE (PostgreSQL) of states from rows called `staged`, whose `due` is the agenda as it was read."""
    values = ", ".join(f"{name} = staged.{name}" for name in STATE_VALUES)
    return (
        f"UPDATE loan_state SET {values} FROM {source} WHERE loan_state.customer_id = staged.customer_id "
        "AND loan_state.loan_id = staged.loan_id AND loan_state.next_on IS NOT DISTINCT FROM staged.due"
    )


@cache
def insert_new(table: Table, mark: str) -> str:
    """Give an INSERT that leaves a row alone which is there already."""
    return insert(table, mark) + " ON CONFLICT DO NOTHING"


_WORK_CHANGES: Final = ", ".join(
    f"{column.name} = excluded.{column.name}" for column in work_item.columns if not column.primary_key and column.name != "opened_at"
)
_INTO_ITS_PLACE: Final = f" ON CONFLICT (customer_id, kind, subject) DO UPDATE SET {_WORK_CHANGES}"
"""A row of a queue takes the place of the one before it, and keeps the instant at which the first came."""


@cache
def put_work() -> str:
    """Give the statement (SQLite) that puts a row of a queue into its place."""
    return insert(work_item, "?") + _INTO_ITS_PLACE


@cache
def put_work_arrays(types: tuple[str, ...]) -> str:
    """Give the statement (PostgreSQL) that puts any number of rows of queues into their places: one array for each column."""
    return insert_arrays(work_item, types) + _INTO_ITS_PLACE


@cache
def copy_in(table: Table) -> str:
    """Give the COPY (PostgreSQL) that takes rows of all columns, in the order of the schema."""
    return f"COPY {table.name} ({', '.join(column.name for column in table.columns)}) FROM STDIN (FORMAT BINARY)"


@cache
def update_state(mark: str) -> str:
    """Give the UPDATE of one loan's state: STATE_VALUES, then STATE_KEY."""
    values = ", ".join(f"{name} = {mark}" for name in STATE_VALUES)
    return f"UPDATE loan_state SET {values} WHERE customer_id = {mark} AND loan_id = {mark}"


@cache
def update_state_unmoved() -> str:
    """Give the UPDATE (PostgreSQL) of one state that leaves a loan alone which a close has moved: the agenda as it was read comes last."""
    return update_state("%s") + " AND next_on IS NOT DISTINCT FROM %s"


@cache
def update_line_terms(mark: str) -> str:
    """Give the UPDATE of a customer's whole line: all its columns in order but the customer, then that, and the count when it was read.

    What is used, the credit and the counts come as changes: the close of a day may have moved them since they were read.
    """
    values = ", ".join(f"{name} = {f'{name} + ' if name in LINE_CHANGES else ''}{mark}" for name in _LINE_READ)
    return f"UPDATE line SET {values} WHERE customer_id = {mark} AND commands_count = {mark}"


@cache
def use_limit_sqlite() -> str:
    """Give the guarded update of one line, parameters as USE_NAMES. A line that would be passed is left as it is."""
    return _USE_LIMIT.format(source="", **{name: f"?{place}" for place, name in enumerate(USE_NAMES, 1)})


@cache
def use_limit_postgres() -> str:
    """Give the guarded update of one line, parameters as USE_NAMES."""
    return _from_source("(SELECT " + ", ".join(f"%s AS {name}" for name in USE_NAMES) + ") AS u")


@cache
def use_limits_postgres() -> str:
    """Give the guarded update of any number of lines: one array for each of USE_NAMES."""
    return _from_source(f"unnest({', '.join(['%s::int8[]'] * len(USE_NAMES))}) AS u({', '.join(USE_NAMES)})")


def _from_source(source: str) -> str:
    return _USE_LIMIT.format(source=f"FROM {source}", **{name: f"u.{name}" for name in USE_NAMES})


@cache
def joined(parts: tuple[str, ...], guarded: tuple[str, ...]) -> str:
    """Give one statement (PostgreSQL) that does what its parts do, all of them or none, while the book is still at the same open day.

    `guarded` are updates that must change as many rows in all as the last parameter but one says; the last is the open day.
    """
    counted = " + ".join(f"(SELECT count(*) FROM accepted_{place})" for place in range(len(guarded))) or "0"
    return _all_or_none(parts, guarded, f"{counted} = %s")


def joined_rows(parts: tuple[str, ...], guarded: tuple[str, ...]) -> str:
    """Give `joined` where each of `guarded` must change one row, which nobody needs to count; the last parameter is the open day."""
    return _all_or_none(parts, guarded, " AND ".join(f"(SELECT done FROM accepted_{place})" for place in range(len(guarded))) or "true")


def _all_or_none(parts: tuple[str, ...], guarded: tuple[str, ...], fits: str) -> str:
    written = [f"written_{place} AS ({part})" for place, part in enumerate(parts)]
    accepted = [f"accepted_{place} AS ({part} RETURNING true AS done)" for place, part in enumerate(guarded)]
    refused = f"CASE WHEN {fits} THEN NULL ELSE plimsoll_accept(false) END"
    return f"WITH {', '.join(written + accepted)} SELECT {refused}, plimsoll_still_open(%s)"


@cache
def numbered(statement: str) -> bytes:
    """Give a statement with its marks `%s` numbered $1, $2, … as the server takes them."""
    first, *others = statement.split("%s")
    return (first + "".join(f"${place}{other}" for place, other in enumerate(others, 1))).encode()
