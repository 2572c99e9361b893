"""How far limitation has run on the debts of a book: found in columns, then worked out for each debt that is past due."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.in_default import in_default
from plimsoll.loan.terms import Terms
from plimsoll.risk.limitation import Limitation, limitation_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.pack import unpack


class Running(NamedTuple):
    """A debt on which limitation runs, and how many days are left; below 0 it is over."""

    customer_id: int
    loan_id: int
    found: Limitation
    left: int


def running(store: Store, on: date, rules: Rules, threads: int = 1) -> Iterator[Running]:
    """Give every debt past due whose last instalment has fallen due by a day, customers in order."""
    late = in_default(store, on, threads)
    with snapshot(store) as seen:
        for one in late:
            found = limitation_in(store, seen, one.customer_id, one.loan_id, on, rules)
            if found is not None:
                yield Running(one.customer_id, one.loan_id, found, found.last_on - on.toordinal())


def limitation_in(store: Store, seen: Snapshot, customer_id: int, loan_id: int, on: date, rules: Rules) -> Limitation | None:
    """Give how far limitation has run on one loan of a book; None where it does not run, or there is no such loan."""
    rows = seen.rows(schema.loan, ("loan_id", "currency", "terms"), customer_id, customer_id + 1)
    held = next(((currency, packed) for each, currency, packed in rows if each == loan_id), None)
    if held is None:
        return None
    terms = Terms.unpack(held[0], tuple(unpack(held[1])))
    return limitation_of(terms, seen.facts(customer_id, loan_id), loan_id, filings_of(store, customer_id), on, rules)
