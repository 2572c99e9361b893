"""Pay-later accounts as treasury funds them: those that bought something on a day, and what of unused limits funders have promised.

An account is joined on the first day with a purchase on which nothing but principal is owed from before (`treasury/join.py`); all
that is billed and turned into instalments later is shared in the same parts. What it buys later asks its funders again
(`treasury/strike.py`); one that is the lender's alone again is joined anew.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, exists, select, tuple_

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database.schema import fact, line, loan, loan_state
from plimsoll.app.database.store import Store
from plimsoll.app.treasury.shares import Holdings, Id, is_shared
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import M_COUNT, PURCHASED, REVERSED
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import Terms
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funded import shares_on
from plimsoll.treasury.join import join_before
from plimsoll.treasury.policy import off_balance_minor
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import split
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

PAGE: Final = 400


class Bought(NamedTuple):
    """An account that bought on a day. Amounts in minor units.

    `minor` is what is to be funded: all that it owes at the end of the day, or, where it is funded already, what it bought; `owed` is then
    the principal that it owes now. `undrawn` is the unused limit of its customer. `waits` is the code of why nobody may join it that day,
    "" where one may.
    """

    loan: Id
    product: str
    currency: str
    minor: int
    months: int
    undrawn: int
    waits: str
    owed: int = 0


def bought_on(store: Store, on: date, held: Holdings) -> list[Bought]:
    """Give the accounts that bought something on a day, in the order of customers; one that owes nothing at its end is left out.

    Cost: the purchases of the day; of each account that nobody funds yet, its facts.
    """
    sums: dict[Id, tuple[int, int]] = {}
    with store.engine.connect() as connection:
        for customer_id, loan_id, minor, more in connection.execute(_purchases(on)):
            so_far, months = sums.get((customer_id, loan_id), (0, 1))
            count = unpack(more)[M_COUNT] if more else 1
            sums[customer_id, loan_id] = so_far + minor, max(months, count)
        rows = {(row[0], row[1]): row[2:] for row in _of_ids(connection, loan, ("product", "currency", "terms"), sums)}
        free = undrawn(connection, {customer_id for customer_id, _ in sums})
        joined = [one for one in sums if is_shared(held, one)]
        standing = {(row[0], row[1]): int(row[2]) for row in _of_ids(connection, loan_state, ("principal_minor",), joined)}
    found = []
    with snapshot(store) as seen:
        for one, (minor, months) in sorted(sums.items()):
            product, currency, packed = rows[one]
            is_joined = one in standing
            owed, waits = (minor, "") if is_joined else _stands(seen, one, Terms.unpack(currency, tuple(unpack(packed))), on)
            if owed:
                found.append(Bought(one, product, currency, owed, months, free.get(one[0], 0), waits, standing.get(one, 0)))
    return found


def undrawn(connection: Connection, customers: Iterable[int]) -> dict[int, int]:
    """Give what of the pay-later limits of some customers is not used, in minor units."""
    columns, ids, found = line.c, sorted(customers), {}
    for start in range(0, len(ids), PAGE):
        wanted = select(columns.customer_id, columns.later_limit_minor - columns.later_used_minor)
        for customer_id, minor in connection.execute(wanted.where(columns.customer_id.in_(ids[start : start + PAGE]))):
            found[customer_id] = max(int(minor), 0)
    return found


def promised(store: Store, held: Holdings, rules: Rules, on: date) -> dict[str, dict[str, int]]:
    """Give by currency and funder its part of what counts of the unused limits of the accounts that it funds, in minor units.

    How much of a limit counts is POLICY.TREASURY.OFF_BALANCE; of several accounts of one customer the first bears it.
    """
    first: dict[int, Id] = {}
    for one in sorted(one for one, own in held.items() if own and own[0].is_account):
        first.setdefault(one[0], one)
    found: dict[str, dict[str, int]] = {}
    with store.engine.connect() as connection:
        free = undrawn(connection, first)
        for customer_id, loan_id, currency in _of_ids(connection, loan, ("currency",), first.values()):
            minor = off_balance_minor(free.get(customer_id, 0), rules, on)
            by = found.setdefault(currency, {})
            for name, part in split(minor, shares_on(held[customer_id, loan_id], on.toordinal() + 1), LENDER).items():
                by[name] = by.get(name, 0) + part
    return found


def _purchases(on: date) -> Select[Any]:
    """Give the statement that reads the purchases of a day that stand: only what moved on that day or later can have any."""
    state, undoing = loan_state.c, fact.alias()
    same = (undoing.c.customer_id == fact.c.customer_id) & (undoing.c.loan_id == fact.c.loan_id)
    undone = exists().where(same, undoing.c.kind == REVERSED, undoing.c.a == fact.c.n)
    joined = loan_state.join(fact, (fact.c.customer_id == state.customer_id) & (fact.c.loan_id == state.loan_id))
    wanted = select(fact.c.customer_id, fact.c.loan_id, fact.c.amount_minor, fact.c.more).select_from(joined)
    return wanted.where(state.last_on >= on, fact.c.kind == PURCHASED, fact.c.effective_on == on, ~undone)


def _of_ids(connection: Connection, table: Any, names: tuple[str, ...], ids: Iterable[Id]) -> Iterator[tuple[Any, ...]]:
    """Read columns of some loans, after the ids of each, in their order."""
    wanted, places = sorted(ids), (table.c.customer_id, table.c.loan_id)
    for start in range(0, len(wanted), PAGE):
        said = select(*places, *(table.c[name] for name in names)).where(tuple_(*places).in_(wanted[start : start + PAGE]))
        yield from (tuple(row) for row in connection.execute(said.order_by(*places)))


def _stands(seen: Snapshot, one: Id, terms: Terms, on: date) -> tuple[int, str]:
    """Give what an account owes at the end of a day in principal, and why nobody may join it."""
    facts, day = seen.facts(*one), on.toordinal()
    joined, standing = join_before(terms, facts, day), fold(terms, facts, day)
    assert not isinstance(standing, Refused), "facts that were recorded fold to any day"
    return read_state(terms, standing).principal, joined.code if isinstance(joined, Refused) else ""
