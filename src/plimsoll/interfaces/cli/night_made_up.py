"""The made-up bank and people of a sandbox's whole day: for `plimsoll night --made-up`."""

from datetime import date, datetime
from typing import Final

from plimsoll.app.autopay import Orders as Debits
from plimsoll.app.autopay import autopay
from plimsoll.app.channels.sandbox import ROUGH, SandboxSender
from plimsoll.app.collecting.dial import Orders
from plimsoll.app.debits.sandbox import ROUGH as ROUGH_BANK
from plimsoll.app.debits.sandbox import SandboxBank
from plimsoll.app.house import House
from plimsoll.interfaces.cli.collect import ACTOR
from plimsoll.interfaces.cli.remind import as_planned, numbered, numbers_of
from plimsoll.simulator.answer_contacts import SandboxPeople

SEED: Final = 1


def debit(house: House, on: date, at: datetime) -> None:
    """Debit what falls due from accounts that exist nowhere."""
    orders = Debits(SandboxBank(SEED, ROUGH_BANK), lambda customer_id: f"account-{customer_id}", at, house.rules)
    for _ in autopay(house.store, on, orders):
        pass


def contacts_of(house: House) -> Orders:
    """Give made-up debtors, who answer, pay and promise."""
    numbers = numbers_of(house.store, is_made_up=True)
    return Orders(SandboxPeople(SEED), SandboxSender(SEED, ROUGH), numbered, numbers, as_planned, house.rules, ACTOR)
