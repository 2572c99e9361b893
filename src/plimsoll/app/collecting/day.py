"""Collect a day: the desk's work, who gets which treatment, reminders and contacts at their instants, and what follows from the answers.

Every step is a command with a key of the day, so a second run does nothing twice and one that was stopped goes on where it was. What a
report says is read from the record afterwards (`report.py`), not counted on the way.
"""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from plimsoll.app.agency.placements import placed_customers
from plimsoll.app.closing.close import days_to_close
from plimsoll.app.collecting.choose import Choice, Chosen, choose
from plimsoll.app.collecting.dial import Dialled, Orders, contact_all, late_reminded, reminders_of
from plimsoll.app.collecting.late import Standing, open_cases, standings
from plimsoll.app.collecting.learn import Effects, learnt
from plimsoll.app.collecting.people import EVERYBODY, NOBODY
from plimsoll.app.collecting.stopped import stopped
from plimsoll.app.collecting.waiting import cases_waiting, to_look_at, to_settle
from plimsoll.app.collecting.work import Desk, close_cured, follow_plans, move_due, open_late, settle_promises
from plimsoll.app.database.store import Store
from plimsoll.collections.assign_treatment import AssignTreatment, assigned_on
from plimsoll.collections.case import AFTER
from plimsoll.collections.follow_up import FollowUp
from plimsoll.units.refusal import Refused

MORNING, DESK, EVENING = time(0, 10, tzinfo=UTC), time(0, 30, tzinfo=UTC), time(11, 40, tzinfo=UTC)
"""Of a made-up day: what came by itself, the desk's work, what follows from the answers; 08:10, 08:30 and 19:40 in China."""
REST: Final = "rest"
FOLLOW_UP_MAX: Final = 30

Step = Callable[[str], None]
"""Told what goes on; a progress bar."""


@dataclass(slots=True)
class Collected:
    """What one run did: commands by verb, what went wrong by code, the treatments chosen, and what became of the contacts."""

    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    choice: Choice = field(default_factory=lambda: Choice((), 0.0, {}))
    effects: Effects | None = None
    contacts: Dialled = field(default_factory=Dialled)


class Spared(NamedTuple):
    """Who gets no message today beside a reminder, and whom nobody may ask for money at all."""

    reminded: Set[int]
    stopped: Set[int]


def refuse_day(store: Store, on: date) -> Refused | None:
    """Refuse a day that cannot be collected: day_not_open (days before it are not closed), day_passed (it was closed long ago)."""
    open_days = days_to_close(store, on.toordinal())
    if len(open_days) > 1:
        first, last = (date.fromordinal(day) for day in (open_days[0], open_days[-2]))
        return Refused("day_not_open", "", f"{on}: {first} to {last} are not closed")
    if not open_days and days_to_close(store, on.toordinal() + 2)[:1] != range(on.toordinal() + 1, on.toordinal() + 2):
        return Refused("day_passed", "", f"{on}")
    return None


def collect(store: Store, on: date, orders: Orders, step: Step = lambda _: None) -> Collected | Refused:
    """Collect a day; refuses day_not_open, day_passed.

    It costs one row of the queue for each case that is open, and the file of each that has something to do: a wait that is over, another
    stage of lateness, a promise, money that came (`waiting.py`). Made-up debtors who act by themselves are read beside.
    """
    refused = refuse_day(store, on)
    if refused is not None:
        return refused
    with store.keeping_files():
        return _collected(store, on, orders, step)


def _collected(store: Store, on: date, orders: Orders, step: Step) -> Collected:
    desk = Desk(store, on, orders.rules, orders.actor)
    morning, opening, evening = (orders.clock(datetime.combine(on, hour)) for hour in (MORNING, DESK, EVENING))
    found = Collected()
    step("payments that came by themselves")
    if orders.people is not None and orders.people.by_themselves != NOBODY:
        asked = open_cases(store) if orders.people.by_themselves == EVERYBODY else to_settle(cases_waiting(store, on))
        # Cases of today are opened later: a second run must not ask more people than the first one did.
        standing = [one for one in standings(store, asked, on) if one.case.opened_on < on.toordinal()]
        desk.give(orders.people.morning(on, standing), morning)
    step("promises and cases")
    _follow(desk, opening)
    follow_plans(desk, opening)
    open_late(desk, opening)
    due = _own(store, move_due(desk, opening))
    step("treatments")
    reminders, left_alone = reminders_of(store, on), stopped(due, on, orders.number, orders.rules)
    if due:
        found.effects = learnt(store, on, orders.rules)
        found.choice = _treat(desk, due, found.effects, Spared(late_reminded(reminders, on.toordinal()), left_alone), opening)
    step("contacts")
    found.contacts = contact_all(store, found.choice.chosen, reminders, on, orders)
    step("what follows")
    evening = max(evening, found.contacts.last)
    _follow(desk, evening)
    _come_back(desk, due, left_alone, found, evening)
    found.done, found.failed = desk.done, desk.failed + found.contacts.failed
    return found


