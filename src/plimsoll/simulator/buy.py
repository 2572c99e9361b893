"""Spending: what people buy on their pay-later account, whole or in instalments, and what they send back."""

from datetime import date
from functools import partial
from math import ceil
from typing import Final

from plimsoll.servicing.fund_by_merchant import FundByMerchant
from plimsoll.servicing.purchase import Purchase
from plimsoll.servicing.refund import Refund
from plimsoll.simulator.diary import Commands, Scene
from plimsoll.simulator.people import Person

TRIES_A_MONTH: Final = 6
PAYDAY_PULL: Final = 0.45
"""Chance that a purchase waits for the days after wages come."""
DAYS_AFTER_PAYDAY: Final = 6
BIG_CHANCE: Final = 0.10
RETURN_CHANCE: Final = 0.025
RETURN_DAYS: Final = (3, 14)
MERCHANTS: Final = ("corner-shop", "phones", "furniture", "train-tickets", "clothes", "groceries", "courses", "pharmacy")


def plan_purchases(person: Person, month: range, scene: Scene) -> None:
    """Note the purchases of a month: how many is chance about the habit of the person, more of them in the days after payday."""
    chance, habit = scene.chance, person.kind.buys / TRIES_A_MONTH
    payday = month.start + person.income_day - 1
    for _ in range(TRIES_A_MONTH):
        if chance.random() >= habit:
            continue
        day = payday + chance.randrange(DAYS_AFTER_PAYDAY) if chance.random() < PAYDAY_PULL else chance.choice(month)
        if day in month and day > max(person.opens_on, scene.day - 1):
            scene.diary.plan(day, person, buy)


def buy(person: Person, scene: Scene) -> Commands:
    """Buy something; who knows that the line is frozen does not try."""
    if person.is_frozen:
        return []
    chance = scene.chance
    is_big = chance.random() < BIG_CHANCE
    share = chance.uniform(0.15, 0.6) if is_big else 0.02 * chance.lognormvariate(0, 0.9)
    most = min(person.later_limit_minor, scene.offers.later.purchase_max_minor)
    amount_minor = max(min(round(person.income_minor * share / 10) * 10, most), scene.offers.later.purchase_min_minor)
    key, on, merchant = person.next_key(), date.fromordinal(scene.day), chance.choice(MERCHANTS)
    currency, account_id = scene.offers.currency, person.account_id
    plans, merchant_plans = scene.offers.later.purchase_plans, scene.offers.later.merchant_plans
    command: Purchase | FundByMerchant
    if is_big and merchant_plans and chance.random() < 0.35:
        plan = chance.choice(merchant_plans)
        command = FundByMerchant(key, person.customer_id, on, account_id, amount_minor, currency, plan.instalments, merchant)
    elif is_big and plans and chance.random() < 0.4:
        plan = chance.choice(plans)
        command = Purchase(key, person.customer_id, on, account_id, amount_minor, currency, plan.instalments, merchant)
    else:
        command = Purchase(key, person.customer_id, on, account_id, amount_minor, currency, 0, merchant)
    if chance.random() < RETURN_CHANCE:
        scene.diary.wait_for(key, person, partial(plan_return, amount_minor))
    return [command]


def plan_return(amount_minor: int, person: Person, purchase: int, scene: Scene) -> None:
    """Note to send the goods back, all or half of them, some days after they were bought as fact `purchase`."""
    back_minor = amount_minor if scene.chance.random() < 0.7 else ceil(amount_minor / 2)
    day = scene.day + scene.chance.randint(*RETURN_DAYS)
    scene.diary.plan(day, person, partial(send_back, purchase, back_minor))


def send_back(purchase: int, amount_minor: int, person: Person, scene: Scene) -> Commands:
    """Send goods back: the merchant refunds them."""
    return [
        Refund(
            person.next_key(),
            person.customer_id,
            date.fromordinal(scene.day),
            person.account_id,
            amount_minor,
            scene.offers.currency,
            purchase,
        )
    ]
