"""Links on record: who uses which device, phone or card, and the ring of one customer without reading everybody's.

An employer or a region ties nobody to anybody: these links count people (`app.watching.shocks`) and make no ring.
Values are blinded before they come here: equal things are equal, and nothing can be read back. A link is added before the evidence
that tells of it, so that one left without evidence by a crash does no harm: it is true, and the next evidence counts it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from plimsoll.app.database.schema import link, loan_state
from plimsoll.app.database.store import Store
from plimsoll.loan.layout import CHARGED_OFF
from plimsoll.monitoring.shock import GROUPS
from plimsoll.risk.ring import Ring, Rings
from plimsoll.rulebook.rules import Rules

PAGE: Final = 400
PAGE_OF_ALL: Final = 20_000
_COLUMNS: Final = (link.c.kind, link.c.blind, link.c.customer_id)


class Thing(NamedTuple):
    """Something that several people may use: its kind, and its blinded value."""

    kind: str
    blind: str


class Linked(NamedTuple):
    """What ties a customer to others: how many are on the same things, the ring, and whether it is larger than was followed."""

    shared: int
    ring: Ring
    is_cut: bool


def add_links(store: Store, customer_id: int, things: Iterable[Thing], at: datetime) -> None:
    """Put on record that a customer uses some things; what is on record already stays as it is."""
    rows = [{"customer_id": customer_id, "kind": kind, "blind": blind, "since": at} for kind, blind in dict.fromkeys(things)]
    if rows:
        new: Any = (postgresql if store.kind == "postgresql" else sqlite).insert(link)
        with store.changing() as connection:
            connection.execute(new.on_conflict_do_nothing(), rows)


def ring_of(store: Store, customer_id: int, on: date, rules: Rules) -> Linked:
    """Follow what a customer shares from person to person; it costs what the ring holds, not what the book holds.

    Bad is who was charged off, or is late from the day on which the rule says so.
    """
    bounds = rules.value("POLICY.EVIDENCE.RING", on)
    assert isinstance(bounds, dict)
    most, bad_from = bounds["people"], bounds["bad_from"]
    assert isinstance(most, int)
    assert isinstance(bad_from, int)
    rings = Rings()
    people, new, seen = {customer_id}, [customer_id], set[tuple[str, str]]()
    own: list[tuple[str, str]] = []
    with store.engine.connect() as connection:
        while new and len(people) < most:
            things = [(kind, blind) for kind, blind, _ in _used_by(connection, new) if (kind, blind) not in seen]
            own = own or things
            seen.update(things)
            found = []
            for kind, blind, user in _users_of(connection, list(dict.fromkeys(things)), most):
                rings.link((kind, blind), user)
                found.append(user)
            new = sorted(set(found) - people)
            people.update(new)
        for person in _bad(connection, sorted(people), on - timedelta(days=bad_from)):
            rings.mark_bad(person)
    return Linked(rings.shared_with(customer_id, own), rings.ring(customer_id), bool(new))


def rings_of(store: Store, on: date, rules: Rules) -> Rings:
    """Give every ring of the book: it reads all links, some seconds a million."""
    bounds = rules.value("POLICY.EVIDENCE.RING", on)
    assert isinstance(bounds, dict)
    assert isinstance(bounds["bad_from"], int)
    rings = Rings()
    with store.engine.connect() as connection:
        for kind, blind, user in _all(connection):
            rings.link((kind, blind), user)
        for person in connection.scalars(_bad_ones(on - timedelta(days=bounds["bad_from"]))):
            rings.mark_bad(person)
    return rings


def _all(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """Give every link, a page at a time in the order of its key."""
    key = tuple_(link.c.customer_id, link.c.kind, link.c.blind)
    page = select(*_COLUMNS).where(link.c.kind.not_in(GROUPS)).order_by(link.c.customer_id, link.c.kind, link.c.blind).limit(PAGE_OF_ALL)
    rows = connection.execute(page).fetchall()
    while rows:
        yield from (tuple(row) for row in rows)
        kind, blind, user = rows[-1]
        rows = connection.execute(page.where(key > (user, kind, blind))).fetchall() if len(rows) == PAGE_OF_ALL else []


def _used_by(connection: Connection, people: Sequence[int]) -> Iterator[tuple[str, str, int]]:
    """Give the links of some people."""
    for first in range(0, len(people), PAGE):
        chosen = select(*_COLUMNS).where(link.c.customer_id.in_(people[first : first + PAGE]), link.c.kind.not_in(GROUPS))
        yield from (tuple(row) for row in connection.execute(chosen))


def _users_of(connection: Connection, things: Sequence[tuple[str, str]], most: int) -> Iterator[tuple[str, str, int]]:
    """Give the links to some things, no more of a page than a ring may hold."""
    for first in range(0, len(things), PAGE):
        chosen = select(*_COLUMNS).where(tuple_(link.c.kind, link.c.blind).in_(things[first : first + PAGE]))
        yield from (tuple(row) for row in connection.execute(chosen.order_by(*_COLUMNS).limit(most)))


def _bad(connection: Connection, people: Sequence[int], late_since: date) -> Iterator[int]:
    """Give those of some people who have gone bad."""
    for first in range(0, len(people), PAGE):
        yield from connection.scalars(_bad_ones(late_since).where(loan_state.c.customer_id.in_(people[first : first + PAGE])))


def _bad_ones(late_since: date) -> Any:
    """Choose who was charged off or has owed something since a day or longer."""
    return select(loan_state.c.customer_id).distinct().where(or_(loan_state.c.status == CHARGED_OFF, loan_state.c.oldest_due <= late_since))
