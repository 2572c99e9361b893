"""Borrowing: draws on the cash line, each at the price of the person; paying ahead, and paying off early."""

from datetime import date
from functools import partial
from typing import Final

from plimsoll.servicing.draw import Draw
from plimsoll.servicing.prepay import Prepay
from plimsoll.servicing.settle import Settle
from plimsoll.simulator.diary import Commands, Scene
from plimsoll.simulator.people import Person
from plimsoll.simulator.shown import Shown
from plimsoll.units.rate import Rate

OPEN_DRAWS_MAX: Final = 3
LOOK_CHANCE: Final = 0.05
"""Chance a month to look at a draw and pay some or all of it ahead."""
USUAL_WAY_CHANCE: Final = 0.8
MONTH_DAYS: Final = 31


def plan_draws(person: Person, month: range, scene: Scene) -> None:
    """Note whether the person draws this month, and whether it looks at what could be paid ahead."""
    chance = scene.chance
    for loan_id in [loan_id for loan_id, until in person.draws.items() if until < scene.day]:
        del person.draws[loan_id]
    if chance.random() < person.kind.draws and len(person.draws) < OPEN_DRAWS_MAX:
        day = chance.choice(month)
        if day > max(person.opens_on, scene.day - 1):
            scene.diary.plan(day, person, draw)
    if person.draws and chance.random() < LOOK_CHANCE:
        loan_id = chance.choice(list(person.draws))
        scene.diary.plan_look(max(chance.choice(month), scene.day), person, partial(pay_ahead, loan_id))


def draw(person: Person, scene: Scene) -> Commands:
    """Draw a share of the cash limit, for a term and in a way that the product offers."""
    if person.is_frozen:
        return []
    chance, offer = scene.chance, scene.offers.cash
    share = chance.uniform(0.15, 0.6)
    amount_minor = max(round(person.cash_limit_minor * share / 10_000) * 10_000, offer.amount_min_minor)
    repayment = "" if chance.random() < USUAL_WAY_CHANCE else chance.choice(offer.repayments)
    terms = [count for count in offer.instalments_offered if not person.term or count <= person.term] or offer.instalments_offered[:1]
    instalments, loan_id = chance.choice(terms), person.next_loan_id()
    if person.first_draw_minor and person.loans_count == 1:
        amount_minor = min(amount_minor, person.first_draw_minor)
    person.draws[loan_id] = scene.day + (instalments + 1) * MONTH_DAYS
    return [
        Draw(
            person.next_key(),
            person.customer_id,
            date.fromordinal(scene.day),
            loan_id,
            min(amount_minor, offer.amount_max_minor),
            scene.offers.currency,
            rate_of(person, offer.rate_min, offer.rate_max),
            instalments,
            repayment,
        )
    ]


def rate_of(person: Person, lowest: Rate, highest: Rate) -> Rate:
    """Give the price that the person signed for, within what is on offer; one without lies hundredths of the way up."""
    if person.rate is not None:
        return lowest if lowest.exceeds(person.rate) else highest if person.rate.exceeds(highest) else person.rate
    scale = max(lowest.den, highest.den) * 100
    low, high = lowest.num * (scale // lowest.den), highest.num * (scale // highest.den)
    return Rate(1, 1).times(Rate(low + (high - low) // 100 * int(person.price * 100), scale))


def pay_ahead(loan_id: int, person: Person, shown: Shown, scene: Scene) -> Commands:
    """Pay half of what is not due yet, or everything; somebody who is late does neither."""
    loan = shown.find(loan_id)
    if loan is None or shown.due_minor or person.has_stopped(scene.day) or loan.principal_minor < 2 or loan.claim_minor:
        return []
    on, key = date.fromordinal(scene.day), person.next_key()
    if scene.chance.random() < 0.4:
        person.draws.pop(loan_id, None)
        return [Settle(key, person.customer_id, on, loan_id)]
    return [Prepay(key, person.customer_id, on, loan_id, loan.principal_minor // 2, scene.offers.currency)]
