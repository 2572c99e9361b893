"""What a reminder suggests: how to get the money together, by the payday and the weeks that are left, and how to spread what is too much.

What can be carried in a month is the room of the load line. Where a month asks more, the reminder names the fewest months over which the
amount fits; where none of them does, it says where a plan for people in difficulty is found.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from plimsoll.collections.owing import Owing
from plimsoll.collections.plan_reminders import day_text, next_payday, weeks_until
from plimsoll.loan.book import LoadLine
from plimsoll.loan.burden import month_number
from plimsoll.rulebook.reminder import Reminders
from plimsoll.units.money import EXPONENTS, text_of


class Asked(NamedTuple):
    """What a reminder asks for: an amount in minor units of a due day, and what else the same month asks."""

    minor: int
    currency: str
    due_on: int
    others_minor: int = 0


def asked_of(owing: Iterable[Owing], due_on: date, currency: str) -> Asked:
    """Give what a day asks for, and what the other due days of its month do."""
    day, minor, others = due_on.toordinal(), 0, 0
    for one in owing:
        if one.currency == currency and one.due_on == day:
            minor += one.minor
        elif one.currency == currency and month_number(one.due_on) == month_number(day):
            others += one.minor
    return Asked(minor, currency, day, others)


def suggest(said: Reminders, language: str, asked: Asked, on: int, payday: int, load_line: LoadLine | None) -> str:
    """Give the words of a suggestion on a day before the due day; `payday` is a day of the month, 0 not known."""
    if load_line is not None and load_line.currency == asked.currency:
        room = load_line.room_minor
        if asked.minor + asked.others_minor > room:
            return _spread(said, language, asked, room)
    paid_on = next_payday(on + 1, payday) if payday else 0
    if paid_on and paid_on <= asked.due_on:
        return said.phrase("plan_payday", language, {"each": money(asked.minor, asked.currency), "day": day_text(paid_on, language)})
    weeks = weeks_until(asked.due_on, on)
    return said.phrase("plan_fits", language, {"each": money(-(-asked.minor // weeks), asked.currency), "times": str(weeks)})


def _spread(said: Reminders, language: str, asked: Asked, room_minor: int) -> str:
    """Give the words for a month that asks more than the room of the load line."""
    parts = {"room": money(room_minor, asked.currency), "month": money(asked.minor + asked.others_minor, asked.currency)}
    free = room_minor - asked.others_minor
    months = next((count for count in said.ladder.spread_months if -(-asked.minor // count) <= free), None)
    if months is None:
        return said.phrase("plan_talk", language, parts)
    each = money(-(-asked.minor // months), asked.currency)
    return said.phrase("plan_spread", language, parts | {"each": each, "times": str(months)})


def bill_words(said: Reminders, language: str, owing: Iterable[Owing], due_on: int, currency: str, accounts: Iterable[int]) -> str:
    """Give what a bill is made of: what comes of loans, and what of pay-later accounts (`accounts` are their ids)."""
    own, sums = set(accounts), {"loan": 0, "account": 0}
    for one in owing:
        if one.due_on == due_on and one.currency == currency:
            sums["account" if one.loan_id in own else "loan"] += one.minor
    found = {f"{name}_minor": money(minor, currency) for name, minor in sums.items()}
    return "" if not all(sums.values()) else said.phrase("bill", language, found)


def money(minor: int, currency: str) -> str:
    """Write an amount with its currency."""
    assert currency in EXPONENTS, currency
    return f"{text_of(minor, currency)} {currency}"
