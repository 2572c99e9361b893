"""Paying: bills, instalments and reminders come as messages; what people do about them follows from what they are."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from plimsoll.servicing.convert import Convert
from plimsoll.servicing.recover import Recover
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reverse import Reverse
from plimsoll.simulator.diary import Commands, Scene
from plimsoll.simulator.people import Person
from plimsoll.simulator.shown import Shown
from plimsoll.units.money import parse_minor

BOUNCE_CHANCE: Final = 0.006
BOUNCE_DAYS: Final = (2, 4)
CONVERT_CHANCE: Final = 0.12
CONVERT_SHARE_OF_INCOME: Final = 0.3
EARLY_CHANCE: Final = 0.5
STUMBLE_DAYS: Final = (25, 150)
CATCH_UP_DAYS: Final = (2, 20)
RECOVER_CHANCE: Final = 0.4
RECOVER_DAYS: Final = (5, 60)
ROUND_MINOR: Final = 1_000
"""People pay the least that is asked in round sums."""

Told = Mapping[str, Any]


def hear_bill(person: Person, told: Told, scene: Scene) -> None:
    """Take in a bill: some pay it when wages come before its due day, some turn a large one into instalments, most wait."""
    if person.has_stopped(scene.day) or person.has_autopay:
        return
    chance, currency = scene.chance, told["currency"]
    due_on = date.fromisoformat(told["due_on"]).toordinal()
    total_minor = parse_minor(told["total"], currency) - parse_minor(told["paid"], currency)
    plans = scene.offers.later.bill_plans
    if plans and person.kind.pays < 1 and total_minor > person.income_minor * CONVERT_SHARE_OF_INCOME and chance.random() < CONVERT_CHANCE:
        billed_on, count = date.fromisoformat(told["billed_on"]), chance.choice(plans).instalments
        scene.diary.plan(chance.randrange(scene.day, due_on), person, partial(convert, billed_on, count))
        return
    payday = next_payday(person, scene.day)
    if payday < due_on and total_minor > 0 and chance.random() < EARLY_CHANCE:
        minor = share_of(person, total_minor, parse_minor(told["minimum"], currency))
        scene.diary.plan(payday, person, partial(pay, told["loan_id"], minor))


def next_payday(person: Person, day: int) -> int:
    """Give the day on which wages come next, from `day` on."""
    first = date.fromordinal(day).replace(day=1)
    if first.toordinal() + person.income_day - 1 < day:
        first = (first + timedelta(days=31)).replace(day=1)
    return first.toordinal() + person.income_day - 1


def share_of(person: Person, all_minor: int, least_minor: int) -> int:
    """Give what a person pays of a bill, between the least that is asked and all of it, in a round sum."""
    wanted = least_minor + round((all_minor - least_minor) * person.kind.pays)
    return min(-(-wanted // ROUND_MINOR) * ROUND_MINOR, all_minor)


def pay(loan_id: int, minor: int, person: Person, scene: Scene) -> Commands:
    """Pay an amount on one loan or account."""
    return repay_on(person, scene.day, loan_id, minor, scene)


def repay_on(person: Person, day: int, loan_id: int, minor: int, scene: Scene) -> Commands:
    """Give the repayment of a day; now and then the bank takes it back later."""
    if minor <= 0:
        return []
    key = person.next_key()
    if loan_id and scene.chance.random() < BOUNCE_CHANCE:
        scene.diary.wait_for(key, person, partial(plan_bounce, loan_id))
    return [Repay(key, person.customer_id, date.fromordinal(day), minor, scene.offers.currency, loan_id)]


def hear_due(person: Person, told: Told, scene: Scene) -> Commands:
    """Answer the instruction of a due day: autopay collects, or the person pays, forgets, or cannot. The money counts on the due day."""
    if person.has_stopped(scene.day):
        return []
    if not person.has_autopay and scene.chance.random() < person.kind.forgets:
        return []
    currency = told["currency"]
    minor = share_of(person, parse_minor(told["amount"], currency), parse_minor(told["minimum"], currency))
    return repay_on(person, date.fromisoformat(told["due_on"]).toordinal(), told["loan_id"], minor, scene)


def hear_late(person: Person, told: Told, scene: Scene) -> None:  # noqa: ARG001 -- what is owed is looked up on the day of paying
    """Take in a reminder: catch up some days later, or when the hard months are over; not at all for somebody who has stopped."""
    if 0 < person.stops_on <= scene.day:
        return
    plan_catch_up(person, scene)


def plan_catch_up(person: Person, scene: Scene) -> None:
    """Note to look at what is owed and pay it, unless that is noted already."""
    if person.catches_up_on >= scene.day:
        return
    day = max(scene.day, person.stumbles_until) + scene.chance.randint(*CATCH_UP_DAYS)
    person.catches_up_on = day
    scene.diary.plan_look(day, person, catch_up)


def catch_up(person: Person, shown: Shown, scene: Scene) -> Commands:
    """Pay what is due on all loans together, oldest first; some pay a part and look again."""
    person.catches_up_on = 0
    if person.has_stopped(scene.day) or not shown.due_minor:
        return []
    minor = shown.due_minor
    if scene.chance.random() < person.kind.parts:
        minor = max(minor // 2, 1)
        plan_catch_up(person, scene)
    return repay_on(person, scene.day, 0, minor, scene)


def convert(billed_on: date, instalments: int, person: Person, scene: Scene) -> Commands:
    """Turn a bill into instalments."""
    on = date.fromordinal(scene.day)
    return [Convert(person.next_key(), person.customer_id, on, person.account_id, instalments, billed_on)]


def plan_bounce(loan_id: int, person: Person, fact: int, scene: Scene) -> None:
    """Note that the bank takes a payment back, and that the person pays again."""
    scene.diary.plan(scene.day + scene.chance.randint(*BOUNCE_DAYS), person, partial(bounce, loan_id, fact))


def bounce(loan_id: int, fact: int, person: Person, scene: Scene) -> Commands:
    """Take back a payment that was recorded as fact `fact`."""
    plan_catch_up(person, scene)
    on = date.fromordinal(scene.day)
    return [Reverse(person.next_key(), person.customer_id, on, loan_id, fact, reason="the bank returned the payment")]


def stumble(person: Person, scene: Scene) -> None:
    """Now and then, lose the income for some months; bills wait till it is back."""
    if scene.chance.random() < person.kind.stumbles and scene.day >= person.stumbles_until:
        person.stumbles_until = scene.day + scene.chance.randint(*STUMBLE_DAYS)


def hear_charged_off(person: Person, told: Told, scene: Scene) -> None:
    """Take in that a loan was given up: some pay a little of it after all."""
    person.draws.pop(told["loan_id"], None)
    person.claims.append(told["loan_id"])
    if scene.chance.random() < RECOVER_CHANCE:
        scene.diary.plan_look(scene.day + scene.chance.randint(*RECOVER_DAYS), person, partial(recover, told["loan_id"]))


def recover(loan_id: int, person: Person, shown: Shown, scene: Scene) -> Commands:
    """Pay a part of a claim."""
    loan = shown.find(loan_id)
    minor = 0 if loan is None else round(loan.claim_minor * scene.chance.uniform(0.05, 0.4))
    if minor <= 0:
        return []
    on = date.fromordinal(scene.day)
    return [Recover(person.next_key(), person.customer_id, on, loan_id, minor, scene.offers.currency)]


def hear_frozen(person: Person, told: Told, scene: Scene) -> None:  # noqa: ARG001 -- all that is heard is heard alike
    """Take in that nothing more can be taken for now."""
    person.is_frozen = True


def hear_unfrozen(person: Person, told: Told, scene: Scene) -> None:  # noqa: ARG001 -- all that is heard is heard alike
    """Take in that the line is open again."""
    person.is_frozen = False


HEARD: Final[Mapping[str, Callable[[Person, Told, Scene], None]]] = {
    "bill": hear_bill,
    "late": hear_late,
    "charged_off": hear_charged_off,
    "line_frozen": hear_frozen,
    "line_unfrozen": hear_unfrozen,
}
"""What people do about a message, by its kind; `hear_due` answers "autopay"."""
