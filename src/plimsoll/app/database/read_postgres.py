"""The SELECTs of a command on PostgreSQL: all numbers of a customer, or of a loan, come as one array.

The server works out, for every SELECT, what each column of each of its joins is, and the driver reads every column by itself: with a
column for each number both take longer than to find the rows. Days come as day numbers, 0 for none.
"""

# ruff: noqa: S608 -- every name is written here, every value is a parameter.

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plimsoll.app.database import statements
from plimsoll.app.database.sheet import Row, Sheet, Taken, Want, looked_at, sheet_from

_DAYS: Final = ("load_on", "last_on", "as_of", "oldest_due", "next_on")


def _array(table: str, names: Sequence[str]) -> str:
    numbers = [f"coalesce({table}.{name} - DATE '0001-01-01' + 1, 0)" if name in _DAYS else f"{table}.{name}" for name in names]
    return f"ARRAY[{', '.join(numbers)}]::int8[] AS numbers"


_WORDS: Final = ", ".join(f"li.{name}" for name in statements.LINE_WORDS)
_LINE_COLUMNS: Final = f"{_array('li', statements.LINE_NUMBERS)}, {_WORDS}"
_STATE_COLUMNS: Final = _array("st", statements.STATE_NUMBERS)

CUSTOMER: Final = f"SELECT cu.opened_on, {_LINE_COLUMNS}{statements.OF_CUSTOMER}"
HELD: Final = f"SELECT {_STATE_COLUMNS}, {statements.HELD_REST}{statements.OF_HELD}"
"""Loans with their state; the condition follows."""

LOANS: Final = statements.LOOK_AT_CUSTOMER + 2 + len(statements.LINE_WORDS)
"""Where the columns of a loan begin in a row of `look`."""


def look(loans: str) -> str:
    """Give the SELECT of everything one command needs, one row a loan: open day, digest and answer of the key, customer, loan.

    Parameters: $1 the key, $2 the customer, $3 what `loans` (a condition on `st`, "" to read none) has a mark for.
    """
    columns = (
        f"(SELECT open_on FROM book), co.digest, co.answer, (SELECT opened_on FROM customer WHERE customer_id = $2), li.numbers, {_WORDS}"
    )
    joined_loans = ""
    if loans:
        columns += f", st.numbers, {statements.HELD_REST}"
        joined_loans = (
            f" LEFT JOIN LATERAL (SELECT {_STATE_COLUMNS}, st.loan_id, st.posted, st.state FROM loan_state st "
            f"WHERE st.customer_id = $2 AND {loans}) AS st ON true LEFT JOIN loan lo ON lo.customer_id = $2 AND lo.loan_id = st.loan_id"
        )
    return (
        f"SELECT {columns} FROM (SELECT) AS one LEFT JOIN command co ON co.key = $1 "
        f"LEFT JOIN LATERAL (SELECT {_LINE_COLUMNS} FROM line li WHERE li.customer_id = $2) AS li ON true{joined_loans}"
    )


def looked(key: str, want: Want, rows: Sequence[Row], days: Mapping[Any, int]) -> Taken:
    """Give what rows of `look` say: a book has always one row, a customer or a loan that is not there is NULL."""
    first = rows[0]
    sheet = customer_sheet(want.customer_id, first[statements.LOOK_AT_CUSTOMER : LOANS], days)
    if len(first) > LOANS and first[LOANS] is not None:
        for row in rows:
            sheet.hold_from(row[LOANS], row[LOANS + 1 :], days)
    return looked_at(key, first, sheet, days)


def customer_sheet(customer_id: int, row: Row, days: Mapping[Any, int]) -> Sheet:
    """Give the sheet of a row of CUSTOMER, which is NULL for a customer who is not there."""
    return Sheet(customer_id) if row[1] is None else sheet_from(row[0], row[1], row[2:], days)


def hold(sheets: Mapping[int, Sheet], rows: Sequence[Row], days: Mapping[Any, int]) -> None:
    """Take rows of HELD into the sheets of their customers, in the order of the rows."""
    for row in rows:
        sheets[row[0][0]].hold_from(row[0], row[1:], days)
