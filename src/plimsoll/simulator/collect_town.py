"""The late customers of a town are collected by the same code as everybody's; their hidden truth is that of the people of the town."""

from datetime import date, datetime
from typing import Final

from plimsoll.app.channels.sandbox import ROUGH, SandboxSender
from plimsoll.app.collecting.day import Collected, collect
from plimsoll.app.collecting.dial import Orders
from plimsoll.app.database.store import Store
from plimsoll.simulator.answer_contacts import SandboxPeople
from plimsoll.simulator.borrowers import Borrower, chance
from plimsoll.simulator.people import Person
from plimsoll.simulator.town import ACTOR, Town
from plimsoll.units.refusal import Refused

COLLECTED_DAYS: Final = 31
"""The last days of a made-up book are collected."""
WILLING, STOPPED = 0.95, 0.04
SPENDS, SPENDS_STRETCHED = 0.65, 1.0
ANSWERS_LEAST, ANSWERS_MORE = 0.30, 0.50


class Collector:
    """Collects a town day by day; keeps what each day did."""

    def __init__(self, town: Town, seed: int, first: int) -> None:
        self.town = town
        self.seed = seed
        self.first = first
        self.people = SandboxPeople(seed, self.truth, pays_alone=False)
        self.sender = SandboxSender(seed, ROUGH)
        self.days: list[Collected] = []

    def truth(self, customer_id: int, day: int) -> Borrower:
        """Give what a person of the town is on a day, as a debtor."""
        return borrower_in(self.town.by_id[customer_id], self.seed, day)

    def is_wanted(self, day: int) -> bool:
        """Tell whether a day is collected."""
        return day >= self.first

    def do(self, store: Store, day: int) -> None:
        """Collect a day."""
        orders = Orders(self.people, self.sender, _named, _named, _as_planned, self.town.rules, ACTOR)
        found = collect(store, date.fromordinal(day), orders)
        if isinstance(found, Refused):  # nobody has come to the house yet
            return
        self.days.append(found)
        self.town.counts.commands.update(found.done)
        self.town.counts.failed += [why for why in found.failed if ":" in why]
        self.sender.receipts()  # nobody reads them in the demo: to record thousands one by one is no part of it


def borrower_in(person: Person, seed: int, day: int) -> Borrower:
    """Give a person of the town as a debtor: who has stopped would not, who stumbles has no wages until the hard months are over."""
    has_given_up = 0 < person.stops_on <= day
    return Borrower(
        customer_id=person.customer_id,
        kind=person.kind.name,
        attention=1 - person.kind.forgets,
        willingness=STOPPED if has_given_up else WILLING,
        spends=SPENDS_STRETCHED if person.kind.name in ("stretched", "defaulter") else SPENDS,
        answers=ANSWERS_LEAST + ANSWERS_MORE * chance(seed, person.customer_id, "answers"),
        payday=person.income_day,
        wages_minor=person.income_minor,
        out_from=day if day < person.stumbles_until else 0,
        out_until=person.stumbles_until,
    )


def _named(customer_id: int, channel: str) -> str:  # noqa: ARG001 -- nobody is reached outside of the town
    return f"customer-{customer_id}"


def _as_planned(at: datetime) -> datetime:
    return at
