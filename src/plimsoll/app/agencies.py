"""Agencies of a book: those registered, how many customers each has, and the commands of customers that need to know of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import func, select

from plimsoll.app.database.schema import loan_state, work_item
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, dossiers
from plimsoll.app.execute import Verb, Wiring
from plimsoll.collections import attempt_contact, place_with_agency
from plimsoll.collections.agency import DOSSIER, LENDER, Agency, agency_of
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.place_with_agency import PlaceWithAgency, Standing, place_policy
from plimsoll.collections.placement import CLAIMED, QUEUE
from plimsoll.loan.book import Book, Decision
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

NEEDED_BY: Final = frozenset(("place_with_agency", "attempt_contact"))
"""Commands on customers that look at agencies."""


def agencies(store: Store) -> dict[str, Agency]:
    """Give every registered agency by name."""
    found = ((name, agency_of(name, filings)) for name, filings in dossiers(store, DOSSIER))
    return {name: agency for name, agency in found if agency is not None}


def agencies_named(store: Store, names: Iterable[str]) -> dict[str, Agency]:
    """Give those of some names that are registered."""
    found = ((name, agency_of(name, dossier_of(store, DOSSIER, name))) for name in sorted(set(names) - {LENDER}))
    return {name: agency for name, agency in found if agency is not None}


def placed_counts(store: Store) -> dict[str, int]:
    """Give how many customers are with each agency now."""
    columns = work_item.c
    wanted = select(columns.assigned_to, func.count()).where(columns.kind == QUEUE, columns.state == CLAIMED).group_by(columns.assigned_to)
    with store.engine.connect() as connection:
        return {str(agency): int(count) for agency, count in connection.execute(wanted)}


def pool_size(store: Store, on: date, rules: Rules) -> int:
    """Give how many customers are late enough to be placed, with the lender or an agency: what shares are shares of."""
    late, _ = place_policy(rules, on)
    last = date.fromordinal(on.toordinal() - late)
    with store.engine.connect() as connection:
        wanted = select(func.count(loan_state.c.customer_id.distinct())).where(loan_state.c.oldest_due <= last)
        return int(connection.scalar(wanted) or 0)


def standings(store: Store, on: date, rules: Rules) -> Mapping[str, Standing]:
    """Give what a placement has to know of each agency on a day."""
    counts, pool = placed_counts(store), pool_size(store, on, rules)
    return {name: Standing(agency, counts.get(name, 0), pool) for name, agency in agencies(store).items()}


def with_agencies(store: Store, wiring: Wiring) -> Wiring:
    """Give commands with what looks at agencies bound to those of a book as they stand now."""
    contacting: Any = wiring[AttemptContact].decide
    own: dict[type, Verb] = {
        PlaceWithAgency: Verb("place_with_agency", Placing(store).decide, place_with_agency.READS),
        AttemptContact: Verb("attempt_contact", partial(contacting, agencies=agencies(store)), attempt_contact.READS),
    }
    return {**wiring, **own}


class Placing:
    """Decides on placements of one run of commands; what is placed in the run counts for the shares, once for each reference."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known: dict[tuple[date, str], Mapping[str, Standing]] = {}
        self.placed: dict[str, set[str]] = {}

    def decide(self, book: Book, command: PlaceWithAgency, rules: Rules) -> Decision | Refused:
        """Decide on one placement."""
        key = (command.on, rules.digest)
        if key not in self.known:
            self.known[key] = standings(self.store, command.on, rules)
        standing = self.known[key].get(command.agency)
        mine = self.placed.setdefault(command.agency, set())
        others = len(mine - {command.reference})
        counted = {} if standing is None else {command.agency: standing._replace(placed=standing.placed + others)}
        decision = place_with_agency.decide(book, command, rules, counted)
        if isinstance(decision, Decision):
            mine.add(command.reference)
        return decision
