"""The day of a house from its first debit to its last seal: one named list of work, in the order in which it is done.

`plimsoll night` does it for a book of record, a test clock for its own book; there is no other list. Each work is repeatable: what was
done by an earlier run is found done. What talks to a bank or to people (`is_of_day`) is left out where no way to them is given: a house
that meets the world runs those by commands of their own, through the day.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from plimsoll.app.agency.placements import placed_customers
from plimsoll.app.approve.check import end_overdue
from plimsoll.app.closing.close import Orders as CloseOrders
from plimsoll.app.closing.crew import Works
from plimsoll.app.closing.through import NEVER, close_through
from plimsoll.app.house import House
from plimsoll.app.zones import zone_of
from plimsoll.servicing.close import decide
from plimsoll.units.refusal import Refused

if TYPE_CHECKING:
    from plimsoll.app.collecting.dial import Orders as Contacts

ZONE: Final = "Asia/Shanghai"
"""Where the hours of a house's day are told."""
MORNING, NIGHT = time(8), time(23, 30)
AGENCY_ACTOR: Final = "agency"


@dataclass(frozen=True, slots=True)
class Way:
    """How a day meets the world. `clock` gives the instant of what is planned for one: that one in a made-up world, else now."""

    clock: Callable[[datetime], datetime]
    money: Callable[[House, date, datetime], object] | None = None
    """What bank and house do with each other on a day; None where that is left to `plimsoll autopay`."""
    contacts: Callable[[House], "Contacts"] | None = None
    """How people are reached; None where that is left to `plimsoll collect`."""
    seal: Callable[[], object] | None = None
    """Seals the audit chain; None where somebody else does."""
    tape: Path | None = None
    scans: str = NEVER
    threads: int = 1
    crew: Works | None = None


class Tonight(NamedTuple):
    """The day that is worked: of which house, which day, by which way."""

    house: House
    on: date
    way: Way

    def at(self, hour: time) -> datetime:
        """Give the instant (UTC) of what is planned for an hour of the day."""
        return self.way.clock(datetime.combine(self.on, hour, zone_of(ZONE)).astimezone(UTC))


@dataclass(slots=True)
class Done:
    """What one work did: counted by name; bugs met and loans parked, in words; why it was left out, "" where it was not."""

    name: str
    counts: Mapping[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    """Where control totals do not agree."""
    left_out: str = ""


class Work(NamedTuple):
    """One work of the list: its name, what it does in a line, and whether it talks to a bank or to people."""

    name: str
    said: str
    do: Callable[[Tonight], Done | None]
    """Gives None where no way to do it is given."""
    is_of_day: bool = False


def _debits(tonight: Tonight) -> Done | None:
    if tonight.way.money is None:
        return None
    tonight.way.money(tonight.house, tonight.on, tonight.at(MORNING))
    return Done("debits")


def _collect(tonight: Tonight) -> Done | None:
    if tonight.way.contacts is None:
        return None
    from plimsoll.app.collecting.day import collect

    found = collect(tonight.house.store, tonight.on, tonight.way.contacts(tonight.house))
    if isinstance(found, Refused):
        return Done("collect", left_out=found.text())
    failed = [why for why in found.failed if ":" in why]
    refused = Counter({f"refused: {code}": count for code, count in found.failed.items() if ":" not in code})
    reminded = Counter({f"reminders {state}": count for state, count in found.contacts.reminded.items()})
    return Done("collect", +(found.done + reminded + refused), failed)


def _placements(tonight: Tonight) -> Done:
    if not placed_customers(tonight.house.store):
        return Done("placements")
    from plimsoll.app.agency.place_batch import Order, recall_due

    order = Order(f"recall-{tonight.on}", tonight.on, AGENCY_ACTOR, tonight.at(NIGHT), lambda below: below - 1)
    found = recall_due(tonight.house.store, order, tonight.house.rules)
    return Done("placements", {**found.placed, **{f"refused: {code}": count for code, count in found.refused.items()}})


def _close(tonight: Tonight) -> Done:
    house, way, instant = tonight.house, tonight.way, tonight.at(NIGHT)
    orders = CloseOrders(decide, house.rules, instant, crew=way.crew)
    done, counts = Done("close"), Counter[str]()
    day = tonight.on.toordinal()
    for closed in close_through(house.store, day, orders, tape=way.tape, scans=way.scans, now=instant, threads=way.threads):
        night = closed.night
        counts += Counter(due=night.due, facts=night.facts, entries=night.entries, messages=night.messages)
        done.failed += [f"loan {loan} of customer {customer} is parked: {why}" for customer, loan, why in night.parked]
        done.breaches += closed.control.breaches if closed.control is not None else []
    # Also where there is no customer yet, or the first of them comes later.
    house.store.move_open_day(date.fromordinal(day + 1))
    done.counts = counts
    return done


def _watch(tonight: Tonight) -> Done:
    from plimsoll.app.watching.run import Orders, watch_day

    ran = watch_day(tonight.house.store, tonight.on, Orders(tonight.house.rules, tonight.at(NIGHT), tonight.way.threads))
    return Done("watch", ran.done + Counter({f"refused: {name}": count for name, count in ran.refused.items()}), ran.failed)


def _approvals(tonight: Tonight) -> Done:
    return Done("approvals", {"expired": end_overdue(tonight.house)})


def _seal(tonight: Tonight) -> Done | None:
    if tonight.way.seal is None:
        return None
    found: Any = tonight.way.seal()
    return Done("seal", {"blocks": found.blocks, "records": found.records})


WORK: Final = (
    Work("debits", "what falls due is debited, what failed tried again, payouts leave", _debits, is_of_day=True),
    Work("collect", "promises settled, plans and cases followed, treatments, reminders and contacts", _collect, is_of_day=True),
    Work("placements", "agencies give back whose term is over, who has paid, who may not be asked any more", _placements),
    Work("close", "the day is closed: bills, due days, classes, interest; tape and control totals where asked for", _close),
    Work("watch", "lines frozen and thawed, limits cut and run out, plans and hardship requests ended, classes, warnings", _watch),
    Work("approvals", "approvals that waited past their time end", _approvals),
    Work("seal", "the audit chain is sealed, signed and anchored", _seal),
)
"""Everything that a house does by itself from one business date to the next, in order."""
NAMES: Final = tuple(one.name for one in WORK)
MISSING: Final = ("numba", "numpy", "pyarrow")
"""Packages of the extra `fast`."""


def work_day(house: House, on: date, way: Way, skip: frozenset[str] = frozenset()) -> Iterator[Done]:
    """Do everything that a day and its night ask for, in order, and give each work when it is done. Raises StoreTrouble."""
    for work in WORK:
        if work.name in skip:
            yield Done(work.name, left_out="skipped")
            continue
        try:
            done = work.do(Tonight(house, on, way))
        except ModuleNotFoundError as missing:
            if missing.name not in MISSING:
                raise
            done = Done(work.name, left_out=f"it needs the extra fast: {missing.name}")
        yield done or Done(work.name, left_out="left to a command of its own")
