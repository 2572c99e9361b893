"""The SELECTs of a command on PostgreSQL: all numbers of a customer, or of a loan, come as one array.

The server works out, for every SELECT, what each column of each of its joins is, and the driver reads every column by itself: with a
column for each number both take longer than to find the rows. Days come as day numbers, 0 for none.
"""

# ruff: noqa: S608 -- every name is written here, every value is a parameter.

from collections.abc import Sequence
from typing import Any, Final

from plimsoll.app.database import statements
from plimsoll.app.database.sheet import Row

_DAY: Final = "coalesce({} - DATE '0001-01-01' + 1, 0)"
_LINE: Final = (
    *("li.customer_id", "li.limit_minor", "li.used_minor", "li.cash_limit_minor", "li.cash_used_minor", "li.later_limit_minor"),
    *("li.later_used_minor", "li.credit_minor", "li.commands_count", "li.filings_count", "li.load_capacity_minor", "li.load_room_minor"),
    *("li.load_stress_ppb", _DAY.format("li.load_on")),
)
_STATE: Final = (
    *("st.customer_id", "st.loan_id", "st.principal_minor", "st.interest_minor", "st.penalty_minor", "st.fee_minor", "st.credit_minor"),
    *("st.in_use_minor", "st.facts_count", "st.entries_count", _DAY.format("st.last_on"), _DAY.format("st.as_of")),
    *(_DAY.format("st.oldest_due"), _DAY.format("st.next_on"), "st.status"),
)
_LINE_COLUMNS: Final = f"ARRAY[{', '.join(_LINE)}]::int8[] AS numbers, li.currency, li.status, li.load_currency"
_STATE_COLUMNS: Final = f"ARRAY[{', '.join(_STATE)}]::int8[] AS numbers"

CUSTOMER: Final = (
    f"SELECT cu.opened_on, {_LINE_COLUMNS} FROM line li JOIN customer cu ON cu.customer_id = li.customer_id WHERE li.customer_id "
)
HELD: Final = (
    f"SELECT {_STATE_COLUMNS}, st.posted, st.state, lo.product, lo.currency, lo.terms FROM loan_state st "
    "JOIN loan lo ON lo.customer_id = st.customer_id AND lo.loan_id = st.loan_id WHERE "
)
"""Loans with their state; the condition follows."""

_LOOK_AT_CUSTOMER: Final = 3
_LOOK_AT_LOANS: Final = 8


def look(loans: str) -> str:
    """Give the SELECT of everything one command needs, one row a loan: open day, digest and answer of the key, customer, loan.

    Parameters: $1 the key, $2 the customer, $3 what `loans` (a condition on `st`, "" to read none) has a mark for.
    """
    columns = (
        "(SELECT open_on FROM book), co.digest, co.answer, (SELECT opened_on FROM customer WHERE customer_id = $2), "
        "li.numbers, li.currency, li.status, li.load_currency"
    )
    joined_loans = ""
    if loans:
        columns += ", st.numbers, st.posted, st.state, lo.product, lo.currency, lo.terms"
        joined_loans = (
            f" LEFT JOIN LATERAL (SELECT {_STATE_COLUMNS}, st.loan_id, st.posted, st.state FROM loan_state st "
            f"WHERE st.customer_id = $2 AND {loans}) AS st ON true LEFT JOIN loan lo ON lo.customer_id = $2 AND lo.loan_id = st.loan_id"
        )
    return (
        f"SELECT {columns} FROM (SELECT) AS one LEFT JOIN command co ON co.key = $1 "
        f"LEFT JOIN LATERAL (SELECT {_LINE_COLUMNS} FROM line li WHERE li.customer_id = $2) AS li ON true{joined_loans}"
    )


def looked(rows: Sequence[Row]) -> list[Row]:
    """Give rows of `look` as those of `statements.look`."""
    given = []
    for row in rows:
        found = (*row[:_LOOK_AT_CUSTOMER], *customer_row(row[_LOOK_AT_CUSTOMER:_LOOK_AT_LOANS]))
        given.append((*found, *held_row(row[_LOOK_AT_LOANS:])) if len(row) > _LOOK_AT_LOANS else found)
    return given


def customer_row(row: Row) -> Row:
    """Give a row of CUSTOMER as one of `statements.CUSTOMER`."""
    opened_on, numbers, currency, status, load_currency = row
    if numbers is None:
        return _NOBODY
    return (numbers[0], opened_on, *numbers[1:8], currency, status, *numbers[8:10], load_currency, *numbers[10:])


def held_row(row: Row) -> Row:
    """Give a row of HELD as one of `statements.HELD`."""
    numbers, posted, state, product, currency, terms = row
    if numbers is None:
        return _NOTHING
    return (numbers[0], numbers[1], product, currency, terms, *numbers[2:], posted, state)


_NOBODY: Final[tuple[Any, ...]] = (None,) * statements.CUSTOMER_WIDTH
_NOTHING: Final[tuple[Any, ...]] = (None,) * statements.HELD_WIDTH
