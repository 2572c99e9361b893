"""Loans with their states as columns, read from either database for a scan of the whole book. Needs the extra `fast`."""

# ruff: noqa: S608 -- every name is written here, every value is a parameter.

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from plimsoll.app.closing.scan import Snapshot
from plimsoll.app.closing.shard import Joined
from plimsoll.app.database.binary import numbers_of
from plimsoll.loan.columns import Ints

_FIRST_DAY: Final = "DATE '0001-01-01' - 1"
# The range is said of both tables: the planner does not carry it over, and would read all states for each part.
_POSTGRES: Final = f"""
SELECT array_agg(customer_id), array_agg(loan_id), array_agg(opened_on), array_agg(as_of), array_agg(status), string_agg(offer, E'\\n'),
    string_agg(terms, ''), array_agg(octet_length(terms)), string_agg(posted, ''), array_agg(octet_length(posted)),
    string_agg(state, ''), array_agg(octet_length(state))
FROM (
    SELECT lo.customer_id, lo.loan_id, lo.opened_on - ({_FIRST_DAY}) AS opened_on, st.as_of - ({_FIRST_DAY}) AS as_of, st.status,
        lo.product || ' ' || lo.currency AS offer, lo.terms, st.posted, st.state
    FROM loan lo LEFT JOIN loan_state st ON st.customer_id = lo.customer_id AND st.loan_id = lo.loan_id
        AND st.customer_id >= %s AND st.customer_id < %s
    WHERE lo.customer_id >= %s AND lo.customer_id < %s AND lo.opened_on <= %s ORDER BY lo.customer_id, lo.loan_id
) AS found
"""
_SQLITE: Final = """
SELECT lo.customer_id, lo.loan_id, lo.opened_on, st.as_of, st.status, lo.product || ' ' || lo.currency, lo.terms, st.posted, st.state
FROM loan lo LEFT JOIN loan_state st ON st.customer_id = lo.customer_id AND st.loan_id = lo.loan_id
WHERE lo.customer_id >= ? AND lo.customer_id < ? AND lo.opened_on <= ? ORDER BY lo.customer_id, lo.loan_id
"""


@dataclass(frozen=True, slots=True)
class Loans:
    """Loans of some customers, one of each column a loan, in the order of customers and loans; days are day numbers.

    `offer` is the place in `offers`, the different products with their currency, a space between.
    """

    customer_id: Ints
    loan_id: Ints
    opened_on: Ints
    as_of: Ints
    status: Ints
    offers: list[str]
    offer: Ints
    terms: Joined
    posted: Joined
    state: Joined


def read_loans(seen: Snapshot, first: int, until: int, day: int) -> Loans:
    """Read the loans of customers from `first` up to and without `until` that had begun by a day; each must have its state."""
    return (_read_postgres if seen.kind == "postgresql" else _read_sqlite)(seen, first, until, day)


def _read_postgres(seen: Snapshot, first: int, until: int, day: int) -> Loans:
    """Read one row of arrays and joined blobs."""
    answer = seen.driver.execute(
        _POSTGRES.encode(), (first, until, first, until, date.fromordinal(day)), binary=True, prepare=False
    ).pgresult
    found = [answer.get_value(0, at) or b"" for at in range(answer.nfields)]
    customer_id, loan_id, opened_on, as_of, status = (numbers_of(column) for column in found[:5])
    terms, posted, state = (Joined(found[at], numbers_of(found[at + 1])) for at in (6, 8, 10))
    offers, offer = _numbered(found[5].decode().split("\n") if found[5] else [])
    return Loans(customer_id, loan_id, opened_on, as_of, status, offers, offer, terms, posted, state)


def _read_sqlite(seen: Snapshot, first: int, until: int, day: int) -> Loans:
    """Read a row a loan."""
    rows = seen.driver.execute(_SQLITE, (first, until, date.fromordinal(day).isoformat())).fetchall()
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 9
    customer_id, loan_id, status = (np.array(column, np.int64) for column in (columns[0], columns[1], columns[4]))
    opened_on, as_of = (_days(column) for column in columns[2:4])
    terms, posted, state = (Joined(b"".join(blobs), np.array([len(one) for one in blobs], np.int64)) for blobs in columns[6:])
    return Loans(customer_id, loan_id, opened_on, as_of, status, *_numbered(columns[5]), terms, posted, state)


def _days(stored: Sequence[str]) -> Ints:
    """Give ISO days as day numbers, each different one read once."""
    numbers = {text: date.fromisoformat(text).toordinal() for text in set(stored)}
    return np.array([numbers[text] for text in stored], np.int64)


def _numbered(names: Sequence[str]) -> tuple[list[str], Ints]:
    """Give the different names, and for each name which of them it is."""
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return list(places), np.array([places[name] for name in names], np.int64)