def planned(store: Store, on: date, orders: Orders) -> Choice | Refused:
    """Give the treatments that a day would get as the cases stand now; nothing is stored. Refuses as `collect` does."""
    refused = refuse_day(store, on)
    if refused is not None:
        return refused
    found = standings(store, to_look_at(cases_waiting(store, on), on, orders.rules), on)
    due = [one for one in found if one.case.open_promise() is None and one.case.follow_up_on <= on.toordinal()]
    left_alone = stopped(due, on, orders.number, orders.rules)
    treatable = [one for one in _own(store, due) if one.customer_id not in left_alone]
    reminded = late_reminded(reminders_of(store, on), on.toordinal())
    return choose(treatable, learnt(store, on, orders.rules), {}, orders.rules, on, reminded)


def _own(store: Store, due: Sequence[Standing]) -> list[Standing]:
    """Leave out customers who are with an agency: it asks them, until they are called back."""
    placed = placed_customers(store)
    return [one for one in due if one.customer_id not in placed]


def _follow(desk: Desk, now: datetime) -> None:
    """Settle promises and close what is cured."""
    found = _unsettled(desk)
    if settle_promises(desk, found, now):
        found = _unsettled(desk)
    close_cured(desk, found, now)


def _unsettled(desk: Desk) -> list[Standing]:
    """Give how those stand whose promise may be over, or who may be well again."""
    return list(standings(desk.store, to_settle(cases_waiting(desk.store, desk.on)), desk.on))


def _treat(desk: Desk, due: Sequence[Standing], effects: Effects, spared: Spared, now: datetime) -> Choice:
    """Choose treatments for those who have none of today yet, put them on file, and give all of today's."""
    day = desk.on.toordinal()
    before = {one.customer_id: said for one in due if (said := assigned_on(one.book.filings, day)) is not None}
    taken = Counter(said["treatment"] for said in before.values())
    open_to_it = [one for one in due if one.customer_id not in before and one.customer_id not in spared.stopped]
    new = choose(open_to_it, effects, taken, desk.rules, desk.on, spared.reminded)
    commands = [
        AssignTreatment(
            f"treat:{one.standing.customer_id}:{one.standing.case.case_id}:{desk.on}",
            one.standing.customer_id,
            desk.on,
            one.treatment,
            one.channel,
            one.how,
            one.standing.debt.currency,
            one.standing.debt.late_minor,
            one.claimed_minor,
            one.propensity_ppm,
        )
        for one in new.chosen
    ]
    desk.give(commands, now)
    old = [
        Chosen(one, said["treatment"], said["channel"], said["how"], said["propensity_ppm"], said["claimed_minor"])
        for one in due
        if (said := before.get(one.customer_id)) is not None
    ]
    return Choice((*old, *new.chosen), new.gap, new.prices)


def _come_back(desk: Desk, due: Sequence[Standing], left_alone: Set[int], found: Collected, now: datetime) -> None:
    """Set when each case that was treated, or rests, comes back; cases left to people are theirs."""
    if found.contacts.coming:
        return
    is_left_to_people = found.contacts.for_people > 0
    treated = {one.standing.customer_id for one in found.choice.chosen if not (is_left_to_people and one.channel == "call")}
    resting = {one.customer_id for one in due if one.case.treatment == REST or one.customer_id in left_alone}
    commands = []
    for one in standings(desk.store, sorted(treated | resting), desk.on):
        if one.case.open_promise() is None and one.case.follow_up_on <= desk.on.toordinal():
            days = min(max(one.case.follow_up_days, 1), FOLLOW_UP_MAX)
            key = f"follow:{one.customer_id}:{one.case.case_id}:{desk.on}"
            reason = f"{AFTER}{one.case.treatment}" if one.customer_id in treated else REST
            commands.append(FollowUp(key, one.customer_id, desk.on, desk.on + timedelta(days=days), reason))
    desk.give(commands, now)
