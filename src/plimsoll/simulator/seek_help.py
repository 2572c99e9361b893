"""People of a town whose money is short ask for help, and the house answers by policy: on proofs, with a plan that fits, by one or two.

Some then pay as agreed, some pay nothing and their plan is broken; a request that came to no plan in time lapses. All of it goes through
the commands of everybody.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.watching.plans import Orders, lapse_requests, watch_plans
from plimsoll.app.wiring import WIRING
from plimsoll.collections.agree_plan import AgreePlan
from plimsoll.collections.decide_hardship import ACCEPT, DECLINE, DecideHardship
from plimsoll.collections.open_hardship import OpenHardship
from plimsoll.collections.propose_plan import ProposePlan
from plimsoll.risk.load.policy import KINDS, TIERS
from plimsoll.simulator.borrowers import chance
from plimsoll.simulator.collect_town import COLLECTED_DAYS
from plimsoll.simulator.desk import late_loans
from plimsoll.simulator.diary import Commands
from plimsoll.simulator.pay import plan_catch_up
from plimsoll.simulator.people import Person
from plimsoll.simulator.town import ACTOR, CURRENCY, Town
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

CARERS: Final = ("demo-carer-1", "demo-carer-2")
"""Who decides on requests and proposes plans, and who agrees to those that need a second person."""
HELPED_DAYS: Final = 300
ASKS_ON, DECIDES_ON, LOOKS_ON = 4, 7, 20
"""Days of a month on which people ask, are answered, and plans are looked after."""
ASKS_MAX: Final = 6
"""Requests of a month; afterwards who is called asks by telephone."""
ASKS_HARD, ASKS_LOST, ASKS_IN_VAIN = 0.4, 0.1, 0.03
"""Chance that somebody who is late on a draw asks in a month: in hard months, where nothing will be paid any more, and without need."""
LATE_MAX_DAYS: Final = 120
INCOME_LEFT, ESSENTIALS = 0.6, 0.25
"""Of the usual income: what is left of it in hard months, and what cannot be cut."""
WHY_NOT: Final = "the proofs show the income as it was"
HOUR: Final = time(1, tzinfo=UTC)


class Helper:
    """Lets people of a town ask for help, and answers them; keeps who asked."""

    def __init__(self, town: Town, seed: int, days: range) -> None:
        self.town = town
        self.seed = seed
        self.first = max(days[-1] - HELPED_DAYS, days[0])
        self.until = days[-1] - COLLECTED_DAYS
        self.asked: set[int] = set()
        self.waiting: list[Person] = []

    def is_wanted(self, day: int) -> bool:
        """Tell whether anybody asks, is answered or is looked after on a day."""
        return day >= self.first and date.fromordinal(day).day in (ASKS_ON, DECIDES_ON, LOOKS_ON)

    def do(self, store: Store, day: int) -> None:
        """Do what falls on the day."""
        on = date.fromordinal(day)
        if on.day == LOOKS_ON:
            self._look(store, on)
        elif on.day == DECIDES_ON:
            self._decide(store, on)
        elif day <= self.until:
            self._ask(store, on)

    def _ask(self, store: Store, on: date) -> None:
        """Let those who are late on a draw, and find it hard, tell of a month."""
        day, by_id = on.toordinal(), self.town.by_id
        late = {
            one.customer_id
            for one in late_loans(store, day)
            if one.loan_id != by_id[one.customer_id].account_id and one.days <= LATE_MAX_DAYS
        }
        turns = {customer_id: chance(self.seed, customer_id, on, "asks") for customer_id in late - self.asked}
        wanting = [by_id[one] for one, turn in turns.items() if turn < _likely(by_id[one], day)]
        people = sorted(wanting, key=lambda one: turns[one.customer_id])[:ASKS_MAX]
        commands = [self._request(person, on) for person in people]
        outcomes = self._give(store, commands, on, ACTOR)
        self.waiting = [person for person, outcome in zip(people, outcomes, strict=True) if isinstance(outcome, Answer)]
        self.asked |= {person.customer_id for person in self.waiting}

    def _request(self, person: Person, on: date) -> OpenHardship:
        door = self.town.door
        truth = door.truths.get(person.customer_id) if door is not None else None
        is_hard = person.has_stopped(on.toordinal())
        return OpenHardship(
            person.next_key(),
            person.customer_id,
            on,
            _named(person),
            CURRENCY,
            round(person.income_minor * (INCOME_LEFT if is_hard else 1)),
            round(person.income_minor * ESSENTIALS),
            truth.debt_monthly_minor if truth is not None else 0,
            city_tier=TIERS[1],
            evidence=("payslips of three months",),
            flags=("income_fall",) if is_hard else (),
        )

    def _decide(self, store: Store, on: date) -> None:
        """Decide on those who asked this month, propose what is offered first, and have it agreed to by as many as policy asks for."""
        people, self.waiting = self.waiting, []
        maker, checker = CARERS
        decided = self._give(store, [_decision(person, on) for person in people], on, maker)
        plans = [
            _proposal(person, place, offer, on)
            for person, outcome in zip(people, decided, strict=True)
            for place, offer in enumerate(_told(outcome).get("offers", ()), 1)
        ]
        proposed = self._give(store, plans, on, maker)
        ready = [_agreement(one) for one, outcome in zip(plans, proposed, strict=True) if isinstance(outcome, Answer)]
        # Where one is enough, the maker is; policy says so to who tries.
        alone = list(execute_many(store, WIRING, ready, actor=maker, now=_at(on), rules=self.town.rules))
        self._begin([one for one in alone if isinstance(one, Answer)], ready, on)
        left = [one for one, outcome in zip(ready, alone, strict=True) if isinstance(outcome, Refused)]
        self._begin(self._give(store, left, on, checker), left, on)

    def _begin(self, outcomes: Sequence[RowOutcome], agreed: Sequence[AgreePlan], on: date) -> None:
        """Let who has a plan live by it: the hard months are bridged, unless nothing is ever paid again."""
        scene = self.town.scene(on.toordinal())
        customers = {one.plan_id: one.customer_id for one in agreed}
        for told in map(_told, outcomes):
            if told.get("state") != "started":
                continue
            person = self.town.by_id[customers[told["plan_id"]]]
            person.is_frozen = True
            person.draws[told["loan_id"]] = date.fromisoformat(told["last_due_on"]).toordinal()
            self.town.desk.planned.add(person.customer_id)
            self.town.counts.commands["agree_plan"] += 1
            person.stumbles_until = min(person.stumbles_until, scene.day)
            if not person.has_stopped(scene.day):
                plan_catch_up(person, scene)

    def _look(self, store: Store, on: date) -> None:
        """Close plans that were kept, break those that were not, let requests lapse that came to nothing."""
        orders = Orders(_at(on), self.town.rules)
        for one in watch_plans(store, on, orders):
            self.town.counts.failed += [f"{one}"] if one.why == "internal_error" else []
        lapse_requests(store, on, orders)

    def _give(self, store: Store, commands: Commands, on: date, actor: str) -> list[RowOutcome]:
        """Execute commands and count what became of them."""
        outcomes = list(execute_many(store, WIRING, commands, actor=actor, now=_at(on), rules=self.town.rules))
        self.town.answered(commands, outcomes, on.toordinal())
        return outcomes


def _likely(person: Person, day: int) -> float:
    """Give the chance that somebody who is late asks for help."""
    if 0 < person.stops_on <= day:
        return ASKS_LOST
    return ASKS_HARD if day < person.stumbles_until else ASKS_IN_VAIN


def _decision(person: Person, on: date) -> DecideHardship:
    """Give what the house decides: it helps those whose proofs show that less comes in."""
    is_hard = person.has_stopped(on.toordinal())
    outcome, reason = (ACCEPT, "income fell, proved") if is_hard else (DECLINE, WHY_NOT)
    return DecideHardship(f"decide:{_named(person)}", person.customer_id, on, _named(person), CURRENCY, outcome, reason, KINDS[0])


def _proposal(person: Person, place: int, offer: Mapping[str, Any], on: date) -> ProposePlan:
    """Give the plan that is offered first for a loan, as a proposal."""
    plan_id = f"plan-{person.customer_id}-{place}"
    return ProposePlan(
        f"propose:{plan_id}",
        person.customer_id,
        on,
        plan_id,
        offer["loan_id"],
        CURRENCY,
        Rate.parse(offer["rate"]) if offer["rate"] else None,
        offer["instalments"],
        penalty_waived_minor=parse_minor(offer["penalty_waived"], CURRENCY),
        interest_waived_minor=parse_minor(offer["interest_waived"], CURRENCY),
        holiday=offer["holiday"],
    )


def _agreement(plan: ProposePlan) -> AgreePlan:
    return AgreePlan(f"agree:{plan.plan_id}", plan.customer_id, plan.on, plan.plan_id, plan.loan_id, f"contract of {plan.plan_id}")


def _named(person: Person) -> str:
    return f"help-{person.customer_id}"


def _at(on: date) -> datetime:
    return datetime.combine(on, HOUR)


def _told(outcome: RowOutcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome.text) if isinstance(outcome, Answer) else {}
    return found
