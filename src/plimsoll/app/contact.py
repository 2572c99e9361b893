"""Contacts with customers: the gate asked with what only the store knows, the time zone and the dials to one number of several customers.

A dial is put on the list of its number before the gate is asked and stays there until somebody answered it or the day is over: of two
customers with one phone each sees the other's dial, whoever is first, so that together they never pass the limit.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import delete, insert, select, tuple_

from plimsoll.app.agencies import agencies_named
from plimsoll.app.database.schema import dial
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Verb, Wiring
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.zones import zone_of
from plimsoll.collections import attempt_contact
from plimsoll.collections.agency_gate import Agencies
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.contact_rules import INTERACTIVE
from plimsoll.collections.record_outcome import RecordOutcome
from plimsoll.loan.book import Book, Decision
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused

UNANSWERED: Final = "unanswered"
PAGE: Final = 200
KEPT: Final = timedelta(days=10)
"""Longer than any rule counts dials to a number."""

T = TypeVar("T")

Dials = Mapping[tuple[int, str], Sequence[tuple[datetime, int]]]
"""By customer and contact: the dials of others to its number, oldest first."""


class Dial(NamedTuple):
    """A call that is about to be made, or was made and not answered yet: whose, which, its blinded number, when, on which local day."""

    customer_id: int
    contact_id: str
    blind: str
    dialled_at: datetime
    day: int


@dataclass(slots=True)
class Listed:
    """Calls on the lists of their numbers while the gate is asked: dials of others to each number, and those that were put there now."""

    dials: Dials
    new: set[tuple[int, str]]

    def keep(self, customer_id: int, contact_id: str) -> None:
        """Leave a call on the list: it is made."""
        self.new.discard((customer_id, contact_id))


def decide_contact(
    book: Book, command: AttemptContact, rules: Rules, dials: Dials | None = None, agencies: Agencies | None = None
) -> Decision | Refused:
    """Decide on a contact in the zone it names, with the dials of others to its number; refuses zone_unknown beside what the verb does."""
    try:
        zone = zone_of(command.zone)
    except Malformed as wrong:
        return Refused(wrong.code, "", wrong.detail)
    elsewhere = (dials or {}).get((command.customer_id, command.contact_id), ())
    return attempt_contact.decide(book, command, rules, zone, elsewhere, agencies)


def attempt_contacts(
    store: Store, wiring: Wiring, commands: Sequence[AttemptContact], *, actor: str, now: datetime, rules: Rules
) -> list[RowOutcome]:
    """Ask the gate about contacts that are about to be made at an instant, and give the outcome of each, in their order.

    What is allowed is in the outbox when this returns. Of two of these to one number the first goes first; it counts for the second
    even where another rule denies it.
    """
    planned = [one for one in (_dial_of(command, now) for command in commands) if one is not None]
    agencies = agencies_named(store, {command.by for command in commands})
    with dialling(store, planned, now) as listed:

        def decide(book: Book, command: AttemptContact, asked_rules: Rules) -> Decision | Refused:
            return decide_contact(book, command, asked_rules, listed.dials, agencies)

        own = {**wiring, AttemptContact: Verb("attempt_contact", decide, attempt_contact.READS)}
        outcomes = list(execute_many(store, own, commands, actor=actor, now=now, rules=rules))
        for command, outcome in zip(commands, outcomes, strict=True):
            # A contact allowed just now stays on the list; one allowed before stays if it was still there.
            if isinstance(outcome, Answer) and not outcome.is_replayed and '"allowed":true' in outcome.text:
                listed.keep(command.customer_id, command.contact_id)
    return outcomes


@contextmanager
def dialling(store: Store, planned: Sequence[Dial], now: datetime) -> Iterator[Listed]:
    """Put calls on the lists of their numbers for the time in which the gate is asked, and take those off again that are not kept."""
    listed = Listed({}, _reserve(store, planned))
    if planned:
        listed.dials = _others(planned, _rows(store, sorted({one.blind for one in planned}), now - KEPT))
    yield listed
    forget_calls(store, sorted(listed.new))


def record_outcomes(
    store: Store, wiring: Wiring, commands: Sequence[RecordOutcome], *, actor: str, now: datetime, rules: Rules
) -> list[RowOutcome]:
    """Record what came of contacts; a dial that somebody answered leaves the list of its number."""
    outcomes = list(execute_many(store, wiring, commands, actor=actor, now=now, rules=rules))
    answered = [
        (command.customer_id, command.contact_id)
        for command, outcome in zip(commands, outcomes, strict=True)
        if isinstance(outcome, Answer) and command.outcome != UNANSWERED
    ]
    forget_calls(store, answered)
    return outcomes


def forget_dials(store: Store, before: datetime) -> int:
    """Take dials off the lists that no rule counts any more, and give how many; the close may do it, or nobody: it is for space."""
    with store.changing() as connection:
        return connection.execute(delete(dial).where(dial.c.dialled_at < before)).rowcount


def _dial_of(command: AttemptContact, now: datetime) -> Dial | None:
    """Give the dial that a command would make; None for what is no call, or cannot be read."""
    if command.channel not in INTERACTIVE or not command.number or not command.contact_id:
        return None
    try:
        day = now.astimezone(zone_of(command.zone)).toordinal()
    except Malformed:
        return None
    return Dial(command.customer_id, command.contact_id, command.number, now, day)


def _reserve(store: Store, planned: Sequence[Dial]) -> set[tuple[int, str]]:
    """Put dials on the lists of their numbers, commit, and give those that were not there before (a command may be given again)."""
    keys = {(one.customer_id, one.contact_id): one for one in planned}
    known = tuple_(dial.c.customer_id, dial.c.contact_id)
    if not keys:
        return set()
    with store.changing() as connection:
        there: set[tuple[int, str]] = set()
        for part in _pages(list(keys)):
            there |= {(row.customer_id, row.contact_id) for row in connection.execute(select(dial).where(known.in_(part)))}
        new = keys.keys() - there
        if new:
            connection.execute(insert(dial), [keys[key]._asdict() for key in sorted(new)])
    return new


def _rows(store: Store, numbers: Sequence[str], since: datetime) -> dict[str, list[Dial]]:
    """Give the dials on the lists of some numbers."""
    found: dict[str, list[Dial]] = {}
    with store.engine.connect() as connection:
        for part in _pages(numbers):
            for row in connection.execute(select(dial).where(dial.c.blind.in_(part), dial.c.dialled_at >= since)):
                one = Dial(row.customer_id, row.contact_id, row.blind, instant_of(row.dialled_at), row.day)
                found.setdefault(row.blind, []).append(one)
    return found


def _pages(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    return (keys[first : first + PAGE] for first in range(0, len(keys), PAGE))


def _others(planned: Sequence[Dial], rows: Mapping[str, Sequence[Dial]]) -> dict[tuple[int, str], list[tuple[datetime, int]]]:
    """Give for each planned dial those of other customers to its number: of those planned together, the ones before it."""
    places = {(one.customer_id, one.contact_id): place for place, one in enumerate(planned)}
    found = {}
    for place, one in enumerate(planned):
        others = [
            (row.dialled_at, row.day)
            for row in rows.get(one.blind, ())
            if row.customer_id != one.customer_id and places.get((row.customer_id, row.contact_id), -1) < place
        ]
        found[one.customer_id, one.contact_id] = sorted(others)
    return found


def forget_calls(store: Store, keys: Sequence[tuple[int, str]]) -> None:
    """Take calls, by customer and contact, off the lists of their numbers: somebody answered, or they are not made."""
    if not keys:
        return
    with store.changing() as connection:
        for part in _pages(keys):
            connection.execute(delete(dial).where(tuple_(dial.c.customer_id, dial.c.contact_id).in_(part)))
